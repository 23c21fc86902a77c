//! Webhooks and news over HTTP.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod stand;
mod ways;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::http::HeaderMap;
use scrim_notify::{Notifier, Pace, Targets};
use scrim_server::Settings;
use scrim_store::Location;
use serde_json::{Value, json};
use stand::Service;

type Got = Arc<Mutex<Vec<(HeaderMap, Value)>>>;

/// A receiver that takes everything, but the first message.
async fn receiver() -> (String, Got) {
    let got: Got = Arc::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let noted = Arc::clone(&got);
    let routes = axum::Router::new().fallback(move |headers: HeaderMap, body: axum::Json<Value>| async move {
        let mut noted = noted.lock().unwrap();
        noted.push((headers, body.0));
        let status = if noted.len() == 1 { 500 } else { 200 };
        (axum::http::StatusCode::from_u16(status).unwrap(), "thanks")
    });
    tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
    (url, got)
}

async fn service() -> (Service, scrim_notify::Settings) {
    let directory = tempfile::tempdir().unwrap();
    let at = Location::file(directory.path().join("scrim.db"));
    let quick = Pace { first: Duration::from_millis(50), look: Duration::from_millis(20), ..Pace::default() };
    let notify = scrim_notify::Settings {
        targets: Targets::parse(["127.0.0.1"]).unwrap(),
        pace: quick,
        ..scrim_notify::Settings::default()
    };
    let settings = Settings { notify: notify.clone(), ..Settings::default() };
    (Service::over(at, directory, settings).await, notify)
}

