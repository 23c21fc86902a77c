//! How much the trail says, hour by hour or day by day.

use chrono::{DateTime, NaiveDateTime, Utc};

use super::{AuditQuery, Outcome};
use crate::ask::Ask;
use crate::row::{Row, unreadable};
use crate::{Store, StoreError};

/// How long a time is counted together, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// An hour.
    Hour,
    /// A day.
    Day,
}

/// So many entries of one outcome in one hour or on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// When the hour or the day begins.
    pub from: DateTime<Utc>,
    /// The outcome.
    pub outcome: Outcome,
    /// How many.
    pub entries: u64,
}

impl Store {
    /// Counts the entries that [`Store::audit_search`] would find on all of its pages, oldest first; what there is none of is
    /// left out.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn audit_activity(&self, query: &AuditQuery, span: Span) -> Result<Vec<Activity>, StoreError> {
        let characters = match span {
            Span::Hour => "0000-00-00T00".len(),
            Span::Day => "0000-00-00".len(),
        };
        let begins = self.engine().beginning_of("at", characters);
        let ask = format!("SELECT {begins} AS begins, outcome, count(*) AS entries FROM audit WHERE true");
        let ask = self.wanted(Ask::to("count the audit trail", ask), query);
        // By their places: SQLite and PostgreSQL both take them, and the name could be that of a column.
        ask.and(" GROUP BY 1, 2 ORDER BY 1, 2").each(self.connection(), activity).await
    }
}

fn activity(row: &Row) -> Result<Activity, StoreError> {
    let begins = row.text("begins")?;
    let rest = "0000-00-00T00:00:00".get(begins.len()..).unwrap_or_default();
    let from = NaiveDateTime::parse_from_str(&format!("{begins}{rest}"), "%Y-%m-%dT%H:%M:%S");
    Ok(Activity {
        from: from.map_err(|error| unreadable("begins", &error.to_string()))?.and_utc(),
        outcome: row.word("outcome", Outcome::from_word)?,
        entries: row.number("entries")?,
    })
}
