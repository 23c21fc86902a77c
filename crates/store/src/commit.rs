//! Writing: objects, their events and the audit entry, in one transaction.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use serde_json::Value;

use crate::ask::Ask;
use crate::audit::{self, NewAudit};
use crate::batches::batches;
use crate::{Store, StoreError, leavings};

/// What is written together.
#[derive(Debug, Clone, PartialEq)]
pub struct Commit {
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub actor: String,
    /// The request it belongs to.
    pub request: String,
    /// The last event that the writer knew when deciding this.
    pub based_on: u64,
    /// What changes, each object at most once.
    pub changes: Vec<ObjectChange>,
    /// What others are told, in this order. At least one when something changes. They are written as they are given, also
    /// about objects that turn out to be unchanged.
    pub events: Vec<NewEvent>,
    /// Users of whom nothing is good afterwards that they signed in with: what is left of whoever had a name that is given to
    /// somebody new, and of whoever goes. The audit trail tells of each of whom something was left.
    pub forgotten: Vec<String>,
    /// What the audit trail says of it.
    pub audit: NewAudit,
}

/// The change of one object.
#[derive(Debug, Clone, PartialEq)]
pub struct ObjectChange {
    /// The kind.
    pub kind: String,
    /// The name.
    pub name: String,
    /// What it is from now on; nothing deletes it.
    pub body: Option<Value>,
    /// What it must have been until now.
    pub expected: Expected,
}

/// What a writer expects of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// Anything.
    Any,
    /// That it does not exist.
    Absent,
    /// That it exists, in this version.
    Version(u64),
}

/// An event to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEvent {
    /// What happened, such as `user.updated`.
    pub kind: String,
    /// The kind of the object it happened to.
    pub object_kind: String,
    /// The name of the object.
    pub object_name: String,
    /// More about it.
    pub payload: Value,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    /// The number of the last event, which is one of this commit unless it had none.
    pub last_sequence: u64,
    /// For each change, in order, the number of the object's last version: the one before when nothing changed, 0 for what
    /// never existed.
    pub versions: Vec<u64>,
}

/// The newest version of an object.
struct Newest {
    version: u64,
    /// Nothing when it is deleted.
    body: Option<Value>,
}

/// A version about to be written.
struct Next<'a> {
    change: &'a ObjectChange,
    version: u64,
}

impl Store {
    /// Writes it all, or nothing. An object whose body stays equal gets no new version.
    ///
    /// All versions of a commit carry the number of its last event.
    ///
    /// # Errors
    /// [`StoreError::Behind`] when there are events that the writer did not know, [`StoreError::Changed`] when an object is not
    /// as expected; [`StoreError::Repeated`], [`StoreError::NoEvent`] and those of texts when the commit cannot be written.
    pub async fn commit(&self, commit: &Commit) -> Result<Committed, StoreError> {
        check_once(&commit.changes)?;
        let writing = self.writing().await?;
        let on = writing.on();
        let last = lock_log(on, self.engine().and_lock()).await?;
        if last != commit.based_on {
            return Err(StoreError::Behind { known: commit.based_on, last });
        }
        let last_sequence = last + commit.events.len() as u64;
        let newest = newest(on, &commit.changes).await?;
        let mut versions = Vec::with_capacity(commit.changes.len());
        let mut next = Vec::new();
        for change in &commit.changes {
            let (version, changes) = decide(change, newest.get(&(change.kind.as_str(), change.name.as_str())))?;
            versions.push(version);
            if changes {
                next.push(Next { change, version });
            }
        }
        if !next.is_empty() && commit.events.is_empty() {
            return Err(StoreError::NoEvent);
        }
        write_versions(on, commit, last_sequence, &next).await?;
        write_events(on, commit, last).await?;
        if last_sequence > last {
            let head = Ask::to("count the events", "UPDATE log_head SET sequence = $1");
            head.number(last_sequence).run(on).await?;
            self.tell_replicas(on).await?;
        }
        let mut entries = vec![commit.audit.clone()];
        entries.extend(leavings::forget(on, commit).await?);
        audit::append(on, self.engine(), &entries).await?;
        writing.commit().await?;
        self.note_last(last_sequence);
        Ok(Committed { last_sequence, versions })
    }

    /// The number of the last event, 0 when there is none.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn last_sequence(&self) -> Result<u64, StoreError> {
        lock_log(self.connection(), "").await
    }
}

/// The number of the last event; whoever locks its row is the one who writes.
pub(crate) async fn lock_log(on: &impl ConnectionTrait, lock: &str) -> Result<u64, StoreError> {
    let head = Ask::to("read the number of the last event", "SELECT sequence FROM log_head");
    head.and(lock).only(on).await?.number("sequence")
}

