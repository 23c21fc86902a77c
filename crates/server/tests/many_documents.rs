//! A directory's worth of documents, over HTTP: planned, applied, written out, and bulk writes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod stand;

use serde_json::{Value, json};
use stand::Service;

fn documents() -> Vec<Value> {
    vec![
        json!({ "kind": "integration", "name": "w", "engine": "postgresql", "host": "127.0.0.1", "port": 1,
                "database": "d", "user": "scrim", "tls": "disable", "views": { "schema": "governed" } }),
        json!({ "kind": "group", "name": "hr" }),
        json!({ "kind": "user", "name": "ann", "groups": ["hr"] }),
        json!({ "kind": "user", "name": "bob" }),
        json!({ "kind": "subscription-policy", "name": "staff", "where": "all", "access": { "conditions": { "group": "hr" } } }),
        json!({ "kind": "data-policy", "name": "ssn", "where": { "column_tag": "SSN" },
                "rules": [{ "mask": { "columns": { "tag": "SSN" }, "with": "hash" }, "except": { "group": "hr" } }] }),
        json!({ "kind": "data-source", "name": "staff", "integration": "w", "table": "hr.staff", "columns": [
                { "name": "id", "type": "integer" }, { "name": "ssn", "type": "varchar(11)", "tags": ["SSN"] }] }),
    ]
}

fn list(documents: &[Value]) -> Value {
    json!({ "documents": documents })
}

