//! Killed at any moment during a storm of changes, the service comes back: no acknowledged change is lost, none is half
//! there or there twice, the audit trail verifies, and the warehouse becomes what the catalog says. Meanwhile no reader sees
//! what no state shows, and no query fails.
//!
//! 200 times; `SCRIM_KILLS` says how often else.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod service;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use scrim_catalog::{Kind, from_json};
use scrim_registry::Registry;
use scrim_store::{Location, SealingKey, Store};
use scrim_sync::{Options, dry_run};
use scrim_testkit::random::Choice;
use scrim_testkit::{Governed, Target};
use serde_json::{Value, json};
use service::Service;

/// What may stand under each address: what was acknowledged last, and whatever was tried since.
type May = BTreeMap<String, Vec<Value>>;

#[test]
fn a_service_that_is_killed_loses_and_repeats_nothing() {
    let kills = std::env::var("SCRIM_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(200);
    let governed = Governed::on(Target::Postgresql);
    governed.run(
        "CREATE SCHEMA raw; CREATE TABLE raw.people (id integer, secret text, country text);
         INSERT INTO raw.people VALUES (1, 'hidden', 'FR'), (2, 'hidden', 'US'), (3, 'hidden', 'DE');
         CREATE ROLE anna LOGIN PASSWORD 'x'; CREATE ROLE nobody LOGIN PASSWORD 'x'",
    );
    let catalog = governed.catalog("{ kind: data-source, name: people, integration: w, table: raw.people }");
    governed.install(&catalog);
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    let runtime = tokio::runtime::Runtime::new().unwrap();

    let service = Service::start(&data, &[]);
    let token = runtime.block_on(service.administrator(&data));
    let mut may = May::new();
    let first = [
        ("integrations/w", catalog.json(Kind::Integration, "w").unwrap()),
        ("groups/g0", json!({})),
        ("groups/g1", json!({})),
        ("groups/staff", json!({})),
        ("users/anna", user(0)),
        ("users/nobody", json!({})),
        (
            "data-sources/people",
            json!({ "integration": "w", "table": "raw.people", "tags": ["HR"], "columns": [
            { "name": "id", "type": "integer" }, { "name": "secret", "type": "text", "tags": ["Secret"] },
            { "name": "country", "type": "text" }
        ] }),
        ),
        ("subscription-policies/staff", json!({ "where": "all", "access": { "conditions": { "group": "staff" } } })),
        ("data-policies/secret", mask("hash")),
        ("data-policies/rows", rows(0)),
    ];
    for (path, body) in first {
        assert!(runtime.block_on(put(&service.url, &token, path, &body)).unwrap(), "{path}");
        may.insert(path.to_owned(), vec![body]);
    }
    runtime.block_on(settled(&service.url, &token));
    assert_eq!(service.stop().0, Some(0));

    let watching = Arc::new(AtomicBool::new(true));
    let looks = Arc::new(AtomicU64::new(0));
    let readers: Vec<_> = ["anna", "nobody"]
        .into_iter()
        .map(|who| {
            let (url, watching, looks) = (governed.user_url(who, "x"), Arc::clone(&watching), Arc::clone(&looks));
            runtime.spawn(watch(who, url, watching, looks))
        })
        .collect();
    let mut choice = Choice::new(42);
    for _ in 0..kills {
        let service = Service::start(&data, &[]);
        let storm = runtime.spawn(storm(service.url.clone(), token.clone(), choice.below(usize::MAX >> 8) as u64));
        std::thread::sleep(Duration::from_millis(choice.below(900) as u64));
        service.signal("KILL");
        for (path, body, acknowledged) in runtime.block_on(storm).unwrap() {
            let stands = may.entry(path).or_default();
            if acknowledged {
                stands.clear();
            }
            stands.push(body);
        }
    }
    // What stands, with the service gone: nothing was lost, and nothing is half there.
    let service = Service::start(&data, &[]);
    let sequence = runtime.block_on(settled(&service.url, &token));
    assert_eq!(service.stop().0, Some(0));
    watching.store(false, Ordering::SeqCst);
    for reader in readers {
        runtime.block_on(reader).unwrap();
    }
    assert!(looks.load(Ordering::SeqCst) > 20, "nobody looked");
    let store = runtime.block_on(async {
        let key = SealingKey::from_file(&data.join("sealing.key")).unwrap();
        Store::open(&Location::file(data.join("scrim.db")), key).await.unwrap()
    });
    runtime.block_on(async {
        let events = store.events(0, usize::MAX >> 2).await.unwrap();
        assert!(events.iter().map(|event| event.sequence).eq(1..=sequence), "events are missing, or there twice");
        let verdict = store.verify_audit().await.unwrap();
        assert!(verdict.broken.is_none(), "{verdict:?}");
        for (path, bodies) in &may {
            let (plural, name) = path.split_once('/').unwrap();
            let kind = Kind::from_plural(plural).unwrap();
            let stands = store.object(kind.as_str(), name).await.unwrap().unwrap();
            let of = |body: &Value| from_json(kind, name, body).unwrap();
            let stands = as_asked(of(&stands.body));
            assert!(
                bodies.iter().any(|body| as_asked(of(body)) == stands),
                "{path}: {stands:#?} is none of {bodies:#?}"
            );
        }
    });
    let registry = runtime.block_on(Registry::open(store)).unwrap();
    let catalog = Arc::clone(&registry.world().catalog);
    let warehouse = governed.connect(&catalog);
    let integration = &catalog.integrations["w"].item;
    let options = Options { allow_drop: true, ..Options::default() };
    let left = governed.wait(dry_run(&warehouse, &catalog, integration, &options, chrono::Utc::now())).unwrap();
    assert!(!left.changes_anything() && left.failed.is_empty(), "{left:#?}");
}

/// When something was made, by whom, and what a column seems to hold is the service's to say.
fn as_asked(mut document: scrim_catalog::Document) -> scrim_catalog::Document {
    match &mut document {
        scrim_catalog::Document::DataPolicy(policy) => policy.created = None,
        scrim_catalog::Document::DataSource(source) => {
            source.created = None;
            source.owners.clear();
            source.columns.iter_mut().for_each(|column| column.discovery = None);
        }
        _ => {}
    }
    document
}

fn user(n: usize) -> Value {
    let country = ["FR", "US", "DE"][n % 3];
    json!({ "groups": ["staff", format!("g{}", n % 2)], "attributes": { "country": [country] } })
}

fn mask(with: &str) -> Value {
    json!({ "where": "all", "rules": [{ "mask": { "columns": { "tag": "Secret" }, "with": with } }] })
}

fn rows(n: usize) -> Value {
    let group = format!("g{}", n % 2);
    let matching = json!({ "match": { "attribute": "country", "column": { "name": "country" } } });
    json!({ "where": "all", "rules": [{ "rows": matching, "except": { "group": group } }] })
}

/// Puts one document; nothing when there was no answer.
async fn put(url: &str, token: &str, path: &str, body: &Value) -> Option<bool> {
    let request = reqwest::Client::new().put(format!("{url}/api/v1/{path}")).bearer_auth(token).json(body);
    Some(request.send().await.ok()?.status().is_success())
}

/// Changes as fast as they are answered, until there is no answer any more: what was tried, and whether it was acknowledged.
async fn storm(url: String, token: String, seed: u64) -> Vec<(String, Value, bool)> {
    let mut choice = Choice::new(seed | 1);
    let mut tried = vec![];
    loop {
        let n = choice.below(1000);
        let (path, body) = match choice.below(4) {
            0 => ("users/anna".to_owned(), user(n)),
            1 => ("data-policies/secret".to_owned(), mask(["hash", "nullify", "reversible"][n % 3])),
            2 => ("data-policies/rows".to_owned(), rows(n)),
            _ => (format!("groups/n{}", n % 5), json!({ "description": format!("{n}") })),
        };
        match put(&url, &token, &path, &body).await {
            Some(true) => tried.push((path, body, true)),
            Some(false) => panic!("{path} was refused"),
            None => {
                tried.push((path, body, false));
                return tried;
            }
        }
    }
}

/// Reads all the time: a stranger sees nothing, a reader never the secret, and no query fails.
async fn watch(who: &'static str, url: String, watching: Arc<AtomicBool>, looks: Arc<AtomicU64>) {
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    while watching.load(Ordering::SeqCst) {
        let rows = client.query("SELECT id, secret FROM governed.people", &[]).await;
        let rows = rows.unwrap_or_else(|error| panic!("a query of {who} failed: {error:?}"));
        assert!(who != "nobody" || rows.is_empty(), "a stranger saw {} rows", rows.len());
        for row in rows {
            assert_ne!(row.get::<_, Option<&str>>(1), Some("hidden"), "{who} saw the secret");
        }
        looks.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Waits until the warehouse has everything; answers the number of the last event.
async fn settled(url: &str, token: &str) -> u64 {
    let begun = std::time::Instant::now();
    loop {
        let client = reqwest::Client::new();
        let answer = client.get(format!("{url}/api/v1/integrations/w/sync")).bearer_auth(token).send().await.unwrap();
        let sync: Value = answer.json().await.unwrap();
        if let (Some(wanted), Some(pushed)) = (sync["sequence"].as_u64(), sync["whole"]["pushed"].as_u64())
            && wanted == pushed
        {
            return wanted;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{sync:#}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
