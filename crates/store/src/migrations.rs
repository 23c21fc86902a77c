//! The versions of the database, each a text of SQL per engine, and forward only: what was released is never edited.

use sqlx::SqlStr;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};

use crate::StoreError;
use crate::engine::Engine;

/// Number, name, text for SQLite, text for PostgreSQL.
const VERSIONS: &[(i64, &str, &str, &str)] = &[(
    1,
    "start",
    include_str!("../migrations/sqlite/0001_start.sql"),
    include_str!("../migrations/postgresql/0001_start.sql"),
)];

/// All versions that are known here. PostgreSQL holds a lock meanwhile, so that replicas may start together.
pub(crate) fn migrator(engine: Engine) -> Migrator {
    let migration = |(number, name, sqlite, postgres): &(i64, &'static str, &'static str, &'static str)| {
        let text = match engine {
            Engine::Sqlite => sqlite,
            Engine::Postgres => postgres,
        };
        Migration::new(*number, (*name).into(), MigrationType::Simple, SqlStr::from_static(text), false)
    };
    Migrator::with_migrations(VERSIONS.iter().map(migration).collect())
}

/// Why the database is not of the version of this program.
pub(crate) fn refused(at: String, error: MigrateError) -> StoreError {
    match error {
        MigrateError::VersionMissing(version) => {
            let known = VERSIONS.last().map_or(0, |(number, ..)| *number);
            StoreError::Newer { at, version, known }
        }
        MigrateError::VersionMismatch(version) => StoreError::Migration {
            at,
            reason: format!("its version {version} was made by statements that differ from those of this scrim"),
        },
        other => StoreError::Migration { at, reason: other.to_string() },
    }
}
