//! What goes wrong on demand.

use std::sync::Mutex;
use std::time::Duration;

use crate::answer::Answer;

/// Something that goes wrong when a statement comes by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// A text that the statement holds, in any letter case: `COMMIT`, the name of a table.
    pub when: String,
    /// What goes wrong.
    pub what: Trouble,
    /// How many times, until it is used up.
    pub times: u32,
}

/// What can go wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trouble {
    /// Error 1023: the transaction conflicts with another one. At a COMMIT, the transaction is rolled back.
    Serialization,
    /// Error 1018: a table that is newer than the transaction's view of things.
    RelationDoesNotExist,
    /// Any error: its SQLSTATE and message.
    Error {
        /// Five characters.
        code: String,
        /// What the client is told.
        message: String,
    },
    /// The connection is gone before the statement has run.
    DropBefore,
    /// The statement runs, also a COMMIT, and the connection is gone before the client hears of it.
    DropAfter,
    /// The statement waits this long before it runs.
    Slow(Duration),
}

/// The faults to come.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    waiting: Mutex<Vec<Fault>>,
}

impl Faults {
    pub(crate) fn add(&self, fault: Fault) {
        if let Ok(mut waiting) = self.waiting.lock() {
            waiting.push(fault);
        }
    }

    pub(crate) fn clear(&self) {
        if let Ok(mut waiting) = self.waiting.lock() {
            waiting.clear();
        }
    }

    /// What goes wrong with a statement, which uses it up once.
    pub(crate) fn take(&self, statement: &str) -> Vec<Trouble> {
        let Ok(mut waiting) = self.waiting.lock() else {
            return Vec::new();
        };
        if waiting.is_empty() {
            return Vec::new();
        }
        let statement = statement.to_lowercase();
        let mut taken = Vec::new();
        for fault in waiting.iter_mut().filter(|fault| statement.contains(&fault.when.to_lowercase())) {
            if fault.times > 0 {
                fault.times -= 1;
                taken.push(fault.what.clone());
            }
        }
        waiting.retain(|fault| fault.times > 0);
        taken
    }
}

impl Trouble {
    /// The error that the client gets, if it is one.
    pub(crate) fn answer(&self) -> Option<Answer> {
        match self {
            Self::Serialization => Some(serialization()),
            Self::RelationDoesNotExist => Some(Answer::new("XX000", "1018").detail("Relation does not exist.")),
            Self::Error { code, message } => Some(Answer::new(code, message)),
            Self::DropBefore | Self::DropAfter | Self::Slow(_) => None,
        }
    }
}

/// Error 1023.
pub(crate) fn serialization() -> Answer {
    Answer::new("XX000", "1023").detail(
        "Serializable isolation violation on table - 12345, transactions forming the cycle are: 6789, 6790 (pid:1234)",
    )
}
