//! Changing the catalog.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, SubsecRound, Utc};
use scrim_catalog::{Applied, Catalog, Change, Kind, Name};
use scrim_store::{ActorKind, Commit, Committed, Expected, NewAudit, NewEvent, ObjectChange, Outcome, StoreError, Via};
use serde_json::Value;

use crate::event::happened;
use crate::{ChangeError, Registry, RegistryError, World};

/// How often it is decided again when somebody else was quicker.
const ATTEMPTS: u32 = 64;
/// The longest pause before that.
const LONGEST: u64 = 50;
/// So many bytes of a text are written into the audit trail.
const LONGEST_TEXT: usize = 2000;

/// Who asks for something, how, and for what: what the audit trail says of it.
#[derive(Clone, Debug)]
pub struct Asked {
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub actor: String,
    /// What kind of actor that is.
    pub actor_kind: ActorKind,
    /// How the request came.
    pub via: Via,
    /// The request.
    pub request: String,
    /// The address of the client.
    pub address: Option<String>,
    /// What is asked for, such as `user.put`.
    pub action: String,
    /// What it is about.
    pub object: Option<(Kind, String)>,
}

/// What somebody decided to change.
#[derive(Clone, Debug, Default)]
pub struct Proposal {
    /// The changes, without what follows from them.
    pub changes: Vec<Change>,
    /// What comes of them, where it was looked at to decide: made of the catalog that was given, by [`Catalog::apply`].
    pub applied: Option<Applied>,
    /// Which versions the changed documents must be in.
    pub expected: Vec<(Kind, Name, Expected)>,
    /// The rule by which it is allowed.
    pub decided_by: String,
    /// More about it, for the audit trail.
    pub details: Value,
}

impl Proposal {
    /// What comes of it, unless that is known, and the rest of it.
    fn applied(mut self, before: &World) -> Result<(Applied, Self), Vec<scrim_catalog::Problem>> {
        let changes = std::mem::take(&mut self.changes);
        let applied = self.applied.take().map_or_else(|| before.catalog.apply(changes), Ok)?;
        Ok((applied, self))
    }
}

/// What a change would do, or did.
#[derive(Clone, Debug)]
pub struct Planned {
    /// The catalog before.
    pub before: Arc<World>,
    /// The catalog after, and every document that changes.
    pub applied: Applied,
    /// For each changed document, its version now, and for each that was only expected; nothing when nothing was done.
    pub versions: Vec<u64>,
    /// The number of the last event.
    pub sequence: u64,
}

impl Asked {
    /// An entry of the audit trail about it.
    pub fn audit(&self, outcome: Outcome, decided_by: Option<String>, details: Value) -> NewAudit {
        NewAudit {
            at: self.at.trunc_subsecs(6),
            actor: short(&self.actor),
            actor_kind: self.actor_kind,
            via: self.via,
            request: short(&self.request),
            action: short(&self.action),
            object_kind: self.object.as_ref().map(|(kind, _)| kind.as_str().to_owned()),
            object_name: self.object.as_ref().map(|(_, name)| short(name)),
            outcome,
            decided_by: decided_by.as_deref().map(short),
            details,
            address: self.address.as_deref().map(short),
        }
    }
}

/// What an entry of the audit trail has of a text at most: some of them are the words of whoever asks, also of strangers.
fn short(text: &str) -> String {
    let end = text.floor_char_boundary(LONGEST_TEXT);
    match text.get(..end) {
        Some(beginning) if end < text.len() => format!("{beginning}…"),
        _ => text.to_owned(),
    }
}

impl Registry {
    /// Tells what a change would do, and does nothing.
    ///
    /// # Errors
    /// When it was refused, or the catalog would not be valid.
    pub fn plan<E>(&self, decide: impl FnOnce(&World) -> Result<Proposal, E>) -> Result<Planned, ChangeError<E>> {
        let before = self.world();
        let proposal = decide(&before).map_err(ChangeError::Refused)?;
        let (applied, _) = proposal.applied(&before).map_err(ChangeError::Problems)?;
        let sequence = before.sequence;
        Ok(Planned { before, applied, versions: vec![], sequence })
    }

    /// Changes the catalog, with what follows, its events and its audit entry, or leaves all as it is. `decide` is asked
    /// again when the catalog has changed meanwhile: whatever it looks at is what the change is made of.
    ///
    /// # Errors
    /// When it was refused, the catalog would not be valid, a document is in another version, or nothing can be written.
    pub async fn change<E>(
        &self,
        asked: &Asked,
        mut decide: impl FnMut(&World) -> Result<Proposal, E>,
    ) -> Result<Planned, ChangeError<E>> {
        let _writing = self.writing.lock().await;
        for attempt in 0..ATTEMPTS {
            if attempt > 0 {
                // Each time longer, and never as long as another who waits: else the quicker one would always be so.
                let pause = LONGEST.min(2 << attempt.min(16));
                let part = RandomState::new().hash_one(attempt) % pause;
                tokio::time::sleep(Duration::from_millis(part)).await;
                self.take_in().await?;
            }
            let before = self.world();
            let proposal = decide(&before).map_err(ChangeError::Refused)?;
            let (applied, proposal) = proposal.applied(&before).map_err(ChangeError::Problems)?;
            let changes = written(&before.catalog, applied.changes.clone());
            let commit = Commit {
                at: asked.at.trunc_subsecs(6),
                actor: asked.actor.clone(),
                request: asked.request.clone(),
                based_on: before.sequence,
                events: events(&before.catalog, &changes),
                forgotten: forgotten(&before.catalog, &changes),
                changes: objects(&before.catalog, &changes, &proposal.expected)?,
                audit: asked.audit(Outcome::Allowed, Some(proposal.decided_by), proposal.details),
            };
            match self.store().commit(&commit).await {
                Ok(Committed { last_sequence, versions }) => {
                    let changed = !changes.is_empty();
                    let applied = Applied { changes, ..applied };
                    let changed = if changed { last_sequence } else { before.changed };
                    let catalog = Arc::clone(&applied.catalog);
                    self.stand(World { catalog, sequence: last_sequence, changed });
                    return Ok(Planned { before, applied, versions, sequence: last_sequence });
                }
                Err(StoreError::Behind { .. }) => {}
                Err(StoreError::Changed { kind, name, version }) => {
                    return Err(match (kind.parse(), Name::new(&name)) {
                        (Ok(kind), Ok(name)) => ChangeError::Expected { kind, name, version },
                        _ => RegistryError::Store(StoreError::Changed { kind, name, version }).into(),
                    });
                }
                Err(error) => return Err(RegistryError::Store(error).into()),
            }
        }
        Err(ChangeError::Busy)
    }

