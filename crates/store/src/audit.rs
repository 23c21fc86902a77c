//! The audit trail: who did, or tried to do, what, and what decided.

mod activity;
mod append;
mod encoding;
mod search;
mod verify;

use chrono::{DateTime, Utc};
use serde_json::Value;

pub use activity::{Activity, Span};
pub(crate) use append::append;
pub use encoding::AuditHash;
pub use search::AuditQuery;
pub use verify::{AuditVerdict, Broken, How};

use crate::words::words;

/// The table's columns, in the order of [`encoding`].
const COLUMNS: &str = "number, at, actor, actor_kind, via, request, action, object_kind, object_name, outcome, \
                       decided_by, details, address, previous, hash";

words! {
    /// What kind of actor it was.
    pub enum ActorKind {
        /// A person.
        User = "user",
        /// A program, with a token of its own.
        Token = "token",
        /// Scrim itself.
        System = "system",
    }
}

words! {
    /// The way a request came.
    pub enum Via {
        /// A session of the console.
        Session = "session",
        /// The API, with a token.
        Token = "token",
        /// Provisioning.
        Scim = "scim",
        /// Work that Scrim does by itself.
        System = "system",
        /// The command line.
        Cli = "cli",
    }
}

words! {
    /// What became of it.
    pub enum Outcome {
        /// It was allowed, and done.
        Allowed = "allowed",
        /// It was not allowed.
        Refused = "refused",
        /// It was allowed, and could not be done.
        Failed = "failed",
        /// It was begun; another entry tells how it ended, unless Scrim was killed meanwhile.
        Attempted = "attempted",
    }
}

/// An entry to be appended.
#[derive(Debug, Clone, PartialEq)]
pub struct NewAudit {
    /// When.
    pub at: DateTime<Utc>,
    /// The user or the token.
    pub actor: String,
    /// What kind of actor it is.
    pub actor_kind: ActorKind,
    /// How the request came.
    pub via: Via,
    /// The request.
    pub request: String,
    /// What was done or tried, such as `data-policy.put`.
    pub action: String,
    /// The kind of the object it was done to.
    pub object_kind: Option<String>,
    /// The name of the object.
    pub object_name: Option<String>,
    /// What became of it.
    pub outcome: Outcome,
    /// The rule that decided.
    pub decided_by: Option<String>,
    /// More about it.
    pub details: Value,
    /// The address of the client.
    pub address: Option<String>,
}

/// An entry of the trail.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditEntry {
    /// Its number: each is one more than the one before.
    pub number: u64,
    /// What it says.
    pub entry: NewAudit,
    /// Its hash.
    pub hash: AuditHash,
}

/// The end of the trail. Kept outside of the database, it proves later that nothing up to there was removed or changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditHead {
    /// The number of the last entry, 0 when there is none.
    pub number: u64,
    /// Its hash.
    pub hash: AuditHash,
}
