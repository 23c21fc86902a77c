//! The program is killed in the midst of writing.

use std::process::{Command, Stdio};
use std::time::Duration;

use scrim_store::{Location, SealingKey, Store};
use secrecy::ExposeSecret;
use serde_json::json;

use crate::stand::{Stand, commit, on_both, put};
use crate::writers::assert_whole;

on_both!(who_is_killed_leaves_what_is_whole, a_connection_that_breaks_leaves_nothing);

const URL: &str = "SCRIM_TEST_STORE";
const KEY: &str = "SCRIM_TEST_STORE_KEY";

/// Writes until it is killed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "started by `who_is_killed_leaves_what_is_whole`"]
async fn writes_until_it_is_killed() {
    let Ok(url) = std::env::var(URL) else { return };
    let store = Store::open(&Location::parse(&url).unwrap(), SealingKey::from_env(KEY).unwrap()).await.unwrap();
    loop {
        let last = store.last_sequence().await.unwrap();
        let changes = (0..20).map(|number| put("kind", &number.to_string(), json!(last))).collect();
        store.commit(&commit(last, changes)).await.unwrap();
    }
}

async fn who_is_killed_leaves_what_is_whole(stand: Stand) {
    for round in 1..=4 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "killed::writes_until_it_is_killed"])
            .env(URL, &stand.url)
            .env(KEY, stand.key.encode().expose_secret())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let before = stand.store.last_sequence().await.unwrap();
        let mut waited = 0;
        while stand.store.last_sequence().await.unwrap() < before + 20 * (3 + round) {
            tokio::time::sleep(Duration::from_millis(1)).await;
            waited += 1;
            assert!(waited < 30_000, "nothing is written");
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let store = stand.another().await;
        assert_eq!(store.last_sequence().await.unwrap() % 20, 0);
        assert_whole(&store).await;
        let last = store.last_sequence().await.unwrap();
        let changes = (0..20).map(|number| put("kind", &number.to_string(), json!(last))).collect();
        store.commit(&commit(last, changes)).await.unwrap();
    }
}

async fn a_connection_that_breaks_leaves_nothing(stand: Stand) {
    stand.store.commit(&commit(0, vec![put("a", "x", json!(1))])).await.unwrap();
    if stand.is_sqlite() {
        // The connection ends with its transaction open.
        stand.sql("BEGIN IMMEDIATE; INSERT INTO events SELECT 2, at, actor, request, kind, object_kind, object_name, payload FROM events; UPDATE log_head SET sequence = 2").await.unwrap();
    } else {
        stand.sql("BEGIN; INSERT INTO events SELECT 2, at, actor, request, kind, object_kind, object_name, payload FROM events; UPDATE log_head SET sequence = 2; SELECT pg_terminate_backend(pg_backend_pid())").await.unwrap_err();
    }
    assert_eq!(stand.store.last_sequence().await.unwrap(), 1);
    stand.store.commit(&commit(1, vec![put("a", "x", json!(2))])).await.unwrap();
    assert_whole(&stand.store).await;
}
