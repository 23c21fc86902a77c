//! What changed lately: what each caller is told of it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod company;
mod stand;

use serde_json::{Value, json};
use stand::Service;

const CHANGES: &str = "/api/v1/changes";

async fn told(service: &Service, who: &str, query: &str) -> Value {
    service.get(who, &format!("{CHANGES}{query}")).await.good()
}

/// What was told, in words, newest first.
fn words(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap().iter();
    let word = |item: &Value, field: &str| item[field].as_str().unwrap_or("-").to_owned();
    items.map(|item| ["actor", "action", "kind", "name"].map(|field| word(item, field)).join(" ")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sees_all_of_a_kind_sees_all_of_what_became_of_it() {
    let service = company::start().await;
    service.person("gina", &["GOVERNANCE"]).await;
    service.person("mona", &["PROJECT_MANAGEMENT"]).await;
    service.put("root", "/api/v1/tags/Deep", json!({})).await.good();
    service.put("root", "/api/v1/data-sources/people/tags/Deep", Value::Null).await.good();
    service.put("root", "/api/v1/grants/anna", json!({ "user": "anna", "data_source": "people" })).await.good();
    service.delete("root", "/api/v1/grants/anna").await.good();
    service.put("root", "/api/v1/webhooks/hook", json!({ "url": "https://example.com/hook" })).await.good();
    let lately = told(&service, "gina", "?limit=4").await;
    let wanted =
        ["root delete grant anna", "root create grant anna", "root update data-source people", "root create tag Deep"];
    assert_eq!(words(&lately), wanted);
    // Webhooks are no matter of hers, and people are.
    let next = told(&service, "gina", &format!("?limit=1&cursor={}", lately["next"].as_str().unwrap())).await;
    assert_eq!(words(&next), ["test create user mona"]);
    assert_eq!(words(&told(&service, "gina", "?kind=grant").await), wanted[..2]);
    assert_eq!(words(&told(&service, "gina", "?kind=webhook").await), [""; 0]);
    assert_eq!(words(&told(&service, "root", "?limit=1").await), ["root create webhook hook"]);
    // Whoever manages projects sees those, what can be discovered, and of people only herself.
    let page = told(&service, "mona", "?limit=4").await;
    let mine = ["- update data-source people", "- create tag Deep", "- create user mona", "- create project study"];
    assert_eq!(words(&page), mine, "{page:#}");
    assert_eq!(words(&told(&service, "mona", "?kind=project").await), ["- create project study"]);
    // Everything, page by page, is what there is at once.
    let all = words(&told(&service, "root", "?limit=1000").await);
    let (mut paged, mut query) = (vec![], "?limit=3".to_owned());
    loop {
        let page = told(&service, "root", &query).await;
        paged.extend(words(&page));
        let Some(next) = page["next"].as_str() else { break };
        query = format!("?limit=3&cursor={next}");
    }
    assert_eq!(paged, all);
    assert_eq!(all.last().unwrap(), "test create user root");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_told_of_what_they_may_not_know() {
    let service = company::start().await;
    let secret = json!({ "integration": "w", "table": "s.secret", "owners": ["petra"], "columns": [{ "name": "id" }] });
    service.put("root", "/api/v1/data-sources/secret", secret.clone()).await.good();
    service.put("petra", "/api/v1/data-sources/secret/tags/Mine", Value::Null).await.good();
    service.put("root", "/api/v1/users/nadia", json!({ "groups": ["staff"] })).await.good();
    // Nadia: herself and her group, what can be discovered, and what everybody may know of; others by no name.
    let about = |page: &Value| -> Vec<String> {
        words(page).iter().map(|text| text.split_once(' ').unwrap().1.to_owned()).collect()
    };
    let page = told(&service, "nadia", "").await;
    let mut all = about(&page);
    all.sort();
    all.dedup();
    let known = [
        "create data-source people",
        "create group staff",
        "create project study",
        "create purpose Ads",
        "create purpose Fraud",
        "create user nadia",
        "update user nadia",
    ];
    assert_eq!(all, known, "{page:#}");
    assert!(words(&page).iter().all(|text| text.starts_with("- ")), "{page:#}");
    // Petra: her table, and by her own name what she did.
    let own = words(&told(&service, "petra", "?kind=data-source").await);
    assert_eq!(own, ["petra update data-source secret", "- create data-source secret", "- create data-source people"]);
    // What covers her table she knows; of the policy for another table nothing.
    let policies = words(&told(&service, "petra", "?kind=data-policy").await);
    assert_eq!(policies, ["- create data-policy tokens", "- create data-policy mask-ssn"]);
    assert_eq!(words(&told(&service, "petra", "?kind=subscription-policy").await), [""; 0]);
    assert_eq!(words(&told(&service, "nadia", "?kind=data-policy").await), [""; 0]);
    service.get("", CHANGES).await.problem(401);
    for wrong in ["?kind=grants", "?kind=", "?cursor=x", "?limit=0", "?limit=1001", "?after=1"] {
        service.get("nadia", &format!("{CHANGES}{wrong}")).await.problem(400);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_a_name_for_nobody_is_told_by_what_it_is_about() {
    let service = company::start().await;
    service.person("gina", &["GOVERNANCE"]).await;
    service.put("anna", "/api/v1/data-sources/people/subscription", json!({ "reason": "for work" })).await.good();
    service.put("root", "/api/v1/grants/g", json!({ "group": "hr", "data_source": "people" })).await.good();
    for who in ["olivia", "gina"] {
        let page = told(&service, who, "?limit=10").await;
        let about = |kind: &str| page["items"].as_array().unwrap().iter().find(|one| one["kind"] == kind).unwrap();
        let (grant, subscription) = (about("grant"), about("subscription"));
        assert_eq!((&grant["group"], &grant["data_source"]), (&json!("hr"), &json!("people")), "{who}");
        let wanted = [&json!("anna"), &json!("anna"), &json!("people")];
        assert_eq!(["actor", "user", "data_source"].map(|field| &subscription[field]), wanted, "{who}");
    }
    let page = told(&service, "nadia", "").await;
    assert!(!page.to_string().contains("anna"), "{page:#}");
    service.delete("root", "/api/v1/grants/g").await.good();
    let last = told(&service, "gina", "?limit=1").await["items"][0].clone();
    let wanted = [&json!("delete"), &json!("hr"), &json!("people")];
    assert_eq!(["action", "group", "data_source"].map(|field| &last[field]), wanted);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_had_the_name_before_is_another_one() {
    let service = company::start().await;
    service.person("gina", &["GOVERNANCE"]).await;
    let owned_by =
        |owner: &str| json!({ "integration": "w", "table": "s.t", "owners": [owner], "columns": [{ "name": "id" }] });
    let of = |who: &'static str| {
        let service = &service;
        async move {
            let page = told(service, who, "?kind=data-source").await;
            let named = words(&page).into_iter().filter(|text| text.ends_with(" t"));
            named.map(|text| text.split(' ').nth(1).unwrap().to_owned()).collect::<Vec<_>>().join(" ")
        }
    };
    service.put("root", "/api/v1/data-sources/t", owned_by("petra")).await.good();
    service.put("root", "/api/v1/data-sources/t/tags/A", Value::Null).await.good();
    assert_eq!(of("petra").await, "update create");
    service.delete("root", "/api/v1/data-sources/t").await.good();
    assert_eq!((of("petra").await, of("gina").await), (String::new(), "delete update create".to_owned()));
    service.put("root", "/api/v1/data-sources/t", owned_by("petra")).await.good();
    assert_eq!((of("petra").await, of("gina").await), ("create".to_owned(), "create delete update create".to_owned()));
    // What was somebody else's when it was changed is not told to who has it now, as by `versions`.
    service.put("root", "/api/v1/data-sources/t", owned_by("olivia")).await.good();
    assert_eq!((of("olivia").await, of("petra").await), ("update".to_owned(), String::new()));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_know_of_little_has_not_all_of_the_past_read() {
    let service = company::start().await;
    let many =
        |from: usize| (from..from + 500).map(|n| (scrim_catalog::Kind::User, format!("u{n}"), json!({}))).collect();
    for from in (0..5000).step_by(500) {
        service.plant_all(many(from)).await;
    }
    let first = told(&service, "nadia", "?limit=5").await;
    assert_eq!(first["items"], json!([]));
    let (mut pages, mut query) = (1, format!("?limit=5&cursor={}", first["next"].as_str().unwrap()));
    let found = loop {
        let page = told(&service, "nadia", &query).await;
        pages += 1;
        if page["items"].as_array().is_some_and(|items| !items.is_empty()) {
            break words(&page);
        }
        query = format!("?limit=5&cursor={}", page["next"].as_str().unwrap());
    };
    assert!((3..=4).contains(&pages), "{pages}");
    assert_eq!(found[0], "- create project study");
}
