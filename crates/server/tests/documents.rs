//! Documents over HTTP.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod stand;

use reqwest::Method;
use serde_json::json;
use stand::Service;

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_made_read_changed_and_deleted() {
    let service = Service::start().await;
    let made = service.put("root", "/api/v1/groups/hr", json!({ "description": "people" })).await;
    assert_eq!((made.status.as_u16(), made.etag().as_str()), (201, "\"1\""));
    assert_eq!(made.body["changes"], json!([{ "kind": "group", "name": "hr", "action": "create" }]));
    let again = service.put("root", "/api/v1/groups/hr", json!({ "description": "people" })).await;
    assert_eq!((again.status.as_u16(), &again.body["changes"]), (200, &json!([])));
    let read = service.get("root", "/api/v1/groups/hr").await;
    assert_eq!(read.etag(), "\"1\"");
    assert_eq!(read.good(), json!({ "kind": "group", "name": "hr", "description": "people" }));

    let stale = [("if-match", "\"7\"")];
    let body = Some(json!({ "attributes": { "a": "b" } }));
    service.call_with("root", Method::PUT, "/api/v1/groups/hr", body.clone(), &stale).await.problem(412);
    let none = [("if-none-match", "*")];
    service.call_with("root", Method::PUT, "/api/v1/groups/hr", body.clone(), &none).await.problem(412);
    let same = Some(json!({ "description": "people" }));
    service.call_with("root", Method::PUT, "/api/v1/groups/hr", same, &none).await.problem(412);
    let good = [("if-match", "\"1\"")];
    let changed = service.call_with("root", Method::PUT, "/api/v1/groups/hr", body, &good).await;
    assert_eq!(changed.etag(), "\"2\"");

    let would = service.delete("root", "/api/v1/groups/hr?dry_run=true").await.good();
    assert_eq!(would["changes"], json!([{ "kind": "group", "name": "hr", "action": "delete" }]));
    service.get("root", "/api/v1/groups/hr").await.good();
    service.delete("root", "/api/v1/groups/hr").await.good();
    service.get("root", "/api/v1/groups/hr").await.problem(404);
    service.delete("root", "/api/v1/groups/hr").await.problem(404);
    let versions = service.get("root", "/api/v1/groups/hr/versions").await.good();
    let numbers: Vec<_> =
        versions["items"].as_array().unwrap().iter().map(|v| v["version"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [3, 2, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_said_by_field() {
    let service = Service::start().await;
    let wrong = service.put("root", "/api/v1/users/anna", json!({ "groups": ["hr", "", "x"] })).await.problem(422);
    assert_eq!(wrong["errors"][0]["pointer"], "/groups/1");
    let wrong = service.put("root", "/api/v1/users/anna", json!({ "groups": ["hr"] })).await.problem(422);
    assert_eq!(wrong["errors"][0]["pointer"], "/groups/0", "{wrong:#}");
    assert_eq!(wrong["errors"][0]["detail"], "there is no group `hr`");
    service.plant("group", "hr", json!({})).await;
    service.put("root", "/api/v1/users/anna", json!({ "groups": ["hr"] })).await.good();
    let body = json!({ "where": "all", "access": { "conditions": { "group": "hr" } } });
    service.put("root", "/api/v1/subscription-policies/p", body).await.good();
    let wrong = service.delete("root", "/api/v1/groups/hr").await.problem(422);
    assert_eq!(wrong["errors"][0]["document"], "subscription-policies/p", "{wrong:#}");
    service.call("root", Method::PUT, "/api/v1/users/anna", Some(json!([1]))).await.problem(422);
    // Also where no data source would have told so yet.
    let body = json!({ "where": "all", "rules": [{ "rows": "never" }, { "rows": { "filter": "a = = 1" } }] });
    let wrong = service.put("root", "/api/v1/data-policies/p", body).await.problem(422);
    let told = wrong["errors"][0]["detail"].as_str().unwrap();
    assert!(told.contains("rule 2 of `p`") && told.contains("found: ="), "{wrong:#}");
    service.get("root", "/api/v1/data-policies/p").await.problem(404);
    service.get("", "/api/v1/users/anna").await.problem(401);
    service.get("nobody", "/api/v1/users/anna").await.problem(401);
    service.get("root", "/api/v1/nothing").await.problem(404);
    service.call("root", Method::PATCH, "/api/v1/users/anna", None).await.problem(405);
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_come_a_page_at_a_time() {
    let service = Service::start().await;
    for n in 0..7 {
        service.plant("group", &format!("g{n}"), json!({})).await;
    }
    let mut found = vec![];
    let mut path = "/api/v1/groups?limit=3".to_owned();
    loop {
        let page = service.get("root", &path).await.good();
        found.extend(page["items"].as_array().unwrap().iter().map(|g| g["name"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/api/v1/groups?limit=3&cursor={next}");
    }
    assert_eq!(found, ["g0", "g1", "g2", "g3", "g4", "g5", "g6"]);
    let page = service.get("root", "/api/v1/groups?search=G3").await.good();
    assert_eq!(page["items"].as_array().unwrap().len(), 1);
    service.get("root", "/api/v1/groups?limit=0").await.problem(400);
    service.get("root", "/api/v1/groups?cursor=%00").await.problem(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_in_a_host_is_kept_nowhere() {
    let service = Service::start().await;
    let body = json!({ "engine": "postgresql", "database": "d", "host": "postgres://u:hunter2@h/d" });
    let before = service.app.registry().world().changed;
    let problem = service.put("root", "/api/v1/integrations/w", body.clone()).await.problem(422);
    let mut document = body;
    document["kind"] = json!("integration");
    document["name"] = json!("w");
    let bulk = json!({ "operations": [{ "put": document }] });
    let many = service.post("root", "/api/v1/bulk", bulk).await.problem(422);
    let listed = service.post("root", "/api/v1/apply", json!({ "documents": [document] })).await.problem(422);
    service.app.written().await;
    let audit = service.get("root", "/api/v1/audit?limit=100").await.good();
    for text in [problem, many, listed, audit] {
        assert!(!text.to_string().contains("hunter2"), "{text:#}");
    }
    assert_eq!(service.app.registry().world().changed, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_everybody_has_is_told_with_what_takes_its_place() {
    let service = Service::start().await;
    service.person("nadia", &[]).await;
    let email = async || {
        let all = service.get("nadia", "/api/v1/built-in-identifiers").await.good();
        let all = all.as_array().unwrap();
        assert!(all.len() > 50 && all.iter().all(|one| one.get("dictionary").is_none()));
        all.iter().find(|one| one["name"] == "email").unwrap().clone()
    };
    assert_eq!((&email().await["tag"], &email().await["replaced"]), (&json!("PII.Email"), &json!(false)));
    let own = json!({ "tag": "Mail", "column_name": "mail" });
    service.put("root", "/api/v1/identifiers/email", own).await.good();
    assert_eq!(email().await["replaced"], true);
}
