//! What an administrator does with a warehouse, over HTTP, against a private PostgreSQL.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod stand;

use reqwest::Method;
use scrim_testkit::Governed;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use stand::Service;

const TABLES: &str = "CREATE SCHEMA hr; CREATE TABLE hr.staff (id integer, ssn varchar(11)); CREATE ROLE ann LOGIN";

/// The integration, as a document.
fn integration(governed: &Governed) -> Value {
    let file = scrim_catalog::SourceFile { path: std::sync::Arc::default(), text: governed.integration("") };
    let (mut read, mut problems) = (vec![], vec![]);
    scrim_catalog::read(&file, &mut read, &mut problems);
    assert!(problems.is_empty(), "{problems:?}");
    read[0].1.to_json().unwrap()
}

/// How the only warehouse stands, once nothing goes on there: what was tried before the installation may be tried once more.
async fn settled(service: &Service) -> Value {
    let begun = std::time::Instant::now();
    loop {
        let status = service.get("gov", "/api/v1/status").await.good();
        if status["integrations"][0]["state"] == "in_sync" {
            return status["integrations"][0].clone();
        }
        assert!(begun.elapsed().as_secs() < 30, "{status:#}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[test]
fn a_warehouse_is_installed_pushed_and_looked_after() {
    let governed = Governed::start();
    governed.run(TABLES);
    let (url, document) = (governed.admin_url().expose_secret().to_owned(), integration(&governed));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let service = runtime.block_on(async {
        let service = Service::start().await;
        service.person("ann", &[]).await;
        service.person("gov", &["GOVERNANCE"]).await;
        let list = json!({ "documents": [
            document,
            { "kind": "data-source", "name": "staff", "integration": "w", "table": "hr.staff", "owners": ["ann"],
              "columns": [{ "name": "id" }, { "name": "ssn" }] },
            { "kind": "subscription-policy", "name": "all", "where": "all", "access": "anyone" },
        ] });
        service.post("root", "/api/v1/apply", list).await.good();
        let script = service.get("root", "/api/v1/integrations/w/bootstrap-script").await.good();
        assert!(script["sql"].as_str().unwrap().contains("psql -v ON_ERROR_STOP=1"), "{script}");
        assert!(!script["sections"][0]["statements"].as_array().unwrap().is_empty());
        let problem = service.post("root", "/api/v1/integrations/w/drift", Value::Null).await.problem(409);
        assert!(!problem["detail"].as_str().unwrap().is_empty());
        for (path, body) in
            [("install", json!({ "admin_url": url })), ("check", json!({ "admin_url": url })), ("reconcile", json!({}))]
        {
            service.post("gov", &format!("/api/v1/integrations/w/{path}"), body.clone()).await.problem(403);
            service.post("root", &format!("/api/v1/integrations/x/{path}"), body).await.problem(404);
        }
        let odd = json!({ "admin_url": "postgresql://u:hunter2@[x" });
        let problem = service.post("root", "/api/v1/integrations/w/install", odd).await.problem(409);
        assert!(!problem.to_string().contains("hunter2"), "{problem}");
        service.post("root", "/api/v1/integrations/w/install", json!({ "admin_url": url })).await.good();
        service.enforced("w").await;

        let warehouse = settled(&service).await;
        assert_eq!((&warehouse["name"], &warehouse["enforced"]), (&json!("w"), &json!(true)));
        assert_eq!(warehouse["data_sources"], json!({ "in_sync": 1 }));
        let sync = service.get("gov", "/api/v1/integrations/w/sync").await.good();
        assert_eq!(sync["data_sources"][0]["state"], "in_sync", "{sync:#}");
        assert_eq!(service.get("ann", "/api/v1/data-sources/staff/sync").await.good()["state"], "in_sync");
        service.get("ann", "/api/v1/integrations/w/sync").await.problem(403);
        service.get("ann", "/api/v1/status").await.problem(403);
        assert_eq!(service.post("gov", "/api/v1/integrations/w/drift", Value::Null).await.good(), json!([]));
        let found = service.post("root", "/api/v1/integrations/w/check", json!({ "admin_url": url })).await.good();
        assert!(found.is_array());
        service
    });
    // Somebody does something by hand: it is told, and mended when asked. Unless a comparison comes in between, and mends it first.
    let told = (0..20).any(|_| {
        governed.run("DROP VIEW IF EXISTS governed.staff");
        let found =
            runtime.block_on(async { service.post("gov", "/api/v1/integrations/w/drift", Value::Null).await.good() });
        assert!(found == json!([]) || found[0]["object"] == "staff", "{found:#}");
        found != json!([])
    });
    assert!(told);
    runtime.block_on(async {
        let done = service.call("root", Method::POST, "/api/v1/integrations/w/reconcile", None).await;
        assert_eq!(done.status.as_u16(), 202);
        let begun = std::time::Instant::now();
        while service.post("gov", "/api/v1/integrations/w/drift", Value::Null).await.good() != json!([]) {
            assert!(begun.elapsed().as_secs() < 30);
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        service.app.written().await;
        // The one-time URL is nowhere.
        let query = scrim_store::AuditQuery { limit: 1000, ..Default::default() };
        let trail = format!("{:?}", service.app.store().audit_search(&query).await.unwrap());
        assert!(trail.contains("integration.install") && trail.contains("Attempted"), "{trail}");
        let password = url.split(['@', ':']).nth(2).unwrap().to_owned();
        assert!(!trail.contains(&url) && (password.is_empty() || !trail.contains(&password)));
    });
}

/// Whoever got the name of a login has nothing of who had it, until somebody says that it is the same person.
#[test]
fn a_login_that_was_made_anew_is_told_of_and_confirmed() {
    let governed = Governed::start();
    governed.run(&format!("{TABLES}; INSERT INTO hr.staff VALUES (1, '123')"));
    let (url, document) = (governed.admin_url().expose_secret().to_owned(), integration(&governed));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let service = runtime.block_on(async {
        let service = Service::start().await;
        service.person("ann", &[]).await;
        service.person("gov", &["GOVERNANCE"]).await;
        service.person("una", &["USER_ADMIN"]).await;
        let list = json!({ "documents": [
            document,
            { "kind": "data-source", "name": "staff", "integration": "w", "table": "hr.staff", "owners": ["gov"],
              "columns": [{ "name": "id" }, { "name": "ssn" }] },
            { "kind": "subscription-policy", "name": "all", "where": "all", "access": "anyone" },
        ] });
        service.post("root", "/api/v1/apply", list).await.good();
        service.post("root", "/api/v1/integrations/w/install", json!({ "admin_url": url })).await.good();
        service.enforced("w").await;
        service
    });
    let rows = || governed.seen("ann", "SELECT id FROM governed.staff").unwrap().len();
    assert_eq!(rows(), 1);
    governed.run("DROP ROLE ann; CREATE ROLE ann LOGIN");
    assert_eq!(rows(), 0);
    let confirm = "/api/v1/users/ann/confirm";
    runtime.block_on(async {
        service.call("root", Method::POST, "/api/v1/integrations/w/reconcile", None).await;
        let warehouse = standing(&service, "failed").await;
        let reason = warehouse["reason"].as_str().unwrap();
        assert!(reason.contains("user `ann`") && reason.contains(confirm), "{warehouse:#}");
        assert_eq!(warehouse["data_sources"], json!({ "in_sync": 1 }));
        let found = service.post("gov", "/api/v1/integrations/w/drift", Value::Null).await.good();
        assert!(
            found[0]["object"] == "ann" && found[0]["difference"].as_str().unwrap().contains("made anew"),
            "{found:#}"
        );
        // What touches nobody's profile does not make it good.
        service.put("root", "/api/v1/tags/T", json!({})).await.good();
        service.enforced("w").await;
        standing(&service, "failed").await;

        service.post("gov", confirm, json!({ "integration": "w" })).await.problem(403);
        service.post("ann", confirm, json!({ "integration": "w" })).await.problem(403);
        service.post("una", confirm, json!({ "integration": "x" })).await.problem(404);
        let problem =
            service.post("root", "/api/v1/users/gov/confirm", json!({ "integration": "w" })).await.problem(409);
        assert!(problem["detail"].as_str().unwrap().contains("there is no login `gov`"), "{problem}");
        service.post("una", confirm, json!({ "integration": "w" })).await.good();
        service.enforced("w").await;
        standing(&service, "in_sync").await;
        assert_eq!(service.post("gov", "/api/v1/integrations/w/drift", Value::Null).await.good(), json!([]));
    });
    assert_eq!(rows(), 1);
    // It was the one that was there, and not whichever comes by the name.
    governed.run("DROP ROLE ann; CREATE ROLE ann LOGIN");
    assert_eq!(rows(), 0);
    runtime.block_on(async {
        service.call("root", Method::POST, "/api/v1/integrations/w/reconcile", None).await;
        standing(&service, "failed").await;
    });
    assert_eq!(rows(), 0);
}

#[test]
fn what_others_pushed_to_is_taken_over_when_that_is_meant() {
    let governed = Governed::start();
    governed.run(&format!("{TABLES}; INSERT INTO hr.staff VALUES (1, '123-45-6789'); CREATE ROLE bob LOGIN"));
    let before = "\n---\n{ kind: user, name: ann }\n---\n{ kind: user, name: bob }\n---\n\
        { kind: data-source, name: old, integration: w, table: hr.staff, columns: [ { name: id } ] }\n---\n\
        { kind: subscription-policy, name: all, where: all, access: anyone }";
    let before = scrim_testkit::catalog(&format!("{}{before}", governed.integration("")));
    governed.install(&before);
    governed.try_push(&before, &scrim_sync::Options::default(), chrono::Utc::now()).unwrap();
    let rows = |login: &str| governed.seen(login, "SELECT id FROM governed.staff").map_or(0, |rows| rows.len());
    assert_eq!((rows("ann"), rows("bob")), (1, 1));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut document = integration(&governed);
    document["discover"] = json!("off");
    let service = runtime.block_on(async {
        let service = Service::start().await;
        let list = json!({ "documents": [document, { "kind": "user", "name": "ann" }] });
        service.post("root", "/api/v1/apply", list).await.good();
        let warehouse = standing(&service, "retrying").await;
        let reason = warehouse["reason"].as_str().unwrap();
        assert!(reason.contains("1 of 1 views") && reason.contains("reconcile?allow_drop=true"), "{warehouse:#}");
        // Asking alone says nothing of what is meant.
        service.call("root", Method::POST, "/api/v1/integrations/w/reconcile", None).await;
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        standing(&service, "retrying").await;
        service
    });
    assert_eq!((rows("ann"), rows("bob")), (1, 1));
    runtime.block_on(async {
        let path = "/api/v1/integrations/w/reconcile?allow_drop=true";
        service.call("", Method::POST, path, None).await.problem(401);
        assert_eq!(service.call("root", Method::POST, path, None).await.status.as_u16(), 202);
        standing(&service, "in_sync").await;
    });
    assert_eq!((rows("ann"), rows("bob")), (0, 0));
    // Nothing of it is left there.
    runtime.block_on(service.delete("root", "/api/v1/integrations/w")).good();
}

#[tokio::test(flavor = "multi_thread")]
async fn no_views_are_left_behind_by_mistake() {
    let service = Service::start().await;
    let integration = |views: &str| json!({ "engine": "postgresql", "database": "d", "views": { "schema": views } });
    let path = "/api/v1/integrations/w";
    service.put("root", path, integration("governed")).await.good();
    service.put("root", path, integration("other")).await.good();
    service.put("root", "/api/v1/data-sources/t", json!({ "integration": "w", "table": "s.t" })).await.good();
    let problem = service.put("root", path, integration("governed")).await.problem(428);
    assert!(problem["errors"][0]["detail"].as_str().unwrap().contains("stay there"), "{problem:#}");
    let list = json!({ "documents": [{ "kind": "integration", "name": "w", "engine": "redshift", "database": "d" }] });
    service.post("root", "/api/v1/apply", list).await.problem(428);
    let both = ["data-source/t", "integration/w"].map(|one| one.split_once('/').unwrap());
    let both = both.map(|(kind, name)| json!({ "delete": { "kind": kind, "name": name } }));
    service.post("root", "/api/v1/bulk", json!({ "operations": both })).await.problem(428);
    service.put("root", &format!("{path}?confirm=true"), integration("governed")).await.good();
    service.delete("root", "/api/v1/data-sources/t").await.good();
    service.delete("root", path).await.good();
}

/// The warehouse, once it stands so.
async fn standing(service: &Service, state: &str) -> Value {
    let begun = std::time::Instant::now();
    loop {
        let status = service.get("root", "/api/v1/status").await.good();
        let warehouse = status["integrations"][0].clone();
        if warehouse["state"] == state {
            return warehouse;
        }
        assert!(begun.elapsed().as_secs() < 60, "{warehouse:#}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}
