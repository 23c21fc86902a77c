//! The commands, one file each.

pub(crate) mod check;
pub(crate) mod compile;
pub(crate) mod explain;
pub(crate) mod schema;
pub(crate) mod test;
