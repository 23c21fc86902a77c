//! The log of events.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::ask::Ask;
use crate::batches::batches;
use crate::row::Row;
use crate::{Store, StoreError};

/// Something that happened to an object.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its number: each is one more than the one before.
    pub sequence: u64,
    /// When.
    pub at: DateTime<Utc>,
    /// Who did it.
    pub actor: String,
    /// In which request.
    pub request: String,
    /// What happened, such as `user.updated`.
    pub kind: String,
    /// The kind of the object.
    pub object_kind: String,
    /// The name of the object.
    pub object_name: String,
    /// More about it.
    pub payload: Value,
}

/// An event without what it says beside, which may be long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Headline {
    /// The number of the event.
    pub sequence: u64,
    /// When.
    pub at: DateTime<Utc>,
    /// Who did it.
    pub actor: String,
    /// What happened, such as `user.updated`.
    pub kind: String,
    /// The kind of the object.
    pub object_kind: String,
    /// The name of the object.
    pub object_name: String,
}

impl Store {
    /// The first `limit` events after number `after`, oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn events(&self, after: u64, limit: usize) -> Result<Vec<Event>, StoreError> {
        let ask = Ask::to(
            "read events",
            "SELECT sequence, at, actor, request, kind, object_kind, object_name, payload FROM events
             WHERE sequence > $1 ORDER BY sequence LIMIT $2",
        );
        ask.number(after).number(limit as u64).each(self.connection(), event).await
    }

    /// The last `limit` events before number `before`, newest first, without what they say beside.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn headlines(&self, before: u64, limit: usize) -> Result<Vec<Headline>, StoreError> {
        let ask = Ask::to(
            "read events",
            "SELECT sequence, at, actor, kind, object_kind, object_name FROM events
             WHERE sequence < $1 ORDER BY sequence DESC LIMIT $2",
        );
        ask.number(before).number(limit as u64).each(self.connection(), headline).await
    }

    /// What the events of these numbers say beside.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn payloads(&self, sequences: &[u64]) -> Result<HashMap<u64, Value>, StoreError> {
        let mut payloads = HashMap::with_capacity(sequences.len());
        for sequences in batches(sequences) {
            let ask = Ask::to("read events", "SELECT sequence, payload FROM events WHERE sequence IN (VALUES ");
            let mut ask = ask.and_rows(sequences.len(), 1).and(")");
            for sequence in sequences {
                ask = ask.number(*sequence);
            }
            let payload = |row: &Row| Ok((row.number("sequence")?, row.json("payload")?));
            payloads.extend(ask.each(self.connection(), payload).await?);
        }
        Ok(payloads)
    }

    /// The events of one kind about one object, of those after number `after` up to number `until`, oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn events_about(
        &self,
        (object_kind, object_name): (&str, &str),
        kind: &str,
        (after, until): (u64, u64),
    ) -> Result<Vec<Event>, StoreError> {
        let ask = Ask::to(
            "read events",
            "SELECT sequence, at, actor, request, kind, object_kind, object_name, payload FROM events
             WHERE sequence > $1 AND sequence <= $2 AND kind = $3 AND object_kind = $4 AND object_name = $5 ORDER BY sequence",
        );
        let ask = ask.number(after).number(until).key("kind", kind);
        let ask = ask.key("object kind", object_kind).key("object name", object_name);
        ask.each(self.connection(), event).await
    }
}

fn headline(row: &Row) -> Result<Headline, StoreError> {
    Ok(Headline {
        sequence: row.number("sequence")?,
        at: row.moment("at")?,
        actor: row.text("actor")?,
        kind: row.text("kind")?,
        object_kind: row.text("object_kind")?,
        object_name: row.text("object_name")?,
    })
}

fn event(row: &Row) -> Result<Event, StoreError> {
    Ok(Event {
        sequence: row.number("sequence")?,
        at: row.moment("at")?,
        actor: row.text("actor")?,
        request: row.text("request")?,
        kind: row.text("kind")?,
        object_kind: row.text("object_kind")?,
        object_name: row.text("object_name")?,
        payload: row.json("payload")?,
    })
}
