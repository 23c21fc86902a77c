//! What is written down of how it stands with an integration: only what is not as it was.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use scrim_catalog::{Catalog, Kind, Name};
use scrim_registry::Registry;
use scrim_store::{NewEvent, Store, StoreError, SyncState, SyncWord};
use scrim_sync::Report;

use crate::WHOLE;
use crate::tidings::{self, tell};

/// How it stands, as it was written last.
pub(crate) struct Record {
    registry: Arc<Registry>,
    store: Store,
    integration: Name,
    known: BTreeMap<String, SyncState>,
}

/// How it stands with one thing.
struct Standing {
    state: SyncWord,
    reason: Option<String>,
    retry: Option<DateTime<Utc>>,
}

impl Record {
    pub(crate) async fn load(registry: &Arc<Registry>, integration: &Name) -> Result<Self, StoreError> {
        let store = registry.store();
        let states = store.sync_states(integration).await?;
        let known = states.into_iter().map(|state| (state.subject.clone(), state)).collect();
        Ok(Self { registry: Arc::clone(registry), store: store.clone(), integration: integration.clone(), known })
    }

    /// The last event that was pushed in full, if any ever was.
    pub(crate) fn pushed(&self) -> Option<u64> {
        self.known.get(WHOLE).and_then(|whole| whole.pushed_sequence)
    }

    /// It is being pushed. Why it was not as it should be before stays written until that is over.
    pub(crate) async fn pushing(&mut self, wanted: u64, now: DateTime<Utc>) -> Result<(), StoreError> {
        let reason = self.known.get(WHOLE).and_then(|whole| whole.reason.clone());
        let states = vec![self.state(WHOLE, Standing { state: SyncWord::Pushing, reason, retry: None }, wanted, now)];
        self.write(states).await
    }

    /// A push came to its end: what it could not do is tried again at `retry`.
    pub(crate) async fn pushed_all(
        &mut self,
        catalog: &Catalog,
        report: &Report,
        wanted: u64,
        retry: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let failed: BTreeMap<&str, _> = report.failed.iter().map(|one| (one.data_source.as_str(), one)).collect();
        let ours: BTreeSet<&str> = catalog
            .data_sources
            .values()
            .filter(|source| *source.integration == self.integration)
            .map(|source| source.name.as_str())
            .collect();
        let (mut states, mut events) = (Vec::new(), Vec::new());
        for source in &ours {
            let standing = match failed.get(source) {
                None => Standing { state: SyncWord::InSync, reason: None, retry: None },
                Some(failed) => Standing {
                    state: if failed.closed { SyncWord::Closed } else { SyncWord::Failed },
                    reason: Some(failed.reason.clone()),
                    retry,
                },
            };
            events.extend(self.news(source, standing.state));
            if self.differs(source, &standing) {
                states.push(self.state(source, standing, wanted, now));
            }
        }
        // Whose login is somebody else's, no further attempt tells: a person has to.
        let state = match (report.failed.is_empty(), report.withdrawn.is_empty()) {
            (true, true) => SyncWord::InSync,
            (true, false) => SyncWord::Failed,
            (false, _) => SyncWord::Retrying,
        };
        let reason = untidy(report);
        let mut whole = self.state(WHOLE, Standing { state, reason, retry }, wanted, now);
        events.extend(self.whole_news(state));
        // Everything that can be there is: what is not is told of each data source.
        whole.pushed_sequence = Some(wanted);
        states.push(whole);
        let gone: Vec<String> =
            self.known.keys().filter(|known| *known != WHOLE && !ours.contains(known.as_str())).cloned().collect();
        if !gone.is_empty() {
            let names: Vec<&str> = gone.iter().map(String::as_str).collect();
            self.store.forget_sync_states(&self.integration, &names).await?;
            gone.iter().for_each(|name| drop(self.known.remove(name)));
        }
        self.write(states).await?;
        tell(&self.registry, &self.integration, events, now).await;
        Ok(())
    }

    /// Events went by with which nothing changed: what was pushed is there up to the last of them.
    pub(crate) async fn passed(&mut self, sequence: u64) -> Result<(), StoreError> {
        let Some(mut whole) = self.known.get(WHOLE).cloned() else { return Ok(()) };
        (whole.wanted_sequence, whole.pushed_sequence) = (sequence, Some(sequence));
        self.write(vec![whole]).await
    }

    /// A push did not come to its end.
    pub(crate) async fn broke_off(
        &mut self,
        reason: String,
        wanted: u64,
        retry: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let state = if retry.is_some() { SyncWord::Retrying } else { SyncWord::Failed };
        let events = self.whole_news(state);
        let states = vec![self.state(WHOLE, Standing { state, reason: Some(reason), retry }, wanted, now)];
        self.write(states).await?;
        tell(&self.registry, &self.integration, events.into_iter().collect(), now).await;
        Ok(())
    }

    /// What is told of the integration when it comes to stand so: only what is not as it was.
    fn whole_news(&self, state: SyncWord) -> Option<NewEvent> {
        let before = self.known.get(WHOLE).and_then(tidings::before);
        tidings::of(Kind::Integration, &self.integration, before, state)
    }

    /// As [`Record::whole_news`], of a data source. That one which is new is as it should be is no news.
    fn news(&self, source: &str, state: SyncWord) -> Option<NewEvent> {
        let before = self.known.get(source).map_or(SyncWord::InSync, |known| known.state);
        tidings::of(Kind::DataSource, source, Some(before), state)
    }

    fn differs(&self, subject: &str, standing: &Standing) -> bool {
        self.known.get(subject).is_none_or(|known| {
            known.state != standing.state || known.reason != standing.reason || standing.retry.is_some()
        })
    }

    fn state(&self, subject: &str, standing: Standing, wanted: u64, now: DateTime<Utc>) -> SyncState {
        let known = self.known.get(subject);
        let good = matches!(standing.state, SyncWord::InSync | SyncWord::Pushing);
        let since = known.filter(|known| known.state == standing.state).map_or(now, |known| known.since);
        let before = known.and_then(|known| known.pushed_sequence);
        SyncState {
            integration: self.integration.to_string(),
            subject: subject.to_owned(),
            state: standing.state,
            reason: standing.reason,
            attempts: if good { 0 } else { known.map_or(0, |known| known.attempts) + 1 },
            next_attempt: standing.retry,
            wanted_sequence: wanted,
            pushed_sequence: if standing.state == SyncWord::InSync { Some(wanted) } else { before },
            since,
            at: now,
        }
    }

    async fn write(&mut self, states: Vec<SyncState>) -> Result<(), StoreError> {
        self.store.set_sync_states(&states).await?;
        self.known.extend(states.into_iter().map(|state| (state.subject.clone(), state)));
        Ok(())
    }
}

/// What is not as it should be, and what to do where no data source tells it.
fn untidy(report: &Report) -> Option<String> {
    let mut parts = Vec::new();
    if !report.failed.is_empty() {
        parts.push(format!("{} data sources are not as they should be", report.failed.len()));
    }
    let (told, more) = report.withdrawn.split_at(report.withdrawn.len().min(TOLD));
    parts.extend(told.iter().map(|one| format!("user `{}`: {}", one.user, one.reason)));
    if !more.is_empty() {
        parts.push(format!("and {} users more, of whom drift tells", more.len()));
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// So many people are told of in one reason.
const TOLD: usize = 5;
