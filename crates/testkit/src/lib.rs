//! For tests: random catalogs, and a private warehouse in which Scrim is installed and to which they are pushed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod governed;
pub mod random;

pub use governed::{Governed, Table, Target, catalog, ident, literal};
