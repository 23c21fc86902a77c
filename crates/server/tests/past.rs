//! What documents were: quick to tell, and told only to whoever might read what they were.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod company;
mod stand;

use chrono::{DateTime, TimeDelta, Utc};
use scrim_store::{Commit, Expected, Location, NewAudit, NewEvent, ObjectChange, Outcome, Store, Via};
use serde_json::{Value, json};
use stand::Service;

fn commit(at: DateTime<Utc>, based_on: u64, documents: &[(&str, &str, Value)]) -> Commit {
    let event = |(kind, name, _): &(&str, &str, Value)| NewEvent {
        kind: format!("{kind}.created"),
        object_kind: (*kind).to_owned(),
        object_name: (*name).to_owned(),
        payload: Value::Null,
    };
    let change = |(kind, name, body): &(&str, &str, Value)| ObjectChange {
        kind: (*kind).to_owned(),
        name: (*name).to_owned(),
        body: Some(body.clone()),
        expected: Expected::Any,
    };
    Commit {
        at,
        actor: "test".to_owned(),
        request: String::new(),
        based_on,
        changes: documents.iter().map(change).collect(),
        events: documents.iter().map(event).collect(),
        forgotten: vec![],
        audit: NewAudit {
            at,
            actor: "test".to_owned(),
            actor_kind: scrim_store::ActorKind::System,
            via: Via::System,
            request: String::new(),
            action: "plant".to_owned(),
            object_kind: None,
            object_name: None,
            outcome: Outcome::Allowed,
            decided_by: None,
            details: Value::Null,
            address: None,
        },
    }
}

/// Now, as a query writes it, with a moment before and after it in which nothing happens.
async fn moment() -> String {
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    let now = Utc::now();
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    written(now)
}

