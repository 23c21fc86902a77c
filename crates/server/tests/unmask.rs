//! A value behind a token: asked for, allowed by somebody else, fetched once, kept nowhere.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod company;
mod stand;

use scrim_catalog::{Catalog, Kind, from_json};
use scrim_store::AuditQuery;
use scrim_testkit::Governed;
use serde_json::{Value, json};
use stand::Service;

const ASK: &str = "/api/v1/data-sources/people/unmask-requests";
const VALUE: &str = "P-7391-secret";

/// The company, where every member of the staff may read, over a real table.
fn documents(governed: &Governed) -> Vec<(&'static str, &'static str, Value)> {
    let mut all = company::documents();
    for (kind, name, body) in &mut all {
        match *kind {
            "integration" => *body = governed.catalog("").json(Kind::Integration, name).unwrap(),
            "data-source" => body["columns"][2]["type"] = json!("varchar(20)"),
            "subscription-policy" => {
                *body = json!({ "where": { "data_source": "people" }, "discoverable": true,
                    "access": { "conditions": { "group": "staff" } } });
            }
            _ => {}
        }
    }
    all
}

#[test]
fn a_value_is_fetched_once_by_who_asked() {
    let governed = Governed::start();
    governed.run(
        "CREATE ROLE anna LOGIN; CREATE SCHEMA s;
         CREATE TABLE s.people (id integer, ssn varchar(11), passport varchar(20));
         INSERT INTO s.people VALUES (1, '1', 'P-7391-secret'), (2, '2', 'other')",
    );
    let all = documents(&governed);
    let parts = all.iter().map(|(kind, name, body)| from_json(kind.parse().unwrap(), name, body).unwrap());
    let (catalog, _) = Catalog::of(parts).unwrap();
    governed.install(&catalog);
    governed.push(&catalog);
    let seen = governed.seen("anna", "SELECT passport FROM governed.people WHERE id = 1").unwrap();
    let token = seen[0][0].clone().unwrap();
    assert_eq!(token.len(), 64);

    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let service = Service::start().await;
        for (kind, name, body) in all {
            service.plant(kind, name, body).await;
        }
        for user in ["anna", "olivia", "nadia", "petra"] {
            service.token_for(user).await;
        }
        asked_and_fetched(&service, &token).await;
    });
}

