//! A store of its own for each test, and a way into its database around it.

use std::sync::OnceLock;

use chrono::{DateTime, Utc};
use scrim_sandbox::{Cluster, Options};
use scrim_store::{
    ActorKind, Commit, Expected, Location, NewAudit, NewEvent, ObjectChange, Outcome, SealingKey, Store, Via,
};
use serde_json::{Value, json};
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Connection, FromRow, PgConnection, SqliteConnection};
use tempfile::TempDir;

pub(crate) struct Stand {
    pub(crate) store: Store,
    pub(crate) key: SealingKey,
    pub(crate) url: String,
    pub(crate) directory: TempDir,
}

/// A test on both engines: `name(stand)` as `name::sqlite` and `name::postgresql`.
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        $(mod $name {
            use crate::stand::Stand;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                super::$name(Stand::sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgresql() {
                super::$name(Stand::postgresql().await).await;
            }
        })+
    };
}
pub(crate) use on_both;

/// The cluster of this program; it ends with it.
pub(crate) fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    let settings = vec![("max_connections".to_owned(), "500".to_owned())];
    CLUSTER.get_or_init(|| Cluster::start(&Options { settings, ..Options::default() }).unwrap())
}

/// The URL of a new, empty database.
pub(crate) async fn new_database() -> String {
    static NEXT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(1);
    let cluster = tokio::task::spawn_blocking(cluster).await.unwrap();
    let name = format!("store{}", NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
    let mut admin = PgConnection::connect(&cluster.admin_url("postgres")).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut admin).await.unwrap();
    cluster.admin_url(&name)
}

impl Stand {
    pub(crate) async fn sqlite() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", directory.path().join("scrim.db").display());
        Self::open(url, directory).await
    }

    pub(crate) async fn postgresql() -> Self {
        Self::open(new_database().await, tempfile::tempdir().unwrap()).await
    }

    async fn open(url: String, directory: TempDir) -> Self {
        let key = SealingKey::generate().unwrap();
        let store = Store::open(&Location::parse(&url).unwrap(), key.clone()).await.unwrap();
        Self { store, key, url, directory }
    }

    /// The same database as another replica has it.
    pub(crate) async fn another(&self) -> Store {
        Store::open(&Location::parse(&self.url).unwrap(), self.key.clone()).await.unwrap()
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        self.url.starts_with("sqlite:")
    }

    /// Runs statements around the store.
    pub(crate) async fn sql(&self, sql: &str) -> Result<(), String> {
        let sql = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        let done = if self.is_sqlite() {
            let mut connection = SqliteConnection::connect(&self.url).await.unwrap();
            sql.execute(&mut connection).await.map(|_| ())
        } else {
            let mut connection = PgConnection::connect(&self.url).await.unwrap();
            sql.execute(&mut connection).await.map(|_| ())
        };
        done.map_err(|error| error.to_string())
    }

    /// Asks for a number around the store.
    pub(crate) async fn count(&self, sql: &str) -> i64 {
        self.ask(sql).await.remove(0)
    }

    /// Asks for values around the store.
    pub(crate) async fn ask<T>(&self, sql: &str) -> Vec<T>
    where
        T: Send + Unpin,
        (T,): for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow>,
    {
        let sql = AssertSqlSafe(sql.to_owned());
        if self.is_sqlite() {
            let mut connection = SqliteConnection::connect(&self.url).await.unwrap();
            sqlx::query_scalar(sql).fetch_all(&mut connection).await.unwrap()
        } else {
            let mut connection = PgConnection::connect(&self.url).await.unwrap();
            sqlx::query_scalar(sql).fetch_all(&mut connection).await.unwrap()
        }
    }

    /// Takes the guards of a table away, as somebody could who owns the database.
    pub(crate) async fn unguard(&self, table: &str) {
        let names = ["_no_update", "_no_delete", "_no_replace"].map(|name| format!("DROP TRIGGER {table}{name};"));
        let sql = if self.is_sqlite() { names.concat() } else { format!("DROP TRIGGER append_only ON {table}") };
        self.sql(&sql).await.unwrap();
    }
}

/// The moment that many seconds after a fixed one.
pub(crate) fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + seconds, 123_456_789).unwrap()
}

/// What is kept of it.
pub(crate) fn kept(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + seconds, 123_456_000).unwrap()
}

pub(crate) fn audit(action: &str) -> NewAudit {
    NewAudit {
        at: at(0),
        actor: "olivia".to_owned(),
        actor_kind: ActorKind::User,
        via: Via::Session,
        request: "r1".to_owned(),
        action: action.to_owned(),
        object_kind: Some("tag".to_owned()),
        object_name: Some("PII".to_owned()),
        outcome: Outcome::Allowed,
        decided_by: Some("governance".to_owned()),
        details: json!({ "a": 1 }),
        address: Some("10.0.0.1".to_owned()),
    }
}

pub(crate) fn put(kind: &str, name: &str, body: Value) -> ObjectChange {
    ObjectChange { kind: kind.to_owned(), name: name.to_owned(), body: Some(body), expected: Expected::Any }
}

pub(crate) fn delete(kind: &str, name: &str) -> ObjectChange {
    ObjectChange { kind: kind.to_owned(), name: name.to_owned(), body: None, expected: Expected::Any }
}

/// A commit with one event for each change.
pub(crate) fn commit(based_on: u64, changes: Vec<ObjectChange>) -> Commit {
    let event = |change: &ObjectChange| NewEvent {
        kind: format!("{}.changed", change.kind),
        object_kind: change.kind.clone(),
        object_name: change.name.clone(),
        payload: json!({ "deleted": change.body.is_none() }),
    };
    Commit {
        at: at(based_on as i64),
        actor: "olivia".to_owned(),
        request: "r1".to_owned(),
        based_on,
        events: changes.iter().map(event).collect(),
        changes,
        forgotten: vec![],
        audit: audit("objects.changed"),
    }
}
