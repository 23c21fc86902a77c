//! What is left of whoever had a name.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod company;
mod stand;

use serde_json::{Value, json};
use stand::Service;

/// What the audit trail says was forgotten.
async fn forgotten(service: &Service) -> Vec<Value> {
    let found = service.get("root", "/api/v1/audit?action=user.forget").await.good();
    found["items"].as_array().unwrap().clone()
}

async fn revoked(service: &Service, user: &str) -> bool {
    service.app.store().tokens(Some(user)).await.unwrap()[0].revoked.is_some()
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_makes_a_user_takes_what_was_left_of_the_name() {
    let service = company::start().await;
    let store = service.app.store();
    // As it stands where somebody was gone before what they had was forgotten.
    service.token_for("newhire").await;
    let account = scrim_store::Account {
        user: "newhire".to_owned(),
        password_hash: "$argon2id$".to_owned(),
        must_change: false,
        created: chrono::Utc::now(),
    };
    store.put_account(&account).await.unwrap();
    let body = json!({ "kind": "user", "name": "newhire" });
    service.put("anna", "/api/v1/users/newhire", json!({})).await.problem(403);
    service.post("anna", "/api/v1/bulk", json!({ "operations": [{ "put": body }] })).await.problem(403);
    service.put("root", "/api/v1/users/newhire", json!({ "groups": ["nothing"] })).await.problem(422);
    service.put("root", "/api/v1/users/newhire?dry_run=true", json!({})).await.good();
    assert!(!revoked(&service, "newhire").await);
    assert!(store.account("newhire").await.unwrap().is_some());
    assert_eq!(forgotten(&service).await, Vec::<Value>::new());

    service.put("root", "/api/v1/users/newhire", json!({})).await.good();
    assert!(revoked(&service, "newhire").await);
    assert!(store.account("newhire").await.unwrap().is_none());
    let told = forgotten(&service).await;
    assert_eq!((told.len(), &told[0]["actor"], &told[0]["object_name"]), (1, &json!("root"), &json!("newhire")));
    let counted = json!({ "passwords": 1, "identities": 0, "sessions": 0, "tokens": 1 });
    assert_eq!(told[0]["details"], counted);

    // Who is there already keeps what they have, whoever writes them.
    store.put_account(&account).await.unwrap();
    service.put("root", "/api/v1/users/newhire", json!({ "description": "new" })).await.good();
    assert!(store.account("newhire").await.unwrap().is_some());
    service.delete("root", "/api/v1/users/newhire").await.good();
    assert!(store.account("newhire").await.unwrap().is_none());
    assert_eq!(forgotten(&service).await.len(), 2);
}
