//! How it stands with a warehouse is told when that changes, and not of each push.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod stand;

use std::time::Duration;

use scrim_catalog::Kind;
use scrim_testkit::Governed;
use serde_json::json;
use stand::Service;

/// What was told of sync, so far.
async fn told(service: &Service) -> Vec<String> {
    let events = service.app.store().events(0, 10_000).await.unwrap();
    let of_sync = |kind: &str| ["in_sync", "failed", "sync_failed", "closed"].iter().any(|verb| kind.ends_with(verb));
    events.into_iter().filter(|event| of_sync(&event.kind)).map(|e| format!("{} {}", e.kind, e.object_name)).collect()
}

async fn eventually(service: &Service, wanted: &[&str]) {
    for _ in 0..1500 {
        if told(service).await == wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{:?} is not {wanted:?}", told(service).await);
}

#[test]
fn what_sync_comes_to_is_told_once() {
    let governed = Governed::start();
    governed.run("CREATE TABLE t (id integer); CREATE TABLE u (id integer)");
    let catalog = governed.catalog("{ kind: data-source, name: public.t, integration: w, table: public.t }");
    let more = "---\n{ kind: data-source, name: public.x, integration: w, table: public.x }";
    let larger =
        governed.catalog(&format!("{{ kind: data-source, name: public.t, integration: w, table: public.t }}\n{more}"));
    let integration = catalog.json(Kind::Integration, "w").unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let service = runtime.block_on(Service::start());
    let source = |table: &str| json!({ "integration": "w", "table": table, "owners": ["root"] });
    runtime.block_on(async {
        // Nothing is installed there yet.
        service.plant("integration", "w", integration).await;
        eventually(&service, &["integration.failed w"]).await;
        tokio::time::sleep(Duration::from_secs(2)).await;
        eventually(&service, &["integration.failed w"]).await;
    });
    governed.install(&catalog);
    let mut wanted = vec!["integration.failed w", "integration.in_sync w"];
    runtime.block_on(async {
        service.app.reconciler().wake(&scrim_catalog::Name::new("w").unwrap());
        eventually(&service, &wanted).await;
        // A source that is as it should be from the start is no news.
        service.plant("data-source", "public.t", source("public.t")).await;
        service.enforced("w").await;
        eventually(&service, &wanted).await;
        // One whose table is not there is.
        service.plant("data-source", "public.x", source("public.x")).await;
        wanted.extend(["data_source.sync_failed public.x", "integration.failed w"]);
        eventually(&service, &wanted).await;
        tokio::time::sleep(Duration::from_secs(2)).await;
        eventually(&service, &wanted).await;
        let events = service.app.store().events(0, 10_000).await.unwrap();
        let failed = events.iter().find(|event| event.kind == "data_source.sync_failed").unwrap();
        assert_eq!((failed.payload.clone(), failed.actor.as_str()), (json!({ "state": "failed" }), "scrim"));
    });
    governed.run("CREATE TABLE x (id integer)");
    governed.install(&larger);
    runtime.block_on(async {
        wanted.extend(["data_source.in_sync public.x", "integration.in_sync w"]);
        service.app.reconciler().wake(&scrim_catalog::Name::new("w").unwrap());
        eventually(&service, &wanted).await;
        service.enforced("w").await;
        eventually(&service, &wanted).await;
    });
    drop(service);
}
