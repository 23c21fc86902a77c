//! Two replicas over one metadata database in PostgreSQL: one drives the warehouse, the other takes over when it dies, and
//! no write is lost.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod stand;

use std::time::{Duration, Instant};

use scrim_sandbox::{Cluster, Options};
use scrim_store::Location;
use scrim_testkit::{Governed, Target};
use serde_json::json;
use stand::Service;
use tokio::runtime::Runtime;

/// A replica in threads of its own: dropping those is as sudden as a death.
struct Replica {
    runtime: Runtime,
    service: Service,
}

impl Replica {
    fn start(location: &Location) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let service = runtime.block_on(Service::started(location));
        Self { runtime, service }
    }

    fn put(&self, path: &str, body: serde_json::Value) {
        self.runtime.block_on(self.service.put("root", path, body)).good();
    }

    /// Nothing is given back, and nobody is told.
    fn dies(self) {
        let Self { runtime, service } = self;
        std::mem::forget(service);
        runtime.shutdown_background();
    }
}

#[test]
fn another_replica_takes_over_and_no_write_is_lost() {
    let metadata = Cluster::start(&Options::default()).unwrap();
    let location = Location::parse(&metadata.admin_url("postgres")).unwrap();
    let governed = Governed::on(Target::Postgresql);
    governed.run(
        "CREATE SCHEMA raw; CREATE TABLE raw.t (id integer); INSERT INTO raw.t VALUES (1); CREATE ROLE anna LOGIN",
    );
    let catalog = governed.catalog("{ kind: data-source, name: t, integration: w, table: raw.t }");
    governed.install(&catalog);
    let mut replicas = vec![Replica::start(&location), Replica::start(&location)];
    replicas[0].put("/api/v1/integrations/w", catalog.json(scrim_catalog::Kind::Integration, "w").unwrap());
    replicas[0].put(
        "/api/v1/data-sources/t",
        json!({
            "integration": "w", "table": "raw.t", "columns": [{ "name": "id", "type": "integer" }]
        }),
    );
    replicas[1].put("/api/v1/users/anna", json!({}));
    let seen = |governed: &Governed| governed.seen("anna", "SELECT * FROM governed.t").map_or(99, |rows| rows.len());
    for round in 0..3 {
        // Both write at once, and each knows what the other wrote.
        std::thread::scope(|scope| {
            for (at, replica) in replicas.iter().enumerate() {
                scope.spawn(move || {
                    for n in 0..20 {
                        replica.put(&format!("/api/v1/groups/r{round}-{at}-{n}"), json!({}));
                    }
                });
            }
        });
        let begun = Instant::now();
        let count = |replica: &Replica| replica.service.app.registry().world().catalog.groups.len();
        while replicas.iter().any(|replica| count(replica) != 40 * (round + 1)) {
            assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", replicas.iter().map(count).collect::<Vec<_>>());
            std::thread::sleep(Duration::from_millis(10));
        }
        // Whichever writes, what it writes is enforced.
        for (open, replica) in [(true, 0), (false, 1), (true, 1), (false, 0)] {
            let access = if open { json!("anyone") } else { json!("individuals") };
            replicas[replica].put("/api/v1/subscription-policies/p", json!({ "where": "all", "access": access }));
            replicas[replica].runtime.block_on(replicas[replica].service.enforced("w"));
            assert_eq!(seen(&governed), usize::from(open));
        }
        // The one that drives dies, or the other one: within seconds it goes on.
        replicas.remove(round % 2).dies();
        let begun = Instant::now();
        replicas[0].put("/api/v1/subscription-policies/p", json!({ "where": "all", "access": "anyone" }));
        replicas[0].runtime.block_on(replicas[0].service.enforced("w"));
        assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
        assert_eq!(seen(&governed), 1);
        replicas.push(Replica::start(&location));
    }
    let verdict = replicas[0].runtime.block_on(replicas[0].service.app.store().verify_audit()).unwrap();
    assert!(verdict.broken.is_none());
    for replica in replicas {
        replica.dies();
    }
}