async fn eventually(mut so: impl AsyncFnMut() -> bool) {
    for _ in 0..1000 {
        if so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("it never came");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_may_be_sent_no_webhook_is_put() {
    let (service, _) = service().await;
    for (url, why) in [
        ("http://example.com/", "only https is called"),
        ("https://169.254.169.254/", "no address of the public internet"),
        ("https://2130706434/", "no address of the public internet"),
        ("https://u:p@example.com/", "a URL with a user or a password"),
        ("https://localhost/", "a name inside a network"),
        ("nothing", "this is no URL"),
    ] {
        let problem = service.put("root", "/api/v1/webhooks/w", json!({ "url": url })).await.problem(422);
        assert_eq!(problem["errors"][0]["pointer"], "/url", "{problem:#}");
        assert!(problem["errors"][0]["detail"].as_str().unwrap().contains(why), "{problem:#}");
    }
    for (event, help) in
        [("data-policy.*", "did you mean `data_policy.*`?"), ("nothing", "docs/webhooks.md lists them")]
    {
        let body = json!({ "url": "https://example.com/hook", "events": ["*.deleted", event] });
        let problem = service.put("root", "/api/v1/webhooks/w", body).await.problem(422);
        assert_eq!(problem["errors"][0]["pointer"], "/events/1", "{problem:#}");
        assert_eq!(problem["errors"][0]["help"], help, "{problem:#}");
    }
    service.put("root", "/api/v1/webhooks/w", json!({ "url": "https://example.com/hook" })).await.good();
    // By whichever way, also one that stands; and by nobody else than administrators, wherever to.
    service.person("gova", &["GOVERNANCE", "AUDIT", "USER_ADMIN", "CREATE_DATA_SOURCE"]).await;
    for name in ["w", "new"] {
        let inner = json!({ "url": "https://169.254.169.254/latest/meta-data/" });
        ways::all_refused(&service, "root", scrim_catalog::Kind::Webhook, name, &inner, &[422]).await;
        let outer = json!({ "url": "https://example.com/other" });
        ways::all_refused(&service, "gova", scrim_catalog::Kind::Webhook, name, &outer, &[403]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_is_made_tried_and_looked_after() {
    let (service, notify) = service().await;
    let (url, got) = receiver().await;
    service.put("root", "/api/v1/webhooks/w", json!({ "url": url, "events": ["group.*"] })).await.good();
    service.person("gova", &["GOVERNANCE", "AUDIT"]).await;
    for path in ["secret", "test", "deliveries/1/redeliver"] {
        service.post("gova", &format!("/api/v1/webhooks/w/{path}"), json!({})).await.problem(403);
        service.post("root", &format!("/api/v1/webhooks/other/{path}"), json!({})).await.problem(404);
    }
    service.get("gova", "/api/v1/webhooks/w/deliveries").await.problem(403);
    service.post("root", "/api/v1/webhooks/w/test", json!({})).await.problem(409);

    let made = service.post("root", "/api/v1/webhooks/w/secret", json!({})).await.good();
    assert!(made["secret"].as_str().unwrap().starts_with("whsec_") && made["earlier_until"].is_null(), "{made}");
    let again = service.post("root", "/api/v1/webhooks/w/secret", json!({ "keep_earlier_hours": 1 })).await.good();
    assert!(again["secret"] != made["secret"] && again["earlier_until"].is_string(), "{again}");
    service.post("root", "/api/v1/webhooks/w/secret", json!({ "keep_earlier_hours": 9999 })).await.problem(400);

    let tried = service.post("root", "/api/v1/webhooks/w/test", json!({})).await.good();
    assert_eq!(
        (&tried["delivered"], &tried["status"], &tried["answer"]),
        (&json!(false), &json!(500), &json!("thanks"))
    );
    let tried = service.post("root", "/api/v1/webhooks/w/test", json!({})).await.good();
    assert_eq!((&tried["delivered"], &tried["status"]), (&json!(true), &json!(200)));
    // Each is told of before it is sent, and after it.
    let told = service.get("root", "/api/v1/audit?action=webhook.test").await.good();
    let outcomes = told["items"].as_array().unwrap().iter().map(|entry| entry["outcome"].as_str().unwrap());
    assert_eq!(outcomes.take(4).collect::<Vec<_>>(), ["allowed", "attempted", "allowed", "attempted"]);
    let (headers, body) = got.lock().unwrap()[1].clone();
    assert_eq!((&body["type"], &body["data"]["actor"]), (&json!("webhook.test"), &json!("root")));
    assert_eq!(headers["webhook-signature"].to_str().unwrap().split(' ').count(), 2);

    let (notifier, running) = Notifier::start(Arc::clone(service.app.registry()), notify).unwrap();
    for n in 0..3 {
        service.put("root", &format!("/api/v1/groups/g{n}"), json!({})).await.good();
    }
    eventually(async || got.lock().unwrap().len() == 5).await;
    let mut first = Value::Null;
    eventually(async || {
        first = service.get("root", "/api/v1/webhooks/w/deliveries?limit=2").await.good();
        first["items"].as_array().unwrap().iter().all(|one| one["state"] == "delivered")
    })
    .await;
    assert_eq!(first["items"].as_array().unwrap().len(), 2);
    assert_eq!(first["items"][0]["attempts"][0]["answer"], "thanks");
    let next = format!("/api/v1/webhooks/w/deliveries?limit=2&cursor={}", first["next"].as_str().unwrap());
    let second = service.get("root", &next).await.good();
    assert_eq!((second["items"].as_array().unwrap().len(), &second["next"]), (1, &Value::Null));
    service.get("root", "/api/v1/webhooks/w/deliveries?cursor=eA").await.problem(400);
    service.get("root", "/api/v1/webhooks/w/deliveries?cursor=").await.problem(400);

    let id = second["items"][0]["id"].as_u64().unwrap();
    let again = format!("/api/v1/webhooks/w/deliveries/{id}/redeliver");
    assert_eq!(service.post("root", &again, json!({})).await.status, 202);
    eventually(async || got.lock().unwrap().len() == 6).await;
    let ids: Vec<_> = got.lock().unwrap().iter().map(|(headers, _)| headers["webhook-id"].clone()).collect();
    assert!(ids[2..5].contains(&ids[5]));
    service.post("root", "/api/v1/webhooks/w/deliveries/999/redeliver", json!({})).await.problem(404);
    service.post("root", "/api/v1/webhooks/w/deliveries/x/redeliver", json!({})).await.problem(400);

    let audit =
        service.app.store().audit_search(&scrim_store::AuditQuery { limit: 1000, ..Default::default() }).await.unwrap();
    let text = format!("{audit:?}");
    assert!(text.contains("webhook.rotate-secret") && !text.contains("whsec_"), "secrets are not in the audit trail");
    notifier.stop();
    running.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn people_read_their_own_news() {
    let (service, _) = service().await;
    service.person("anna", &[]).await;
    let news = |user: &str, text: &str| scrim_store::NewNotification {
        user: user.to_owned(),
        at: chrono::Utc::now(),
        kind: "subscription.requested".to_owned(),
        text: text.to_owned(),
        object: Some(("subscription".to_owned(), "s".to_owned())),
    };
    let all = [news("anna", "one"), news("root", "another's"), news("anna", "two"), news("anna", "three")];
    service.app.store().notify(&all).await.unwrap();
    let page = service.get("anna", "/api/v1/notifications?limit=2").await.good();
    assert_eq!(page["unread"], 3);
    let texts: Vec<_> = page["items"].as_array().unwrap().iter().map(|one| one["text"].as_str().unwrap()).collect();
    assert_eq!(texts, ["three", "two"]);
    let id = &page["items"][0]["id"];
    service.post("anna", "/api/v1/notifications/read", json!({ "id": id })).await.good();
    let next = format!("/api/v1/notifications?cursor={}", page["next"].as_str().unwrap());
    let page = service.get("anna", &next).await.good();
    assert_eq!((&page["unread"], page["items"].as_array().unwrap().len()), (&json!(2), 1));
    // Nobody marks the news of others.
    let other = service.get("root", "/api/v1/notifications").await.good()["items"][0]["id"].clone();
    service.post("anna", "/api/v1/notifications/read", json!({ "id": other })).await.good();
    assert_eq!(service.get("root", "/api/v1/notifications").await.good()["unread"], 1);
    service.post("anna", "/api/v1/notifications/read", json!({})).await.good();
    assert_eq!(service.get("anna", "/api/v1/notifications").await.good()["unread"], 0);
}