async fn asked_and_fetched(service: &Service, token: &str) {
    let wish = |column: &str, token: &str| json!({ "column": column, "token": token, "reason": "a customer calls" });
    service.post("nadia", ASK, wish("passport", token)).await.problem(403);
    service.post("anna", ASK, wish("id", token)).await.problem(409);
    service.post("anna", ASK, wish("none", token)).await.problem(409);
    service.post("anna", ASK, json!({ "column": "passport", "token": token, "reason": "" })).await.problem(400);
    let name = service.post("anna", ASK, wish("passport", token)).await.good()["name"].as_str().unwrap().to_owned();
    assert_eq!(service.post("anna", ASK, wish("passport", token)).await.good()["name"], json!(name));
    let path = format!("/api/v1/unmask-requests/{name}");
    let to = |verb: &str| format!("{path}/{verb}");

    let open = service.get("olivia", "/api/v1/unmask-requests?status=requested&user=anna").await.good();
    assert_eq!(open["items"][0]["name"], json!(name));
    assert_eq!(service.get("olivia", "/api/v1/unmask-requests?status=active").await.good()["items"], json!([]));
    assert_eq!(service.get("olivia", "/api/v1/requests").await.good()["items"][0]["what"], "unmask");
    service.post("anna", &to("value"), json!(null)).await.problem(403);
    service.post("anna", &to("approve"), json!(null)).await.problem(403);
    service.post("petra", &to("approve"), json!(null)).await.problem(404);
    // Not by the document either, and not by an administrator.
    let mut forged = service.get("anna", &path).await.good();
    forged["state"] = json!("approved");
    forged["decided_by"] = json!("olivia");
    for who in ["anna", "root"] {
        service.put(who, &path, forged.clone()).await.problem(403);
        service
            .put(
                who,
                "/api/v1/unmask-requests/another",
                json!({
                    "user": who, "data_source": "people", "column": "passport", "token": token, "reason": "r",
                    "requested": "2026-01-01T00:00:00Z", "state": "approved", "decided_by": "olivia"
                }),
            )
            .await
            .problem(403);
    }
    service.post("olivia", &to("approve"), json!(null)).await.good();
    service.post("olivia", &to("deny"), json!({ "reason": "x" })).await.problem(409);
    service.post("olivia", &to("value"), json!(null)).await.problem(403);
    service.post("nadia", &to("value"), json!(null)).await.problem(404);

    // Of many who fetch at the same time one is told.
    let value = to("value");
    let all = (0..6).map(|_| service.post("anna", &value, json!(null)));
    let answers = futures_util::future::join_all(all).await;
    let told: Vec<&Value> =
        answers.iter().filter(|answer| answer.status.is_success()).map(|answer| &answer.body).collect();
    assert_eq!(told, [&json!({ "value": VALUE })], "{answers:#?}");
    service.post("anna", &to("value"), json!(null)).await.problem(403);
    assert_eq!(service.get("anna", &path).await.good()["state"], "used");

    // Denied, and approved for somebody who may not read any more.
    let other = service.post("anna", ASK, wish("passport", token)).await.good()["name"].as_str().unwrap().to_owned();
    service.post("olivia", &format!("/api/v1/unmask-requests/{other}/deny"), json!({ "reason": "no" })).await.good();
    service.post("anna", &format!("/api/v1/unmask-requests/{other}/value"), json!(null)).await.problem(403);
    let third = service.post("anna", ASK, wish("passport", token)).await.good()["name"].as_str().unwrap().to_owned();
    service.post("root", &format!("/api/v1/unmask-requests/{third}/approve"), json!(null)).await.good();
    service.delete("root", "/api/v1/users/anna/groups/staff").await.good();
    service.post("anna", &format!("/api/v1/unmask-requests/{third}/value"), json!(null)).await.problem(403);

    // The value is in no event, no audit entry and no document.
    let events = service.app.store().events(0, 10_000).await.unwrap();
    let told = |text: &str| events.iter().any(|event| event.payload.to_string().contains(text));
    assert!(!told(VALUE) && !told(token));
    let query = AuditQuery { text: Some(VALUE.to_owned()), limit: 1, ..AuditQuery::default() };
    assert_eq!(service.app.store().audit_search(&query).await.unwrap().entries, []);
    let query = AuditQuery { action: Some("unmask-request.fetch".to_owned()), limit: 100, ..AuditQuery::default() };
    let entries = service.app.store().audit_search(&query).await.unwrap().entries;
    let fetched = entries.iter().filter(|entry| entry.entry.outcome == scrim_store::Outcome::Allowed);
    let details: Vec<&Value> = fetched.map(|entry| &entry.entry.details).collect();
    assert_eq!(details.len(), 1);
    assert_eq!(details[0]["approved_by"], "olivia");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_warehouse_that_does_not_answer_uses_nothing_up() {
    let service = company::start().await;
    let name = service.post("olivia", ASK, json!({ "column": "passport", "token": "t", "reason": "r" })).await.good();
    let path = format!("/api/v1/unmask-requests/{}", name["name"].as_str().unwrap());
    // An owner is somebody who asks, like others.
    service.post("olivia", &format!("{path}/approve"), json!(null)).await.problem(403);
    service.post("root", &format!("{path}/approve"), json!(null)).await.good();
    service.post("olivia", &format!("{path}/value"), json!(null)).await.problem(503);
    assert_eq!(service.get("olivia", &path).await.good()["state"], "approved");
}
