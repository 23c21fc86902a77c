//! What people are, a piece at a time.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod company;
mod stand;

use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn groups_come_and_go_one_by_one_and_none_is_lost() {
    let service = company::start().await;
    service.person("ursula", &["USER_ADMIN"]).await;
    for n in 0..20 {
        service.plant("group", &format!("g{n}"), json!({})).await;
    }
    let paths: Vec<String> = (0..20).map(|n| format!("/api/v1/users/anna/groups/g{n}")).collect();
    let all = paths.iter().map(|path| service.put("ursula", path, json!(null)));
    for answer in futures_util::future::join_all(all).await {
        answer.good();
    }
    let anna = service.get("ursula", "/api/v1/users/anna").await.good();
    assert_eq!(anna["groups"].as_array().unwrap().len(), 21);
    let again = service.put("ursula", "/api/v1/users/anna/groups/g3", json!(null)).await.good();
    assert_eq!(again["changes"], json!([]));
    let would = service.delete("ursula", "/api/v1/users/anna/groups/g3?dry_run=true").await.good();
    assert_eq!(would["changes"][0]["action"], "update");
    service.delete("ursula", "/api/v1/users/anna/groups/g3").await.good();
    let again = service.delete("ursula", "/api/v1/users/anna/groups/g3").await.good();
    assert_eq!(again["changes"], json!([]));
    let members = service.get("ursula", "/api/v1/groups/g4/members").await.good();
    assert_eq!(members["items"], json!([{ "user": "anna", "disabled": false }]));
    assert_eq!(service.get("ursula", "/api/v1/groups/g3/members").await.good()["items"], json!([]));
    service.put("ursula", "/api/v1/users/anna/groups/none", json!(null)).await.problem(422);
    service.put("ursula", "/api/v1/users/nobody/groups/hr", json!(null)).await.problem(404);
    service.put("nadia", "/api/v1/users/anna/groups/hr", json!(null)).await.problem(404);
    service.put("nadia", "/api/v1/users/nadia/groups/hr", json!(null)).await.problem(403);
    // A member knows the group, and of its members only themselves.
    let members = service.get("anna", "/api/v1/groups/staff/members").await.good();
    assert_eq!(members["items"], json!([{ "user": "anna", "disabled": false }]));
    service.get("nadia", "/api/v1/groups/staff/members").await.problem(404);
    let first = service.get("ursula", "/api/v1/groups/staff/members?limit=2").await.good();
    let next = format!("/api/v1/groups/staff/members?limit=2&cursor={}", first["next"].as_str().unwrap());
    let last = service.get("ursula", &next).await.good();
    assert_eq!((first["items"][0]["user"].as_str(), last["items"][0]["user"].as_str()), (Some("anna"), Some("petra")));
    assert!(last.get("next").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn attributes_come_and_go_by_their_values() {
    let service = company::start().await;
    service.person("ursula", &["USER_ADMIN"]).await;
    for (what, who) in [("users", "anna"), ("groups", "hr")] {
        let path = format!("/api/v1/{what}/{who}/attributes/region");
        for value in ["west", "east", "west"] {
            service.put("ursula", &format!("{path}/{value}"), json!(null)).await.good();
        }
        let read = || async { service.get("ursula", &format!("/api/v1/{what}/{who}")).await.good() };
        assert_eq!(read().await["attributes"], json!({ "region": ["west", "east"] }));
        service.delete("ursula", &format!("{path}/west")).await.good();
        assert_eq!(read().await["attributes"], json!({ "region": ["east"] }));
        service.delete("ursula", &format!("{path}/east")).await.good();
        service.delete("ursula", &format!("{path}/east")).await.good();
        assert!(read().await.get("attributes").is_none());
    }
    // A key with listed values has no others, and what a policy names stays.
    service.plant("attribute", "level", json!({ "values": ["low", "high"] })).await;
    service.put("ursula", "/api/v1/users/anna/attributes/level/none", json!(null)).await.problem(422);
    service.put("ursula", "/api/v1/users/anna/attributes/level/low", json!(null)).await.good();
    service.put("nadia", "/api/v1/users/nadia/attributes/level/low", json!(null)).await.problem(403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_who_is_disabled_is_out_at_once() {
    let service = company::start().await;
    service.person("ursula", &["USER_ADMIN"]).await;
    service.get("anna", "/api/v1/me").await.good();
    service.post("ursula", "/api/v1/users/anna/disable", json!(null)).await.good();
    service.get("anna", "/api/v1/me").await.problem(401);
    service.post("ursula", "/api/v1/users/anna/enable", json!(null)).await.good();
    service.get("anna", "/api/v1/me").await.good();
    // Whoever has permissions is for those who give them.
    service.post("ursula", "/api/v1/users/root/disable", json!(null)).await.problem(403);
    service.post("root", "/api/v1/users/root/disable", json!(null)).await.problem(403);
    service.post("root", "/api/v1/users/ursula/disable", json!(null)).await.good();
    service.post("ursula", "/api/v1/users/ursula/enable", json!(null)).await.problem(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_switch_to_projects_they_are_in() {
    let service = company::start().await;
    let switch = |who: &'static str, project: &'static str| {
        let body = json!({ "project": project });
        let service = &service;
        async move { service.put(who, "/api/v1/me/current-project", body).await }
    };
    switch("anna", "study").await.good();
    assert_eq!(service.get("anna", "/api/v1/me").await.good()["current_project"], "study");
    service.delete("anna", "/api/v1/me/current-project").await.good();
    assert_eq!(service.get("anna", "/api/v1/me").await.good()["current_project"], json!(null));
    switch("nadia", "study").await.problem(403);
    switch("anna", "nothing").await.problem(404);
    service.plant("project", "closed", json!({ "owners": ["petra"], "access": "individuals" })).await;
    switch("nadia", "closed").await.problem(404);
    // Also an administrator acts only under projects of their own.
    switch("root", "study").await.problem(403);
}

/// What only one person has can be taken from them, also where policies ask for it.
#[tokio::test(flavor = "multi_thread")]
async fn the_last_one_who_has_an_attribute_can_lose_it() {
    let service = stand::Service::start().await;
    service.put("root", "/api/v1/users/cara", json!({ "attributes": { "clearance": "secret" } })).await.good();
    let policy = json!({ "where": "all", "access": { "conditions": { "attribute": { "clearance": "secret" } } } });
    service.put("root", "/api/v1/subscription-policies/p", policy).await.good();
    service.delete("root", "/api/v1/users/cara/attributes/clearance/secret").await.good();
    // Policies ask for it still, and nobody has it.
    service.get("root", "/api/v1/attributes/clearance").await.good();
    service.put("root", "/api/v1/users/dora", json!({ "attributes": { "other": "x" } })).await.good();
    service.delete("root", "/api/v1/users/dora").await.good();
    service.get("root", "/api/v1/attributes/other").await.problem(404);
}
