//! The demo: a private PostgreSQL with sample data, policies pushed to it, and the same query as several people.

pub(crate) mod check;
pub(crate) mod people;
pub(crate) mod place;
pub(crate) mod service;
pub(crate) mod tour;
