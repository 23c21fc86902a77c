//! Being told of what was written.

use std::time::Duration;

use serde_json::json;
use tokio::time::timeout;

use crate::stand::{Stand, commit, on_both, put};

on_both!(who_watches_is_told, a_lost_message_is_made_up_for, a_store_that_is_gone_looks_no_longer);

async fn who_watches_is_told(stand: Stand) {
    let other = stand.another().await;
    let (mut here, mut there) = (stand.store.watch(), other.watch());
    assert_eq!((*here.borrow_and_update(), *there.borrow_and_update()), (0, 0));
    // The other one needs a moment until it listens; SQLite has no messages, and is asked now and then.
    tokio::time::sleep(Duration::from_millis(500)).await;
    stand.store.commit(&commit(0, vec![put("a", "x", json!(1))])).await.unwrap();
    assert_eq!(*here.borrow_and_update(), 1, "at once");
    let patience = if stand.is_sqlite() { 10 } else { 2 };
    timeout(Duration::from_secs(patience), there.changed()).await.unwrap().unwrap();
    assert_eq!(*there.borrow_and_update(), 1);
    other.commit(&commit(1, vec![put("a", "x", json!(2))])).await.unwrap();
    timeout(Duration::from_secs(patience), here.changed()).await.unwrap().unwrap();
    assert_eq!(*here.borrow_and_update(), 2);
    assert!(!here.has_changed().unwrap());
}

async fn a_lost_message_is_made_up_for(stand: Stand) {
    let other = stand.another().await;
    let mut there = other.watch();
    tokio::time::sleep(Duration::from_millis(500)).await;
    if !stand.is_sqlite() {
        // All connections break, the listening ones among them.
        let end = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                   WHERE datname = current_database() AND pid <> pg_backend_pid()";
        stand.count(end).await;
    }
    stand.sql("UPDATE log_head SET sequence = 7").await.unwrap();
    timeout(Duration::from_secs(15), there.changed()).await.unwrap().unwrap();
    assert_eq!(*there.borrow_and_update(), 7);
    stand.sql("UPDATE log_head SET sequence = 0").await.unwrap();
    // Connections that broke are made again.
    stand.store.commit(&commit(0, vec![put("a", "x", json!(1))])).await.unwrap();
}

async fn a_store_that_is_gone_looks_no_longer(stand: Stand) {
    let mut watch = stand.store.watch();
    drop(stand.store);
    timeout(Duration::from_secs(10), watch.changed()).await.unwrap().unwrap_err();
}
