//! Joining, leaving, acknowledging, and asking for purposes.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod company;
mod stand;

use serde_json::{Value, json};
use stand::Service;

const JOIN: &str = "/api/v1/projects/study/membership";
const FRAUD: &str = "/api/v1/projects/study/acknowledgements/Fraud";
const ADS: &str = "/api/v1/projects/study/requested-purposes/Ads";

async fn project(service: &Service) -> Value {
    service.get("root", "/api/v1/projects/study").await.good()
}

async fn access(service: &Service, access: Value) {
    let mut body = project(service).await;
    body["access"] = access;
    service.plant("project", "study", body).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_join_joins_and_leaves() {
    let service = company::start().await;
    service.put("nadia", JOIN, json!(null)).await.good();
    assert_eq!(service.put("nadia", JOIN, json!(null)).await.good()["changes"], json!([]));
    service.put("nadia", "/api/v1/me/current-project", json!({ "project": "study" })).await.good();
    let left = service.delete("nadia", JOIN).await.good();
    assert_eq!(left["changes"].as_array().unwrap().len(), 2, "the project, and the user who acted under it");
    service.delete("nadia", JOIN).await.problem(403);

    access(&service, json!({ "conditions": { "group": "hr" } })).await;
    service.put("nadia", JOIN, json!(null)).await.problem(404);
    service.plant("user", "nadia", json!({ "groups": ["hr"] })).await;
    service.put("nadia", JOIN, json!(null)).await.good();
    service.delete("nadia", JOIN).await.good();

    access(&service, json!("individuals")).await;
    service.put("nadia", JOIN, json!(null)).await.problem(404);
    access(&service, json!({ "approval": ["OWNER"] })).await;
    let refused = service.put("nadia", JOIN, json!(null)).await.problem(403);
    assert!(refused["detail"].as_str().unwrap().contains("approval of OWNER"), "{refused:#}");
    service.put("petra", JOIN, json!(null)).await.good();
    service.put("nadia", "/api/v1/projects/none/membership", json!(null)).await.problem(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purpose_is_acknowledged_by_its_text() {
    let service = company::start().await;
    let read = json!({ "text": "I look for fraud only." });
    service.put("anna", FRAUD, json!({ "text": "whatever" })).await.problem(409);
    service.put("anna", FRAUD, json!({})).await.problem(409);
    service.put("nadia", FRAUD, read.clone()).await.problem(403);
    service
        .put("anna", "/api/v1/projects/study/acknowledgements/Ads", json!({ "text": "I only sell." }))
        .await
        .problem(404);
    service.put("anna", FRAUD, read.clone()).await.good();
    assert_eq!(project(&service).await["members"][0]["acknowledged"], json!(["Fraud"]));

    // The text and the time are kept: in the event, and in the audit trail.
    let query = scrim_store::AuditQuery {
        action: Some("project.acknowledge".into()),
        limit: 1,
        outcome: Some(scrim_store::Outcome::Allowed),
        ..Default::default()
    };
    let entry = service.app.store().audit_search(&query).await.unwrap().entries.remove(0).entry;
    assert_eq!((entry.actor.as_str(), &entry.details["text"]), ("anna", &read["text"]));
    let events = service.app.store().events(0, 1000).await.unwrap();
    let event =
        events.iter().find(|event| event.kind == "project.purpose_acknowledged" && event.actor == "anna").unwrap();
    assert_eq!(event.payload, json!({ "purpose": "Fraud", "user": "anna", "text": read["text"] }));

    // It lapses when the text changes, for everybody.
    service.put("root", "/api/v1/purposes/Fraud", json!({ "acknowledgement": "Other words." })).await.good();
    let members = project(&service).await["members"].clone();
    assert_eq!(members, json!([{ "user": "anna", "acknowledged": [] }, { "user": "olivia", "acknowledged": [] }]));
    service.put("anna", FRAUD, read).await.problem(409);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purpose_counts_once_somebody_else_has_approved_it() {
    let service = company::start().await;
    service.person("mona", &["PROJECT_MANAGEMENT"]).await;
    service.put("nadia", ADS, json!({})).await.problem(403);
    service.put("anna", "/api/v1/projects/study/requested-purposes/None", json!({})).await.problem(422);
    service.put("anna", "/api/v1/projects/study/requested-purposes/Fraud", json!({})).await.problem(409);
    service.put("anna", ADS, json!({ "reason": "to sell" })).await.good();
    assert_eq!(project(&service).await["purposes"], json!(["Fraud"]));
    let open = service.get("mona", "/api/v1/requests").await.good();
    assert_eq!((&open["items"][0]["of"], &open["items"][0]["as"]), (&json!("Ads"), &json!(["PROJECT_MANAGEMENT"])));

    let yes = format!("{ADS}/approve");
    service.post("anna", &yes, json!(null)).await.problem(403);
    service.post("petra", &yes, json!(null)).await.problem(403);
    service.post("mona", &format!("{ADS}/deny"), json!({ "reason": "no selling" })).await.good();
    service.post("mona", &yes, json!(null)).await.problem(404);
    // Who asked reads the reason, until the project has it, whatever else is written; and nobody says no in somebody else's name.
    let mut refused = project(&service).await;
    let no = &refused["refused_purposes"][0];
    let told = ["purpose", "by", "refused_by", "answer"].map(|field| no[field].as_str().unwrap());
    assert_eq!(told, ["Ads", "anna", "mona", "no selling"]);
    refused["refused_purposes"][0]["answer"] = json!("because");
    service.put("petra", "/api/v1/projects/study", refused.clone()).await.problem(403);
    service.put("mona", "/api/v1/projects/study", refused.clone()).await.good();
    refused["refused_purposes"][0]["refused_by"] = json!("petra");
    service.put("mona", "/api/v1/projects/study", refused.clone()).await.problem(403);
    refused["refused_purposes"] = json!([]);
    service.put("petra", "/api/v1/projects/study", refused).await.good();
    assert_eq!(project(&service).await["refused_purposes"][0]["answer"], "because");
    // Another text of a purpose that the project does not have leaves what its members acknowledged.
    let before = project(&service).await;
    service.put("root", "/api/v1/purposes/Ads", json!({ "acknowledgement": "Other words." })).await.good();
    assert_eq!(project(&service).await, before);
    service.put("petra", ADS, json!({})).await.good();
    service.delete("anna", ADS).await.problem(403);
    service.delete("petra", ADS).await.good();
    service.put("anna", ADS, json!({})).await.good();
    service.post("mona", &yes, json!(null)).await.good();
    let after = project(&service).await;
    assert_eq!(after["purposes"], json!(["Fraud", "Ads"]));
    assert!(after.get("requested_purposes").is_none() && after.get("refused_purposes").is_none());
    // Who had acknowledged everything had acknowledged what there was.
    assert_eq!(after["members"][1], json!({ "user": "olivia", "acknowledged": ["Fraud"] }));

    let events = service.app.store().events(0, 1000).await.unwrap();
    let happened: Vec<&str> = events.iter().filter_map(|event| event.kind.strip_prefix("project.purpose_")).collect();
    assert_eq!(happened, ["requested", "denied", "requested", "withdrawn", "requested", "approved"]);

    // Nobody approves their own, not by the whole document either.
    service.person("mark", &["PROJECT_MANAGEMENT"]).await;
    service.plant("purpose", "More", json!({})).await;
    let more = "/api/v1/projects/study/requested-purposes/More";
    service.put("mark", "/api/v1/projects/study/membership", json!(null)).await.good();
    service.put("mark", more, json!({})).await.good();
    service.post("mark", &format!("{more}/approve"), json!(null)).await.problem(403);
    let mut body = project(&service).await;
    body["purposes"] = json!(["Fraud", "Ads", "More"]);
    service.put("mark", "/api/v1/projects/study", body).await.problem(403);
}
