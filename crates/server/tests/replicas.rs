//! Two replicas over one metadata database in PostgreSQL: one drives the warehouse, the other takes over when it dies, and
//! no write is lost.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod stand;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
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
        // Whichever is asked, the one that drives compares everything.
        replicas[0].put("/api/v1/subscription-policies/p", json!({ "where": "all", "access": "anyone" }));
        replicas[0].runtime.block_on(replicas[0].service.enforced("w"));
        for replica in &replicas {
            governed.run("DROP VIEW governed.t");
            let asked = replica.service.post("root", "/api/v1/integrations/w/reconcile", json!(null));
            replica.runtime.block_on(asked).good();
            let begun = Instant::now();
            while seen(&governed) != 1 {
                assert!(begun.elapsed() < Duration::from_secs(20), "nobody compared anything");
                std::thread::sleep(Duration::from_millis(10));
            }
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

/// The metadata database.
async fn connect(metadata: &Cluster) -> tokio_postgres::Client {
    let url = metadata.admin_url("postgres");
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// A replica in one thread, which sleeps when it is told to, in the middle of whatever it does: its connections stay, and nobody
/// serves them.
struct Sleeper {
    asleep: Arc<AtomicBool>,
    ends: Arc<AtomicBool>,
    thread: std::thread::JoinHandle<()>,
}

impl Sleeper {
    fn start(location: Location) -> Self {
        let (asleep, ends) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let (sleeps, stops) = (Arc::clone(&asleep), Arc::clone(&ends));
        let (tell, started) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let service = runtime.block_on(Service::started(&location));
            tell.send(()).unwrap();
            while !stops.load(Ordering::SeqCst) {
                if sleeps.load(Ordering::SeqCst) {
                    std::thread::sleep(Duration::from_millis(5));
                } else {
                    runtime.block_on(async { tokio::time::sleep(Duration::from_millis(1)).await });
                }
            }
            std::mem::forget(service);
            runtime.shutdown_background();
        });
        started.recv().unwrap();
        Self { asleep, ends, thread }
    }

    fn end(self) {
        self.ends.store(true, Ordering::SeqCst);
        self.thread.join().unwrap();
    }
}

/// In the middle of a push that opens, whoever leads falls asleep; another takes over, and what was to be opened is to stay
/// closed now. What the first one still has to do when it wakes up is refused by the warehouse.
#[test]
fn a_leader_that_slept_pushes_no_old_rights() {
    const TABLES: usize = 40;
    let metadata = Cluster::start(&Options::default()).unwrap();
    let location = Location::parse(&metadata.admin_url("postgres")).unwrap();
    let governed = Governed::on(Target::Postgresql);
    governed.run("CREATE SCHEMA raw; CREATE ROLE anna LOGIN");
    for n in 0..TABLES {
        governed.run(&format!("CREATE TABLE raw.t{n} (id integer); INSERT INTO raw.t{n} VALUES (7)"));
    }
    let source = |n: usize| format!("{{ kind: data-source, name: t{n}, integration: w, table: raw.t{n} }}");
    let sources = (0..TABLES).map(source).collect::<Vec<_>>().join("\n---\n");
    let catalog = scrim_testkit::catalog(&format!("{}{sources}", governed.integration(", discover: 'off'")));
    governed.install(&catalog);
    let first = Replica::start(&location);
    let mask = |except: serde_json::Value| json!({ "where": "all", "rules": [{ "mask": { "columns": "all", "with": "nullify" }, "except": except }] });
    let (closed, open) = (mask(json!({ "user": "root" })), mask(json!({ "user": "anna" })));
    first.put("/api/v1/integrations/w", catalog.json(scrim_catalog::Kind::Integration, "w").unwrap());
    first.put("/api/v1/users/anna", json!({}));
    first.put("/api/v1/subscription-policies/p", json!({ "where": "all", "access": "anyone" }));
    first.put("/api/v1/data-policies/m", closed.clone());
    let documents: Vec<_> = (0..TABLES)
        .map(|n| {
            json!({ "kind": "data-source", "name": format!("t{n}"), "integration": "w", "table": format!("raw.t{n}"),
            "columns": [{ "name": "id", "type": "integer" }] })
        })
        .collect();
    let apply = first.service.post("root", "/api/v1/apply", json!({ "documents": documents }));
    first.runtime.block_on(apply).good();
    first.runtime.block_on(first.service.enforced("w"));
    // Whoever is to fall asleep leads next, and another one is ready.
    let runtime = Runtime::new().unwrap();
    let leases = runtime.block_on(connect(&metadata));
    let holder = || -> Option<String> {
        let sql = "SELECT holder FROM leases WHERE name = 'integration/w' AND until > clock_timestamp()";
        runtime.block_on(leases.query_opt(sql, &[])).unwrap().and_then(|row| row.get(0))
    };
    let before = holder();
    let sleeper = Sleeper::start(location.clone());
    first.dies();
    let begun = Instant::now();
    while holder().is_none_or(|holder| Some(holder) == before) {
        assert!(begun.elapsed() < Duration::from_secs(30), "nobody leads");
        std::thread::sleep(Duration::from_millis(20));
    }
    let other = Replica::start(&location);
    // What is open, of all views; what is being replaced is not waited for.
    let seen = || -> usize {
        let views: Vec<String> = (0..TABLES).map(|n| format!("SELECT id FROM governed.t{n}")).collect();
        let rows = governed.seen("anna", &views.join(" UNION ALL ")).unwrap();
        rows.iter().filter(|row| row[0].is_some()).count()
    };
    assert_eq!(seen(), 0);
    // Views that the push replaced so far, and whether it is between two of them: with nothing under way that the warehouse
    // would end by itself.
    let replaced = || {
        let sql = "SELECT 1 FROM immuta_system.object_state WHERE version = (SELECT epoch FROM immuta_system.lease)";
        governed.seen("postgres", sql).unwrap().len()
    };
    let between = || {
        let sql =
            "SELECT 1 FROM pg_stat_activity WHERE usename = 'scrim_system' AND state = 'idle' AND query = 'COMMIT'";
        !governed.seen("postgres", sql).unwrap().is_empty() && (1..TABLES - 2).contains(&replaced())
    };
    let falls_asleep = || {
        other.put("/api/v1/data-policies/m", open.clone());
        while replaced() == 0 || replaced() == TABLES {}
        while replaced() < TABLES {
            sleeper.asleep.store(true, Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(15));
            if between() {
                return true;
            }
            sleeper.asleep.store(false, Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(3));
        }
        other.put("/api/v1/data-policies/m", closed.clone());
        other.runtime.block_on(other.service.enforced("w"));
        false
    };
    assert!((0..20).any(|_| falls_asleep()), "it never fell asleep in between");
    assert!((1..TABLES).contains(&seen()));
    other.put("/api/v1/data-policies/m", closed.clone());
    other.runtime.block_on(other.service.enforced_within("w", Duration::from_secs(120)));
    assert_eq!(seen(), 0);
    // It is not told at once that it leads no longer: the lease is locked for a while.
    runtime.block_on(leases.batch_execute("BEGIN; LOCK TABLE leases IN ACCESS EXCLUSIVE MODE")).unwrap();
    sleeper.asleep.store(false, Ordering::SeqCst);
    let begun = Instant::now();
    let mut locked = true;
    while begun.elapsed() < Duration::from_secs(3) {
        assert_eq!(seen(), 0, "an old right came back");
        if locked && begun.elapsed() > Duration::from_millis(1500) {
            runtime.block_on(leases.batch_execute("COMMIT")).unwrap();
            locked = false;
        }
    }
    // Nor does it keep who leads now from going on.
    other.put("/api/v1/data-policies/m", open);
    other.runtime.block_on(other.service.enforced("w"));
    assert_eq!(seen(), TABLES);
    sleeper.end();
    other.dies();
}

