//! How quick the store is, on both engines, with every commit on the disk. `cargo bench -p scrim-store`; it takes a minute.
#![expect(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a bench fails by panicking, and prints")]

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use scrim_sandbox::{Cluster, Options};
use scrim_store::{
    ActorKind, Commit, Expected, Location, NewAudit, NewEvent, ObjectChange, Outcome, SealingKey, Store, StoreError,
    Via,
};
use serde_json::json;

const OBJECTS: u64 = 110_000;

const TURN: Duration = Duration::from_secs(4);

fn main() {
    let directory = tempfile::tempdir().unwrap();
    let cluster = Cluster::start(&Options { durable: true, ..Options::default() }).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        measure("SQLite", Location::file(directory.path().join("scrim.db"))).await;
        measure("PostgreSQL", Location::parse(&cluster.admin_url("postgres")).unwrap()).await;
    });
}

async fn measure(engine: &str, location: Location) {
    let store = Store::open(&location, SealingKey::generate().unwrap()).await.unwrap();
    println!("{engine}");

    let start = Instant::now();
    for first in (0..OBJECTS).step_by(5000) {
        let changes = (first..OBJECTS.min(first + 5000)).map(change).collect();
        store.commit(&commit(first, changes)).await.unwrap();
    }
    println!("  {OBJECTS} objects written, 5,000 at a time: {:.1?}", start.elapsed());

    let start = Instant::now();
    let mut objects = store.objects().await.unwrap();
    let mut bytes = 0;
    let mut read = 0;
    while let Some(object) = objects.try_next().await.unwrap() {
        bytes += object.body.as_object().map_or(0, serde_json::Map::len);
        read += 1;
    }
    assert_eq!((read, bytes), (OBJECTS, OBJECTS as usize * 5));
    println!("  {OBJECTS} objects read: {:.2?}", start.elapsed());

    let start = Instant::now();
    let then = store.objects_as_of(scrim_store::AsOf::Sequence(OBJECTS / 2)).await.unwrap().all().await.unwrap();
    println!("  {} objects read as of an earlier event: {:.2?}", then.len(), start.elapsed());

    for writers in [1, 8] {
        let commits = together(writers, &store, |store, writer| async move {
            let last = *store.watch().borrow();
            match store.commit(&commit(last, vec![change(writer)])).await {
                Ok(_) => true,
                Err(StoreError::Behind { .. }) => false,
                Err(error) => panic!("{error}"),
            }
        });
        println!("  commits a second, {writers} at once: {:.0}", commits.await);
    }
    let entries = together(1, &store, |store, _| async move { store.audit(entry()).await.is_ok() }).await;
    println!("  audit entries a second, one by one: {entries:.0}");

    let start = Instant::now();
    store.audit_many((0..50_000).map(|_| entry()).collect()).await.unwrap();
    println!("  50,000 audit entries written together: {:.1?}", start.elapsed());
    let start = Instant::now();
    let verdict = store.verify_audit().await.unwrap();
    assert_eq!(verdict.broken, None);
    println!("  {} audit entries verified: {:.2?}", verdict.entries, start.elapsed());

    let copy = tempfile::tempdir().unwrap();
    let start = Instant::now();
    store.backup(&copy.path().join("copy")).await.unwrap();
    println!("  backup of it all: {:.1?}", start.elapsed());
}

/// How often a second it was done, by some who do it again and again.
async fn together<F: Future<Output = bool> + Send>(
    workers: u64,
    store: &Store,
    what: impl Fn(Store, u64) -> F + Copy + Send + Sync + 'static,
) -> f64 {
    let start = Instant::now();
    let workers = (0..workers).map(|worker| {
        let store = store.clone();
        tokio::spawn(async move {
            let mut done = 0_u32;
            while start.elapsed() < TURN {
                done += u32::from(what(store.clone(), worker).await);
            }
            done
        })
    });
    let mut done = 0;
    for worker in workers.collect::<Vec<_>>() {
        done += worker.await.unwrap();
    }
    f64::from(done) / start.elapsed().as_secs_f64()
}

fn change(number: u64) -> ObjectChange {
    let body = json!({
        "table": format!("sales.table_{number}"),
        "owners": ["olivia", "martin"],
        "tags": ["PII", "PII.SSN"],
        "columns": (0..6).map(|column| json!({ "name": format!("c{column}"), "type": "varchar(40)" })).collect::<Vec<_>>(),
        "changed": Utc::now().timestamp_micros(),
    });
    let (kind, name) = ("data-source".to_owned(), format!("source{number}"));
    ObjectChange { kind, name, body: Some(body), expected: Expected::Any }
}

fn commit(based_on: u64, changes: Vec<ObjectChange>) -> Commit {
    let event = |change: &ObjectChange| NewEvent {
        kind: "data-source.updated".to_owned(),
        object_kind: change.kind.clone(),
        object_name: change.name.clone(),
        payload: json!({}),
    };
    let events = changes.iter().map(event).collect();
    let (actor, request) = ("olivia".to_owned(), "r1".to_owned());
    Commit { at: now(), actor, request, based_on, events, changes, forgotten: vec![], audit: entry() }
}

fn entry() -> NewAudit {
    NewAudit {
        at: now(),
        actor: "olivia".to_owned(),
        actor_kind: ActorKind::User,
        via: Via::Session,
        request: "r1".to_owned(),
        action: "data-source.put".to_owned(),
        object_kind: Some("data-source".to_owned()),
        object_name: Some("source1".to_owned()),
        outcome: Outcome::Allowed,
        decided_by: Some("owner".to_owned()),
        details: json!({ "columns": 6 }),
        address: Some("10.0.0.1".to_owned()),
    }
}

fn now() -> DateTime<Utc> {
    Utc::now()
}
