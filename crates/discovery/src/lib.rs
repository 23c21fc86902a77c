//! Sensitive data, told from the names of columns and from samples of their values.
//!
//! An [`Identifier`] says how one sort is told: by the name of the column, by a pattern and a checksum of the values, by a
//! dictionary. The built-in ones are written in the very form in which people write their own. A [`Detector`] holds a column
//! against all of them at once, and answers with the most specific one, how sure it is, and why: never with a value.
//!
//! Nothing here reads or writes anything, and nothing asks for the time.

mod built_in;
mod checksum;
mod column;
mod detector;
mod score;

pub use built_in::built_in;
pub use checksum::passes;
pub use column::{Column, Finding};
pub use detector::{Detector, TooLarge};
pub use scrim_catalog::documents::{Checksum, Identifier};
