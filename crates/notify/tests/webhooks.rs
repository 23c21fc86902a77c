//! Webhooks: what is sent, when, and what comes of it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod stand;

use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use scrim_catalog::Kind;
use scrim_notify::Settings;
use scrim_store::DeliveryState;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use sha2::{Digest, Sha256};
use stand::{Got, Receiver, Reply, Stand, eventually, settings};

/// HMAC as RFC 2104 defines it, by hand.
fn signature(secret: &SecretString, id: &str, timestamp: &str, body: &str) -> String {
    let mut key = STANDARD.decode(secret.expose_secret().strip_prefix("whsec_").unwrap()).unwrap();
    key.resize(64, 0);
    let pad = |with: u8| key.iter().map(|byte| byte ^ with).collect::<Vec<u8>>();
    let inner = Sha256::digest([pad(0x36), format!("{id}.{timestamp}.{body}").into_bytes()].concat());
    STANDARD.encode(Sha256::digest([pad(0x5c), inner.to_vec()].concat()))
}

fn signatures(got: &Got) -> Vec<String> {
    got.header("webhook-signature").split(' ').map(|one| one.strip_prefix("v1,").unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_sent_once_signed_and_without_what_was_before() {
    let (mut stand, receiver) = (Stand::new().await, Receiver::start().await);
    stand.put(Kind::Group, "before", json!({})).await;
    let first = stand.webhook("w", &receiver.url(), &["group.*"]).await;
    stand.start(settings());
    stand.put(Kind::Group, "hr", json!({ "description": "people" })).await;
    stand.put(Kind::Attribute, "unwanted", json!({})).await;
    let got = &receiver.has(1).await[0];
    assert_eq!(got.header("content-type"), "application/json");
    let body = got.json();
    assert_eq!(body["type"], "group.created");
    assert_eq!(body["data"]["object"], json!({ "kind": "group", "name": "hr" }));
    assert_eq!(body["data"]["document"]["description"], "people");
    assert_eq!(body["data"]["actor"], "olivia");
    assert_eq!(got.header("webhook-id"), format!("evt_{}", body["data"]["sequence"]));
    let sign = |secret| signature(secret, got.header("webhook-id"), got.header("webhook-timestamp"), &got.body);
    assert_eq!(signatures(got), [sign(&first)]);
    let age = chrono::Utc::now().timestamp() - got.header("webhook-timestamp").parse::<i64>().unwrap();
    assert!((0..30).contains(&age));

    let second = stand.secret("w").await;
    stand.delete(Kind::Group, "hr").await;
    let got = &receiver.has(2).await[1];
    let sign = |secret| signature(secret, got.header("webhook-id"), got.header("webhook-timestamp"), &got.body);
    assert_eq!(signatures(got), [sign(&second), sign(&first)]);
    eventually(async || stand.deliveries("w").await.iter().all(|one| one.state == DeliveryState::Delivered)).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(receiver.kinds(), ["group.created", "group.deleted"]);
    let attempts = stand.store.attempts(stand.deliveries("w").await[0].id).await.unwrap();
    assert_eq!((attempts.len(), attempts[0].tried.status), (1, Some(204)));
    stand.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_is_tried_again_under_the_same_id_until_it_is_given_up() {
    let (mut stand, good, bad) = (Stand::new().await, Receiver::start().await, Receiver::start().await);
    stand.webhook("good", &good.url(), &["group.*"]).await;
    stand.webhook("bad", &bad.url(), &["group.*"]).await;
    good.answers([Reply::Status(500), Reply::Silence, Reply::Status(429)]);
    bad.answers(std::iter::repeat_n(Reply::Status(503), 1000));
    let mut quick = settings();
    quick.pace.patience = Duration::from_millis(300);
    quick.pace.give_up = Duration::from_millis(1500);
    stand.start(quick);
    stand.put(Kind::Group, "hr", json!({})).await;
    let got = good.has(4).await;
    assert!(got.iter().all(|one| one.header("webhook-id") == got[0].header("webhook-id") && one.body == got[0].body));
    eventually(async || stand.deliveries("good").await[0].state == DeliveryState::Delivered).await;
    let attempts = stand.store.attempts(stand.deliveries("good").await[0].id).await.unwrap();
    let said: Vec<_> = attempts.iter().map(|one| (one.tried.status, one.tried.error.as_deref())).collect();
    assert_eq!(said[0], (Some(500), Some("the receiver answered 500 Internal Server Error")));
    assert_eq!(said[1], (None, Some("the receiver did not answer in time")));
    assert_eq!((said[2].0, said[3]), (Some(429), (Some(204), None)));

    eventually(async || stand.deliveries("bad").await[0].state == DeliveryState::Dead).await;
    let dead = stand.deliveries("bad").await[0].clone();
    let tried = stand.store.attempts(dead.id).await.unwrap().len();
    assert!((6..40).contains(&tried), "{tried} attempts");
    assert_eq!(bad.got().len(), tried);
    // By hand it is tried once more, under the same id.
    stand.store.redeliver(dead.id, chrono::Utc::now()).await.unwrap();
    let got = bad.has(tried + 1).await;
    assert_eq!(got[tried].header("webhook-id"), got[0].header("webhook-id"));
    stand.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_gone_is_disabled() {
    let (mut stand, receiver) = (Stand::new().await, Receiver::start().await);
    stand.put(Kind::User, "root", json!({ "permissions": ["APPLICATION_ADMIN"] })).await;
    stand.webhook("w", &receiver.url(), &["group.*"]).await;
    receiver.answers([Reply::Status(410)]);
    stand.start(settings());
    eventually(async || stand.store.setting("notifications/events").await.unwrap().is_some()).await;
    stand.put(Kind::Group, "hr", json!({})).await;
    eventually(async || stand.registry.world().catalog.webhooks["w"].disabled).await;
    eventually(async || stand.deliveries("w").await[0].state == DeliveryState::Dead).await;
    stand.put(Kind::Group, "more", json!({})).await;
    let text = "The webhook `w` was disabled: its receiver wants no messages any more";
    eventually(async || stand.texts("root").await == [text]).await;
    assert_eq!(receiver.got().len(), 1);
    stand.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_receiver_holds_up_nobody_else() {
    let (mut stand, slow, quick) = (Stand::new().await, Receiver::start().await, Receiver::start().await);
    stand.webhook("a-slow", &slow.url(), &["group.*"]).await;
    stand.webhook("quick", &quick.url(), &["group.*"]).await;
    slow.answers(std::iter::repeat_n(Reply::Silence, 1000));
    stand.start(Settings { at_once: 6, ..settings() });
    let start = Instant::now();
    for n in 0..40 {
        stand.put(Kind::Group, &format!("g{n}"), json!({})).await;
    }
    quick.has(40).await;
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    let sent = slow.got().len();
    assert!(sent <= 4 * (1 + start.elapsed().as_millis() as usize / 1500), "{sent} at once");
    stand.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn little_is_read_of_an_answer() {
    let (mut stand, receiver) = (Stand::new().await, Receiver::start().await);
    stand.webhook("w", &receiver.url(), &["group.*"]).await;
    receiver.answers([Reply::Endless]);
    stand.start(settings());
    stand.put(Kind::Group, "hr", json!({})).await;
    eventually(async || stand.deliveries("w").await.iter().any(|one| one.state == DeliveryState::Delivered)).await;
    let attempts = stand.store.attempts(stand.deliveries("w").await[0].id).await.unwrap();
    assert_eq!(attempts[0].tried.answer.as_deref(), Some("x".repeat(1024).as_str()));
    stand.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_or_doubled_when_it_starts_anew() {
    let (mut stand, receiver) = (Stand::new().await, Receiver::start().await);
    stand.webhook("w", &receiver.url(), &["group.*"]).await;
    receiver.answers(std::iter::repeat_n(Reply::Status(500), 7));
    for round in 0..4 {
        for n in 0..10 {
            stand.put(Kind::Group, &format!("g{round}-{n}"), json!({})).await;
        }
        stand.start(settings());
        stand.put(Kind::Group, &format!("h{round}"), json!({})).await;
        receiver.has(1 + round * 8).await;
        stand.stop().await;
        stand.put(Kind::Group, &format!("between{round}"), json!({})).await;
    }
    stand.start(settings());
    eventually(async || {
        let all = stand.deliveries("w").await;
        all.len() == 48 && all.iter().all(|one| one.state == DeliveryState::Delivered)
    })
    .await;
    // Seven were refused, and sent again: beside those each was sent once.
    assert_eq!(receiver.got().len(), 48 + 7);
    stand.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_on_its_way_when_it_was_killed_comes_back() {
    let (mut stand, receiver) = (Stand::new().await, Receiver::start().await);
    stand.webhook("w", &receiver.url(), &["group.*"]).await;
    receiver.answers(std::iter::repeat_n(Reply::Silence, 3));
    let mut quick = settings();
    quick.pace.patience = Duration::from_millis(500);
    stand.start(quick.clone());
    for n in 0..3 {
        stand.put(Kind::Group, &format!("g{n}"), json!({})).await;
    }
    receiver.has(3).await;
    stand.kill().await;
    for n in 3..6 {
        stand.put(Kind::Group, &format!("g{n}"), json!({})).await;
    }
    stand.start(quick);
    eventually(async || {
        let all = stand.deliveries("w").await;
        all.len() == 6 && all.iter().all(|one| one.state == DeliveryState::Delivered)
    })
    .await;
    // Nobody knows whether the receiver took the first ones: they are sent again, as the same messages.
    let ids: Vec<_> = receiver.got().iter().map(|got| got.header("webhook-id").to_owned()).collect();
    let different: std::collections::BTreeSet<_> = ids.iter().collect();
    assert_eq!((ids.len(), different.len()), (9, 6));
    stand.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_that_is_made_again_begins_anew() {
    let (mut stand, receiver) = (Stand::new().await, Receiver::start().await);
    stand.webhook("w", &receiver.url(), &["group.*"]).await;
    receiver.answers(std::iter::repeat_n(Reply::Status(500), 3));
    stand.start(settings());
    stand.put(Kind::Group, "first", json!({})).await;
    receiver.has(1).await;
    stand.stop().await;
    stand.delete(Kind::Webhook, "w").await;
    stand.put(Kind::Group, "unseen", json!({})).await;
    stand.put(Kind::Webhook, "w", json!({ "url": receiver.url(), "events": ["group.*"] })).await;
    stand.put(Kind::Group, "third", json!({})).await;
    let before = receiver.got().len();
    stand.start(settings());
    eventually(async || {
        let all = stand.deliveries("w").await;
        all.len() == 2 && !stand.store.attempts(all[0].id).await.unwrap().is_empty()
    })
    .await;
    let attempts = stand.store.attempts(stand.deliveries("w").await[0].id).await.unwrap();
    assert!(attempts[0].tried.error.as_ref().unwrap().contains("has no secret"), "{attempts:?}");
    stand.secret("w").await;
    let got = receiver.has(before + 1).await;
    assert_eq!(got[before].json()["data"]["object"]["name"], "third");
    let old = stand.deliveries("w").await.pop().unwrap();
    assert_eq!(old.state, DeliveryState::Dead);
    stand.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn slack_is_told_in_sentences() {
    let (mut stand, receiver) = (Stand::new().await, Receiver::start().await);
    let body = json!({ "url": receiver.url(), "format": "slack" });
    stand.put(Kind::Webhook, "s", body).await;
    stand.start(settings());
    stand.put(Kind::Group, "<!here> & co", json!({})).await;
    let got = &receiver.has(1).await[0];
    assert_eq!(got.json(), json!({ "text": "The group `&lt;!here&gt; &amp; co` was created by olivia." }));
    assert!(!got.headers.contains_key("webhook-signature"));
    stand.stop().await;
}
