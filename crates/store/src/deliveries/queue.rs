//! The queue: each delivery is given to one worker at a time, and comes back when that one does not finish it.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::ConnectionTrait;
use std::time::Duration;

use super::{COLUMNS, Delivery, DeliveryState, NewAttempt, delivery};
use crate::ask::Ask;
use crate::batches::batches;
use crate::{Store, StoreError};

/// How much of an answer is kept, in bytes.
const EXCERPT: usize = 1024;

/// A delivery that was given to somebody: the right to say what became of it, until it is given to somebody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// The delivery, as it was given.
    pub delivery: Delivery,
}

impl Store {
    /// Puts events into the queue for a webhook, those that were not put there before, and notes that events up to `cursor` have
    /// been looked at; a cursor never goes back. All of it or nothing. Tells how many are new.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn enqueue(
        &self,
        webhook: &str,
        sequences: &[u64],
        cursor: u64,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let mut new = 0;
        let writing = self.writing().await?;
        let ask = "INSERT INTO webhook_cursors (webhook, sequence) VALUES ($1, $2) ON CONFLICT (webhook) DO UPDATE SET
                   sequence = CASE WHEN webhook_cursors.sequence > excluded.sequence
                                   THEN webhook_cursors.sequence ELSE excluded.sequence END";
        let ask = Ask::to("write a cursor", ask).key("the name of a webhook", webhook).number(cursor);
        ask.run(writing.on()).await?;
        for sequences in batches(sequences) {
            let mut ask = Ask::to(
                "put deliveries into the queue",
                "INSERT INTO deliveries (webhook, sequence, state, due, claims, created) VALUES ",
            );
            ask = ask.and_rows(sequences.len(), 6).and(" ON CONFLICT (webhook, sequence) DO NOTHING");
            for sequence in sequences {
                ask = ask
                    .key("the name of a webhook", webhook)
                    .number(*sequence)
                    .text("the state", DeliveryState::Waiting.as_str())
                    .moment("the time", now)
                    .number(0)
                    .moment("the time", now);
            }
            new += ask.run(writing.on()).await?;
        }
        writing.commit().await?;
        Ok(new)
    }

    /// Takes deliveries that are due, the longest waiting first. They come back after `visibility`, unless it is said until then
    /// what became of them.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn claim(
        &self,
        now: DateTime<Utc>,
        limit: usize,
        holder: &str,
        visibility: Duration,
    ) -> Result<Vec<Claimed>, StoreError> {
        self.take(None, now, limit, holder, visibility).await
    }

    /// As [`Store::claim`], of the deliveries to one webhook: so that a slow one does not hold up others.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn claim_of(
        &self,
        webhook: &str,
        now: DateTime<Utc>,
        limit: usize,
        holder: &str,
        visibility: Duration,
    ) -> Result<Vec<Claimed>, StoreError> {
        self.take(Some(webhook), now, limit, holder, visibility).await
    }

    /// The webhooks that deliveries are due to.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn due_webhooks(&self, now: DateTime<Utc>) -> Result<Vec<String>, StoreError> {
        let ask = "SELECT DISTINCT webhook FROM deliveries WHERE state = 'waiting' AND due <= $1 ORDER BY webhook";
        let ask = Ask::to("list webhooks with deliveries", ask).moment("the time", now);
        ask.each(self.connection(), |row| row.text("webhook")).await
    }

    async fn take(
        &self,
        webhook: Option<&str>,
        now: DateTime<Utc>,
        limit: usize,
        holder: &str,
        visibility: Duration,
    ) -> Result<Vec<Claimed>, StoreError> {
        let back = TimeDelta::from_std(visibility).ok().and_then(|visibility| now.checked_add_signed(visibility));
        // Materialized, so that it is looked for free ones once: each look would lock others.
        let only = if webhook.is_some() { " AND webhook = $5" } else { "" };
        let ask = format!(
            "WITH free AS MATERIALIZED
             (SELECT id FROM deliveries WHERE state = 'waiting' AND due <= $3{only} ORDER BY due, id LIMIT $4{})
             UPDATE deliveries SET due = $1, holder = $2, claims = claims + 1 WHERE id IN (SELECT id FROM free)
             RETURNING {COLUMNS}",
            self.engine().and_lock_free_ones()
        );
        let mut ask = Ask::to("claim deliveries", ask)
            .moment("the end of a claim", back.unwrap_or(DateTime::<Utc>::MAX_UTC))
            .key("the holder of a claim", holder)
            .moment("the time", now)
            .number(limit as u64);
        if let Some(webhook) = webhook {
            ask = ask.key("the name of a webhook", webhook);
        }
        let rows = self.write_returning(ask).await?;
        let mut claimed: Vec<Claimed> =
            rows.iter().map(|row| Ok(Claimed { delivery: delivery(row)? })).collect::<Result<_, StoreError>>()?;
        claimed.sort_by_key(|claimed| claimed.delivery.id);
        Ok(claimed)
    }

    /// The receiver took it.
    ///
    /// # Errors
    /// [`StoreError::ClaimLost`] when it was given to somebody else since.
    pub async fn succeeded(&self, claimed: &Claimed, tried: &NewAttempt) -> Result<(), StoreError> {
        self.finish(claimed, tried, DeliveryState::Delivered, tried.at, Some(tried.at)).await
    }

    /// The receiver did not take it; it is due again at `next_attempt`.
    ///
    /// # Errors
    /// [`StoreError::ClaimLost`] when it was given to somebody else since.
    pub async fn failed(
        &self,
        claimed: &Claimed,
        tried: &NewAttempt,
        next_attempt: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.finish(claimed, tried, DeliveryState::Waiting, next_attempt, None).await
    }

    /// The receiver did not take it, and it is given up.
    ///
    /// # Errors
    /// [`StoreError::ClaimLost`] when it was given to somebody else since.
    pub async fn dead(&self, claimed: &Claimed, tried: &NewAttempt) -> Result<(), StoreError> {
        self.finish(claimed, tried, DeliveryState::Dead, tried.at, Some(tried.at)).await
    }

    /// Makes a delivery once more, at once, whatever became of it. A claim of it is void.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is no such delivery.
    pub async fn redeliver(&self, id: u64, now: DateTime<Utc>) -> Result<(), StoreError> {
        let ask =
            "UPDATE deliveries SET state = 'waiting', due = $1, finished = NULL, claims = claims + 1 WHERE id = $2";
        if self.write(Ask::to("deliver again", ask).moment("the time", now).number(id)).await? == 0 {
            return Err(StoreError::Missing { what: "delivery", name: id.to_string() });
        }
        Ok(())
    }

    /// Forgets what was delivered or given up before a moment, with what was tried for it, and tells how many deliveries.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn purge_deliveries(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        let ask = Ask::to("forget deliveries", "DELETE FROM deliveries WHERE finished < $1");
        self.write(ask.moment("the moment", before)).await
    }

    /// Forgets a webhook: its deliveries, also those that are waiting, and its cursor.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn forget_webhook(&self, webhook: &str) -> Result<(), StoreError> {
        let writing = self.writing().await?;
        for ask in ["DELETE FROM deliveries WHERE webhook = $1", "DELETE FROM webhook_cursors WHERE webhook = $1"] {
            Ask::to("forget a webhook", ask).key("the name of a webhook", webhook).run(writing.on()).await?;
        }
        writing.commit().await
    }

    async fn finish(
        &self,
        claimed: &Claimed,
        tried: &NewAttempt,
        state: DeliveryState,
        due: DateTime<Utc>,
        finished: Option<DateTime<Utc>>,
    ) -> Result<(), StoreError> {
        let id = claimed.delivery.id;
        let writing = self.writing().await?;
        let ask = "UPDATE deliveries SET state = $1, due = $2, finished = $3
                   WHERE id = $4 AND claims = $5 AND state = 'waiting'";
        let ask = Ask::to("finish a delivery", ask)
            .text("the state", state.as_str())
            .moment("the next attempt", due)
            .maybe_moment("the end of a delivery", finished)
            .number(id)
            .number(claimed.delivery.claims);
        if ask.run(writing.on()).await? == 0 {
            return Err(StoreError::ClaimLost(id));
        }
        write_attempt(writing.on(), id, tried).await?;
        writing.commit().await
    }
}