fn written(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

/// One document is answered by its own versions: of all that there was then, something is nothing to this version.
#[tokio::test(flavor = "multi_thread")]
async fn one_document_as_it_was_is_read_without_all_the_others() {
    let directory = tempfile::tempdir().unwrap();
    let location = Location::file(directory.path().join("scrim.db"));
    let begun = Utc::now() - TimeDelta::hours(1);
    let group = |text: &str| json!({ "kind": "group", "name": "hr", "description": text });
    {
        let store = Store::open(&location, stand::key(&location)).await.unwrap();
        let ruin = json!({ "kind": "group", "name": "ruin", "of_another_release": true });
        let first = [("group", "ruin", ruin), ("group", "hr", group("first"))];
        store.commit(&commit(begun, 0, &first)).await.unwrap();
        let second = [("group", "ruin", json!({ "kind": "group", "name": "ruin" })), ("group", "hr", group("second"))];
        store.commit(&commit(begun + TimeDelta::minutes(10), 2, &second)).await.unwrap();
    }
    let service = Service::started(&location).await;
    let then = |minutes: i64| written(begun + TimeDelta::minutes(minutes));
    let told = service.get("root", &format!("/api/v1/groups/hr?as_of={}", then(5))).await.good();
    assert_eq!(told["description"], "first", "{told:#}");
    let told = service.get("root", &format!("/api/v1/groups/hr?as_of={}", then(15))).await.good();
    assert_eq!(told["description"], "second", "{told:#}");
    service.get("root", &format!("/api/v1/groups/hr?as_of={}", then(-5))).await.problem(404);
    service.get("root", &format!("/api/v1/groups/none?as_of={}", then(5))).await.problem(404);
}

async fn versions(service: &Service, who: &str, path: &str) -> Vec<u64> {
    let told = service.get(who, &format!("{path}/versions")).await.good();
    told["items"].as_array().unwrap().iter().map(|one| one["version"].as_u64().unwrap()).collect()
}

/// A table of oscar's beside the company's.
async fn with_oscar() -> Service {
    let service = company::start().await;
    service.person("oscar", &[]).await;
    let columns = json!([{ "name": "id", "type": "integer" }]);
    let own = json!({ "integration": "w", "table": "s.own", "owners": ["oscar"], "columns": columns });
    service.plant("data-source", "own", own).await;
    service
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_takes_a_name_does_not_read_what_had_it() {
    let service = with_oscar().await;
    let test = |source: &str, id: i64| json!({ "data_source": source, "rows": [{ "id": id }], "expect": [{ "as": {}, "rows": [] }] });
    let path = "/api/v1/policy-tests/rows";
    service.plant("policy-test", "rows", test("people", 4711)).await;
    let then = moment().await;
    service.get("oscar", path).await.problem(404);
    service.delete("root", path).await.good();
    service.put("oscar", path, test("own", 1)).await.good();
    service.put("oscar", path, test("own", 2)).await.good();
    assert_eq!(versions(&service, "oscar", path).await, [4, 3]);
    assert_eq!(versions(&service, "root", path).await, [4, 3, 2, 1]);
    service.get("oscar", &format!("{path}?as_of={then}")).await.problem(404);
    assert_eq!(service.get("root", &format!("{path}?as_of={then}")).await.good()["rows"][0]["id"], "4711");
    let now = moment().await;
    assert_eq!(service.get("oscar", &format!("{path}?as_of={now}")).await.good()["rows"][0]["id"], "2");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_about_others_is_not_read_by_whoever_it_is_about_now() {
    let service = with_oscar().await;
    let path = "/api/v1/data-policies/watch";
    let policy = |source: &str, text: &str| json!({ "where": { "data_source": source }, "description": text, "rules": [{ "rows": { "filter": "id > 0" } }] });
    service.plant("data-policy", "watch", policy("people", "of people")).await;
    let then = moment().await;
    service.plant("data-policy", "watch", policy("own", "of own")).await;
    assert_eq!(versions(&service, "oscar", path).await, [2]);
    service.get("oscar", &format!("{path}?as_of={then}")).await.problem(404);
    // Whoever owns it now does not read what it was as somebody else's.
    let source = "/api/v1/data-sources/people";
    let mut body = service.get("olivia", source).await.good();
    body["owners"] = json!(["oscar"]);
    service.plant("data-source", "people", body).await;
    service
        .plant("subscription-policy", "asking", json!({ "where": { "data_source": "people" }, "access": "anyone" }))
        .await;
    service
        .plant(
            "subscription-policy",
            "asking",
            json!({ "where": { "data_source": "people" }, "access": { "approval": ["OWNER"] } }),
        )
        .await;
    assert_eq!(versions(&service, "oscar", source).await, [2]);
    assert_eq!(versions(&service, "root", source).await, [2, 1]);
}

/// What was explained of the past is of the same people and things.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_told_why_of_what_had_the_name_before() {
    let service = with_oscar().await;
    let secret = json!({ "integration": "w", "table": "s.secret", "owners": ["olivia"],
                         "columns": [{ "name": "id", "type": "integer" }, { "name": "codename", "type": "text" }] });
    service.plant("data-source", "plans", secret).await;
    let then = moment().await;
    service.delete("root", "/api/v1/data-sources/plans").await.good();
    let own = json!({ "integration": "w", "table": "s.plans", "owners": ["oscar"], "columns": [{ "name": "id", "type": "integer" }] });
    service.plant("data-source", "plans", own).await;
    for call in ["explain?user=oscar&", "explain?user=anna&", "who-sees?"] {
        let path = format!("/api/v1/data-sources/plans/{call}as_of={then}");
        service.get("oscar", &path).await.problem(404);
        service.get("root", &path).await.good();
        let now = moment().await;
        service.get("oscar", &format!("/api/v1/data-sources/plans/{call}as_of={now}")).await.good();
    }
    // A user of the same name is somebody else.
    service.delete("root", "/api/v1/users/anna").await.good();
    service.plant("user", "anna", json!({})).await;
    let token = scrim_store::ApiToken {
        id: "again".to_owned(),
        hash: scrim_store::SecretHash::of(&secrecy::SecretString::from("again-token")),
        user: "anna".to_owned(),
        name: "again".to_owned(),
        scopes: ["read".to_owned(), "all".to_owned()].to_vec(),
        created: Utc::now(),
        expires: None,
        last_used: None,
        revoked: None,
    };
    service.app.store().add_token(&token).await.unwrap();
    let reach = format!("/api/v1/users/anna/reach?as_of={then}");
    let people = format!("/api/v1/data-sources/people/explain?user=anna&as_of={then}");
    for path in [reach, people] {
        service.get("again", &path).await.problem(404);
        service.get("root", &path).await.good();
    }
}
