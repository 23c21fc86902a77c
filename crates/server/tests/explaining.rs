//! Why people see what they see, and governance reports, over HTTP.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod stand;

use serde_json::{Value, json};
use stand::Service;

/// Two people, one of whom is let in; a source with a mask, and one with nothing.
async fn stand() -> Service {
    let service = Service::start().await;
    let integration = json!({ "engine": "postgresql", "host": "127.0.0.1", "port": 1, "database": "d", "user": "scrim",
                              "tls": "disable", "views": { "schema": "governed" } });
    service.plant("integration", "w", integration).await;
    service.plant("group", "hr", json!({ "attributes": { "region": "eu" } })).await;
    service.plant("user", "ann", json!({ "groups": ["hr"], "attributes": { "level": ["1", "2"] } })).await;
    service.plant("user", "bob", json!({})).await;
    let columns =
        json!([{ "name": "id", "type": "integer" }, { "name": "ssn", "type": "varchar(11)", "tags": ["SSN"] }]);
    let source =
        json!({ "integration": "w", "table": "hr.staff", "owners": ["bob"], "columns": columns, "tags": ["HR"] });
    service.plant("data-source", "staff", source).await;
    let source = json!({ "integration": "w", "table": "hr.other", "columns": [{ "name": "id", "type": "integer" }] });
    service.plant("data-source", "other", source).await;
    let access = json!({ "conditions": { "attribute": { "region": "eu" } } });
    service
        .plant(
            "subscription-policy",
            "eu",
            json!({ "where": { "source_tag": "HR" }, "access": access, "discoverable": true }),
        )
        .await;
    let rule = json!({ "mask": { "columns": { "tag": "SSN" }, "with": "hash" }, "except": { "user": "bob" } });
    service.plant("data-policy", "ssn", json!({ "where": { "column_tag": "SSN" }, "rules": [rule] })).await;
    service
        .plant("grant", "late", json!({ "user": "bob", "data_source": "other", "expires": "2020-01-01T00:00:00Z" }))
        .await;
    let soon = chrono::Utc::now() + chrono::TimeDelta::days(3);
    service.plant("grant", "soon", json!({ "user": "ann", "data_source": "other", "expires": soon })).await;
    for who in ["ann", "bob"] {
        service.token_for(who).await;
    }
    service.person("carl", &[]).await;
    service
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_told_why_of_themselves_and_of_what_they_own() {
    let service = stand().await;
    let path = "/api/v1/data-sources/staff/explain?user=ann";
    let told = service.get("ann", path).await.good();
    assert_eq!((&told["subscribed"], &told["columns"][1]["sees"]), (&json!(true), &json!("masked")));
    assert_eq!(service.get("bob", path).await.good(), told);
    assert_eq!(service.get("root", &format!("{path}&column=ssn")).await.good()["columns"], json!([told["columns"][1]]));
    service.get("root", &format!("{path}&column=x")).await.problem(404);
    service.get("root", "/api/v1/data-sources/staff/explain?user=zoe").await.problem(404);
    service.get("root", "/api/v1/data-sources/staff/explain").await.problem(400);
    service.get("carl", path).await.problem(403);
    // Of what somebody may not know of, not even about themselves.
    service.get("carl", "/api/v1/data-sources/other/explain?user=carl").await.problem(404);
    service.get("carl", "/api/v1/data-sources/nothing/explain?user=carl").await.problem(404);
    service.get("", path).await.problem(401);

    let before = chrono::Utc::now().format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string();
    service.plant("user", "ann", json!({ "groups": [] })).await;
    assert_eq!(service.get("root", path).await.good()["subscribed"], false);
    let then = service.get("root", &format!("{path}&as_of={before}")).await.good();
    assert_eq!(then["subscribed"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sees_what_and_the_sql_are_for_owners_and_governors() {
    let service = stand().await;
    let seen = service.get("bob", "/api/v1/data-sources/staff/who-sees").await.good();
    assert_eq!(seen["columns"][1]["clear"][0]["user"], "bob");
    assert_eq!(seen["columns"][1]["masked"][0]["user"], "ann");
    let view = service.get("bob", "/api/v1/data-sources/staff/sql").await.good();
    assert_eq!((&view["dialect"], &view["view"]), (&json!("postgresql"), &json!("governed.staff")));
    assert!(view["sql"].as_str().unwrap().starts_with("CREATE"), "{view:#}");
    let view = service.get("bob", "/api/v1/data-sources/staff/sql?dialect=redshift").await.good();
    assert!(view["sql"].as_str().unwrap().contains("WITH NO SCHEMA BINDING"), "{view:#}");
    service.get("bob", "/api/v1/data-sources/staff/sql?dialect=oracle").await.problem(400);
    let told = service.get("bob", "/api/v1/data-sources/staff/policies").await.good();
    let names: Vec<&Value> = told["policies"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert_eq!(names, ["eu", "ssn"], "{told:#}");
    assert_eq!(told["policies"][1]["columns"][0]["gives"], "a hash");
    let readers =
        "Readers: its owners (user `bob`), whoever has a grant, and users who have `eu` as `region` (by `eu`).";
    assert_eq!(told["effective"]["access"], json!([readers]));
    assert_eq!(
        told["effective"]["columns"][1]["sentence"],
        "`ssn`: a hash, for everyone except user `bob` (rule 1 of `ssn`); clear otherwise."
    );
    for path in ["who-sees", "sql", "policies"] {
        service.get("ann", &format!("/api/v1/data-sources/staff/{path}")).await.problem(403);
        service.get("root", &format!("/api/v1/data-sources/nothing/{path}")).await.problem(404);
    }
    let reach = service.get("carl", "/api/v1/users/carl/reach").await.good();
    assert_eq!((&reach["readable"], &reach["discoverable"][0]["data_source"]), (&json!([]), &json!("staff")));
    let reach = service.get("root", "/api/v1/users/ann/reach").await.good();
    let names: Vec<&Value> = reach["readable"].as_array().unwrap().iter().map(|one| &one["data_source"]).collect();
    assert_eq!(names, ["other", "staff"]);
    service.get("carl", "/api/v1/users/ann/reach").await.problem(403);
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_are_tables_for_programs_and_spreadsheets() {
    let service = stand().await;
    let report =
        async |name: &str| service.get("root", &format!("/api/v1/reports/{name}")).await.good()["items"].clone();
    let rows = |items: &Value, fields: &[&str]| -> Vec<String> {
        let text =
            |item: &Value, field: &&str| item[*field].as_str().map_or_else(|| item[*field].to_string(), str::to_owned);
        let line = |item: &Value| fields.iter().map(|field| text(item, field)).collect::<Vec<_>>().join(" ");
        items.as_array().unwrap().iter().map(line).collect()
    };
    let readers = report("who-reads-what").await;
    assert_eq!(rows(&readers, &["data_source", "user"]), ["other ann", "staff ann", "staff bob"]);
    let unprotected = report("unprotected-sources").await;
    assert_eq!(rows(&unprotected, &["data_source", "lacks"]), [r#"other ["data-policy","subscription-policy"]"#]);
    let attributes = report("attributes-in-use").await;
    let expected = ["level 1 1 0 []", "level 2 1 0 []", r#"region eu 1 1 ["subscription-policies/eu"]"#];
    assert_eq!(rows(&attributes, &["attribute", "value", "users", "groups", "policies"]), expected);
    assert_eq!(rows(&report("unused-access").await, &["name", "because"]), [r#"late ["it is expired"]"#]);
    assert_eq!(rows(&report("expiring-grants").await, &["name", "user"]), ["soon ann"]);
    assert_eq!(report("expiring-grants?days=1").await, json!([]));

    let mut found = vec![];
    let mut path = "/api/v1/reports/who-reads-what?limit=1".to_owned();
    loop {
        let page = service.get("root", &path).await.good();
        found.extend(page["items"].as_array().unwrap().clone());
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/api/v1/reports/who-reads-what?limit=1&cursor={next}");
    }
    assert_eq!(Value::from(found), readers);

    let csv = service.get("root", "/api/v1/reports/who-reads-what?format=csv&limit=2").await;
    assert_eq!(csv.headers["content-type"], "text/csv; charset=utf-8");
    assert!(csv.headers.contains_key("x-next-cursor"));
    let text = csv.good().as_str().unwrap().to_owned();
    assert!(text.starts_with("data_source,user,login,because\r\nother,ann,ann,"), "{text}");
    let accepting = [("accept", "text/csv")];
    let csv =
        service.call_with("root", reqwest::Method::GET, "/api/v1/reports/expiring-grants", None, &accepting).await;
    assert!(
        csv.good().as_str().unwrap().starts_with("kind,name,user,group,data_source,expires\r\ngrant,soon,ann,,other,")
    );
    service.plant("user", "=1+1", json!({ "groups": ["hr"] })).await;
    let text = service.get("root", "/api/v1/reports/who-reads-what?format=csv&user=%3D1%2B1").await.good();
    assert!(text.as_str().unwrap().contains("staff,\"'=1+1\","), "{text}");
    for name in ["who-reads-what", "unprotected-sources", "attributes-in-use", "unused-access", "expiring-grants"] {
        service.get("ann", &format!("/api/v1/reports/{name}")).await.problem(403);
        service.get("root", &format!("/api/v1/reports/{name}?format=xml")).await.problem(400);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_data_source_is_seen_as_others_see_it() {
    let service = stand().await;
    let path = "/api/v1/data-sources/staff/see-as";
    let seen = service.post("bob", path, json!({ "user": "ann" })).await.good();
    let ssn = &seen["columns"][1];
    assert_eq!((&seen["granted"], &ssn["how"], &ssn["with"]), (&json!(true), &json!("masked"), &json!("a hash")));
    assert_eq!((&ssn["type"], &seen["columns"][0]["how"]), (&json!("varchar(11)"), &json!("clear")));
    // As the explanation has it.
    let told = service.get("bob", "/api/v1/data-sources/staff/explain?user=ann").await.good();
    assert_eq!((&seen["because"], &ssn["why"]), (&told["because"], &told["columns"][1]["because"]));

    // Somebody who is nobody: by a group with what it carries, by attributes, by nothing.
    let granted = async |who: &str, body: Value| service.post(who, path, body).await.good()["granted"].clone();
    assert_eq!(granted("bob", json!({ "groups": ["hr"] })).await, true);
    assert_eq!(granted("root", json!({ "attributes": { "region": ["eu"] } })).await, true);
    assert_eq!(granted("root", json!({ "groups": [] })).await, false);
    assert_eq!(granted("root", json!({ "groups": ["no such"], "purposes": ["none"] })).await, false);

    // Under a project there are its data sources only; only its members act under it.
    let project = json!({ "access": "individuals", "data_sources": ["other"], "owners": ["bob"], "members": [{ "user": "ann" }] });
    service.plant("project", "study", project.clone()).await;
    assert_eq!(granted("bob", json!({ "user": "ann", "project": "study" })).await, false);
    assert_eq!(granted("bob", json!({ "groups": ["hr"], "project": "study" })).await, false);
    service.post("bob", path, json!({ "user": "bob", "project": "study" })).await.problem(409);
    service.post("bob", path, json!({ "user": "ann", "project": "nothing" })).await.problem(404);
    let mut equalized = project;
    equalized["equalized"] = json!(true);
    service.plant("project", "study", equalized).await;
    service.post("bob", path, json!({ "groups": ["hr"], "project": "study" })).await.problem(409);

    // Nobody else is told, nor what there is.
    service.person("iris", &["IMPERSONATE_USER"]).await;
    service.person("aude", &["AUDIT"]).await;
    service.post("ann", path, json!({ "user": "bob" })).await.problem(403);
    service.post("ann", path, json!({ "user": "ann" })).await.problem(403);
    service.post("iris", path, json!({ "user": "ann" })).await.problem(403);
    service.post("aude", path, json!({ "groups": ["hr"] })).await.problem(403);
    // It may be discovered.
    assert_eq!(granted("iris", json!({ "groups": ["hr"] })).await, true);
    for hidden in ["other", "nothing"] {
        let path = format!("/api/v1/data-sources/{hidden}/see-as");
        service.post("iris", &path, json!({ "groups": ["hr"] })).await.problem(404);
        service.post("iris", &path, json!({ "user": "ann" })).await.problem(403);
    }
    for body in
        [json!({}), json!({ "user": "ann", "groups": [] }), json!({ "project": "study" }), json!({ "user": "" })]
    {
        service.post("root", path, body).await.problem(400);
    }
    service.post("root", path, json!({ "user": "zoe" })).await.problem(404);

    service.app.written().await;
    let query =
        scrim_store::AuditQuery { action: Some("data-source.see-as".to_owned()), limit: 100, ..Default::default() };
    let trail = format!("{:?}", service.app.store().audit_search(&query).await.unwrap());
    assert!(
        trail.contains("\"user\": String(\"ann\")") && trail.contains("\"groups\": Array [String(\"hr\")]"),
        "{trail}"
    );
}
