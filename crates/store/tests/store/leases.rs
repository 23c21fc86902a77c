//! One at a time.

use std::time::Duration;

use chrono::Utc;
use scrim_store::StoreError;

use crate::stand::{Stand, on_both};

on_both!(a_lease_is_had_by_one, a_lease_that_ended_is_taken, of_many_one_gets_it);

const LONG: Duration = Duration::from_secs(3600);

async fn a_lease_is_had_by_one(stand: Stand) {
    let (one, other) = (&stand.store, &stand.another().await);
    let lease = one.acquire("push", "one", LONG, Utc::now()).await.unwrap().unwrap();
    assert_eq!((lease.epoch, lease.holder.as_str()), (1, "one"));
    assert_eq!(other.acquire("push", "other", LONG, Utc::now()).await.unwrap(), None);
    assert!(other.acquire("else", "other", LONG, Utc::now()).await.unwrap().is_some());
    assert_eq!(one.acquire("push", "one", LONG, Utc::now()).await.unwrap().unwrap().epoch, 1, "it has it already");
    let renewed = one.renew(&lease, LONG * 2, Utc::now()).await.unwrap();
    assert!(renewed.until > lease.until && renewed.epoch == 1);

    one.release(&renewed).await.unwrap();
    assert!(matches!(one.release(&renewed).await, Err(StoreError::LeaseLost { .. })));
    let taken = other.acquire("push", "other", LONG, Utc::now()).await.unwrap().unwrap();
    assert_eq!(taken.epoch, 2);
    assert!(matches!(one.renew(&renewed, LONG, Utc::now()).await, Err(StoreError::LeaseLost { .. })));
    assert!(matches!(one.release(&renewed).await, Err(StoreError::LeaseLost { .. })));
    assert_eq!(other.renew(&taken, LONG, Utc::now()).await.unwrap().epoch, 2);
}

async fn a_lease_that_ended_is_taken(stand: Stand) {
    let (one, other) = (&stand.store, &stand.another().await);
    let short = Duration::from_millis(150);
    let lease = one.acquire("push", "one", short, Utc::now()).await.unwrap().unwrap();
    assert_eq!(other.acquire("push", "other", LONG, Utc::now()).await.unwrap(), None);
    tokio::time::sleep(short).await;
    // It might be somebody else's at any moment, and so it is nobody's.
    assert!(matches!(one.renew(&lease, LONG, Utc::now()).await, Err(StoreError::LeaseLost { .. })));
    assert_eq!(one.acquire("push", "one", short, Utc::now()).await.unwrap().unwrap().epoch, 2);
    tokio::time::sleep(short).await;
    assert_eq!(other.acquire("push", "other", LONG, Utc::now()).await.unwrap().unwrap().epoch, 3);
    assert_eq!(one.acquire("push", "one", LONG, Utc::now()).await.unwrap(), None);
}

async fn of_many_one_gets_it(stand: Stand) {
    let stores = [stand.store.clone(), stand.another().await];
    for round in 1..=5 {
        let tries = (0..12).map(|number| {
            let store = stores[number % 2].clone();
            tokio::spawn(
                async move { store.acquire("push", &format!("{round}-{number}"), LONG, Utc::now()).await.unwrap() },
            )
        });
        let mut got = Vec::new();
        for attempt in tries.collect::<Vec<_>>() {
            got.extend(attempt.await.unwrap());
        }
        assert_eq!(got.len(), 1, "{got:?}");
        assert_eq!(got[0].epoch, round);
        stores[0].release(&got[0]).await.unwrap();
    }
}
