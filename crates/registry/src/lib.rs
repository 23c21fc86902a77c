//! The current catalog of a service: loaded from the metadata database, changed in one transaction with its events and
//! its audit entry, and kept up with what other replicas change.
//!
//! Whoever reads takes a [`World`], which never changes. Whoever writes says what to change of the newest one; when
//! somebody else was quicker, it is decided again on what stands then.

mod change;
mod error;
mod event;
mod world;

pub use change::{Asked, Planned, Proposal};
pub use error::{ChangeError, RegistryError};
pub use event::{event_names, happened, is_told_by_what_it_is_about, origin};
pub use world::{Registry, World};
