//! Looking something up in the trail.

use chrono::{DateTime, Utc};

use super::{ActorKind, AuditEntry, AuditHash, COLUMNS, NewAudit, Outcome, Via};
use crate::ask::Ask;
use crate::batches::batches;
use crate::row::Row;
use crate::{Page, Store, StoreError};

/// So many characters of details are on a page at most, or one entry: whoever reads a page has all of it in memory.
const LARGEST: u64 = 8 << 20;

/// What is looked for: entries of which everything holds that is given.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AuditQuery {
    /// Not before this moment.
    pub from: Option<DateTime<Utc>>,
    /// Before this moment.
    pub to: Option<DateTime<Utc>>,
    /// By this actor.
    pub actor: Option<String>,
    /// This action.
    pub action: Option<String>,
    /// Not these actions, or those that these patterns of SQL's `LIKE` fit.
    pub but_not: &'static [&'static str],
    /// On an object of this kind.
    pub object_kind: Option<String>,
    /// On an object of this name.
    pub object_name: Option<String>,
    /// With this outcome.
    pub outcome: Option<Outcome>,
    /// With this text in the actor, the request, the action, the name of the object, what decided, the details (as JSON is
    /// written) or the address. ASCII letters are looked for in either case.
    pub text: Option<String>,
    /// Older than the entry of this number: [`Page::next`] of the page before.
    pub before: Option<u64>,
    /// How many entries at most; fewer where they are large.
    pub limit: usize,
}

impl Store {
    /// Looks up entries, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn audit_search(&self, query: &AuditQuery) -> Result<Page<AuditEntry>, StoreError> {
        let mut ask = Ask::to(
            "search the audit trail",
            "SELECT number, CAST(length(details) AS BIGINT) AS size FROM audit WHERE true",
        );
        if let Some(before) = query.before {
            ask = ask.and(" AND number < ").and_place().number(before);
        }
        ask = self.wanted(ask, query);
        ask = ask.and(" ORDER BY number DESC LIMIT ").and_place().number(query.limit as u64 + 1);
        let found = ask.each(self.connection(), |row| Ok((row.number("number")?, row.number("size")?))).await?;
        let mut size = 0_u64;
        let fits = |(at, (_, more)): &(usize, &(u64, u64))| {
            size = size.saturating_add(*more);
            *at == 0 || (*at < query.limit && size <= LARGEST)
        };
        let numbers: Vec<u64> = found.iter().enumerate().take_while(fits).map(|(_, (number, _))| *number).collect();
        let next = if numbers.len() < found.len() { numbers.last().copied() } else { None };
        Ok(Page { entries: self.audit_entries(&numbers).await?, next })
    }

    /// Appends what holds of every entry that is looked for, whatever its number.
    pub(super) fn wanted(&self, mut ask: Ask, query: &AuditQuery) -> Ask {
        if let Some(from) = query.from {
            ask = ask.and(" AND at >= ").and_place().moment("the first moment", from);
        }
        if let Some(to) = query.to {
            ask = ask.and(" AND at < ").and_place().moment("the last moment", to);
        }
        // As their indexes are: by the beginning, and then by the whole of it.
        for (column, wanted) in [("actor", &query.actor), ("object_name", &query.object_name)] {
            if let Some(wanted) = wanted {
                ask = ask.and(&format!(" AND substr({column}, 1, 200) = substr(")).and_place().text(column, wanted);
                ask = ask.and(&format!(", 1, 200) AND {column} = ")).and_place().text(column, wanted);
            }
        }
        let outcome = query.outcome.map(|outcome| outcome.as_str().to_owned());
        for (column, wanted) in [("action", &query.action), ("object_kind", &query.object_kind), ("outcome", &outcome)]
        {
            if let Some(wanted) = wanted {
                ask = ask.and(&format!(" AND {column} = ")).and_place().text(column, wanted);
            }
        }
        for pattern in query.but_not {
            ask = ask.and(" AND action NOT LIKE ").and_place().text("an action", pattern);
        }
        if let Some(text) = &query.text {
            let wanted = text.to_ascii_lowercase();
            ask = ask.and(" AND (false");
            for column in ["actor", "request", "action", "object_name", "decided_by", "details", "address"] {
                ask = ask.and(&format!(" OR {}(lower({column}), ", self.engine().place_of()));
                ask = ask.and_place().text("the text to look for", &wanted).and(") > 0");
            }
            ask = ask.and(")");
        }
        ask
    }

    /// The entries of these numbers, which are given newest first.
    async fn audit_entries(&self, numbers: &[u64]) -> Result<Vec<AuditEntry>, StoreError> {
        let mut entries = Vec::with_capacity(numbers.len());
        for numbers in batches(numbers) {
            let ask = format!("SELECT {COLUMNS} FROM audit WHERE number IN (VALUES ");
            let mut ask = Ask::to("read the audit trail", ask).and_rows(numbers.len(), 1).and(") ORDER BY number DESC");
            for number in numbers {
                ask = ask.number(*number);
            }
            entries.extend(ask.each(self.connection(), entry).await?);
        }
        Ok(entries)
    }
}

fn entry(row: &Row) -> Result<AuditEntry, StoreError> {
    Ok(AuditEntry {
        number: row.number("number")?,
        hash: row.word_of_bytes("hash", AuditHash::from_bytes)?,
        entry: NewAudit {
            at: row.moment("at")?,
            actor: row.text("actor")?,
            actor_kind: row.word("actor_kind", ActorKind::from_word)?,
            via: row.word("via", Via::from_word)?,
            request: row.text("request")?,
            action: row.text("action")?,
            object_kind: row.maybe_text("object_kind")?,
            object_name: row.maybe_text("object_name")?,
            outcome: row.word("outcome", Outcome::from_word)?,
            decided_by: row.maybe_text("decided_by")?,
            details: row.json("details")?,
            address: row.maybe_text("address")?,
        },
    })
}
