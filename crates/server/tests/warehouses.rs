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
    // Somebody does something by hand: it is told, and mended when asked.
    governed.run("DROP VIEW governed.staff");
    runtime.block_on(async {
        let found = service.post("gov", "/api/v1/integrations/w/drift", Value::Null).await.good();
        assert_eq!(found[0]["object"], "staff", "{found:#}");
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
