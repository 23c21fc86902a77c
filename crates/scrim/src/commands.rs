//! The commands, one file each.

pub(crate) mod apply;
pub(crate) mod audit;
pub(crate) mod backup;
pub(crate) mod check;
pub(crate) mod compile;
pub(crate) mod demo;
pub(crate) mod discover;
pub(crate) mod drift;
pub(crate) mod explain;
pub(crate) mod export;
pub(crate) mod impact;
pub(crate) mod integration;
pub(crate) mod plan;
pub(crate) mod push;
pub(crate) mod refresh;
pub(crate) mod rotate_key;
pub(crate) mod schema;
pub(crate) mod serve;
pub(crate) mod status;
pub(crate) mod test;
pub(crate) mod unmask;