/// Another leads, and whoever led before was not told yet: it may begin a push of what it knows, and the warehouse refuses it.
#[test]
fn who_leads_no_longer_and_does_not_know_it_pushes_nothing() {
    let metadata = Cluster::start(&Options::default()).unwrap();
    let location = Location::parse(&metadata.admin_url("postgres")).unwrap();
    let governed = Governed::on(Target::Postgresql);
    governed.run(
        "CREATE SCHEMA raw; CREATE TABLE raw.t (id integer); INSERT INTO raw.t VALUES (7); CREATE ROLE anna LOGIN",
    );
    let text = "{ kind: data-source, name: t, integration: w, table: raw.t, columns: [ { name: id, type: integer } ] }\n---\n\
                { kind: user, name: anna }\n---\n{ kind: user, name: root }\n---\n";
    let open = "{ kind: subscription-policy, name: p, where: all, access: anyone }";
    let off = scrim_testkit::catalog(&format!("{}{text}{open}", governed.integration(", discover: 'off'")));
    governed.install(&off);
    let replica = Replica::start(&location);
    for (kind, name) in [("integration", "w"), ("user", "anna"), ("data-source", "t"), ("subscription-policy", "p")] {
        let kind: scrim_catalog::Kind = kind.parse().unwrap();
        replica.put(&format!("/api/v1/{}/{name}", kind.plural()), off.json(kind, name).unwrap());
    }
    replica.runtime.block_on(replica.service.enforced("w"));
    let seen = || governed.seen("anna", "SELECT * FROM governed.t").unwrap().len();
    assert_eq!(seen(), 1);
    // Another takes the lease, as it may when it was not renewed in time, and pushes what is newer.
    let taken = governed.wait(async {
        let client = connect(&metadata).await;
        let sql = "UPDATE leases SET holder = 'another', epoch = epoch + 1, until = clock_timestamp() + interval '1 hour' WHERE name = 'integration/w'";
        client.execute(sql, &[]).await.unwrap()
    });
    assert_eq!(taken, 1);
    let newer = scrim_testkit::catalog(&format!("{}{text}", governed.integration(", discover: 'off'")));
    let integration = &newer.integrations["w"].item;
    let mut warehouse = governed.connect(&newer);
    warehouse.lead(chrono::Utc::now().timestamp_millis());
    let options = scrim_sync::Options { allow_drop: true, ..Default::default() };
    let report =
        governed.wait(scrim_sync::push(&mut warehouse, &newer, integration, &options, chrono::Utc::now())).unwrap();
    assert_eq!((seen(), report.failed.len()), (0, 0));
    let wake = replica.service.post("root", "/api/v1/integrations/w/reconcile", json!(null));
    replica.runtime.block_on(wake).good();
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(3) {
        assert_eq!(seen(), 0, "an old right came back");
    }
    replica.dies();
}
