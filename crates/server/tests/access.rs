//! The life of a subscription.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod company;
mod stand;

use serde_json::{Value, json};
use stand::{Answered, Service};

const OWN: &str = "/api/v1/data-sources/people/subscription";

async fn ask(service: &Service, who: &str) -> Value {
    service.put(who, OWN, json!({ "reason": "for work" })).await.good()
}

async fn decide(service: &Service, who: &str, name: &Value, verb: &str, body: Value) -> Answered {
    service.post(who, &format!("/api/v1/subscriptions/{}/{verb}", name.as_str().unwrap()), body).await
}

/// Whether a user may read the data source.
fn reads(service: &Service, who: &str) -> bool {
    let world = service.app.registry().world();
    let (source, user) = (&world.catalog.data_sources["people"], &world.catalog.users[who]);
    scrim_policy::decide(&world.catalog, source, user, chrono::Utc::now()).granted
}

async fn policy(service: &Service, name: &str, access: Value, more: Value) {
    let mut body = json!({ "where": { "data_source": "people" }, "discoverable": true, "access": access });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    service.plant("subscription-policy", name, body).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_waited_longest_comes_first() {
    let service = company::start().await;
    for (name, user, requested) in [
        ("c", "anna", "2026-03-01T09:00:00Z"),
        ("b", "petra", "2026-03-01T10:00:00Z"),
        ("a", "nadia", "2025-12-31T10:00:00Z"),
    ] {
        let body = json!({ "user": user, "data_source": "people", "state": "requested", "requested": requested });
        service.plant("subscription", name, body).await;
    }
    let mut names = vec![];
    let mut query = String::new();
    loop {
        let page = service.get("olivia", &format!("/api/v1/requests?limit=1{query}")).await.good();
        names.push(page["items"][0]["name"].as_str().unwrap().to_owned());
        let Some(next) = page["next"].as_str() else { break };
        query = format!("&cursor={next}");
    }
    assert_eq!(names, ["a", "c", "b"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_decided_is_told_the_last_decision_first() {
    let service = company::start().await;
    let name = ask(&service, "anna").await["name"].clone();
    assert_eq!(service.get("olivia", "/api/v1/requests?mine=true").await.good()["items"], json!([]));
    assert_eq!(service.get("anna", "/api/v1/requests?mine=false").await.good()["items"], json!([]));
    assert_eq!(service.get("anna", "/api/v1/requests?mine=true").await.good()["items"][0]["name"], name);
    let about = async |source: &str| {
        service.get("olivia", &format!("/api/v1/requests?data_source={source}")).await.good()["items"].clone()
    };
    assert_eq!((&about("people").await[0]["name"], about("study").await), (&name, json!([])));
    decide(&service, "olivia", &name, "deny", json!({ "reason": "no need" })).await.good();
    let value = json!({ "user": "nadia", "data_source": "people", "column": "passport", "token": "hunter2", "reason": "a case",
        "requested": "2026-01-02T00:00:00Z", "state": "denied", "decided_by": "olivia" });
    service.plant("unmask-request", "v", value).await;
    // Approved by somebody who is neither its owner nor governs it, for a time that is over. Whoever has a name next is not told
    // of what was decided under it.
    let ended = json!({ "user": "petra", "data_source": "people", "expires": "2025-06-01T00:00:00Z",
        "approvals": [{ "as": "AUDIT", "by": "anna", "at": "2025-01-01T00:00:00Z" }] });
    service.plant("subscription", "ended", ended).await;
    let refused =
        json!([{ "purpose": "Ads", "by": "anna", "refused_by": "root", "at": "2026-01-01T00:00:00Z", "answer": "no" }]);
    let mut study = service.get("root", "/api/v1/projects/study").await.good();
    study["refused_purposes"] = refused;
    service.plant("project", "study", study).await;
    let told = async |who: &str| {
        let (mut told, mut query) = (vec![], String::new());
        loop {
            let page = service.get(who, &format!("/api/v1/decided-requests?limit=1{query}")).await.good();
            let word =
                |one: &Value| ["what", "of", "user", "became"].map(|field| one[field].as_str().unwrap()).join(" ");
            told.extend(page["items"].as_array().unwrap().iter().map(word));
            assert!(!page.to_string().contains("hunter2"));
            let Some(next) = page["next"].as_str() else { break told };
            query = format!("&cursor={next}");
        }
    };
    let (access, value, purpose) =
        ("subscription people anna denied", "unmask people nadia denied", "purpose Ads anna denied");
    let ended = "subscription people petra ended";
    assert_eq!(told("olivia").await, [access, value, purpose, ended]);
    assert_eq!(told("anna").await, [access, purpose]);
    // Whoever may join a project reads of it.
    assert_eq!(told("nadia").await, [value, purpose]);
    service.get("anna", "/api/v1/decided-requests?cursor=x").await.problem(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_approved_and_ends() {
    let service = company::start().await;
    let asked = ask(&service, "anna").await;
    assert_eq!((&asked["state"], &asked["waits_for"]), (&json!("requested"), &json!(["OWNER"])));
    let name = &asked["name"];
    let again = ask(&service, "anna").await;
    assert_eq!((&again["name"], &again["changes"]), (name, &json!([])));
    assert!(!reads(&service, "anna"));

    let mine = service.get("anna", "/api/v1/requests").await.good();
    assert_eq!((&mine["items"][0]["as"], &mine["items"][0]["waits_for"]), (&json!([]), &json!(["OWNER"])));
    let hers = service.get("olivia", "/api/v1/requests").await.good();
    let expected = json!({ "what": "subscription", "name": name, "of": "people", "user": "anna", "reason": "for work",
        "requested": hers["items"][0]["requested"], "as": ["OWNER"], "waits_for": ["OWNER"] });
    assert_eq!(hers["items"], json!([expected]));
    assert_eq!(service.get("nadia", "/api/v1/requests").await.good()["items"], json!([]));

    let yes = json!({ "as": "OWNER" });
    decide(&service, "anna", name, "approve", yes.clone()).await.problem(403);
    decide(&service, "nadia", name, "approve", yes.clone()).await.problem(404);
    decide(&service, "root", name, "approve", yes.clone()).await.problem(403);
    decide(&service, "olivia", name, "approve", json!({ "as": "OWNER", "expires": "2020-01-01T00:00:00Z" }))
        .await
        .problem(400);
    let approved = decide(&service, "olivia", name, "approve", yes.clone()).await.good();
    assert_eq!((&approved["state"], &approved["reads"]), (&json!("active"), &json!(true)));
    assert!(reads(&service, "anna"));
    decide(&service, "olivia", name, "approve", yes).await.problem(409);

    service.delete("anna", OWN).await.good();
    assert!(!reads(&service, "anna"));
    service.delete("anna", OWN).await.problem(404);
    // What was said before does not count for another request.
    assert_eq!(ask(&service, "anna").await["state"], "requested");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_denied_may_ask_again_and_what_was_revoked_stays_so() {
    let service = company::start().await;
    let name = &ask(&service, "anna").await["name"].clone();
    decide(&service, "olivia", name, "deny", json!({ "reason": " " })).await.problem(400);
    let denied = decide(&service, "olivia", name, "deny", json!({ "reason": "no need" })).await.good();
    assert_eq!(denied["state"], "denied");
    let document = service.get("anna", &format!("/api/v1/subscriptions/{}", name.as_str().unwrap())).await.good();
    assert_eq!(document["answer"], "no need");
    assert_eq!(ask(&service, "anna").await["state"], "requested");
    decide(&service, "olivia", name, "approve", json!({ "as": "OWNER" })).await.good();
    decide(&service, "anna", name, "revoke", json!({ "reason": "x" })).await.problem(403);
    decide(&service, "nadia", name, "revoke", json!({ "reason": "x" })).await.problem(404);
    decide(&service, "root", name, "revoke", json!({ "reason": "left the team" })).await.good();
    assert!(!reads(&service, "anna"));

    // Neither taking it back, nor a policy that asks for no approval any more, gives it back.
    policy(&service, "asking", json!("anyone"), json!({ "requires_action": true })).await;
    for _ in 0..2 {
        let asked = ask(&service, "anna").await;
        assert_eq!((&asked["state"], &asked["waits_for"]), (&json!("requested"), &json!(["GOVERNANCE", "OWNER"])));
        assert!(!reads(&service, "anna"));
        service.delete("anna", OWN).await.good();
    }
    ask(&service, "anna").await;
    decide(&service, "olivia", name, "approve", json!({ "as": "OWNER" })).await.good();
    assert!(reads(&service, "anna"));
    // Nobody else has lost anything.
    assert_eq!(ask(&service, "nadia").await["state"], "active");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_approver_says_yes_for_themselves() {
    let service = company::start().await;
    policy(&service, "asking", json!({ "approval": ["OWNER", "GOVERNANCE"] }), json!({})).await;
    policy(&service, "audited", json!({ "approval": ["AUDIT"] }), json!({ "guardrail": true })).await;
    for (who, permission) in [("gina", "GOVERNANCE"), ("aude", "AUDIT"), ("ursula", "USER_ADMIN")] {
        service.person(who, &[permission]).await;
    }
    let name = &ask(&service, "anna").await["name"].clone();
    decide(&service, "ursula", name, "approve", json!({ "as": "USER_ADMIN" })).await.problem(404);
    decide(&service, "gina", name, "approve", json!({ "as": "OWNER" })).await.problem(403);
    decide(&service, "olivia", name, "approve", json!({ "as": "AUDIT" })).await.problem(403);
    let one = decide(&service, "olivia", name, "approve", json!({ "as": "OWNER", "expires": "2999-02-01T00:00:00Z" }));
    assert_eq!(one.await.good()["waits_for"], json!(["AUDIT", "GOVERNANCE"]));
    let two =
        decide(&service, "gina", name, "approve", json!({ "as": "GOVERNANCE", "expires": "2999-01-01T00:00:00Z" }));
    assert_eq!(two.await.good()["state"], "requested");
    assert!(!reads(&service, "anna"));
    let three = decide(&service, "aude", name, "approve", json!({ "as": "AUDIT" })).await.good();
    assert_eq!(three["state"], "active");
    assert!(reads(&service, "anna"));
    let document = service.get("gina", &format!("/api/v1/subscriptions/{}", name.as_str().unwrap())).await.good();
    assert_eq!(document["expires"], "2999-01-01T00:00:00Z");
}

#[tokio::test(flavor = "multi_thread")]
async fn policies_change_meanwhile() {
    let service = company::start().await;
    service.person("gina", &["GOVERNANCE"]).await;
    let name = &ask(&service, "anna").await["name"].clone();
    // More approvers: those who said yes need not again.
    policy(&service, "asking", json!({ "approval": ["OWNER", "GOVERNANCE"] }), json!({})).await;
    let one = decide(&service, "olivia", name, "approve", json!({ "as": "OWNER" })).await.good();
    assert_eq!(one["state"], "requested");
    // Fewer: who asks again is in; the approvals are there.
    policy(&service, "asking", json!({ "approval": ["OWNER"] }), json!({})).await;
    assert_eq!(ask(&service, "anna").await["state"], "active");
    assert!(reads(&service, "anna"));
    // More again: access is gone until asked for.
    policy(&service, "asking", json!({ "approval": ["OWNER", "GOVERNANCE"] }), json!({})).await;
    assert!(!reads(&service, "anna"));
    let asked = ask(&service, "anna").await;
    assert_eq!((&asked["state"], &asked["waits_for"]), (&json!("requested"), &json!(["GOVERNANCE"])));
    decide(&service, "gina", name, "approve", json!({ "as": "OWNER" })).await.problem(403);
    assert_eq!(
        decide(&service, "gina", name, "approve", json!({ "as": "GOVERNANCE" })).await.good()["state"],
        "active"
    );
    assert!(reads(&service, "anna"));
    // Nobody asks for anything any more: one who waits is let in by asking, or by the owner.
    let waits = ask(&service, "nadia").await;
    policy(&service, "asking", json!("anyone"), json!({})).await;
    assert_eq!(
        decide(&service, "olivia", &waits["name"], "approve", json!({ "as": "OWNER" })).await.good()["state"],
        "active"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_gets_in_without_an_approval_does_not_wait_for_one() {
    let service = company::start().await;
    policy(&service, "asking", json!({ "approval": ["OWNER"] }), json!({ "combine": "shared" })).await;
    let staff = json!({ "conditions": { "group": "staff" } });
    policy(&service, "staff", staff, json!({ "combine": "shared", "requires_action": true })).await;
    assert!(!reads(&service, "anna"));
    assert_eq!(ask(&service, "anna").await["state"], "active");
    assert!(reads(&service, "anna"));
    assert_eq!(ask(&service, "nadia").await["state"], "requested");
    // Who may not know of a data source asks for nothing.
    let hidden = json!({ "integration": "w", "table": "s.hidden", "owners": ["root"] });
    service.plant("data-source", "hidden", hidden).await;
    service.put("nadia", "/api/v1/data-sources/hidden/subscription", json!({})).await.problem(404);
    service.put("nadia", "/api/v1/data-sources/none/subscription", json!({})).await.problem(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn asking_is_refused_where_it_helps_nobody() {
    let service = company::start().await;
    service.plant("group", "insiders", json!({})).await;
    let insiders = json!({ "conditions": { "group": "insiders" } });
    policy(&service, "asking", insiders.clone(), json!({})).await;
    let refused = service.put("nadia", OWN, json!({ "reason": "for work" })).await.problem(409);
    let detail = refused["detail"].as_str().unwrap();
    assert!(detail.contains("nobody's yes is wanted") && detail.contains("insiders"), "{detail}");
    let reach = async || service.get("nadia", "/api/v1/users/nadia/reach").await.good()["discoverable"][0].clone();
    assert_eq!(reach().await["asking"], false);
    let glance = service.get("nadia", "/api/v1/source-overview?name=people").await.good()["items"][0].clone();
    assert_eq!((&glance["access"], &glance["asking"]), (&json!("discoverable"), &json!(false)));
    // Whoever is to subscribe may do so before the rest is met, and does not read it yet.
    policy(&service, "asking", insiders, json!({ "requires_action": true })).await;
    assert_eq!(reach().await["asking"], true);
    let subscribed = ask(&service, "nadia").await;
    assert_eq!((&subscribed["state"], &subscribed["reads"]), (&json!("active"), &json!(false)));
    assert!(!reads(&service, "nadia"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_that_has_ended_is_asked_for_anew() {
    let service = company::start().await;
    let name = &ask(&service, "anna").await["name"].clone();
    let tomorrow = chrono::Utc::now() + chrono::TimeDelta::days(1);
    decide(&service, "olivia", name, "approve", json!({ "as": "OWNER", "expires": tomorrow })).await.good();
    assert!(reads(&service, "anna"));
    let path = format!("/api/v1/subscriptions/{}", name.as_str().unwrap());
    let mut ended = service.get("root", &path).await.good();
    ended["expires"] = json!(chrono::Utc::now() - chrono::TimeDelta::seconds(1));
    service.plant("subscription", name.as_str().unwrap(), ended).await;
    assert!(!reads(&service, "anna"));
    assert_eq!(ask(&service, "anna").await["state"], "requested");
    assert!(!reads(&service, "anna"));
    // One subscription, also where a file named it otherwise.
    let planted = json!({ "user": "nadia", "data_source": "people", "state": "denied" });
    service.plant("subscription", "by-file", planted).await;
    assert_eq!(ask(&service, "nadia").await["name"], "by-file");
}
