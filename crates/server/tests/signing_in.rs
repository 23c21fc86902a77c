//! Passwords, sessions and tokens: what they cost, and what the audit trail says of them.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod company;
mod stand;

use http::Method;
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
        service.call_with("", Method::POST, "/api/v1/users/anna/tokens", Some(body), &headers).await
    };
    make(&"ä".repeat(201)).await.problem(400);
    make(" ").await.problem(400);
    let first = make(&"ä".repeat(200)).await.good();
    for _ in 1..100 {
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

#[tokio::test(flavor = "multi_thread")]
async fn whoever_signs_in_anew_is_signed_out_of_what_they_were() {
    let service = company::start().await;
    with_password(&service, "anna").await;
    let me = async |cookie: &str| {
        service.call_with("", Method::GET, "/api/v1/me", None, &[(COOKIE.as_str(), cookie)]).await.status.as_u16()
    };
    let (elsewhere, before) =
        (signed_in(&service, "anna", PASSWORD).await, signed_in(&service, "anna", PASSWORD).await);
    let body = json!({ "user": "anna", "password": PASSWORD });
    let headers = [(COOKIE.as_str(), before.as_str())];
    let now = cookie(&service.call_with("", Method::POST, "/api/v1/session", Some(body), &headers).await);
    assert_eq!([me(&before).await, me(&now).await, me(&elsewhere).await], [401, 200, 200]);
}

/// The entries of an action, newest first.
async fn entries(service: &Service, action: &str) -> Vec<Value> {
    service.app.written().await;
    let found = service.get("root", &format!("/api/v1/audit?action={action}")).await.good();
    found["items"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_keeps_nobody_from_their_password() {
    let directory = tempfile::tempdir().unwrap();
    let store = scrim_store::Location::file(directory.path().join("scrim.db"));
    let settings = scrim_server::Settings { sign_ins_per_minute: 2, proxies: 1, ..Default::default() };
    let service = Service::over(store, directory, settings).await;
    for user in ["anna", "nadia"] {
        service.person(user, &[]).await;
    }
    let body = json!({ "token": "x", "user": "mallory", "password": "a long password" });
    let set_up = async |from: &str| {
        let headers = [("x-forwarded-for", from)];
        service.call_with("", Method::POST, "/api/v1/setup", Some(body.clone()), &headers).await.status.as_u16()
    };
    assert_eq!([set_up("10.0.0.1").await, set_up("10.0.0.1").await, set_up("10.0.0.1").await], [403, 403, 429]);
    assert_eq!(set_up("10.0.0.2").await, 403);
    let change = async |user: &str| {
        let body = json!({ "password": PASSWORD, "current_password": "not this one" });
        service.put(user, &format!("/api/v1/users/{user}/password"), body).await.status.as_u16()
    };
    assert_eq!([change("anna").await, change("anna").await, change("anna").await], [403, 403, 429]);
    assert_eq!(change("nadia").await, 403);
    // What a stranger tried is told.
    let tried = entries(&service, "setup").await;
    assert_eq!((tried.len(), &tried[0]["outcome"], &tried[0]["address"]), (3, &json!("refused"), &json!("10.0.0.2")));
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_and_passwords_are_told_of() {
    let service = company::start().await;
    with_password(&service, "anna").await;
    let changes = entries(&service, "account.password").await;
    let actors: Vec<&str> = changes.iter().map(|entry| entry["actor"].as_str().unwrap()).collect();
    assert_eq!(actors, ["anna", "root"]);
    assert_eq!(changes[1]["details"], json!({ "tokens": "revoked" }));
    // The token that anna had before somebody else set the password.
    service.get("anna", "/api/v1/me").await.problem(401);
    let cookie = signed_in(&service, "anna", PASSWORD).await;
    let headers = [(COOKIE.as_str(), cookie.as_str())];
    for _ in 0..2 {
        service.call_with("", Method::DELETE, "/api/v1/session", None, &headers).await.good();
    }
    let ended = entries(&service, "session.end").await;
    assert_eq!((ended.len(), &ended[0]["actor"]), (1, &json!("anna")));
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_that_are_not_good_are_told_of_and_fill_nothing() {
    let service = company::start().await;
    let token = scrim_store::ApiToken {
        id: "reads".to_owned(),
        hash: scrim_store::SecretHash::of(&"reads-token".into()),
        user: "anna".to_owned(),
        name: "reads".to_owned(),
        scopes: vec!["read".to_owned()],
        created: chrono::Utc::now(),
        expires: None,
        last_used: None,
        revoked: None,
    };
    service.app.store().add_token(&token).await.unwrap();
    service.put("reads", "/api/v1/groups/staff", json!({})).await.problem(403);
    service.app.written().await;
    let refused = service.get("root", "/api/v1/audit?actor=anna&outcome=refused").await.good();
    assert_eq!(refused["items"][0]["decided_by"], "this token only reads: it has no scope `write`");
    for _ in 0..50 {
        service.get("nobody", "/api/v1/me").await.problem(401);
    }
    let told = entries(&service, "token.show").await;
    let times: u64 = told.iter().map(|entry| entry["details"]["times"].as_u64().unwrap()).sum();
    assert_eq!((told.len(), times), (2, 50));
    assert_eq!(told[0]["details"]["addresses"], json!(["127.0.0.1"]));
}

/// What a page for signing in is told: all of it, so that nothing more is.
async fn ways_in(service: &Service) -> Value {
    service.get("", "/api/v1/ways-in").await.good()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_signed_in_is_told_how_to_and_nothing_else() {
    let service = company::start().await;
    // Nobody administers yet, and there is no token to be asked for either.
    let usual = json!({ "password": true, "oidc": [], "setup": false });
    assert_eq!(ways_in(&service).await, usual);
    let directory = tempfile::tempdir().unwrap();
    let token = scrim_server::first_admin(&service.app, directory.path()).await.unwrap().unwrap();
    assert_eq!(ways_in(&service).await, json!({ "password": true, "oidc": [], "setup": true }));
    service.get("", "/api/v1/ways-in?user=root").await.problem(400);
    let token = std::fs::read_to_string(token.file).unwrap();
    let body = json!({ "token": token.trim(), "user": "first", "password": "correct horse battery" });
    service.post("", "/api/v1/setup", body).await.good();
    assert_eq!(ways_in(&service).await, usual);
    // The same for who is signed in; and it costs no attempt to sign in.
    assert_eq!(service.get("anna", "/api/v1/ways-in").await.good(), usual);
    assert_eq!(scrim_server::first_admin(&service.app, directory.path()).await.unwrap().map(|token| token.file), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_of_the_setup_is_not_asked_for_where_somebody_administers() {
    let service = company::start().await;
    let directory = tempfile::tempdir().unwrap();
    scrim_server::first_admin(&service.app, directory.path()).await.unwrap().unwrap();
    // By another way than the setup.
    service.person("adam", &["APPLICATION_ADMIN"]).await;
    with_password(&service, "adam").await;
    assert_eq!(ways_in(&service).await["setup"], false);
}
