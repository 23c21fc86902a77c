//! Databases of every released version open, and hold what they held. `cargo test -p scrim-store -- --ignored
//! write_fixtures` writes those of the newest version, before its release and never after.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use scrim_store::{
    Account, ApiToken, Identity, Location, NewAttempt, NewNotification, SealingKey, SecretHash, Session, Store,
    SyncState, SyncWord,
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row, SqliteConnection};

use crate::stand::{at, commit, delete, kept, new_database, put};
use crate::writers::assert_whole;

/// The versions there were, and the end of the audit trail that was remembered then.
const RELEASED: &[(u32, u64)] = &[(1, 3)];

const NEWEST: u32 = 1;

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

fn key() -> SealingKey {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("key");
    fs::write(&path, "07".repeat(32)).unwrap();
    fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    SealingKey::from_file(&path).unwrap()
}

/// Something of everything.
pub(crate) async fn fill(store: &Store) {
    store
        .commit(&commit(0, vec![put("tag", "PII", json!({ "a": 0.1 })), put("user", "ana'\\🦉", json!(null))]))
        .await
        .unwrap();
    store.commit(&commit(2, vec![put("tag", "PII", json!({ "a": 2 })), delete("user", "ana'\\🦉")])).await.unwrap();
    store.commit(&commit(4, vec![put("user", "bo", json!([1, "zwei"]))])).await.unwrap();
    store.put_secret("warehouse", &SecretString::from("hunter2")).await.unwrap();
    store.put_account(&account()).await.unwrap();
    store.link_identity(&identity()).await.unwrap();
    store.add_token(&token()).await.unwrap();
    store.add_session(&session()).await.unwrap();
    store.set_sync_states(&[state()]).await.unwrap();
    store.enqueue("hook", &[1, 2], 2, at(0)).await.unwrap();
    let claimed = store.claim(at(1), 1, "worker", Duration::from_secs(60)).await.unwrap();
    store.succeeded(&claimed[0], &tried()).await.unwrap();
    store.notify(&[news()]).await.unwrap();
    store.mark_read("ana", None, at(3)).await.unwrap();
    store.set_setting("theme", &json!({ "dark": true })).await.unwrap();
}

pub(crate) async fn check(store: &Store) {
    assert_eq!(store.last_sequence().await.unwrap(), 5);
    assert_eq!(store.object("tag", "PII").await.unwrap().unwrap().body, json!({ "a": 2 }));
    let versions = store.versions("user", "ana'\\🦉").await.unwrap();
    assert_eq!(versions.iter().map(|version| version.body.clone()).collect::<Vec<_>>(), [None, Some(json!(null))]);
    assert_eq!(store.events(4, 9).await.unwrap()[0].object_name, "bo");
    assert_eq!(store.secret("warehouse").await.unwrap().unwrap().expose_secret(), "hunter2");
    assert!(store.account("ana").await.unwrap() == Some(account()));
    assert_eq!(store.identity("https://idp", "42").await.unwrap(), Some(identity()));
    assert_eq!(store.token(&token().hash).await.unwrap(), Some(token()));
    assert_eq!(store.session(&session().hash, at(0)).await.unwrap(), Some(session()));
    assert_eq!(store.sync_states("warehouse").await.unwrap(), [state()]);
    let deliveries = store.deliveries("hook", None, 9).await.unwrap().entries;
    assert_eq!(
        deliveries.iter().map(|delivery| (delivery.sequence, delivery.finished)).collect::<Vec<_>>(),
        [(2, None), (1, Some(kept(2)))]
    );
    assert_eq!(store.attempts(deliveries[1].id).await.unwrap()[0].tried, tried());
    assert_eq!(store.webhook_cursor("hook").await.unwrap(), Some(2));
    let told = store.notifications("ana", None, 9).await.unwrap().entries;
    assert_eq!((&told[0].told, told[0].read_at), (&news(), Some(kept(3))));
    assert_eq!(store.setting("theme").await.unwrap(), Some(json!({ "dark": true })));
}

fn account() -> Account {
    Account { user: "ana".to_owned(), password_hash: "$argon2id$".to_owned(), must_change: true, created: kept(0) }
}

fn identity() -> Identity {
    let (issuer, subject, user) = ("https://idp".to_owned(), "42".to_owned(), "ana".to_owned());
    Identity { issuer, subject, user, created: kept(0) }
}

fn token() -> ApiToken {
    ApiToken {
        id: "t1".to_owned(),
        hash: SecretHash::of(&SecretString::from("token")),
        user: "ana".to_owned(),
        name: "ci".to_owned(),
        scopes: vec!["audit".to_owned()],
        created: kept(0),
        expires: Some(kept(9)),
        last_used: None,
        revoked: None,
    }
}

