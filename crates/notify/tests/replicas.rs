//! Two replicas over one database.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod stand;

use std::collections::{BTreeMap, BTreeSet};

use scrim_catalog::Kind;
use scrim_sandbox::{Cluster, Options};
use scrim_store::{DeliveryState, Location, SealingKey};
use serde_json::json;
use stand::{Receiver, Reply, Stand, eventually, settings};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn they_share_the_work_and_double_none_of_it() {
    let cluster = tokio::task::spawn_blocking(|| Cluster::start(&Options::default()).unwrap()).await.unwrap();
    let at = Location::parse(&cluster.admin_url("postgres")).unwrap();
    let key = SealingKey::generate().unwrap();
    let mut one = Stand::over(&at, key.clone(), tempfile::tempdir().unwrap()).await;
    let mut two = Stand::over(&at, key, tempfile::tempdir().unwrap()).await;
    let receiver = Receiver::start().await;
    one.put(Kind::User, "root", json!({ "permissions": ["APPLICATION_ADMIN"] })).await;
    one.webhook("w", &receiver.url(), &["group.*"]).await;
    receiver.answers(std::iter::repeat_n(Reply::Status(500), 5));
    one.start(settings());
    two.start(settings());
    for n in 0..120 {
        let replica = if n % 2 == 0 { &one } else { &two };
        replica.put(Kind::Group, &format!("g{n}"), json!({})).await;
        if n == 60 {
            // One is started anew in the middle.
            two.stop().await;
            two.start(settings());
        }
    }
    eventually(async || {
        let all = one.deliveries("w").await;
        all.len() == 120 && all.iter().all(|one| one.state == DeliveryState::Delivered)
    })
    .await;
    let mut sent: BTreeMap<String, usize> = BTreeMap::new();
    for got in receiver.got() {
        *sent.entry(got.header("webhook-id").to_owned()).or_default() += 1;
    }
    assert_eq!((sent.len(), sent.values().sum::<usize>()), (120, 125));
    let holders: BTreeSet<_> = one.deliveries("w").await.into_iter().filter_map(|one| one.holder).collect();
    assert!(holders.len() >= 2, "{holders:?}");
    one.stop().await;
    two.stop().await;
}
