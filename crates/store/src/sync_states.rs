//! How far the warehouse is, for each thing that is pushed into it.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};

use crate::ask::Ask;
use crate::batches::batches;
use crate::row::Row;
use crate::words::words;
use crate::{Store, StoreError};

const COLUMNS: &str =
    "integration, subject, state, reason, attempts, next_attempt, wanted_sequence, pushed_sequence, since, at";

words! {
    /// How it stands with one thing.
    pub enum SyncWord {
        /// What was wanted is there.
        InSync = "in_sync",
        /// It is being pushed.
        Pushing = "pushing",
        /// Pushing failed, and is tried again.
        Retrying = "retrying",
        /// Pushing failed for good: somebody has to do something.
        Failed = "failed",
        /// Nobody sees it any more, for what takes away could not be pushed.
        Closed = "closed",
        /// Its turn has not come.
        Waiting = "waiting",
    }
}

/// How it stands with one thing in one integration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncState {
    /// The integration.
    pub integration: String,
    /// The data source, or whatever else is pushed by itself, such as the profiles.
    pub subject: String,
    /// How it stands.
    pub state: SyncWord,
    /// Why, and what to do.
    pub reason: Option<String>,
    /// How often it was tried since it last succeeded.
    pub attempts: u64,
    /// When it is tried next.
    pub next_attempt: Option<DateTime<Utc>>,
    /// The number of the event whose consequences are wanted there.
    pub wanted_sequence: u64,
    /// The number of the last event whose consequences are there.
    pub pushed_sequence: Option<u64>,
    /// Since when it has been in this state.
    pub since: DateTime<Utc>,
    /// When this was written.
    pub at: DateTime<Utc>,
}

impl Store {
    /// Writes how it stands, all of it or nothing, in place of what was written of the same things.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn set_sync_states(&self, states: &[SyncState]) -> Result<(), StoreError> {
        // One statement cannot write a row twice: the last one counts.
        let last: BTreeMap<_, _> = states.iter().map(|state| ((&state.integration, &state.subject), state)).collect();
        let states: Vec<_> = last.into_values().collect();
        let writing = self.writing().await?;
        for states in batches(&states) {
            let ask = Ask::to("write the state of pushes", format!("INSERT INTO sync_states ({COLUMNS}) VALUES "));
            let mut ask = ask.and_rows(states.len(), 10).and(
                " ON CONFLICT (integration, subject) DO UPDATE SET state = excluded.state, reason = excluded.reason,
                 attempts = excluded.attempts, next_attempt = excluded.next_attempt,
                 wanted_sequence = excluded.wanted_sequence, pushed_sequence = excluded.pushed_sequence,
                 since = excluded.since, at = excluded.at",
            );
            for state in states {
                ask = ask
                    .key("the name of an integration", &state.integration)
                    .key("what is pushed", &state.subject)
                    .text("the state of a push", state.state.as_str())
                    .maybe_text("the reason of a state", state.reason.as_deref())
                    .number(state.attempts)
                    .maybe_moment("the next attempt", state.next_attempt)
                    .number(state.wanted_sequence)
                    .maybe_number(state.pushed_sequence)
                    .moment("the beginning of a state", state.since)
                    .moment("the time of a state", state.at);
            }
            ask.run(writing.on()).await?;
        }
        writing.commit().await
    }

    /// How it stands with all things of an integration, in their order.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn sync_states(&self, integration: &str) -> Result<Vec<SyncState>, StoreError> {
        let ask = format!("SELECT {COLUMNS} FROM sync_states WHERE integration = $1 ORDER BY subject");
        let ask = Ask::to("read the state of pushes", ask).key("the name of an integration", integration);
        ask.each(self.connection(), state).await
    }

    /// How it stands with one thing in an integration, if that was ever written.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn sync_state(&self, integration: &str, subject: &str) -> Result<Option<SyncState>, StoreError> {
        let ask = format!("SELECT {COLUMNS} FROM sync_states WHERE integration = $1 AND subject = $2");
        let ask = Ask::to("read how it stands", ask).key("the name of an integration", integration);
        let ask = ask.key("the subject of a state", subject);
        ask.one(self.connection()).await?.as_ref().map(state).transpose()
    }

    /// How it stands with these things of an integration, of those of which that was ever written.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn sync_states_of(&self, integration: &str, subjects: &[&str]) -> Result<Vec<SyncState>, StoreError> {
        let mut found = Vec::with_capacity(subjects.len());
        for subjects in batches(subjects) {
            let ask = format!("SELECT {COLUMNS} FROM sync_states WHERE (integration, subject) IN (VALUES ");
            let mut ask = Ask::to("read how it stands", ask).and_rows(subjects.len(), 2).and(") ORDER BY subject");
            for subject in subjects {
                ask = ask.key("the name of an integration", integration).key("the subject of a state", subject);
            }
            found.extend(ask.each(self.connection(), state).await?);
        }
        Ok(found)
    }

    /// The state of each thing of an integration, without the rest of it: one row for each state there is, for thousands of
    /// rows take longer than what is in them.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn sync_words(&self, integration: &str) -> Result<HashMap<String, SyncWord>, StoreError> {
        let (begin, end) = self.engine().list_of();
        let ask = format!(
            "SELECT state, {begin}subject{end} AS subjects FROM sync_states WHERE integration = $1 GROUP BY state"
        );
        let ask = Ask::to("read the states of pushes", ask).key("the name of an integration", integration);
        let of_each = ask.each(self.connection(), |row| {
            let subjects: Vec<String> = serde_json::from_value(row.json("subjects")?)
                .map_err(|error| crate::row::unreadable("subjects", &error.to_string()))?;
            Ok((row.word("state", SyncWord::from_word)?, subjects))
        });
        let words = of_each.await?.into_iter();
        Ok(words.flat_map(|(word, subjects)| subjects.into_iter().map(move |subject| (subject, word))).collect())
    }

    /// How many things of an integration are in each state; states with none are left out.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn sync_counts(&self, integration: &str) -> Result<BTreeMap<SyncWord, u64>, StoreError> {
        let ask = "SELECT state, count(*) AS things FROM sync_states WHERE integration = $1 GROUP BY state";
        let ask = Ask::to("count the states of pushes", ask).key("the name of an integration", integration);
        let counts =
            ask.each(self.connection(), |row| Ok((row.word("state", SyncWord::from_word)?, row.number("things")?)));
        Ok(counts.await?.into_iter().collect())
    }

    /// Forgets things that are pushed no longer.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn forget_sync_states(&self, integration: &str, subjects: &[&str]) -> Result<(), StoreError> {
        let writing = self.writing().await?;
        for subjects in batches(subjects) {
            let ask = "DELETE FROM sync_states WHERE (integration, subject) IN (VALUES ";
            let mut ask = Ask::to("forget the state of pushes", ask).and_rows(subjects.len(), 2).and(")");
            for subject in subjects {
                ask = ask.key("the name of an integration", integration).key("what is pushed", subject);
            }
            ask.run(writing.on()).await?;
        }
        writing.commit().await
    }
}

fn state(row: &Row) -> Result<SyncState, StoreError> {
    Ok(SyncState {
        integration: row.text("integration")?,
        subject: row.text("subject")?,
        state: row.word("state", SyncWord::from_word)?,
        reason: row.maybe_text("reason")?,
        attempts: row.number("attempts")?,
        next_attempt: row.maybe_moment("next_attempt")?,
        wanted_sequence: row.number("wanted_sequence")?,
        pushed_sequence: row.maybe_number("pushed_sequence")?,
        since: row.moment("since")?,
        at: row.moment("at")?,
    })
}
