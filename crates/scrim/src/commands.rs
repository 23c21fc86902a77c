//! The commands, one file each.

pub(crate) mod audit;
pub(crate) mod backup;
pub(crate) mod check;
pub(crate) mod compile;
pub(crate) mod demo;
pub(crate) mod discover;
pub(crate) mod drift;
pub(crate) mod explain;
pub(crate) mod impact;
pub(crate) mod integration;
pub(crate) mod push;
pub(crate) mod refresh;
pub(crate) mod schema;
pub(crate) mod serve;
pub(crate) mod test;
pub(crate) mod unmask;
