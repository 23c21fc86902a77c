//! The warehouse: connecting, installing, looking at tables and at what was pushed, and applying changes through
//! the stored procedures. It knows nothing of policies: what to apply, and in which order, is its callers' matter.

mod change;
mod connect;
mod credentials;
mod error;
mod finding;
mod found;
mod postgresql;
mod redshift;
mod removal;
mod tls;
mod warehouse;

pub use change::{Refused, Unmask, UserChange, ViewChange};
pub use credentials::password;
pub use error::WarehouseError;
pub use finding::{Finding, Severity, Subjects};
pub use found::{
    FoundSchema, FoundTable, Identity, ListedTable, Login, LoginKind, Privilege, Pushed, Relation, SampledColumn,
    SampledRow, SchemaName,
};
pub use redshift::{Outcome, Probed, Probing, probe, scratch};
pub use removal::{Kept, Removal};
pub use warehouse::{Warehouse, check, install, uninstall};