    /// Has something told that is no change of a document: its events and its audit entry, in one transaction. The catalog
    /// stays as it is, and is that of the last of these events. `decided_by`: the rule by which it is allowed.
    ///
    /// # Errors
    /// When nothing can be written, or others write all the time.
    pub async fn tell<E>(
        &self,
        asked: &Asked,
        events: &[NewEvent],
        decided_by: Option<&str>,
    ) -> Result<(), ChangeError<E>> {
        let _writing = self.writing.lock().await;
        for attempt in 0..ATTEMPTS {
            if attempt > 0 {
                // Each time longer, and never as long as another who waits: else the quicker one would always be so.
                let pause = LONGEST.min(2 << attempt.min(16));
                let part = RandomState::new().hash_one(attempt) % pause;
                tokio::time::sleep(Duration::from_millis(part)).await;
                self.take_in().await?;
            }
            let before = self.world();
            let commit = Commit {
                at: asked.at.trunc_subsecs(6),
                actor: asked.actor.clone(),
                request: asked.request.clone(),
                based_on: before.sequence,
                events: events.to_vec(),
                changes: vec![],
                forgotten: vec![],
                audit: asked.audit(Outcome::Allowed, decided_by.map(str::to_owned), Value::Null),
            };
            match self.store().commit(&commit).await {
                Ok(Committed { last_sequence, .. }) => {
                    let catalog = Arc::clone(&before.catalog);
                    self.stand(World { catalog, sequence: last_sequence, changed: before.changed });
                    return Ok(());
                }
                Err(StoreError::Behind { .. }) => {}
                Err(error) => return Err(RegistryError::Store(error).into()),
            }
        }
        Err(ChangeError::Busy)
    }
}

/// What is different afterwards: a document that stays as it is, and one that never was, are no changes.
fn written(before: &Catalog, changes: Vec<Change>) -> Vec<Change> {
    let differs = |change: &Change| match change {
        Change::Put(document) => before.document(document.kind(), document.name()).as_ref() != Some(document),
        Change::Delete(kind, name) => before.has(*kind, name),
    };
    changes.into_iter().filter(differs).collect()
}

/// What is written: the changes, and what must be in a version although it stays as it is.
fn objects<E>(
    before: &Catalog,
    changes: &[Change],
    expected: &[(Kind, Name, Expected)],
) -> Result<Vec<ObjectChange>, ChangeError<E>> {
    let unreadable = |kind: Kind, name: &Name, error: serde_json::Error| {
        let what = format!("the {kind} `{name}`");
        RegistryError::Store(StoreError::Unreadable { what, reason: error.to_string() })
    };
    let mut objects = Vec::with_capacity(changes.len());
    for change in changes {
        let (kind, name) = change.of();
        let body = match change {
            Change::Put(document) => Some(document.to_json().map_err(|error| unreadable(kind, name, error))?),
            Change::Delete(..) => None,
        };
        let expected = expected.iter().find(|(k, n, _)| *k == kind && n == name);
        objects.push(ObjectChange {
            kind: kind.as_str().to_owned(),
            name: name.to_string(),
            body,
            expected: expected.map_or(Expected::Any, |(_, _, expected)| *expected),
        });
    }
    let unchanged =
        expected.iter().filter(|(kind, name, _)| !changes.iter().any(|change| change.of() == (*kind, name)));
    objects.extend(unchanged.map(|(kind, name, expected)| ObjectChange {
        kind: kind.as_str().to_owned(),
        name: name.to_string(),
        body: before.json(*kind, name),
        expected: *expected,
    }));
    Ok(objects)
}

/// Users who are somebody else before and after: nobody signs in as whoever comes by what is left of whoever went.
fn forgotten(before: &Catalog, changes: &[Change]) -> Vec<String> {
    let other = |change: &&Change| match change {
        Change::Put(_) => !before.has(change.of().0, change.of().1),
        Change::Delete(..) => true,
    };
    let users = changes.iter().filter(|change| change.of().0 == Kind::User);
    users.filter(other).map(|change| change.of().1.to_string()).collect()
}

fn events(before: &Catalog, changes: &[Change]) -> Vec<NewEvent> {
    changes.iter().flat_map(|change| happened(before, change)).collect()
}
