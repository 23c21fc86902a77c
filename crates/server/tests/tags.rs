//! Tags where they stand, one by one.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod company;
mod stand;

use serde_json::{Value, json};

async fn opened() -> stand::Service {
    let service = company::start().await;
    service.plant("subscription-policy", "asking", json!({ "where": "all", "access": "anyone" })).await;
    service
}

fn says_what_opens(problem: &Value) {
    assert_eq!(problem["errors"][0]["document"], "data-sources/people", "{problem:#}");
    assert!(problem["errors"][0]["detail"].as_str().unwrap().contains("the column `ssn`"), "{problem:#}");
    assert!(problem["detail"].as_str().unwrap().contains("confirm=true"), "{problem:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_come_and_go_one_by_one() {
    let service = opened().await;
    let source = "/api/v1/data-sources/people/tags";
    let column = "/api/v1/data-sources/people/columns/id/tags";
    for path in [source, column] {
        let made = service.put("olivia", &format!("{path}/New"), json!(null)).await.good();
        assert_eq!(made["changes"][0]["action"], "update");
        let again = service.put("olivia", &format!("{path}/New"), json!(null)).await.good();
        assert_eq!(again["changes"], json!([]));
        service.put("nadia", &format!("{path}/X"), json!(null)).await.problem(403);
    }
    let read = service.get("olivia", "/api/v1/data-sources/people").await.good();
    assert_eq!((&read["tags"], &read["columns"][0]["tags"]), (&json!(["HR", "New"]), &json!(["New"])));
    service.delete("olivia", &format!("{source}/New")).await.good();
    // Without it the column comes into the view, which is asked about.
    let opens = service.delete("olivia", &format!("{column}/New")).await.problem(428);
    assert!(opens["errors"][0]["detail"].as_str().unwrap().contains("the column `id`"), "{opens:#}");
    service.delete("olivia", &format!("{column}/New?confirm=true")).await.good();
    let columns = "/api/v1/data-sources/people/columns";
    service.put("olivia", &format!("{columns}/none/tags/X"), json!(null)).await.problem(404);
    service.put("olivia", "/api/v1/data-sources/none/tags/X", json!(null)).await.problem(404);
    // To name one column is to leave out the others.
    service.plant("data-source", "bare", json!({ "integration": "w", "table": "s.bare", "owners": ["olivia"] })).await;
    service.put("olivia", "/api/v1/data-sources/bare/columns/x/tags/X", json!(null)).await.problem(409);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_taking_a_tag_away_opens_is_confirmed() {
    let service = opened().await;
    let tag = "/api/v1/data-sources/people/columns/ssn/tags/PII.SSN";
    let before = service.app.registry().world().changed;
    says_what_opens(&service.delete("olivia", tag).await.problem(428));
    service.delete("nadia", tag).await.problem(403);
    service.delete("nadia", &format!("{tag}?confirm=true")).await.problem(403);

    // The same by the whole document, and by one that does not name the column any more.
    let mut body = service.get("olivia", "/api/v1/data-sources/people").await.good();
    body["columns"][1]["tags"] = json!([]);
    says_what_opens(&service.put("olivia", "/api/v1/data-sources/people", body.clone()).await.problem(428));
    body["columns"] = json!([]);
    says_what_opens(&service.put("olivia", "/api/v1/data-sources/people", body.clone()).await.problem(428));
    body["columns"] = json!([{ "name": "id", "type": "integer" }]);
    body["new_columns"] = json!("show");
    says_what_opens(&service.put("olivia", "/api/v1/data-sources/people", body.clone()).await.problem(428));
    assert_eq!(service.app.registry().world().changed, before);
    // One that keeps the column out of the view opens nothing.
    body["new_columns"] = json!("hide");
    service.put("olivia", "/api/v1/data-sources/people?dry_run=true", body.clone()).await.good();
    service.put("olivia", "/api/v1/data-sources/people", body).await.good();

    let service = opened().await;
    service.delete("olivia", &format!("{tag}?dry_run=true")).await.good();
    service.delete("olivia", &format!("{tag}?confirm=true")).await.good();
    // A tag that no policy restricts by goes without.
    service.delete("olivia", "/api/v1/data-sources/people/tags/HR").await.good();
}

/// The same by the policies that owners choose.
#[tokio::test(flavor = "multi_thread")]
async fn what_another_choice_of_policies_opens_is_confirmed() {
    let service = opened().await;
    let hidden = json!({ "rules": [{ "mask": { "columns": { "name": "id" }, "with": "nullify" } }] });
    let policy = |place: &str, off: bool| {
        let mut policy = hidden.clone();
        policy["where"] = json!(place);
        policy["owners_may_disable"] = json!(off);
        policy
    };
    service.plant("data-policy", "chosen", policy("chosen_by_owner", false)).await;
    service.plant("data-policy", "optional", policy("all", true)).await;
    let path = "/api/v1/data-sources/people";
    let mut body = service.get("olivia", path).await.good();
    body["policies"] = json!(["chosen"]);
    service.put("olivia", path, body.clone()).await.good();
    // Two hide it: the one may go, and not the other, too.
    body["policies"] = json!([]);
    service.put("olivia", path, body.clone()).await.good();
    body["without_policies"] = json!([{ "name": "optional", "reason": "it is public" }]);
    let opens = service.put("olivia", path, body.clone()).await.problem(428);
    assert!(opens["errors"][0]["detail"].as_str().unwrap().contains("the column `id`"), "{opens:#}");
    service.put("olivia", &format!("{path}?confirm=true"), body).await.good();
}

#[tokio::test(flavor = "multi_thread")]
async fn used_tags_are_listed_with_where_they_are_known_to_be() {
    let service = opened().await;
    service.plant("tag", "Described", json!({})).await;
    let hidden = json!({ "integration": "w", "table": "s.hidden", "owners": ["root"], "tags": ["Secret", "HR"] });
    service.plant("data-source", "hidden", hidden).await;
    service
        .plant("subscription-policy", "asking", json!({ "where": { "data_source": "people" }, "access": "anyone" }))
        .await;
    let listed = service.get("anna", "/api/v1/used-tags").await.good();
    let expected = json!([
        { "tag": "Described", "described": true, "data_sources": [], "columns": [] },
        { "tag": "HR", "described": false, "data_sources": ["people"], "columns": [] },
        { "tag": "PII.Passport", "described": false, "data_sources": [],
          "columns": [{ "data_source": "people", "column": "passport" }] },
        { "tag": "PII.SSN", "described": false, "data_sources": [],
          "columns": [{ "data_source": "people", "column": "ssn" }] },
    ]);
    assert_eq!(listed["items"], expected);
    let all = service.get("root", "/api/v1/used-tags?search=hr").await.good();
    assert_eq!(all["items"][0]["data_sources"], json!(["hidden", "people"]));
    let page = service.get("root", "/api/v1/used-tags?limit=2").await.good();
    let next = page["next"].as_str().unwrap();
    let next = service.get("root", &format!("/api/v1/used-tags?limit=2&cursor={next}")).await.good();
    assert_eq!(next["items"][0]["tag"], "PII.Passport");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_tags_put_at_the_same_time_none_is_lost() {
    let service = opened().await;
    let source = (0..10).map(|n| format!("/api/v1/data-sources/people/tags/t{n}"));
    let column = (0..10).map(|n| format!("/api/v1/data-sources/people/columns/id/tags/t{n}"));
    let paths: Vec<String> = source.chain(column).collect();
    let all = paths.iter().map(|path| service.put("olivia", path, json!(null)));
    for answer in futures_util::future::join_all(all).await {
        answer.good();
    }
    let read = service.get("olivia", "/api/v1/data-sources/people").await.good();
    let count = |tags: &Value| tags.as_array().unwrap().len();
    assert_eq!((count(&read["tags"]), count(&read["columns"][0]["tags"])), (11, 10));
}