fn actions(done: &Value) -> Vec<String> {
    let one = |change: &Value| {
        format!(
            "{} {} {}",
            change["action"].as_str().unwrap(),
            change["kind"].as_str().unwrap(),
            change["name"].as_str().unwrap()
        )
    };
    done["changes"].as_array().unwrap().iter().map(one).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_applied_whole_and_again_changes_nothing() {
    let service = Service::start().await;
    let all = documents();
    let planned = service.post("root", "/api/v1/plan", list(&all)).await.good();
    assert_eq!(planned["changes"].as_array().unwrap().len(), 7);
    assert_eq!(planned["dry_run"], true);
    service.get("root", "/api/v1/groups/hr").await.problem(404);
    let applied = service.post("root", "/api/v1/apply", list(&all)).await.good();
    assert_eq!(applied["changes"], planned["changes"]);
    let changed = service.app.registry().world().changed;
    let again = service.post("root", "/api/v1/apply", list(&all)).await.good();
    assert_eq!(again["changes"], json!([]));
    // That the warehouse is not there is an event, too, and changes nothing.
    assert_eq!(service.app.registry().world().changed, changed);

    // What it means for people is told beforehand, and by `impact` alone.
    let mut other = all.clone();
    other[3]["groups"] = json!(["hr"]);
    let planned = service.post("root", "/api/v1/plan", list(&other)).await.good();
    assert_eq!(actions(&planned), ["update user bob"]);
    assert_eq!(planned["effects"][0]["gaining"], json!(["bob"]), "{planned:#}");
    let impact = service.post("root", "/api/v1/impact", list(&other)).await.good();
    assert_eq!(impact, planned["effects"]);

    // Of one that is wrong nothing is written; each error is at its document and field.
    let mut wrong = other.clone();
    wrong[2]["groups"] = json!(["hx"]);
    let problem = service.post("root", "/api/v1/apply", list(&wrong)).await.problem(422);
    assert_eq!(problem["errors"][0]["document"], "users/ann", "{problem:#}");
    assert_eq!(problem["errors"][0]["pointer"], "/groups/0");
    wrong[2]["groups"] = json!([""]);
    wrong.push(json!({ "kind": "grup", "name": "x" }));
    wrong.push(json!({ "kind": "group", "name": "hr" }));
    let problem = service.post("root", "/api/v1/apply", list(&wrong)).await.problem(422);
    let errors = problem["errors"].as_array().unwrap();
    assert_eq!((errors[0]["document"].as_str(), errors[0]["pointer"].as_str()), (Some("users/ann"), Some("/groups/0")));
    assert_eq!(
        (errors[1]["pointer"].as_str(), errors[1]["help"].as_str()),
        (Some("/documents/7/kind"), Some("did you mean `group`?"))
    );
    assert_eq!(errors[2]["detail"], "the group `hr` is in the list twice");
    let bob = service.get("root", "/api/v1/users/bob").await.good();
    assert_eq!(bob["groups"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_in_the_list_goes_only_when_that_is_meant() {
    let service = Service::start().await;
    let all = documents();
    service.post("root", "/api/v1/apply", list(&all)).await.good();
    service.plant("grant", "g", json!({ "user": "bob", "data_source": "staff" })).await;
    let fewer: Vec<Value> = all.iter().filter(|one| one["name"] != "bob").cloned().collect();
    let kept = service.post("root", "/api/v1/apply", list(&fewer)).await.good();
    assert_eq!(actions(&kept), [""; 0]);
    let pruning = json!({ "documents": fewer, "prune": true });
    let problem = service.post("root", "/api/v1/plan", pruning).await.problem(409);
    assert!(
        problem["detail"].as_str().unwrap().contains("1 of 8 documents would be deleted (the user `bob`)"),
        "{problem}"
    );
    let pruning = json!({ "documents": fewer, "prune": true, "allow_drop": true });
    let planned = service.post("root", "/api/v1/plan", pruning.clone()).await.good();
    // The grant goes with its user; grants as such are not in the list.
    assert_eq!(actions(&planned), ["delete user bob", "delete grant g"]);
    assert!(planned["warnings"][0].as_str().unwrap().contains("`root` is not in the list, and is kept"), "{planned:#}");
    service.post("root", "/api/v1/apply", pruning).await.good();
    service.get("root", "/api/v1/users/bob").await.problem(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_change_needs_its_own_right() {
    let service = Service::start().await;
    let all = documents();
    service.post("root", "/api/v1/apply", list(&all)).await.good();
    service.person("gov", &["GOVERNANCE"]).await;
    service.person("nobody", &[]).await;
    // What stays as it is needs none.
    let mut other = all.clone();
    other[5]["rules"][0]["mask"]["with"] = json!("nullify");
    let planned = service.post("gov", "/api/v1/apply", list(&other)).await.good();
    assert_eq!(actions(&planned), ["update data-policy ssn"]);
    other[1]["description"] = json!("people");
    let problem = service.post("gov", "/api/v1/apply", list(&other)).await.problem(403);
    assert_eq!(problem["detail"], "the group `hr`: this needs the permission USER_ADMIN");
    for path in ["/api/v1/plan", "/api/v1/impact", "/api/v1/apply?dry_run=true"] {
        service.post("nobody", path, list(&all[5..6])).await.problem(403);
    }
    let pruning = json!({ "documents": [{ "kind": "group", "name": "nobodys" }], "prune": true });
    service.post("nobody", "/api/v1/apply", pruning).await.problem(403);
    service.post("", "/api/v1/plan", list(&all)).await.problem(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_exported_can_be_applied_again_and_changes_nothing() {
    let service = Service::start().await;
    service.post("root", "/api/v1/apply", list(&documents())).await.good();
    service.plant("group", "odd", json!({ "description": "yes: \u{85}\n--- # \"'" })).await;
    service
        .plant("grant", "g", json!({ "user": "bob", "data_source": "staff", "expires": "2030-01-01T00:00:00Z" }))
        .await;
    let exported = service.get("root", "/api/v1/export").await;
    assert_eq!(exported.headers["content-type"], "application/yaml");
    let text = exported.good().as_str().unwrap().to_owned();
    let file = scrim_catalog::SourceFile { path: std::sync::Arc::default(), text };
    let assembled = scrim_catalog::assemble(std::slice::from_ref(&file));
    assembled.into_result().expect("it is a good catalog");
    let (mut read, mut problems) = (vec![], vec![]);
    scrim_catalog::read(&file, &mut read, &mut problems);
    let again: Vec<Value> = read.iter().map(|(_, document)| document.to_json().unwrap()).collect();
    let body = json!({ "documents": again, "prune": true });
    assert_eq!(service.post("root", "/api/v1/apply", body).await.good()["changes"], json!([]));

    service.person("nobody", &[]).await;
    let text = service.get("nobody", "/api/v1/export").await.good().as_str().unwrap().to_owned();
    assert!(text.contains("name: nobody") && !text.contains("ann") && !text.contains("ssn"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_writes_are_one() {
    let service = Service::start().await;
    let operations = json!({ "operations": [
        { "put": { "kind": "group", "name": "a" } }, { "put": { "kind": "user", "name": "ann", "groups": ["a"] } },
    ] });
    let done = service.post("root", "/api/v1/bulk", operations).await.good();
    assert_eq!(actions(&done), ["create user ann", "create group a"]);
    let operations = json!({ "operations": [
        { "delete": { "kind": "user", "name": "ann" } }, { "put": { "kind": "user", "name": "bob", "groups": ["b"] } },
    ] });
    service.post("root", "/api/v1/bulk", operations).await.problem(422);
    service.get("root", "/api/v1/users/ann").await.good();
    let operations = json!({ "operations": [{ "delete": { "kind": "user", "name": "ann" } }, { "delete": { "kind": "group", "name": "a" } }] });
    let would = service.post("root", "/api/v1/bulk?dry_run=true", operations.clone()).await.good();
    assert_eq!(would["dry_run"], true);
    service.get("root", "/api/v1/users/ann").await.good();
    service.post("root", "/api/v1/bulk", operations.clone()).await.good();
    service.post("root", "/api/v1/bulk", operations).await.problem(404);
    let odd = json!({ "operations": [{ "delete": { "kind": "grup", "name": "a" } }] });
    service.post("root", "/api/v1/bulk", odd).await.problem(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_put_again_was_made_when_it_was_made() {
    let service = Service::start().await;
    let mut all = documents();
    service.post("root", "/api/v1/apply", list(&all)).await.good();
    let policy = all.remove(5);
    let made = service.get("root", "/api/v1/data-policies/ssn").await.good()["created"].clone();
    assert!(made.is_string());
    let again = service.put("root", "/api/v1/data-policies/ssn", policy).await.good();
    assert_eq!(again["changes"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_that_restricts_goes_only_when_what_opens_is_meant() {
    let service = Service::start().await;
    let mut all = documents();
    all[4]["access"] = json!("anyone");
    all.push(json!({ "kind": "tag", "name": "SSN", "description": "social security" }));
    all.push(json!({ "kind": "tag", "name": "Other" }));
    service.post("root", "/api/v1/apply", list(&all)).await.good();
    let deletion = json!({ "operations": [{ "delete": { "kind": "tag", "name": "SSN" } }] });
    let problem = service.post("root", "/api/v1/bulk", deletion.clone()).await.problem(428);
    assert_eq!(problem["errors"][0]["document"], "data-sources/staff", "{problem:#}");
    let tags = json!({ "documents": [{ "kind": "tag", "name": "Other" }], "prune": true, "allow_drop": true });
    service.post("root", "/api/v1/apply", tags.clone()).await.problem(428);
    service.get("root", "/api/v1/tags/SSN").await.good();
    let mut confirmed = tags;
    confirmed["confirm"] = json!(true);
    service.post("root", "/api/v1/apply", confirmed).await.good();
    service.get("root", "/api/v1/tags/SSN").await.problem(404);
    // Such as restrict nothing go without.
    let deletion = json!({ "operations": [{ "delete": { "kind": "tag", "name": "Other" } }] });
    service.post("root", "/api/v1/bulk", deletion).await.good();
}
