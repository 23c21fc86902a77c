//! State of pushes, notifications and settings.

use scrim_store::{NewNotification, SyncState, SyncWord};
use serde_json::json;

use crate::stand::{Stand, at, kept, on_both};

on_both!(states_of_pushes_are_kept, news_are_read, news_are_written_once, settings_are_kept);

async fn states_of_pushes_are_kept(stand: Stand) {
    let store = &stand.store;
    let state = |subject: &str, state| SyncState {
        integration: "warehouse".to_owned(),
        subject: subject.to_owned(),
        state,
        reason: (state != SyncWord::InSync).then(|| "lock time-out".to_owned()),
        attempts: 3,
        next_attempt: (state == SyncWord::Retrying).then(|| kept(10)),
        wanted_sequence: 12,
        pushed_sequence: (state == SyncWord::InSync).then_some(12),
        since: kept(0),
        at: kept(1),
    };
    let states =
        [state("hr.a", SyncWord::InSync), state("hr.b", SyncWord::Retrying), state("profiles", SyncWord::InSync)];
    store.set_sync_states(&states).await.unwrap();
    assert_eq!(store.sync_states("warehouse").await.unwrap(), states);
    store.set_sync_states(&[state("hr.a", SyncWord::Failed), state("hr.a", SyncWord::Closed)]).await.unwrap();
    let counts: Vec<_> = store.sync_counts("warehouse").await.unwrap().into_iter().collect();
    assert_eq!(counts, [(SyncWord::InSync, 1), (SyncWord::Retrying, 1), (SyncWord::Closed, 1)]);
    let some = store.sync_states_of("warehouse", &["hr.b", "none", "profiles"]).await.unwrap();
    assert_eq!(some, states[1..]);
    assert!(store.sync_states_of("warehouse", &[]).await.unwrap().is_empty());
    let mut words: Vec<_> = store.sync_words("warehouse").await.unwrap().into_iter().collect();
    words.sort();
    let named = |subject: &str, word| (subject.to_owned(), word);
    assert_eq!(
        words,
        [named("hr.a", SyncWord::Closed), named("hr.b", SyncWord::Retrying), named("profiles", SyncWord::InSync)]
    );
    let odd = "a \"quoted\", [listed] \\ thing";
    store
        .set_sync_states(&[SyncState { integration: "odd".to_owned(), ..state(odd, SyncWord::Pushing) }])
        .await
        .unwrap();
    assert_eq!(store.sync_words("odd").await.unwrap().into_iter().collect::<Vec<_>>(), [named(odd, SyncWord::Pushing)]);
    assert!(store.sync_words("none").await.unwrap().is_empty());
    store.forget_sync_states("warehouse", &["hr.a", "hr.c"]).await.unwrap();
    assert_eq!(store.sync_states("warehouse").await.unwrap(), states[1..]);
    assert!(store.sync_states("other").await.unwrap().is_empty());
}

async fn news_are_read(stand: Stand) {
    let store = &stand.store;
    let news = |user: &str, second| NewNotification {
        user: user.to_owned(),
        at: kept(second),
        kind: "request".to_owned(),
        text: format!("number {second}"),
        object: (second % 2 == 0).then(|| ("grant".to_owned(), "g1".to_owned())),
    };
    let all: Vec<_> = (0..5).map(|second| news("ana", second)).chain([news("bo", 9)]).collect();
    store.notify(&all).await.unwrap();
    store.notify(&[]).await.unwrap();
    let page = store.notifications("ana", None, 3).await.unwrap();
    let told: Vec<_> = page.entries.iter().map(|news| news.told.clone()).collect();
    assert_eq!(told, [news("ana", 4), news("ana", 3), news("ana", 2)]);
    let rest = store.notifications("ana", page.next, 3).await.unwrap();
    assert_eq!((rest.entries.len(), rest.next), (2, None));
    assert_eq!(store.unread("ana").await.unwrap(), 5);
    store.mark_read("bo", Some(page.entries[0].id), at(10)).await.unwrap();
    assert_eq!(store.unread("ana").await.unwrap(), 5, "only one's own");
    store.mark_read("ana", Some(page.entries[0].id), at(10)).await.unwrap();
    store.mark_read("ana", None, at(20)).await.unwrap();
    assert_eq!((store.unread("ana").await.unwrap(), store.unread("bo").await.unwrap()), (0, 1));
    let page = store.notifications("ana", None, 2).await.unwrap();
    let read: Vec<_> = page.entries.iter().map(|news| news.read_at).collect();
    assert_eq!(read, [Some(kept(10)), Some(kept(20))]);
    assert_eq!(store.purge_notifications(kept(4)).await.unwrap(), 4);
}

async fn news_are_written_once(stand: Stand) {
    let news = |text: u64| NewNotification {
        user: "ana".to_owned(),
        at: kept(1),
        kind: "denied".to_owned(),
        text: format!("news {text}"),
        object: None,
    };
    let stores = [stand.store.clone(), stand.another().await];
    assert_eq!(stores[0].begin_reading("reader", 7).await.unwrap(), 7);
    assert_eq!(stores[1].begin_reading("reader", 9).await.unwrap(), 7);
    // Many tell the same events at once; each event is told by one of them.
    let tellers = (0..6).map(|teller| {
        let store = stores[teller % 2].clone();
        tokio::spawn(async move {
            let mut told = 0;
            loop {
                let from = store.begin_reading("reader", 0).await.unwrap();
                if from >= 47 {
                    return told;
                }
                told += usize::from(store.notify_through("reader", from, from + 1, &[news(from)]).await.unwrap());
            }
        })
    });
    let mut told = 0;
    for teller in tellers.collect::<Vec<_>>() {
        told += teller.await.unwrap();
    }
    let found = stand.store.notifications("ana", None, 100).await.unwrap().entries;
    let texts: Vec<String> = found.into_iter().rev().map(|news| news.told.text).collect();
    assert_eq!((told, texts), (40, (7..47).map(|n| format!("news {n}")).collect()));
    // Nothing is told when the mark stands elsewhere, and the mark stays when the news cannot be written.
    assert!(!stand.store.notify_through("reader", 7, 8, &[news(7)]).await.unwrap());
    let bad = NewNotification { text: "\0".to_owned(), ..news(0) };
    assert!(stand.store.notify_through("reader", 47, 48, &[bad]).await.is_err());
    assert_eq!(stand.store.begin_reading("reader", 0).await.unwrap(), 47);
}

async fn settings_are_kept(stand: Stand) {
    let store = &stand.store;
    assert_eq!(store.setting("a").await.unwrap(), None);
    for value in [json!(null), json!({ "a": [1, "zwei"] }), json!(0.1)] {
        store.set_setting("a", &value).await.unwrap();
        assert_eq!(store.setting("a").await.unwrap(), Some(value));
    }
}
