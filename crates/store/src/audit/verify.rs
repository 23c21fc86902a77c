//! Whether the trail is what was written.

use std::fmt;

use sea_orm::ConnectionTrait;

use super::append::head;
use super::encoding::Entry;
use super::{AuditHash, AuditHead, COLUMNS};
use crate::ask::Ask;
use crate::row::Row;
use crate::{Store, StoreError};

/// How many entries are read at a time.
const PAGE: u64 = 1000;

/// What was found out about the trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditVerdict {
    /// How many entries are whole, from the start of the examination.
    pub entries: u64,
    /// The last of them. When nothing is broken, this is the end of the trail: keep it elsewhere, and give it to
    /// [`Store::verify_from`] later.
    pub head: AuditHead,
    /// The first entry that is not whole.
    pub broken: Option<Broken>,
}

/// An entry that is not what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken {
    /// Its number.
    pub number: u64,
    /// What is wrong.
    pub how: How,
}

/// How an entry is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// There is no entry of this number, but there are later ones.
    Removed,
    /// There is no entry of this number, nor a later one, and there was.
    Truncated,
    /// What it says does not have its hash: it was changed, or moved to this number.
    Changed,
    /// It was made to follow another entry than the one before it: that one was replaced, or this one inserted.
    Unlinked,
    /// It stands after the end of the trail: it was inserted.
    BeyondTheEnd,
    /// It is whole, and not the one that was remembered: everything up to it may have been rewritten.
    NotTheRemembered,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.number;
        match self.how {
            How::Removed => write!(f, "entry {number} was removed"),
            How::Truncated => write!(f, "the trail ends before entry {number}, which was there: its end was removed"),
            How::Changed => write!(f, "entry {number} was changed, or moved from another place"),
            How::Unlinked => {
                write!(f, "entry {number} does not follow the one before it: one of them was inserted or replaced")
            }
            How::BeyondTheEnd => write!(f, "entry {number} was inserted: the trail had ended before it"),
            How::NotTheRemembered => {
                write!(f, "entry {number} is not the one that was remembered: the trail was rewritten")
            }
        }
    }
}

impl Store {
    /// Examines the whole trail, some entries at a time.
    ///
    /// It finds what was done to single entries. Somebody who can write everything in the database can also compute all hashes
    /// anew: that is found only by [`Store::verify_from`], with an end that was kept elsewhere.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn verify_audit(&self) -> Result<AuditVerdict, StoreError> {
        self.examine(AuditHead { number: 0, hash: AuditHash::START }).await
    }

    /// Examines the trail from an entry on that was remembered, and whether that one still is what it was. (The entries before it
    /// are what they were if [`Store::verify_audit`] finds nothing, too.)
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn verify_from(&self, number: u64, hash: AuditHash) -> Result<AuditVerdict, StoreError> {
        self.examine(AuditHead { number, hash }).await
    }

    async fn examine(&self, remembered: AuditHead) -> Result<AuditVerdict, StoreError> {
        let reading = self.reading().await?;
        let end = head(&reading, "").await?;
        let mut verdict = AuditVerdict { entries: 0, head: remembered, broken: None };
        if remembered.number > 0 {
            verdict.broken = self.is_remembered(&reading, remembered).await?;
        } else if remembered.hash != AuditHash::START {
            verdict.broken = Some(Broken { number: 0, how: How::NotTheRemembered });
        }
        while verdict.broken.is_none() {
            let ask = format!("SELECT {COLUMNS} FROM audit WHERE number > $1 ORDER BY number LIMIT $2");
            let ask = Ask::to("read the audit trail", ask).number(verdict.head.number).number(PAGE);
            let rows = ask.all(&reading).await?;
            for row in &rows {
                match check(row, verdict.head, end)? {
                    Ok(hash) => {
                        verdict.entries += 1;
                        verdict.head = AuditHead { number: verdict.head.number + 1, hash };
                    }
                    Err(broken) => {
                        verdict.broken = Some(broken);
                        return Ok(verdict);
                    }
                }
            }
            if rows.is_empty() {
                verdict.broken = check_end(verdict.head, end);
                break;
            }
        }
        Ok(verdict)
    }

    async fn is_remembered(
        &self,
        on: &impl ConnectionTrait,
        remembered: AuditHead,
    ) -> Result<Option<Broken>, StoreError> {
        let number = remembered.number;
        let ask = Ask::to("read the audit trail", format!("SELECT {COLUMNS} FROM audit WHERE number = $1"));
        let how = match ask.number(number).one(on).await? {
            None => {
                let later = "SELECT count(*) AS later FROM (SELECT number FROM audit WHERE number > $1 LIMIT 1) a";
                let later = Ask::to("read the audit trail", later).number(number).only(on).await?.number("later")?;
                if later > 0 { How::Removed } else { How::Truncated }
            }
            Some(row) => match (hash_of(&row, "hash"), hash_of(&row, "previous")) {
                (Some(hash), _) if hash != remembered.hash => How::NotTheRemembered,
                (Some(hash), Some(previous)) if computed(&row, number, previous) == Some(hash) => return Ok(None),
                _ => How::Changed,
            },
        };
        Ok(Some(Broken { number, how }))
    }
}

/// The hash of a row that follows `before`, or what is wrong with it.
fn check(row: &Row, before: AuditHead, end: AuditHead) -> Result<Result<AuditHash, Broken>, StoreError> {
    let number = row.number("number")?;
    let expected = before.number + 1;
    let broken = |number, how| Ok(Err(Broken { number, how }));
    if number != expected {
        return broken(expected, How::Removed);
    }
    let (Some(hash), Some(previous)) = (hash_of(row, "hash"), hash_of(row, "previous")) else {
        return broken(number, How::Changed);
    };
    if computed(row, number, previous) != Some(hash) {
        return broken(number, How::Changed);
    }
    if previous != before.hash {
        return broken(number, How::Unlinked);
    }
    if number > end.number {
        return broken(number, How::BeyondTheEnd);
    }
    Ok(Ok(hash))
}

/// Whether the last entry is the one that was written last.
fn check_end(last: AuditHead, end: AuditHead) -> Option<Broken> {
    if last.number < end.number {
        Some(Broken { number: last.number + 1, how: How::Truncated })
    } else if last.hash != end.hash {
        Some(Broken { number: last.number, how: How::Changed })
    } else {
        None
    }
}

fn hash_of(row: &Row, column: &str) -> Option<AuditHash> {
    AuditHash::from_bytes(&row.bytes(column).ok()?)
}

/// The hash that the row should have; nothing when it does not even hold what an entry holds.
fn computed(row: &Row, number: u64, previous: AuditHash) -> Option<AuditHash> {
    let (object_kind, object_name) = (row.maybe_text("object_kind").ok()?, row.maybe_text("object_name").ok()?);
    let (decided_by, address) = (row.maybe_text("decided_by").ok()?, row.maybe_text("address").ok()?);
    let entry = Entry {
        number,
        at: row.moment("at").ok()?,
        actor: &row.text("actor").ok()?,
        actor_kind: &row.text("actor_kind").ok()?,
        via: &row.text("via").ok()?,
        request: &row.text("request").ok()?,
        action: &row.text("action").ok()?,
        object_kind: object_kind.as_deref(),
        object_name: object_name.as_deref(),
        outcome: &row.text("outcome").ok()?,
        decided_by: decided_by.as_deref(),
        details: &row.text("details").ok()?,
        address: address.as_deref(),
    };
    Some(entry.hash(previous))
}
