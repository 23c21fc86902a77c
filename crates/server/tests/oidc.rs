//! Signing in with OpenID Connect, at a provider that is honest and at one that is not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod stand;
mod vouching;

use reqwest::Method;
use scrim_server::OidcProvider;
use serde_json::{Value, json};
use stand::{Answered, Service};
use vouching::{CLIENT, LIES, Lie, SECRET, Voucher};

/// A service whose provider is set so, beside what it needs.
async fn start(voucher: &Voucher, more: Value) -> Service {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let directory = tempfile::tempdir().unwrap();
    let secret = directory.path().join("secret");
    std::fs::write(&secret, format!("{SECRET}\n")).unwrap();
    let mut settings = json!({
        "issuer": voucher.issuer(), "client_id": CLIENT, "client_secret": { "file": secret },
        "redirect_url": "http://scrim.example/api/v1/oidc/main/callback",
    });
    settings.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let provider: OidcProvider = serde_json::from_value(settings).unwrap();
    let store = scrim_store::Location::file(directory.path().join("scrim.db"));
    let oidc = [("main".to_owned(), provider.clone()), ("other".to_owned(), provider)].into();
    Service::over(store, directory, scrim_server::Settings { oidc, ..Default::default() }).await
}

/// What a browser has of a sign-in that was begun.
struct Begun {
    cookie: String,
    to: String,
}

fn cookies(answered: &Answered) -> Vec<String> {
    answered.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap().to_owned()).collect()
}

fn pair(cookie: &str) -> String {
    cookie.split(';').next().unwrap().to_owned()
}

async fn begin(service: &Service, path: &str) -> Begun {
    let started = service.get("", path).await;
    assert_eq!(started.status.as_u16(), 303, "{:#}", started.body);
    let all = cookies(&started);
    assert!(all[0].contains("HttpOnly; SameSite=Lax; Max-Age=600"), "{all:?}");
    Begun { cookie: pair(&all[0]), to: started.headers["location"].to_str().unwrap().to_owned() }
}

async fn finish(service: &Service, provider: &str, cookie: &str, query: &[(&str, &str)]) -> Answered {
    let encode = |text: &str| text.bytes().map(|byte| format!("%{byte:02x}")).collect::<String>();
    let query: Vec<String> = query.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
    let path = format!("/api/v1/oidc/{provider}/callback?{}", query.join("&"));
    service.call_with("", Method::GET, &path, None, &[("cookie", cookie)]).await
}

async fn sign_in(service: &Service, voucher: &Voucher) -> Answered {
    let begun = begin(service, "/api/v1/oidc/main/start?return_to=/console").await;
    let (code, state) = voucher.authorize(&begun.to);
    finish(service, "main", &begun.cookie, &[("code", &code), ("state", &state), ("iss", &voucher.issuer())]).await
}

/// Who is signed in by the session that was begun.
async fn who(service: &Service, answered: Answered) -> Value {
    assert_eq!(answered.status.as_u16(), 303, "{:#}", answered.body);
    assert_eq!(answered.headers["location"], "/console");
    let session = cookies(&answered).into_iter().find(|cookie| cookie.starts_with("scrim_session=")).unwrap();
    service.call_with("", Method::GET, "/api/v1/me", None, &[("cookie", &pair(&session))]).await.good()
}

