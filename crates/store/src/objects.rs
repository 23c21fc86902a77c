//! Reading objects, as they are and as they were.

use std::collections::HashMap;
use std::pin::Pin;

use chrono::{DateTime, Utc};
use futures_util::stream::{self, BoxStream};
use futures_util::{Stream, StreamExt, TryStreamExt};
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use serde_json::Value;

use crate::ask::Ask;
use crate::batches::batches;
use crate::commit::lock_log;
use crate::row::Row;
use crate::{Store, StoreError};

/// How many objects are read at a time.
const PAGE: u64 = 2000;

/// An object as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    /// The kind.
    pub kind: String,
    /// The name.
    pub name: String,
    /// The number of this version, counted from 1 for each object. A deletion counts, too.
    pub version: u64,
    /// The number of the last event of the commit that wrote it.
    pub sequence: u64,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// Who wrote it.
    pub actor: String,
    /// What it is.
    pub body: Value,
}

/// A version of an object, which may be its deletion.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    /// The kind.
    pub kind: String,
    /// The name.
    pub name: String,
    /// The number of this version.
    pub version: u64,
    /// The number of the last event of the commit that wrote it.
    pub sequence: u64,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// Who wrote it.
    pub actor: String,
    /// What it became; nothing when it was deleted.
    pub body: Option<Value>,
}

impl Version {
    /// The object, unless this version is its deletion.
    pub fn into_object(self) -> Option<Object> {
        let Version { kind, name, version, sequence, at, actor, body } = self;
        body.map(|body| Object { kind, name, version, sequence, at, actor, body })
    }
}

/// What stood at one moment, while it is read: by kind, then by name, some thousands at a time. It holds a connection of the
/// store until it is read or dropped; PostgreSQL ends one that is not read on for five minutes.
pub struct Snapshot<T> {
    /// The number of the last event of that moment.
    pub last_sequence: u64,
    /// The number of the last event that an object changed with.
    pub last_change: u64,
    items: BoxStream<'static, Result<T, StoreError>>,
}

impl<T> Snapshot<T> {
    /// Reads all of it into memory.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn all(self) -> Result<Vec<T>, StoreError> {
        self.items.try_collect().await
    }
}

impl<T> Stream for Snapshot<T> {
    type Item = Result<T, StoreError>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        self.items.as_mut().poll_next(context)
    }
}

/// A moment of the past.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AsOf {
    /// After the event of this number.
    Sequence(u64),
    /// After the last event that was not later than this.
    Moment(DateTime<Utc>),
}

/// Which versions are read.
#[derive(Clone, Copy)]
enum Which {
    /// The newest of each that exists.
    Current,
    /// The newest of each that changed after this event.
    Since(u64),
    /// The newest of each up to this event.
    UpTo(u64),
}

impl Store {
    /// All objects there are.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn objects(&self) -> Result<Snapshot<Object>, StoreError> {
        let reading = self.reading().await?;
        let last_sequence = lock_log(&reading, "").await?;
        existing(reading, last_sequence, Which::Current).await
    }

    /// What became of each object that changed after an event: what it is now, or that it was deleted.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn objects_since(&self, sequence: u64) -> Result<Snapshot<Version>, StoreError> {
        let reading = self.reading().await?;
        let last_sequence = lock_log(&reading, "").await?;
        let last_change = last_change(&reading, last_sequence).await?;
        Ok(Snapshot { last_sequence, last_change, items: read(reading, Which::Since(sequence)).boxed() })
    }

    /// All objects as they were, and the number of the last event then. In the midst of the events of one commit, none of its
    /// changes is there yet.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn objects_as_of(&self, as_of: AsOf) -> Result<Snapshot<Object>, StoreError> {
        let reading = self.reading().await?;
        let sequence = match as_of {
            AsOf::Sequence(sequence) => sequence.min(lock_log(&reading, "").await?),
            AsOf::Moment(at) => last_event(&reading, at).await?,
        };
        existing(reading, sequence, Which::UpTo(sequence)).await
    }

    /// All versions of an object, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn versions(&self, kind: &str, name: &str) -> Result<Vec<Version>, StoreError> {
        let ask = Ask::to(
            "read the versions of an object",
            "SELECT kind, name, version, sequence, at, actor, body FROM object_versions
             WHERE kind = $1 AND name = $2 ORDER BY version DESC",
        );
        ask.key("the kind of an object", kind).key("the name of an object", name).each(self.connection(), version).await
    }

    /// The number of the last event that was not later than a moment; 0 where there was none.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn sequence_at(&self, at: DateTime<Utc>) -> Result<u64, StoreError> {
        last_event(self.connection(), at).await
    }

    /// The version that an object was in at a moment: its deletion where it was deleted, nothing where it was not there yet. Only
    /// its own versions are looked at, however much else happened.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn version_as_of(
        &self,
        kind: &str,
        name: &str,
        at: DateTime<Utc>,
    ) -> Result<Option<Version>, StoreError> {
        let ask = Ask::to(
            "read a version of an object",
            "SELECT kind, name, version, sequence, at, actor, body FROM object_versions
             WHERE kind = $1 AND name = $2 AND at <= $3 ORDER BY version DESC LIMIT 1",
        );
        let ask = ask.key("the kind of an object", kind).key("the name of an object", name).moment("the moment", at);
        ask.one(self.connection()).await?.as_ref().map(version).transpose()
    }

    /// Whether an object was deleted after an event: what has its name since is another one.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn deleted_since(&self, kind: &str, name: &str, sequence: u64) -> Result<bool, StoreError> {
        let ask = Ask::to(
            "read the deletions of an object",
            "SELECT coalesce(max(sequence), 0) AS sequence FROM object_versions
             WHERE kind = $1 AND name = $2 AND sequence > $3 AND body IS NULL",
        );
        let ask = ask.key("the kind of an object", kind).key("the name of an object", name).number(sequence);
        Ok(ask.only(self.connection()).await?.number("sequence")? > 0)
    }

    /// The number of the last event that each of these objects was deleted with; those that never were are left out.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn last_deletions(
        &self,
        objects: &[(String, String)],
    ) -> Result<HashMap<(String, String), u64>, StoreError> {
        let mut last = HashMap::new();
        for objects in batches(objects) {
            let ask =
                "SELECT kind, name, max(sequence) AS sequence FROM object_versions WHERE (kind, name) IN (VALUES ";
            let ask = Ask::to("read the deletions of objects", ask).and_rows(objects.len(), 2);
            let mut ask = ask.and(") AND body IS NULL GROUP BY kind, name");
            for (kind, name) in objects {
                ask = ask.key("the kind of an object", kind).key("the name of an object", name);
            }
            let deletion = |row: &Row| Ok(((row.text("kind")?, row.text("name")?), row.number("sequence")?));
            last.extend(ask.each(self.connection(), deletion).await?);
        }
        Ok(last)
    }

    /// An object, if it exists.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn object(&self, kind: &str, name: &str) -> Result<Option<Object>, StoreError> {
        let ask = Ask::to(
            "read an object",
            "SELECT v.kind, v.name, v.version, v.sequence, v.at, v.actor, v.body FROM objects o
             JOIN object_versions v ON v.kind = o.kind AND v.name = o.name AND v.version = o.version
             WHERE o.kind = $1 AND o.name = $2",
        );
        let ask = ask.key("the kind of an object", kind).key("the name of an object", name);
        let found = ask.one(self.connection()).await?;
        Ok(found.as_ref().map(version).transpose()?.and_then(Version::into_object))
    }
}

