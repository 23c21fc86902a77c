//! Appending.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;

use super::encoding::Entry;
use super::{AuditHash, AuditHead, COLUMNS, NewAudit};
use crate::ask::{Ask, to_microseconds};
use crate::batches::batches;
use crate::engine::Engine;
use crate::{Store, StoreError};

impl Store {
    /// Appends an entry, and tells the new end of the trail.
    ///
    /// # Errors
    /// When it cannot be written: then what it is about should not be done either.
    pub async fn audit(&self, entry: NewAudit) -> Result<AuditHead, StoreError> {
        self.audit_many(vec![entry]).await
    }

    /// Appends entries in this order, all of them or none, and tells the new end of the trail.
    ///
    /// # Errors
    /// When they cannot be written.
    pub async fn audit_many(&self, entries: Vec<NewAudit>) -> Result<AuditHead, StoreError> {
        let writing = self.writing().await?;
        let head = append(writing.on(), self.engine(), &entries).await?;
        writing.commit().await?;
        Ok(head)
    }

    /// The end of the trail.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn audit_head(&self) -> Result<AuditHead, StoreError> {
        head(self.connection(), "").await
    }
}

/// Reads the end of the trail; whoever locks its row is the one who appends.
pub(super) async fn head(on: &impl ConnectionTrait, lock: &str) -> Result<AuditHead, StoreError> {
    let ask = Ask::to("read the end of the audit trail", "SELECT number, hash FROM audit_head").and(lock);
    let row = ask.only(on).await?;
    Ok(AuditHead { number: row.number("number")?, hash: row.word_of_bytes("hash", AuditHash::from_bytes)? })
}

/// Appends entries inside of a transaction that writes.
pub(crate) async fn append(
    on: &impl ConnectionTrait,
    engine: Engine,
    entries: &[NewAudit],
) -> Result<AuditHead, StoreError> {
    let mut head = head(on, engine.and_lock()).await?;
    for entries in batches(entries) {
        let ask = Ask::to("write the audit trail", format!("INSERT INTO audit ({COLUMNS}) VALUES "));
        let mut ask = ask.and_rows(entries.len(), 15);
        for entry in entries {
            let previous = head.hash;
            let details = entry.details.to_string();
            let number = head.number + 1;
            head = AuditHead { number, hash: kept(entry, number, to_microseconds(entry.at), &details).hash(previous) };
            ask = bind(ask, entry, head.number).bytes(previous.bytes()).bytes(head.hash.bytes());
        }
        ask.run(on).await?;
    }
    let ask = Ask::to("write the end of the audit trail", "UPDATE audit_head SET number = $1, hash = $2");
    ask.number(head.number).bytes(head.hash.bytes()).run(on).await?;
    Ok(head)
}

fn kept<'a>(entry: &'a NewAudit, number: u64, at: DateTime<Utc>, details: &'a str) -> Entry<'a> {
    Entry {
        number,
        at,
        actor: &entry.actor,
        actor_kind: entry.actor_kind.as_str(),
        via: entry.via.as_str(),
        request: &entry.request,
        action: &entry.action,
        object_kind: entry.object_kind.as_deref(),
        object_name: entry.object_name.as_deref(),
        outcome: entry.outcome.as_str(),
        decided_by: entry.decided_by.as_deref(),
        details,
        address: entry.address.as_deref(),
    }
}

fn bind(ask: Ask, entry: &NewAudit, number: u64) -> Ask {
    ask.number(number)
        .moment("the time of an audit entry", entry.at)
        .text("the actor of an audit entry", &entry.actor)
        .text("the kind of an actor", entry.actor_kind.as_str())
        .text("the way of a request", entry.via.as_str())
        .text("the request of an audit entry", &entry.request)
        .text("the action of an audit entry", &entry.action)
        .maybe_text("the kind of an audit entry's object", entry.object_kind.as_deref())
        .maybe_text("the name of an audit entry's object", entry.object_name.as_deref())
        .text("the outcome of an audit entry", entry.outcome.as_str())
        .maybe_text("what decided an audit entry", entry.decided_by.as_deref())
        .json("the details of an audit entry", &entry.details)
        .maybe_text("the address of an audit entry", entry.address.as_deref())
}
