//! The queue of webhooks.

use std::collections::BTreeSet;
use std::time::Duration;

use scrim_store::{Claimed, DeliveryState, NewAttempt, StoreError};

use crate::stand::{Stand, at, kept, on_both};

on_both!(
    an_event_is_delivered_once,
    one_webhook_is_claimed_from,
    what_is_not_finished_comes_back,
    each_goes_to_one_of_many,
    old_ones_are_forgotten
);

const MINUTE: Duration = Duration::from_secs(60);

fn tried(second: i64, status: Option<u16>) -> NewAttempt {
    NewAttempt {
        at: kept(second),
        status,
        error: status.is_none().then(|| "connection refused".to_owned()),
        duration: Duration::from_millis(120),
        answer: status.map(|_| "ok\0".repeat(600)),
    }
}

fn sequences(claimed: &[Claimed]) -> Vec<u64> {
    claimed.iter().map(|claimed| claimed.delivery.sequence).collect()
}

async fn an_event_is_delivered_once(stand: Stand) {
    let store = &stand.store;
    assert_eq!(store.webhook_cursor("hook").await.unwrap(), None);
    assert_eq!(store.enqueue("hook", &[3, 5], 5, at(0)).await.unwrap(), 2);
    assert_eq!(store.enqueue("hook", &[5, 7], 8, at(1)).await.unwrap(), 1);
    assert_eq!(store.enqueue("hook", &[], 4, at(1)).await.unwrap(), 0);
    assert_eq!(store.webhook_cursor("hook").await.unwrap(), Some(8));
    let first = store.claim(at(0), 10, "worker", MINUTE).await.unwrap();
    assert_eq!(sequences(&first), [3, 5]);
    assert_eq!(sequences(&store.claim(at(1), 10, "worker", MINUTE).await.unwrap()), [7]);
    assert_eq!(sequences(&store.claim(at(2), 10, "worker", MINUTE).await.unwrap()), Vec::<u64>::new());

    store.succeeded(&first[0], &tried(2, Some(200))).await.unwrap();
    assert!(matches!(store.succeeded(&first[0], &tried(2, Some(200))).await, Err(StoreError::ClaimLost(_))));
    store.failed(&first[1], &tried(2, None), at(30)).await.unwrap();
    assert_eq!(sequences(&store.claim(at(29), 10, "worker", MINUTE).await.unwrap()), Vec::<u64>::new());
    let again = store.claim(at(30), 10, "worker", MINUTE).await.unwrap();
    assert_eq!(sequences(&again), [5]);
    store.dead(&again[0], &tried(31, Some(500))).await.unwrap();

    let attempts = store.attempts(again[0].delivery.id).await.unwrap();
    assert_eq!(attempts.iter().map(|attempt| attempt.number).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(attempts[0].tried, tried(2, None));
    assert_eq!((attempts[1].tried.status, attempts[1].tried.answer.as_ref().unwrap().len()), (Some(500), 1024));

    let page = store.deliveries("hook", None, 2).await.unwrap();
    assert_eq!(page.entries.iter().map(|delivery| delivery.sequence).collect::<Vec<_>>(), [7, 5]);
    let dead = &page.entries[1];
    assert_eq!((dead.state, dead.finished, dead.claims), (DeliveryState::Dead, Some(kept(31)), 2));
    let rest = store.deliveries("hook", page.next, 2).await.unwrap();
    assert_eq!((rest.entries.len(), rest.next), (1, None));
    assert_eq!(rest.entries[0].state, DeliveryState::Delivered);

    store.redeliver(dead.id, at(40)).await.unwrap();
    assert_eq!(sequences(&store.claim(at(40), 10, "worker", MINUTE).await.unwrap()), [5]);
    assert!(matches!(store.redeliver(99, at(40)).await, Err(StoreError::Missing { .. })));
}

async fn one_webhook_is_claimed_from(stand: Stand) {
    let store = &stand.store;
    store.enqueue("slow", &[1, 2, 3], 3, at(0)).await.unwrap();
    store.enqueue("quick", &[2, 3], 3, at(1)).await.unwrap();
    assert_eq!(store.due_webhooks(at(0)).await.unwrap(), ["slow"]);
    assert_eq!(store.due_webhooks(at(1)).await.unwrap(), ["quick", "slow"]);
    assert_eq!(sequences(&store.claim_of("quick", at(1), 1, "worker", MINUTE).await.unwrap()), [2]);
    assert_eq!(sequences(&store.claim_of("quick", at(1), 9, "worker", MINUTE).await.unwrap()), [3]);
    assert!(store.claim_of("quick", at(1), 9, "worker", MINUTE).await.unwrap().is_empty());
    assert_eq!(store.due_webhooks(at(1)).await.unwrap(), ["slow"]);
    assert!(store.claim_of("other", at(1), 9, "worker", MINUTE).await.unwrap().is_empty());
    assert_eq!(sequences(&store.claim(at(1), 9, "worker", MINUTE).await.unwrap()), [1, 2, 3]);
}

async fn what_is_not_finished_comes_back(stand: Stand) {
    let store = &stand.store;
    store.enqueue("hook", &[1], 1, at(0)).await.unwrap();
    let slow = store.claim(at(0), 1, "slow", MINUTE).await.unwrap();
    assert!(store.claim(at(59), 1, "quick", MINUTE).await.unwrap().is_empty());
    let quick = store.claim(at(60), 1, "quick", MINUTE).await.unwrap();
    assert_eq!((quick[0].delivery.holder.as_deref(), quick[0].delivery.claims), (Some("quick"), 2));
    assert!(matches!(store.dead(&slow[0], &tried(61, None)).await, Err(StoreError::ClaimLost(_))));
    assert!(store.attempts(slow[0].delivery.id).await.unwrap().is_empty());
    store.succeeded(&quick[0], &tried(61, Some(204))).await.unwrap();
}

async fn each_goes_to_one_of_many(stand: Stand) {
    let stores = [stand.store.clone(), stand.another().await];
    stores[0].enqueue("hook", &(1..=200).collect::<Vec<_>>(), 200, at(0)).await.unwrap();
    let workers = (0..8).map(|worker| {
        let store = stores[worker % 2].clone();
        tokio::spawn(async move {
            let mut mine = Vec::new();
            loop {
                let claimed = store.claim(at(0), 7, &format!("worker{worker}"), MINUTE).await.unwrap();
                if claimed.is_empty() {
                    return mine;
                }
                for claimed in claimed {
                    store.succeeded(&claimed, &tried(1, Some(200))).await.unwrap();
                    mine.push(claimed.delivery.sequence);
                }
            }
        })
    });
    let mut all = Vec::new();
    for worker in workers.collect::<Vec<_>>() {
        all.extend(worker.await.unwrap());
    }
    // A worker may leave while the last ones are taken by others, but none is taken twice.
    assert_eq!(all.len(), all.iter().collect::<BTreeSet<_>>().len());
    assert_eq!(all.len(), 200);
}

async fn old_ones_are_forgotten(stand: Stand) {
    let store = &stand.store;
    store.enqueue("hook", &[1, 2, 3], 3, at(0)).await.unwrap();
    let claimed = store.claim(at(0), 2, "worker", MINUTE).await.unwrap();
    store.succeeded(&claimed[0], &tried(10, Some(200))).await.unwrap();
    store.dead(&claimed[1], &tried(20, None)).await.unwrap();
    assert_eq!(store.purge_deliveries(at(15)).await.unwrap(), 1);
    assert_eq!(store.delivery(claimed[0].delivery.id).await.unwrap(), None);
    assert!(store.attempts(claimed[0].delivery.id).await.unwrap().is_empty());
    assert_eq!(store.purge_deliveries(at(1000)).await.unwrap(), 1, "what is waiting stays");
    store.forget_webhook("hook").await.unwrap();
    assert!(store.deliveries("hook", None, 9).await.unwrap().entries.is_empty());
    assert_eq!(store.webhook_cursor("hook").await.unwrap(), None);
}
