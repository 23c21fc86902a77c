//! Opening a database, and refusing to.

use std::os::unix::fs::PermissionsExt;

use scrim_store::{Location, SealingKey, Store, StoreError};
use serde_json::json;

use crate::stand::{Stand, commit, new_database, on_both, put};

on_both!(
    what_was_written_is_there_again,
    a_newer_database_is_refused,
    an_altered_version_is_refused,
    a_closed_store_says_so
);

async fn open(stand: &Stand) -> Result<Store, StoreError> {
    Store::open(&Location::parse(&stand.url).unwrap(), stand.key.clone()).await
}

async fn what_was_written_is_there_again(stand: Stand) {
    stand.store.commit(&commit(0, vec![put("a", "x", json!(1))])).await.unwrap();
    stand.store.close().await.unwrap();
    let again = open(&stand).await.unwrap();
    assert_eq!(again.object("a", "x").await.unwrap().unwrap().body, json!(1));
    assert_eq!(*again.watch().borrow(), 1);
}

async fn a_newer_database_is_refused(stand: Stand) {
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                 SELECT 99, 'later', success, checksum, 0 FROM _sqlx_migrations WHERE version = 1";
    stand.sql(newer).await.unwrap();
    let error = open(&stand).await.err().unwrap();
    assert!(matches!(error, StoreError::Newer { version: 99, known: 1, .. }), "{error}");
    assert!(error.to_string().contains("run the newer scrim again"), "{error}");
}

async fn an_altered_version_is_refused(stand: Stand) {
    let checksum = if stand.is_sqlite() { "x'00'" } else { "'\\x00'" };
    stand.sql(&format!("UPDATE _sqlx_migrations SET checksum = {checksum}")).await.unwrap();
    let error = open(&stand).await.err().unwrap();
    assert!(matches!(error, StoreError::Migration { .. }), "{error}");
}

async fn a_closed_store_says_so(stand: Stand) {
    stand.store.close().await.unwrap();
    assert!(matches!(stand.store.last_sequence().await, Err(StoreError::Database { .. })));
    assert!(stand.store.commit(&commit(0, vec![put("a", "x", json!(1))])).await.is_err());
}

#[tokio::test]
async fn files_are_for_their_owner_alone() {
    let stand = Stand::sqlite().await;
    stand.store.commit(&commit(0, vec![put("a", "x", json!(1))])).await.unwrap();
    let mut seen = 0;
    for entry in std::fs::read_dir(stand.directory.path()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", entry.path());
        seen += 1;
    }
    assert_eq!(seen, 3, "the file, its log and its index");
}

#[tokio::test]
async fn a_place_where_nothing_can_be_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let location = Location::file(directory.path().join("missing/scrim.db"));
    let error = Store::open(&location, SealingKey::generate().unwrap()).await.err().unwrap();
    assert!(error.to_string().contains("missing/scrim.db: "), "{error}");
    let text = directory.path().join("text");
    std::fs::write(&text, "this is not a database, but some text of more than a few bytes").unwrap();
    let error = Store::open(&Location::file(&text), SealingKey::generate().unwrap()).await.err().unwrap();
    assert!(error.to_string().contains("file is not a database"), "{error}");
}

#[tokio::test]
async fn a_wrong_password_is_not_repeated() {
    let url = new_database().await;
    let (before, after) = url.split_once('@').unwrap();
    let (user, _) = before.rsplit_once(':').unwrap();
    let location = Location::parse(&format!("{user}:hunter2@{after}")).unwrap();
    let error = Store::open(&location, SealingKey::generate().unwrap()).await.err().unwrap();
    assert!(matches!(error, StoreError::Open { .. }), "{error}");
    assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_may_start_together() {
    let directory = tempfile::tempdir().unwrap();
    // Of a new file SQLite refuses, to perhaps one in a hundred programs, what it has others wait for later.
    let files = (0..40).map(|file| Location::file(directory.path().join(format!("{file}.db"))));
    for location in files.chain([Location::parse(&new_database().await).unwrap()]) {
        let key = SealingKey::generate().unwrap();
        let starts = (0..6).map(|_| {
            let (location, key) = (location.clone(), key.clone());
            tokio::spawn(async move { Store::open(&location, key).await })
        });
        for start in starts.collect::<Vec<_>>() {
            start.await.unwrap().unwrap();
        }
    }
}

#[tokio::test]
async fn a_database_that_cannot_hold_every_text_is_refused() {
    let stand = Stand::postgresql().await;
    stand.sql("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0").await.unwrap();
    let location = Location::parse(&crate::stand::cluster().admin_url("latin")).unwrap();
    let error = Store::open(&location, SealingKey::generate().unwrap()).await.err().unwrap();
    assert!(error.to_string().contains("its encoding is LATIN1"), "{error}");
}

#[tokio::test]
async fn both_engines_have_the_same_columns() {
    let sqlite = "SELECT t.name || '.' || c.name FROM sqlite_master t, pragma_table_info(t.name) c
                  WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'";
    let postgresql = "SELECT table_name || '.' || column_name FROM information_schema.columns
                      WHERE table_schema = 'public'";
    let mut one: Vec<String> = Stand::sqlite().await.ask(sqlite).await;
    let mut other: Vec<String> = Stand::postgresql().await.ask(postgresql).await;
    one.sort();
    other.sort();
    assert_eq!(one, other);
}
