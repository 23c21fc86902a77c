//! What the two engines say differently.

use sea_orm::{AccessMode, IsolationLevel, SqliteTransactionMode, TransactionOptions};

/// The engine of a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    /// The end of a SELECT whose row nobody else may change until the transaction is over. In SQLite nobody can: writers
    /// begin by taking the whole database.
    pub(crate) fn and_lock(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR UPDATE",
        }
    }

    /// The same, for a queue: rows that somebody else works on are passed over.
    pub(crate) fn and_lock_free_ones(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR UPDATE SKIP LOCKED",
        }
    }

    /// The function that tells at which place a text holds another, 0 for nowhere.
    pub(crate) fn place_of(self) -> &'static str {
        match self {
            Self::Sqlite => "instr",
            Self::Postgres => "strpos",
        }
    }

    /// The first characters of a moment in RFC 3339, in UTC: 13 for its hour, 10 for its day.
    pub(crate) fn beginning_of(self, column: &str, characters: usize) -> String {
        match self {
            Self::Sqlite => format!("substr({column}, 1, {characters})"),
            Self::Postgres => {
                let text = format!("to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24')");
                format!("substr({text}, 1, {characters})")
            }
        }
    }

    /// The beginning and the end of what makes one JSON list of a column of several rows.
    pub(crate) fn list_of(self) -> (&'static str, &'static str) {
        match self {
            Self::Sqlite => ("json_group_array(", ")"),
            Self::Postgres => ("CAST(json_agg(", ") AS text)"),
        }
    }

    /// For writing. SQLite takes the database at once: a transaction that reads first may find that it cannot write.
    pub(crate) fn writing(self) -> TransactionOptions {
        match self {
            Self::Sqlite => {
                TransactionOptions { sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate), ..default() }
            }
            Self::Postgres => TransactionOptions { isolation_level: Some(IsolationLevel::ReadCommitted), ..default() },
        }
    }

    /// For reading in several statements what stood at one moment.
    pub(crate) fn reading(self) -> TransactionOptions {
        match self {
            // Every transaction is such a one, from its first statement on.
            Self::Sqlite => default(),
            Self::Postgres => TransactionOptions {
                isolation_level: Some(IsolationLevel::RepeatableRead),
                access_mode: Some(AccessMode::ReadOnly),
                ..default()
            },
        }
    }
}

fn default() -> TransactionOptions {
    TransactionOptions::default()
}
