//! For tests: random catalogs, and a private warehouse in which Scrim is installed and to which they are pushed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

pub mod agreement;
mod governed;
pub mod random;

pub use governed::{Governed, Table, Target, catalog, ident, literal};

/// Makes tests out of functions that take a [`Target`]: one for each warehouse.
#[macro_export]
macro_rules! everywhere {
    ($($test:ident)*) => {
        mod postgresql { $(#[test] fn $test() { super::$test($crate::Target::Postgresql) })* }
        $crate::on_redshift! { $($test)* }
    };
}

/// Makes tests out of functions that take a [`Target`]: one for each layout of Redshift.
#[macro_export]
macro_rules! on_redshift {
    ($($test:ident)*) => {
        mod redshift_per_database { $(#[test] fn $test() { super::$test($crate::Target::PerDatabase) })* }
        mod redshift_central { $(#[test] fn $test() { super::$test($crate::Target::Central) })* }
    };
}