async fn existing(
    reading: DatabaseTransaction,
    last_sequence: u64,
    which: Which,
) -> Result<Snapshot<Object>, StoreError> {
    let last_change = last_change(&reading, last_sequence).await?;
    let objects = read(reading, which).try_filter_map(|version| async { Ok(version.into_object()) });
    Ok(Snapshot { last_sequence, last_change, items: objects.boxed() })
}

/// From the newest one back: the moments that are asked for are late ones, mostly.
async fn last_event(on: &impl ConnectionTrait, at: DateTime<Utc>) -> Result<u64, StoreError> {
    let ask =
        "SELECT coalesce((SELECT sequence FROM events WHERE at <= $1 ORDER BY sequence DESC LIMIT 1), 0) AS sequence";
    Ask::to("read events", ask).moment("the moment", at).only(on).await?.number("sequence")
}

/// The number of the last event up to this one that an object changed with, be it by its deletion.
async fn last_change(reading: &DatabaseTransaction, sequence: u64) -> Result<u64, StoreError> {
    let ask = "SELECT coalesce(max(sequence), 0) AS sequence FROM object_versions WHERE sequence <= $1";
    Ask::to("read the last change", ask).number(sequence).only(reading).await?.number("sequence")
}

/// Reads page after page in one transaction.
fn read(reading: DatabaseTransaction, which: Which) -> impl Stream<Item = Result<Version, StoreError>> + Send {
    let start = Some((reading, String::new(), String::new()));
    stream::try_unfold(start, move |place| async move {
        let Some((reading, kind, name)) = place else { return Ok(None) };
        let versions = page(which, &kind, &name).each(&reading, version).await?;
        let next = match versions.last() {
            Some(last) if versions.len() as u64 == PAGE => Some((reading, last.kind.clone(), last.name.clone())),
            _ => None,
        };
        Ok::<_, StoreError>(Some((stream::iter(versions.into_iter().map(Ok)), next)))
    })
    .try_flatten()
}

fn page(which: Which, kind: &str, name: &str) -> Ask {
    let newest = match which {
        Which::Current => "SELECT kind, name, version FROM objects WHERE NOT deleted AND (kind, name) > ($1, $2)",
        Which::Since(_) => "SELECT kind, name, version FROM objects WHERE sequence > $3 AND (kind, name) > ($1, $2)",
        Which::UpTo(_) => {
            "SELECT kind, name, max(version) AS version FROM object_versions
             WHERE sequence <= $3 AND (kind, name) > ($1, $2) GROUP BY kind, name"
        }
    };
    // The number of rows stands in the statement: PostgreSQL plans for few of them only when it sees that they are.
    let sql = format!(
        "SELECT v.kind, v.name, v.version, v.sequence, v.at, v.actor, v.body
         FROM ({newest} ORDER BY kind, name LIMIT {PAGE}) o
         JOIN object_versions v ON v.kind = o.kind AND v.name = o.name AND v.version = o.version
         ORDER BY v.kind, v.name"
    );
    let ask = Ask::to("read objects", sql).text("the kind", kind).text("the name", name);
    match which {
        Which::Current => ask,
        Which::Since(sequence) | Which::UpTo(sequence) => ask.number(sequence),
    }
}

fn version(row: &Row) -> Result<Version, StoreError> {
    Ok(Version {
        kind: row.text("kind")?,
        name: row.text("name")?,
        version: row.number("version")?,
        sequence: row.number("sequence")?,
        at: row.moment("at")?,
        actor: row.text("actor")?,
        body: row.maybe_json("body")?,
    })
}