fn session() -> Session {
    Session {
        hash: SecretHash::of(&SecretString::from("session")),
        user: "ana".to_owned(),
        created: kept(0),
        expires: kept(9),
        last_seen: kept(1),
        data: json!({ "csrf": "x" }),
    }
}

fn state() -> SyncState {
    SyncState {
        integration: "warehouse".to_owned(),
        subject: "hr.employees".to_owned(),
        state: SyncWord::Retrying,
        reason: Some("lock time-out".to_owned()),
        attempts: 2,
        next_attempt: Some(kept(9)),
        wanted_sequence: 5,
        pushed_sequence: Some(4),
        since: kept(0),
        at: kept(1),
    }
}

fn tried() -> NewAttempt {
    let answer = Some("ok".to_owned());
    NewAttempt { at: kept(2), status: Some(200), error: None, duration: Duration::from_millis(12), answer }
}

fn news() -> NewNotification {
    let object = Some(("grant".to_owned(), "g1".to_owned()));
    NewNotification { user: "ana".to_owned(), at: kept(2), kind: "request".to_owned(), text: "news".to_owned(), object }
}

#[tokio::test]
async fn sqlite_databases_of_every_version_open() {
    for (version, head) in RELEASED {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("scrim.db");
        let sql = fs::read_to_string(fixture(&format!("v{version}.sqlite.sql"))).unwrap();
        let mut connection = SqliteConnection::connect(&format!("sqlite:{}?mode=rwc", path.display())).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        check_released(&Location::file(&path), *head).await;
    }
}

#[tokio::test]
async fn postgresql_databases_of_every_version_open() {
    for (version, head) in RELEASED {
        let url = new_database().await;
        let sql = fs::read_to_string(fixture(&format!("v{version}.postgresql.sql"))).unwrap();
        let mut connection = PgConnection::connect(&url).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        check_released(&Location::parse(&url).unwrap(), *head).await;
    }
}

async fn check_released(location: &Location, head: u64) {
    let store = Store::open(location, key()).await.unwrap();
    check(&store).await;
    assert_eq!(store.audit_head().await.unwrap().number, head);
    assert_whole(&store).await;
    store.commit(&commit(5, vec![put("tag", "PII", json!({ "a": 3 }))])).await.unwrap();
    store.enqueue("hook", &[6], 6, at(0)).await.unwrap();
    store.notify(&[news()]).await.unwrap();
    assert_whole(&store).await;
}

#[tokio::test]
#[ignore = "writes the fixtures of the newest version"]
async fn write_fixtures() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("scrim.db");
    let store = Store::open(&Location::file(&path), key()).await.unwrap();
    fill(&store).await;
    fs::write(fixture(&format!("v{NEWEST}.sqlite.sql")), sqlite_dump(&path).await).unwrap();

    let url = new_database().await;
    let store = Store::open(&Location::parse(&url).unwrap(), key()).await.unwrap();
    fill(&store).await;
    let dump = Command::new(crate::stand::cluster().bin_dir().join("pg_dump"))
        .args(["--inserts", "--no-owner", "--no-privileges", "--dbname", &url])
        .output()
        .unwrap();
    assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
    // Without what is meant for psql, and without leaving the search path empty.
    let text = String::from_utf8(dump.stdout).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('\\') && !line.contains("search_path"));
    let lines: Vec<_> = lines.filter(|line| !line.starts_with("--") && !line.is_empty()).collect();
    fs::write(fixture(&format!("v{NEWEST}.postgresql.sql")), lines.join("\n") + "\n").unwrap();
}

/// The statements that make the database again: tables with their rows, then what looks at them.
async fn sqlite_dump(path: &std::path::Path) -> String {
    let mut connection = SqliteConnection::connect(&format!("sqlite:{}", path.display())).await.unwrap();
    let objects = "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'
                   ORDER BY type <> 'table', rowid";
    let mut dump = "PRAGMA foreign_keys = off;\n".to_owned();
    for object in sqlx::query(objects).fetch_all(&mut connection).await.unwrap() {
        let (kind, name, sql): (String, String, String) = (object.get(0), object.get(1), object.get(2));
        dump += &format!("{sql};\n");
        if kind == "table" {
            let columns = format!(
                "SELECT group_concat('quote(' || name || ')', ' || '', '' || ') FROM pragma_table_info('{name}')"
            );
            let columns: String = sqlx::query_scalar(AssertSqlSafe(columns)).fetch_one(&mut connection).await.unwrap();
            let rows = AssertSqlSafe(format!("SELECT {columns} FROM {name}"));
            for row in sqlx::query_scalar::<_, String>(rows).fetch_all(&mut connection).await.unwrap() {
                dump += &format!("INSERT INTO {name} VALUES ({row});\n");
            }
        }
    }
    dump
}
