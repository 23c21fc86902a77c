//! Copies that are made while others write.

use chrono::Utc;
use scrim_store::{Location, NewAttempt, Store, StoreError};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use crate::stand::{Stand, at, commit, kept, on_both, put};
use crate::writers::assert_whole;

on_both!(a_copy_made_meanwhile_is_whole, a_copy_has_everything, nothing_is_overwritten);

async fn opened(stand: &Stand, path: &std::path::Path) -> Store {
    Store::open(&Location::file(path), stand.key.clone()).await.unwrap()
}

async fn a_copy_made_meanwhile_is_whole(stand: Stand) {
    let changes = (0..1500).map(|number| put("kind", &number.to_string(), json!({ "number": number }))).collect();
    stand.store.commit(&commit(0, changes)).await.unwrap();
    let store = stand.store.clone();
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let writer = tokio::spawn(async move {
        while !*stopped.borrow() {
            let last = store.last_sequence().await.unwrap();
            let changes = (0..3).map(|number| put("kind", &format!("{last}-{number}"), json!(last))).collect();
            store.commit(&commit(last, changes)).await.unwrap();
        }
    });
    for number in 0..3 {
        let path = stand.directory.path().join(format!("copy{number}"));
        let before = stand.store.last_sequence().await.unwrap();
        stand.store.backup(&path).await.unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let copy = opened(&stand, &path).await;
        let last = copy.last_sequence().await.unwrap();
        assert!(last >= before && last % 3 == 0);
        assert_eq!(copy.objects().await.unwrap().all().await.unwrap().len() as u64, last);
        assert_eq!(copy.audit_head().await.unwrap().number, (last - 1500) / 3 + 1);
        assert_eq!(copy.verify_audit().await.unwrap().broken, None);
    }
    stop.send(true).unwrap();
    writer.await.unwrap();
}

async fn a_copy_has_everything(stand: Stand) {
    let store = &stand.store;
    crate::released::fill(store).await;
    store.acquire("push", "one", Duration::from_secs(60), Utc::now()).await.unwrap();
    let path = stand.directory.path().join("copy");
    store.backup(&path).await.unwrap();
    let copy = opened(&stand, &path).await;
    crate::released::check(&copy).await;
    assert_whole(&copy).await;
    // It goes on where the other one was.
    let last = copy.last_sequence().await.unwrap();
    copy.commit(&commit(last, vec![put("a", "new", json!(1))])).await.unwrap();
    copy.enqueue("hook", &[99], 99, at(0)).await.unwrap();
    assert_eq!(copy.secret("warehouse").await.unwrap().unwrap().expose_secret(), "hunter2");
    copy.put_secret("new", &SecretString::from("new")).await.unwrap();
    assert!(copy.acquire("push", "other", Duration::from_secs(60), Utc::now()).await.unwrap().is_none());
    assert_whole(&copy).await;
    let tried = NewAttempt { at: kept(0), status: Some(200), error: None, duration: Duration::ZERO, answer: None };
    for claimed in copy.claim(at(1_000_000), 10, "one", Duration::from_secs(60)).await.unwrap() {
        copy.succeeded(&claimed, &tried).await.unwrap();
    }
}

async fn nothing_is_overwritten(stand: Stand) {
    let path = stand.directory.path().join("precious");
    std::fs::write(&path, "precious").unwrap();
    assert!(matches!(stand.store.backup(&path).await, Err(StoreError::Exists(_))));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "precious");
    let nowhere = stand.directory.path().join("missing/copy");
    assert!(matches!(stand.store.backup(&nowhere).await, Err(StoreError::File { .. })));
}
