//! What is in the database, for copying it from one engine to the other.

use Column::{Bytes, Flag, Moment, Number, Text};

/// How a column is read and written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    Text,
    Number,
    Moment,
    Bytes,
    Flag,
}

/// A table; the first columns are its key.
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) columns: &'static [(&'static str, Column)],
    key_length: usize,
    /// Whether a new database has rows in it.
    pub(super) begins_with_rows: bool,
}

impl Table {
    pub(super) fn keys(&self) -> &'static [(&'static str, Column)] {
        self.columns.split_at_checked(self.key_length).map_or(&[], |(keys, _)| keys)
    }
}

/// All tables; what others refer to stands before them.
pub(super) const TABLES: &[Table] = &[
    Table {
        name: "log_head",
        columns: &[("only_row", Flag), ("sequence", Number)],
        key_length: 1,
        begins_with_rows: true,
    },
    Table {
        name: "audit_head",
        columns: &[("only_row", Flag), ("number", Number), ("hash", Bytes)],
        key_length: 1,
        begins_with_rows: true,
    },
    Table {
        name: "object_versions",
        columns: &[
            ("kind", Text),
            ("name", Text),
            ("version", Number),
            ("sequence", Number),
            ("at", Moment),
            ("actor", Text),
            ("body", Text),
        ],
        key_length: 3,
        begins_with_rows: false,
    },
    Table {
        name: "objects",
        columns: &[("kind", Text), ("name", Text), ("version", Number), ("sequence", Number), ("deleted", Flag)],
        key_length: 2,
        begins_with_rows: false,
    },
    Table {
        name: "events",
        columns: &[
            ("sequence", Number),
            ("at", Moment),
            ("actor", Text),
            ("request", Text),
            ("kind", Text),
            ("object_kind", Text),
            ("object_name", Text),
            ("payload", Text),
        ],
        key_length: 1,
        begins_with_rows: false,
    },
    Table {
        name: "audit",
        columns: &[
            ("number", Number),
            ("at", Moment),
            ("actor", Text),
            ("actor_kind", Text),
            ("via", Text),
            ("request", Text),
            ("action", Text),
            ("object_kind", Text),
            ("object_name", Text),
            ("outcome", Text),
            ("decided_by", Text),
            ("details", Text),
            ("address", Text),
            ("previous", Bytes),
            ("hash", Bytes),
        ],
        key_length: 1,
        begins_with_rows: false,
    },
    Table {
        name: "sealing",
        columns: &[("only_row", Flag), ("sealed", Bytes)],
        key_length: 1,
        begins_with_rows: false,
    },
    Table { name: "secrets", columns: &[("id", Text), ("sealed", Bytes)], key_length: 1, begins_with_rows: false },
    Table {
        name: "accounts",
        columns: &[("user_name", Text), ("password_hash", Text), ("must_change", Flag), ("created", Moment)],
        key_length: 1,
        begins_with_rows: false,
    },
    Table {
        name: "identities",
        columns: &[("issuer", Text), ("subject", Text), ("user_name", Text), ("created", Moment)],
        key_length: 2,
        begins_with_rows: false,
    },
    Table {
        name: "api_tokens",
        columns: &[
            ("id", Text),
            ("hash", Bytes),
            ("user_name", Text),
            ("name", Text),
            ("scopes", Text),
            ("created", Moment),
            ("expires", Moment),
            ("last_used", Moment),
            ("revoked", Moment),
        ],
        key_length: 1,
        begins_with_rows: false,
    },
    Table {
        name: "sessions",
        columns: &[
            ("hash", Bytes),
            ("user_name", Text),
            ("created", Moment),
            ("expires", Moment),
            ("last_seen", Moment),
            ("data", Text),
        ],
        key_length: 1,
        begins_with_rows: false,
    },
    Table {
        name: "leases",
        columns: &[("name", Text), ("holder", Text), ("epoch", Number), ("until", Moment)],
        key_length: 1,
        begins_with_rows: false,
    },
    Table {
        name: "sync_states",
        columns: &[
            ("integration", Text),
            ("subject", Text),
            ("state", Text),
            ("reason", Text),
            ("attempts", Number),
            ("next_attempt", Moment),
            ("wanted_sequence", Number),
            ("pushed_sequence", Number),
            ("since", Moment),
            ("at", Moment),
        ],
        key_length: 2,
        begins_with_rows: false,
    },
    Table {
        name: "deliveries",
        columns: &[
            ("id", Number),
            ("webhook", Text),
            ("sequence", Number),
            ("state", Text),
            ("due", Moment),
            ("holder", Text),
            ("claims", Number),
            ("created", Moment),
            ("finished", Moment),
        ],
        key_length: 1,
        begins_with_rows: false,
    },
    Table {
        name: "delivery_attempts",
        columns: &[
            ("delivery", Number),
            ("number", Number),
            ("at", Moment),
            ("status", Number),
            ("error", Text),
            ("duration_ms", Number),
            ("answer", Text),
        ],
        key_length: 2,
        begins_with_rows: false,
    },
    Table {
        name: "webhook_cursors",
        columns: &[("webhook", Text), ("sequence", Number)],
        key_length: 1,
        begins_with_rows: false,
    },
    Table {
        name: "notifications",
        columns: &[
            ("id", Number),
            ("user_name", Text),
            ("at", Moment),
            ("kind", Text),
            ("message", Text),
            ("object_kind", Text),
            ("object_name", Text),
            ("read_at", Moment),
        ],
        key_length: 1,
        begins_with_rows: false,
    },
    Table { name: "settings", columns: &[("key", Text), ("value", Text)], key_length: 1, begins_with_rows: false },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ask::Ask;
    use crate::{Location, SealingKey, Store};

    #[tokio::test]
    async fn every_column_of_every_table_is_copied() {
        let directory = tempfile::tempdir().unwrap();
        let location = Location::file(directory.path().join("scrim.db"));
        let store = Store::open(&location, SealingKey::generate().unwrap()).await.unwrap();
        let ask = "SELECT t.name || '.' || c.name AS name FROM sqlite_master t, pragma_table_info(t.name) c
                   WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name <> '_sqlx_migrations'";
        let mut there = Ask::to("list", ask).each(store.connection(), |row| row.text("name")).await.unwrap();
        let copied =
            TABLES.iter().flat_map(|table| table.columns.iter().map(|(name, _)| format!("{}.{name}", table.name)));
        let mut copied: Vec<_> = copied.collect();
        there.sort();
        copied.sort();
        assert_eq!(copied, there);
    }
}
