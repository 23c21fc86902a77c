//! Passwords, sessions and tokens: what they cost, and what the audit trail says of them.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod company;
mod stand;

use http::header::COOKIE;
use serde_json::{Value, json};
use stand::{Answered, Service};

const PASSWORD: &str = "a password of anna";

/// Signs in, and answers the cookie.
async fn signed_in(service: &Service, user: &str, password: &str) -> String {
    let answered = service.post("", "/api/v1/session", json!({ "user": user, "password": password })).await;
    cookie(&answered)
}

fn cookie(answered: &Answered) -> String {
    assert_eq!(answered.status.as_u16(), 204, "{:#}", answered.body);
    answered.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned()
}

/// A password of somebody's own choice.
async fn with_password(service: &Service, user: &str) {
    let path = format!("/api/v1/users/{user}/password");
    service.put("root", &path, json!({ "password": "of the administrator" })).await.good();
    let body = json!({ "user": user, "password": "of the administrator", "new_password": PASSWORD });
    service.post("", "/api/v1/session", body).await.good();
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_few_and_have_short_names() {
    let service = company::start().await;
    with_password(&service, "anna").await;
    let cookie = signed_in(&service, "anna", PASSWORD).await;
    let expires = chrono::Utc::now() + chrono::TimeDelta::days(1);
    let make = async |name: &str| {
        let body = json!({ "name": name, "scopes": ["read", "read", "write"], "expires": expires });
        let headers = [(COOKIE.as_str(), cookie.as_str())];
        service.call_with("", http::Method::POST, "/api/v1/users/anna/tokens", Some(body), &headers).await
    };
    make(&"ä".repeat(201)).await.problem(400);
    let first = make(&"ä".repeat(200)).await.good();
    // Beside the one that each of them was given.
    for _ in 2..100 {
        make("ci").await.good();
    }
    let problem = make("ci").await.problem(409);
    assert!(problem["detail"].as_str().unwrap().contains("revoke one"), "{problem}");
    let path = format!("/api/v1/users/anna/tokens/{}", first["id"].as_str().unwrap());
    service.delete("root", &path).await.good();
    make("ci").await.good();
    let all = service.get("root", "/api/v1/users/anna/tokens").await.good();
    assert_eq!(all.as_array().unwrap().last().unwrap()["scopes"], json!(["read", "write"]));
    let _: Value = all;
}
