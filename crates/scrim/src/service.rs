//! The service as a program: how it is set up, where its metadata database is, and what it runs.

pub(crate) mod configuration;
pub(crate) mod connections;
pub(crate) mod logging;
pub(crate) mod metadata;
pub(crate) mod running;
pub(crate) mod settings;
#[cfg(feature = "otel")]
pub(crate) mod traces;
