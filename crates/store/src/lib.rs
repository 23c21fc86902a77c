//! The metadata database: what the service knows, and everything it has ever known.
//!
//! A [`Store`] is an SQLite file, made at first start, or a PostgreSQL database that several replicas share. Both keep
//! the same and answer the same. It holds the current objects and every earlier version of each, the log of events, the
//! audit trail, sealed secrets, accounts, and the state of the work that is going on. It knows nothing of what the
//! objects mean: kinds and names are texts to it, bodies are JSON.
//!
//! Three things hold whatever happens:
//!
//! - Numbers of events and of audit entries have no gaps. Writers take turns at the row of the last number, and a writer
//!   who did not know the last event is told so ([`StoreError::Behind`]) and has written nothing.
//! - Versions, events and audit entries are never changed or removed: triggers refuse it. Each audit entry carries the
//!   hash of the one before it, so that a change around the triggers is found ([`Store::verify_audit`]).
//! - Secrets are sealed with a key that is not in the database.
//!
//! The time is an argument everywhere, but that leases in PostgreSQL go by the clock of the database: the clocks of
//! replicas differ. Moments are kept to the microsecond. Texts with a NUL character are refused, and so are keys that
//! are empty or longer than 1,000 bytes, on both engines alike.
//!
//! Dropping a future that writes leaves nothing half-written: its transaction is rolled back. Calls belong into a Tokio
//! runtime.

mod accounts;
mod api_tokens;
mod ask;
mod audit;
mod backup;
mod batches;
mod commit;
mod deliveries;
mod engine;
mod error;
mod events;
mod leases;
mod leavings;
mod location;
mod migrations;
mod notifications;
mod objects;
mod page;
mod row;
mod sealing;
mod sealing_key;
mod secret_hash;
mod secrets;
mod sessions;
mod settings;
mod store;
mod sync_states;
mod transaction;
mod watching;
mod words;

pub use accounts::{Account, Identity};
pub use api_tokens::ApiToken;
pub use audit::{
    Activity, ActorKind, AuditEntry, AuditHash, AuditHead, AuditQuery, AuditVerdict, Broken, How, NewAudit, Outcome,
    Span, Via,
};
pub use commit::{Commit, Committed, Expected, NewEvent, ObjectChange};
pub use deliveries::{Attempt, Claimed, Delivery, DeliveryState, NewAttempt};
pub use error::StoreError;
pub use events::{Event, Headline};
pub use leases::Lease;
pub use location::Location;
pub use notifications::{NewNotification, Notification};
pub use objects::{AsOf, Object, Snapshot, Version};
pub use page::Page;
pub use sealing_key::SealingKey;
pub use secret_hash::SecretHash;
pub use sessions::Session;
pub use store::Store;
pub use sync_states::{SyncState, SyncWord};
