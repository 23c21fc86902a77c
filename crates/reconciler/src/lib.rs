//! Keeps every warehouse at what the current catalog says.
//!
//! Each integration has a driver: of all replicas one at a time, by a lease in the metadata database. It pushes when the
//! catalog changes, when the moment of a policy comes, when somebody asks, after a failure, and on a timer; a push
//! compares all that is wanted with all that is there, so that nothing depends on an event having been noticed.

pub mod discovering;
mod driver;
mod monitoring;
mod pace;
mod reconciler;
mod record;
mod registering;
mod tidings;

pub use monitoring::{Monitoring, Noticed};
pub use reconciler::{Reconciler, Settings};
pub use registering::{Registered, Registrar};
pub use scrim_discovery::built_in as built_in_identifiers;
pub use tidings::asked_to_reconcile;

/// Under which name an integration's state as a whole is recorded, beside those of its data sources.
pub const WHOLE: &str = "*";
