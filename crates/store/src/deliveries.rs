//! Events on their way to webhooks, and what became of them.

mod queue;

use chrono::{DateTime, Utc};
use std::time::Duration;

pub use queue::Claimed;

use crate::ask::Ask;
use crate::row::Row;
use crate::words::words;
use crate::{Page, Store, StoreError};

const COLUMNS: &str = "id, webhook, sequence, state, due, holder, claims, created, finished";

words! {
    /// How it stands with a delivery.
    pub enum DeliveryState {
        /// It is to be made, or is being made.
        Waiting = "waiting",
        /// The receiver took it.
        Delivered = "delivered",
        /// It was given up.
        Dead = "dead",
    }
}

/// An event on its way to a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its number; later ones are larger.
    pub id: u64,
    /// The webhook.
    pub webhook: String,
    /// The number of the event.
    pub sequence: u64,
    /// How it stands.
    pub state: DeliveryState,
    /// When it may be claimed next, as long as it is waiting.
    pub due: DateTime<Utc>,
    /// Who claimed it last.
    pub holder: Option<String>,
    /// How often it was claimed.
    pub claims: u64,
    /// When it was put into the queue.
    pub created: DateTime<Utc>,
    /// When it was delivered or given up.
    pub finished: Option<DateTime<Utc>>,
}

/// What came of trying to deliver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAttempt {
    /// When.
    pub at: DateTime<Utc>,
    /// The status of the answer, if there was one.
    pub status: Option<u16>,
    /// Why there was no good answer.
    pub error: Option<String>,
    /// How long it took; kept in milliseconds.
    pub duration: Duration,
    /// The answer; its first 1,024 bytes are kept, without NUL characters.
    pub answer: Option<String>,
}

/// A try to deliver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Which one, counted from 1 for each delivery.
    pub number: u64,
    /// What came of it.
    pub tried: NewAttempt,
}

impl Store {
    /// The deliveries to a webhook, newest first; `before` is [`Page::next`] of the page before.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn deliveries(
        &self,
        webhook: &str,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Page<Delivery>, StoreError> {
        let ask = format!("SELECT {COLUMNS} FROM deliveries WHERE webhook = $1 AND id < $2 ORDER BY id DESC LIMIT $3");
        let ask = Ask::to("list deliveries", ask)
            .key("the name of a webhook", webhook)
            .number(before.unwrap_or(u64::MAX))
            .number(limit as u64 + 1);
        let deliveries = ask.each(self.connection(), delivery).await?;
        Ok(Page::cut(deliveries, limit, |delivery| delivery.id))
    }

    /// A delivery, if there is one of this number.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn delivery(&self, id: u64) -> Result<Option<Delivery>, StoreError> {
        let ask = Ask::to("read a delivery", format!("SELECT {COLUMNS} FROM deliveries WHERE id = $1")).number(id);
        ask.one(self.connection()).await?.as_ref().map(delivery).transpose()
    }

    /// What was tried for a delivery, in order.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn attempts(&self, id: u64) -> Result<Vec<Attempt>, StoreError> {
        let ask = Ask::to(
            "read attempts",
            "SELECT number, at, status, error, duration_ms, answer FROM delivery_attempts
             WHERE delivery = $1 ORDER BY number",
        );
        ask.number(id).each(self.connection(), attempt).await
    }

    /// The number of the last event that was put into the queue for a webhook, or passed over.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn webhook_cursor(&self, webhook: &str) -> Result<Option<u64>, StoreError> {
        let ask = Ask::to("read a cursor", "SELECT sequence FROM webhook_cursors WHERE webhook = $1");
        let row = ask.key("the name of a webhook", webhook).one(self.connection()).await?;
        row.map(|row| row.number("sequence")).transpose()
    }
}

fn delivery(row: &Row) -> Result<Delivery, StoreError> {
    Ok(Delivery {
        id: row.number("id")?,
        webhook: row.text("webhook")?,
        sequence: row.number("sequence")?,
        state: row.word("state", DeliveryState::from_word)?,
        due: row.moment("due")?,
        holder: row.maybe_text("holder")?,
        claims: row.number("claims")?,
        created: row.moment("created")?,
        finished: row.maybe_moment("finished")?,
    })
}

fn attempt(row: &Row) -> Result<Attempt, StoreError> {
    Ok(Attempt {
        number: row.number("number")?,
        tried: NewAttempt {
            at: row.moment("at")?,
            status: row.maybe_number("status")?.and_then(|status| u16::try_from(status).ok()),
            error: row.maybe_text("error")?,
            duration: Duration::from_millis(row.number("duration_ms")?),
            answer: row.maybe_text("answer")?,
        },
    })
}