#[track_caller]
fn no_session(answered: &Answered, status: u16) -> String {
    assert_eq!(answered.status.as_u16(), status, "{:#}", answered.body);
    let all = cookies(answered);
    assert!(!all.iter().any(|cookie| cookie.starts_with("scrim_session=")), "{all:?}");
    answered.body["detail"].as_str().unwrap_or("").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn providers_are_told_by_the_names_of_their_addresses_only() {
    let voucher = Voucher::start().await;
    let service = start(&voucher, json!({ "create_users": true })).await;
    let told = service.get("", "/api/v1/ways-in").await.good();
    assert_eq!(told, json!({ "password": true, "oidc": ["main", "other"], "setup": false }));
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_signs_in_and_out() {
    let voucher = Voucher::start().await;
    let service = start(&voucher, json!({ "create_users": true })).await;
    voucher.says(json!({ "preferred_username": "anna" }));
    let answered = sign_in(&service, &voucher).await;
    let all = cookies(&answered);
    let session = all.iter().find(|cookie| cookie.starts_with("scrim_session=")).map(|cookie| pair(cookie)).unwrap();
    assert!(all.iter().any(|cookie| cookie.starts_with("scrim_oidc=;") && cookie.contains("Max-Age=0")), "{all:?}");
    assert_eq!(who(&service, answered).await["user"], "anna");
    // The subject tells who somebody is, and no name that the provider says later.
    voucher.says(json!({ "preferred_username": "root" }));
    let me = who(&service, sign_in(&service, &voucher).await).await;
    assert_eq!((&me["user"], &me["permissions"]), (&json!("anna"), &json!([])));
    let with = [("cookie", session.as_str())];
    service.call_with("", Method::DELETE, "/api/v1/session", None, &with).await.good();
    service.call_with("", Method::GET, "/api/v1/me", None, &with).await.problem(401);
    // Where the claim is missing it is the subject; what nobody can be called is refused.
    voucher.says(json!({ "sub": "s-2" }));
    assert_eq!(who(&service, sign_in(&service, &voucher).await).await["user"], "s-2");
    voucher.says(json!({ "sub": "s-3", "preferred_username": " padded" }));
    no_session(&sign_in(&service, &voucher).await, 403);
    service.get("", "/api/v1/oidc/none/start").await.problem(404);
    let plant = json!({ "disabled": true });
    service.plant("user", "anna", plant).await;
    voucher.says(json!({}));
    assert!(no_session(&sign_in(&service, &voucher).await, 403).contains("disabled"));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_lie_is_believed() {
    let voucher = Voucher::start().await;
    let service = start(&voucher, json!({ "create_users": true })).await;
    voucher.says(json!({ "preferred_username": "anna" }));
    for lie in LIES {
        voucher.lies(lie);
        let answered = sign_in(&service, &voucher).await;
        assert!([403, 503].contains(&answered.status.as_u16()), "{lie:?} {:#}", answered.body);
        let status = answered.status.as_u16();
        no_session(&answered, status);
        let text = answered.body.to_string();
        assert!(!text.contains(SECRET) && !text.contains("another"), "{text}");
    }
    service.get("root", "/api/v1/users/anna").await.problem(404);
    voucher.lies(Lie::Nothing);
    who(&service, sign_in(&service, &voucher).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_for_one_browser_and_one_sign_in() {
    let voucher = Voucher::start().await;
    let service = start(&voucher, json!({ "create_users": true })).await;
    voucher.says(json!({ "preferred_username": "anna" }));
    let (mine, theirs) =
        (begin(&service, "/api/v1/oidc/main/start").await, begin(&service, "/api/v1/oidc/main/start").await);
    assert_ne!(mine.to, theirs.to);
    let ((code, state), (other_code, other_state)) = (voucher.authorize(&mine.to), voucher.authorize(&theirs.to));
    for (provider, cookie, query) in [
        ("main", "", vec![("code", code.as_str()), ("state", state.as_str())]),
        ("main", "scrim_oidc=e30", vec![("code", &code), ("state", &state)]),
        ("main", &theirs.cookie, vec![("code", &code), ("state", &state)]),
        ("other", &mine.cookie, vec![("code", &code), ("state", &state)]),
        ("main", &mine.cookie, vec![("code", &code)]),
        ("main", &mine.cookie, vec![("code", &code), ("state", "")]),
        ("main", &mine.cookie, vec![("code", &other_code), ("state", &other_state)]),
        ("main", &mine.cookie, vec![("state", &state)]),
        ("main", &mine.cookie, vec![("code", &code), ("state", &state), ("iss", "http://another")]),
        ("main", &mine.cookie, vec![("error", "access_denied\r\n<script>"), ("state", &state)]),
        // Another's code with one's own state: its challenge is not of this browser.
        ("main", &mine.cookie, vec![("code", &other_code), ("state", &state)]),
    ] {
        let answered = finish(&service, provider, cookie, &query).await;
        let status = answered.status.as_u16();
        assert!([400, 403, 503].contains(&status), "{status} {query:?}");
        assert!(!no_session(&answered, status).contains('<'));
    }
    let good = [("code", code.as_str()), ("state", state.as_str())];
    assert_eq!(finish(&service, "main", &mine.cookie, &good).await.status.as_u16(), 303);
    no_session(&finish(&service, "main", &mine.cookie, &good).await, 503);
    // Where it ends is part of what was begun.
    for away in ["https://evil.example", "//evil.example", "/%5Cevil.example", "/%09/evil.example", "javascript:x"] {
        service.get("", &format!("/api/v1/oidc/main/start?return_to={away}")).await.problem(400);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_may_have_new_keys() {
    let voucher = Voucher::start().await;
    let service = start(&voucher, json!({ "create_users": true })).await;
    voucher.says(json!({ "preferred_username": "anna" }));
    who(&service, sign_in(&service, &voucher).await).await;
    voucher.has_a_new_key();
    who(&service, sign_in(&service, &voucher).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_takes_over_somebody_else() {
    let voucher = Voucher::start().await;
    let service = start(&voucher, json!({})).await;
    voucher.says(json!({ "preferred_username": "nobody" }));
    assert!(no_session(&sign_in(&service, &voucher).await, 403).contains("no user for you"));
    voucher.says(json!({ "preferred_username": "root" }));
    assert!(no_session(&sign_in(&service, &voucher).await, 403).contains("already"));

    let service = start(&voucher, json!({ "create_users": true })).await;
    for look_alike in ["root", "ROOT"] {
        voucher.says(json!({ "preferred_username": look_alike }));
        assert!(no_session(&sign_in(&service, &voucher).await, 403).contains("already"));
    }

    let service = start(&voucher, json!({ "link_existing": true })).await;
    service.plant("user", "anna", json!({})).await;
    voucher.says(json!({ "sub": "first", "preferred_username": "anna" }));
    assert_eq!(who(&service, sign_in(&service, &voucher).await).await["user"], "anna");
    voucher.says(json!({ "sub": "second", "preferred_username": "anna" }));
    assert!(no_session(&sign_in(&service, &voucher).await, 403).contains("already"));
    // Whoever gets the name after a deletion is not whom the first subject was.
    service.delete("root", "/api/v1/users/anna").await.good();
    voucher.says(json!({ "sub": "first", "preferred_username": "x" }));
    no_session(&sign_in(&service, &voucher).await, 403);
    // Nor where the link was left behind.
    let left = scrim_store::Identity {
        issuer: voucher.issuer(),
        subject: "first".to_owned(),
        user: "anna".to_owned(),
        created: chrono::Utc::now() - chrono::TimeDelta::hours(1),
    };
    service.app.store().link_identity(&left).await.unwrap();
    service.plant("user", "anna", json!({ "permissions": ["AUDIT"] })).await;
    no_session(&sign_in(&service, &voucher).await, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn claims_give_and_take_what_came_from_claims() {
    let voucher = Voucher::start().await;
    let service = start(
        &voucher,
        json!({
            "create_users": true,
            "groups": { "claim": "/realm/roles", "prefix": "idp-", "allow": ["hr", "it", "gone"] },
            "attributes": { "department": "dept", "level": "https://example.com/level" },
            "permissions": [{ "claim": "roles", "value": "scrim-admin", "permission": "GOVERNANCE" }],
            "warehouse_user": "login",
        }),
    );
    let service = service.await;
    for group in ["idp-hr", "idp-it", "hr", "by-hand", "idp-secret"] {
        service.plant("group", group, json!({})).await;
    }
    voucher.says(json!({
        "preferred_username": "anna", "realm": { "roles": ["hr", "it", "secret", "gone", 7, { "a": 1 }] }, "dept": "x",
        "https://example.com/level": [2, true], "roles": ["other", "scrim-admin"], "login": "anna_w",
        "permissions": ["APPLICATION_ADMIN"], "groups": ["by-hand"]
    }));
    let me = who(&service, sign_in(&service, &voucher).await).await;
    assert_eq!((&me["groups"], &me["permissions"]), (&json!(["idp-hr", "idp-it"]), &json!(["GOVERNANCE"])));
    let anna = service.get("root", "/api/v1/users/anna").await;
    let version = anna.etag();
    let anna = anna.good();
    assert_eq!(anna["attributes"], json!({ "department": ["x"], "level": ["2", "true"] }));
    assert_eq!(anna["warehouse_user"], "anna_w");
    // The same again changes nothing.
    who(&service, sign_in(&service, &voucher).await).await;
    assert_eq!(service.get("root", "/api/v1/users/anna").await.etag(), version);

    // What is given in Scrim stays, also where claims say it too.
    let mut by_hand = anna.clone();
    by_hand["groups"] = json!(["by-hand", "idp-hr", "idp-it"]);
    by_hand["attributes"]["clearance"] = json!(["high"]);
    by_hand["permissions"] = json!(["GOVERNANCE", "AUDIT"]);
    service.put("root", "/api/v1/users/anna", by_hand).await.good();
    voucher.says(json!({ "realm": { "roles": "it" } }));
    who(&service, sign_in(&service, &voucher).await).await;
    let anna = service.get("root", "/api/v1/users/anna").await.good();
    assert_eq!(anna["groups"], json!(["by-hand", "idp-it"]));
    assert_eq!(anna["attributes"], json!({ "clearance": ["high"] }));
    assert_eq!(anna["permissions"], json!(["AUDIT"]));

    let wrong = json!({ "dept": "x".repeat(200) });
    voucher.says(wrong);
    no_session(&sign_in(&service, &voucher).await, 403);
}

#[test]
fn settings_are_strict_and_keep_their_secret_elsewhere() {
    let read = |more: Value| {
        let mut settings = json!({ "issuer": "https://a", "client_id": "b", "redirect_url": "https://c" });
        settings.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        serde_json::from_value::<OidcProvider>(settings)
    };
    let plain = read(json!({})).unwrap();
    assert_eq!((plain.user_claim.as_str(), plain.scopes.len()), ("preferred_username", 3));
    assert!(!plain.create_users && !plain.link_existing && plain.permissions.is_empty());
    read(json!({ "client_secret": { "env": "X" } })).unwrap();
    for bad in [
        json!({ "client_secret": "x" }),
        json!({ "secret": "x" }),
        json!({ "permissions": [{ "claim": "a", "value": "b", "permission": "ROOT" }] }),
    ] {
        read(bad).unwrap_err();
    }
}