async fn write_attempt(on: &impl ConnectionTrait, delivery: u64, tried: &NewAttempt) -> Result<(), StoreError> {
    let ask = "INSERT INTO delivery_attempts (delivery, number, at, status, error, duration_ms, answer)
               SELECT $1, 1 + coalesce(max(number), 0), $2, $3, $4, $5, $6 FROM delivery_attempts WHERE delivery = $1";
    Ask::to("write an attempt", ask)
        .number(delivery)
        .moment("the time of an attempt", tried.at)
        .maybe_number(tried.status.map(u64::from))
        .maybe_text("the error of an attempt", tried.error.as_deref())
        .number(u64::try_from(tried.duration.as_millis()).unwrap_or(u64::MAX))
        .maybe_text("the answer to an attempt", tried.answer.as_deref().map(excerpt).as_deref())
        .run(on)
        .await?;
    Ok(())
}

/// The beginning of an answer. What somebody else's server says must not be a reason not to note it.
fn excerpt(answer: &str) -> String {
    let answer = answer.replace('\0', "");
    let end = (0..=EXCERPT.min(answer.len())).rev().find(|end| answer.is_char_boundary(*end));
    answer.get(..end.unwrap_or(0)).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_ends_between_characters() {
        assert_eq!(excerpt("a\0b"), "ab");
        let long = "é".repeat(600);
        assert_eq!(excerpt(&long).len(), 1024);
        assert_eq!(excerpt(&format!("a{long}")).len(), 1023);
    }
}
