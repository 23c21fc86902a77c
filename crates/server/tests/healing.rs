//! What nobody told the service of is found in time, however much it is told of meanwhile.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod stand;

use std::time::{Duration, Instant};

use scrim_server::Settings;
use scrim_store::Location;
use scrim_testkit::{Governed, Target};
use serde_json::json;
use stand::Service;

#[test]
fn a_view_dropped_by_hand_comes_back_during_a_storm_of_events() {
    let governed = Governed::on(Target::Postgresql);
    governed.run("CREATE TABLE t (id integer); CREATE ROLE anna LOGIN");
    let catalog = governed.catalog("{ kind: data-source, name: t, integration: w, table: public.t }");
    governed.install(&catalog);
    let home = tempfile::tempdir().unwrap();
    let location = Location::file(home.path().join("scrim.db"));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let every = Duration::from_secs(2);
    let service = runtime.block_on(Service::paced(&location, Settings::default(), every));
    runtime.block_on(async {
        service.plant("integration", "w", catalog.json(scrim_catalog::Kind::Integration, "w").unwrap()).await;
        let source =
            json!({ "integration": "w", "table": "public.t", "columns": [{ "name": "id", "type": "integer" }] });
        service.plant("data-source", "t", source).await;
        service.enforced("w").await;
    });
    let there = || governed.seen("anna", "SELECT * FROM governed.t").is_ok();
    assert!(there());
    governed.run("DROP VIEW governed.t");
    let begun = Instant::now();
    let mut n = 0;
    while !there() {
        // Never so long without an event that the timer runs out after the last one.
        n += 1;
        runtime.block_on(service.plant("group", "g", json!({ "description": n.to_string() })));
        std::thread::sleep(Duration::from_millis(100));
        assert!(begun.elapsed() < Duration::from_secs(20), "{n} events, and the view is not back");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_integration_has_nothing_read_but_passwords() {
    let service = Service::start().await;
    let integration =
        |password: serde_json::Value| json!({ "engine": "postgresql", "database": "d", "password": password });
    let path = "/api/v1/integrations/w";
    for secret in [json!({ "file": "/etc/hostname" }), json!({ "file": "../x" }), json!({ "env": "PATH" })] {
        let problem = service.put("root", path, integration(secret.clone())).await.problem(422);
        assert_eq!(problem["errors"][0]["pointer"], "/password", "{problem:#}");
        let listed = json!({ "documents": [{ "kind": "integration", "name": "w", "engine": "postgresql", "database": "d", "password": secret }] });
        service.post("root", "/api/v1/apply", listed).await.problem(422);
    }
    service.get("root", path).await.problem(404);
    let allowed = std::env::temp_dir().join("of-w");
    service.put("root", path, integration(json!({ "file": allowed }))).await.good();
}