fn check_once(changes: &[ObjectChange]) -> Result<(), StoreError> {
    let mut seen = BTreeSet::new();
    match changes.iter().find(|change| !seen.insert((&change.kind, &change.name))) {
        Some(change) => Err(StoreError::Repeated { kind: change.kind.clone(), name: change.name.clone() }),
        None => Ok(()),
    }
}

/// The number of the object's last version after the change, and whether it is a new one.
fn decide(change: &ObjectChange, newest: Option<&Newest>) -> Result<(u64, bool), StoreError> {
    let last = newest.map_or(0, |newest| newest.version);
    let body = newest.and_then(|newest| newest.body.as_ref());
    let current = body.map(|_| last);
    let holds = match change.expected {
        Expected::Any => true,
        Expected::Absent => current.is_none(),
        Expected::Version(version) => current == Some(version),
    };
    if !holds {
        return Err(StoreError::Changed { kind: change.kind.clone(), name: change.name.clone(), version: current });
    }
    let changes = body != change.body.as_ref();
    Ok((last + u64::from(changes), changes))
}

async fn newest<'a>(
    on: &impl ConnectionTrait,
    changes: &'a [ObjectChange],
) -> Result<BTreeMap<(&'a str, &'a str), Newest>, StoreError> {
    let mut found = BTreeMap::new();
    for changes in batches(changes) {
        let mut ask = Ask::to(
            "read objects",
            "SELECT v.kind, v.name, v.version, v.body FROM objects o
             JOIN object_versions v ON v.kind = o.kind AND v.name = o.name AND v.version = o.version
             WHERE (o.kind, o.name) IN (VALUES ",
        );
        ask = ask.and_rows(changes.len(), 2).and(")");
        for change in changes {
            ask = ask.key("the kind of an object", &change.kind).key("the name of an object", &change.name);
        }
        let mut rows = BTreeMap::new();
        for row in ask.all(on).await? {
            let newest = Newest { version: row.number("version")?, body: row.maybe_json("body")? };
            rows.insert((row.text("kind")?, row.text("name")?), newest);
        }
        for change in changes {
            if let Some(newest) = rows.remove(&(change.kind.clone(), change.name.clone())) {
                found.insert((change.kind.as_str(), change.name.as_str()), newest);
            }
        }
    }
    Ok(found)
}

async fn write_versions(
    on: &impl ConnectionTrait,
    commit: &Commit,
    sequence: u64,
    next: &[Next<'_>],
) -> Result<(), StoreError> {
    for next in batches(next) {
        let mut version = Ask::to(
            "write versions of objects",
            "INSERT INTO object_versions (kind, name, version, sequence, at, actor, body) VALUES ",
        )
        .and_rows(next.len(), 7);
        let mut object =
            Ask::to("write objects", "INSERT INTO objects (kind, name, version, sequence, deleted) VALUES ")
                .and_rows(next.len(), 5)
                .and(
                    " ON CONFLICT (kind, name) DO UPDATE SET
                     version = excluded.version, sequence = excluded.sequence, deleted = excluded.deleted",
                );
        for Next { change, version: number } in next {
            version = version
                .key("the kind of an object", &change.kind)
                .key("the name of an object", &change.name)
                .number(*number)
                .number(sequence)
                .moment("the time of a commit", commit.at)
                .text("the actor of a commit", &commit.actor)
                .maybe_json("the body of an object", change.body.as_ref());
            object = object
                .key("the kind of an object", &change.kind)
                .key("the name of an object", &change.name)
                .number(*number)
                .number(sequence)
                .flag(change.body.is_none());
        }
        version.run(on).await?;
        object.run(on).await?;
    }
    Ok(())
}

async fn write_events(on: &impl ConnectionTrait, commit: &Commit, last: u64) -> Result<(), StoreError> {
    let mut sequence = last;
    for events in batches(&commit.events) {
        let mut ask = Ask::to(
            "write events",
            "INSERT INTO events (sequence, at, actor, request, kind, object_kind, object_name, payload) VALUES ",
        )
        .and_rows(events.len(), 8);
        for event in events {
            sequence += 1;
            ask = ask
                .number(sequence)
                .moment("the time of a commit", commit.at)
                .text("the actor of a commit", &commit.actor)
                .text("the request of a commit", &commit.request)
                .text("the kind of an event", &event.kind)
                .text("the kind of an event's object", &event.object_kind)
                .text("the name of an event's object", &event.object_name)
                .json("the payload of an event", &event.payload);
        }
        ask.run(on).await?;
    }
    Ok(())
}
