//! The warehouse: connecting, installing, looking at tables and at what was pushed, and applying changes through
//! the stored procedures. It knows nothing of policies: what to apply, and in which order, is its callers' matter.

mod apply;
mod connect;
#[cfg_attr(not(test), expect(dead_code, reason = "connections to Redshift will log in by it"))]
mod credentials;
mod error;
mod install;
mod look;
mod tls;

pub use apply::{Refused, Unmask, UserChange, ViewChange};
pub use connect::Warehouse;
pub use credentials::password;
pub use error::WarehouseError;
pub use install::install;
pub use look::{FoundTable, Privilege, Pushed};
