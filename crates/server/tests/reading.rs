//! A document that somebody is writing, read over HTTP.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod stand;

use serde_json::{Value, json};
use stand::Service;

const PATH: &str = "/api/v1/read-document";

async fn yaml(service: &Service, who: &str, text: &str) -> Value {
    service.post(who, PATH, json!({ "yaml": text })).await.good()
}

/// Pointer or line of each problem, and what is wrong.
fn wrong(read: &Value) -> Vec<(Value, &str)> {
    let place = |one: &Value| if one["line"].is_null() { one["pointer"].clone() } else { one["line"].clone() };
    read["problems"].as_array().unwrap().iter().map(|one| (place(one), one["detail"].as_str().unwrap())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_is_told_in_both_forms_and_in_words() {
    let service = Service::start().await;
    service.plant("group", "hr", json!({})).await;
    let text = "# mine\nkind: data-policy\nname: ssn\nwhere: { column_tag: PII }\npriority: 0\nrules:\n  - mask: { columns: { tag: PII.SSN }, with: hash }\n    except: { group: hr }\n";
    let read = yaml(&service, "root", text).await;
    let document = json!({
        "kind": "data-policy", "name": "ssn", "where": { "column_tag": "PII" },
        "rules": [{ "mask": { "columns": { "tag": "PII.SSN" }, "with": "hash" }, "except": { "group": "hr" } }]
    });
    assert_eq!(read["document"], document);
    assert!(read["yaml"].as_str().unwrap().starts_with("kind: data-policy\nname: ssn\n"), "{read:#}");
    let told = "Mask columns tagged `PII.SSN` with a hash for everyone except members of group `hr`.";
    assert_eq!(read["sentences"], json!(["Covers data sources with a column tagged `PII`.", told]));
    // What is written is read as the same, and the other way round; no tag is there, which is no error.
    let again = yaml(&service, "root", read["yaml"].as_str().unwrap()).await;
    assert_eq!((&again["document"], &again["yaml"]), (&document, &read["yaml"]));
    let sent = service.post("root", PATH, json!({ "document": document })).await.good();
    assert_eq!((&sent["document"], &sent["yaml"]), (&document, &read["yaml"]));
    assert!(sent["problems"].as_array().unwrap().iter().all(|one| one["severity"] == "warning"), "{sent:#}");
    // Nothing was kept.
    service.get("root", "/api/v1/data-policies/ssn").await.problem(404);

    let access = yaml(&service, "root", "{ kind: subscription-policy, name: p, where: all, access: anyone }").await;
    assert_eq!(access["sentences"][1], "Lets in every active user.");
    let user = yaml(&service, "root", "{ kind: user, name: anna }").await;
    assert_eq!((&user["sentences"], &user["problems"]), (&json!([]), &json!([])));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_told_at_its_place_beside_what_can() {
    let service = Service::start().await;
    let read = yaml(&service, "root", "kind: group\nname: hr\ncolour: red\n").await;
    assert_eq!((&read["document"], &read["yaml"], &read["sentences"]), (&Value::Null, &Value::Null, &json!([])));
    assert_eq!(read["problems"][0]["line"], 3, "{read:#}");
    for (text, line) in [("", 1), ("# nothing\n", 1), ("kind: [", 1), ("\nname: x\n", 2), ("kind: gruop\nname: x\n", 1)]
    {
        let read = yaml(&service, "root", text).await;
        assert!(read["document"].is_null() && read["problems"][0]["line"] == line, "{text:?} {read:#}");
    }
    let several = yaml(&service, "root", "kind: group\nname: a\n---\nkind: group\nname: b\n").await;
    assert_eq!(
        (&several["document"]["name"], wrong(&several)),
        (&json!("a"), vec![(json!(5), "here begins another document")])
    );

    // A rule that cannot be read does not hide the others.
    let rules = json!([
        { "mask": { "columns": "all", "with": { "round": -1 } } }, { "rows": "never" }, { "rows": { "filter": "id >" } }
    ]);
    let body = json!({ "kind": "data-policy", "name": "p", "where": "all", "rules": rules });
    let read = service.post("root", PATH, json!({ "document": body })).await.good();
    assert_eq!(read["document"]["rules"].as_array().unwrap().len(), 3, "{read:#}");
    assert_eq!(read["sentences"][1], "Show no rows to anyone.");
    let at: Vec<Value> = wrong(&read).into_iter().map(|(at, _)| at).collect();
    assert!(at.contains(&json!("/rules/0/mask/with")) && at.contains(&json!("/rules/2/rows/filter")), "{read:#}");
    for (body, pointer) in [
        (json!([]), ""),
        (json!({}), ""),
        (json!({ "kind": "group" }), ""),
        (json!({ "kind": "x", "name": "n" }), "/kind"),
        (json!({ "kind": "user", "name": "n", "groups": ["a", ""] }), "/groups/1"),
    ] {
        let read = service.post("root", PATH, json!({ "document": body })).await.good();
        assert_eq!((&read["document"], &read["problems"][0]["pointer"]), (&Value::Null, &json!(pointer)), "{read:#}");
    }
    // A bomb is no document.
    let bomb = format!(
        "kind: group\nname: g\ndescription: &a [x]\n{}",
        (0..40).map(|at| format!("k{at}: [*a, *a, *a]\n")).collect::<String>()
    );
    assert!(yaml(&service, "root", &bomb).await["document"].is_null());

    service.post("root", PATH, json!({})).await.problem(400);
    service.post("root", PATH, json!({ "yaml": "kind: group", "document": {} })).await.problem(400);
    service.post("root", PATH, json!({ "yaml": 1 })).await.problem(400);
    service.post("", PATH, json!({ "yaml": "" })).await.problem(401);
}

/// Whether there is something is told to those who may know of all such things; to others nothing, be it there or not.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_learns_what_there_is() {
    let service = Service::start().await;
    service.plant("group", "hidden", json!({ "attributes": { "secret": "x" } })).await;
    service.plant("purpose", "Known", json!({})).await;
    service.person("nadia", &[]).await;
    service.person("ursula", &["USER_ADMIN"]).await;
    let integration = json!({ "engine": "postgresql", "host": "127.0.0.1", "port": 1, "database": "d" });
    service.plant("integration", "w", integration).await;
    service
        .plant(
            "data-source",
            "s",
            json!({ "integration": "w", "table": "s.t", "columns": [{ "name": "id", "type": "integer" }] }),
        )
        .await;
    let policy = |who: Value| json!({ "document": { "kind": "data-policy", "name": "p", "where": "all", "rules": [{ "rows": "never", "except": who }] } });
    for [there, not] in [
        [json!({ "group": "hidden" }), json!({ "group": "hiddem" })],
        [json!({ "user": "ursula" }), json!({ "user": "ursule" })],
        [json!({ "attribute": { "secret": "x" } }), json!({ "attribute": { "secrets": "x" } })],
    ] {
        for who in [&there, &not] {
            let read = service.post("nadia", PATH, policy(who.clone())).await.good();
            assert_eq!(read["problems"], json!([]), "{read:#}");
        }
        let read = service.post("ursula", PATH, policy(not)).await.good();
        assert_eq!(read["problems"][0]["severity"], "error", "{read:#}");
        assert_eq!(service.post("ursula", PATH, policy(there)).await.good()["problems"], json!([]));
    }
    let read = service.post("nadia", PATH, policy(json!({ "purpose": "Knwon" }))).await.good();
    assert_eq!(wrong(&read), [(json!("/rules/0/except/purpose"), "there is no purpose `Knwon`")], "{read:#}");
    // Data sources and their columns, the names of tables and views.
    for body in [
        json!({ "kind": "grant", "name": "g", "user": "nadia", "data_source": "s" }),
        json!({ "kind": "grant", "name": "g", "user": "nadia", "data_source": "t" }),
        json!({ "kind": "data-source", "name": "other", "integration": "w", "table": "s.t" }),
        json!({ "kind": "data-source", "name": "other", "integration": "w", "table": "s.free" }),
        json!({ "kind": "policy-test", "name": "t", "data_source": "s", "rows": [{ "id": 1 }], "expect": [] }),
        json!({ "kind": "policy-test", "name": "t", "data_source": "s", "rows": [{ "ssn": 1 }], "expect": [] }),
    ] {
        let read = service.post("nadia", PATH, json!({ "document": body })).await.good();
        assert_eq!(read["problems"], json!([]), "{read:#}");
        assert_eq!(read["document"]["name"], body["name"]);
    }
    let twice = json!({ "kind": "data-source", "name": "other", "integration": "w", "table": "s.t" });
    let read = service.post("root", PATH, json!({ "document": twice })).await.good();
    assert_eq!(read["problems"][0]["document"], "data-sources/s", "{read:#}");
    service.app.written().await;
    let query = scrim_store::AuditQuery { action: Some("document.read".to_owned()), limit: 10, ..Default::default() };
    assert!(!service.app.store().audit_search(&query).await.unwrap().entries.is_empty());
}
