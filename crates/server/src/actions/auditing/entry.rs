//! An entry of the audit trail, as it is answered.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use scrim_store::AuditEntry;
use serde::Serialize;
use serde_json::Value;

use crate::table::Row;

/// An entry of the audit trail.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct Entry {
    /// Its number: each is one more than the one before.
    number: u64,
    /// When.
    at: DateTime<Utc>,
    /// Who.
    actor: String,
    /// What kind of actor: `user`, `token`, `system`.
    actor_kind: String,
    /// How the request came.
    via: String,
    /// The id of the request.
    request: String,
    /// What was done, or tried.
    action: String,
    /// The kind of the object.
    object_kind: Option<String>,
    /// The name of the object.
    object_name: Option<String>,
    /// What became of it: `allowed`, `refused`, `failed`, `attempted`.
    outcome: String,
    /// The rule that decided.
    decided_by: Option<String>,
    /// More about it.
    details: Value,
    /// The address of the client.
    address: Option<String>,
    /// The hash of the entry, which covers the one before.
    hash: String,
}

impl Row for Entry {
    const COLUMNS: &'static [&'static str] = &[
        "number",
        "at",
        "actor",
        "actor_kind",
        "via",
        "request",
        "action",
        "object_kind",
        "object_name",
        "outcome",
        "decided_by",
        "details",
        "address",
        "hash",
    ];
}

impl From<AuditEntry> for Entry {
    fn from(audited: AuditEntry) -> Self {
        let entry = audited.entry;
        Self {
            number: audited.number,
            at: entry.at,
            actor: entry.actor,
            actor_kind: entry.actor_kind.as_str().to_owned(),
            via: entry.via.as_str().to_owned(),
            request: entry.request,
            action: entry.action,
            object_kind: entry.object_kind,
            object_name: entry.object_name,
            outcome: entry.outcome.as_str().to_owned(),
            decided_by: entry.decided_by,
            details: entry.details,
            address: entry.address,
            hash: audited.hash.to_string(),
        }
    }
}
