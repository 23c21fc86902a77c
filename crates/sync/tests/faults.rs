//! What goes wrong on the way to Redshift: collisions with other transactions, connections that break before a statement
//! ran, or after it ran and before anybody heard of it. Nothing is lost by it, and nothing is opened.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::Utc;
use scrim_redshift_double::{Fault, Trouble};
use scrim_sync::{Options, SyncError};
use scrim_testkit::random::Choice;
use scrim_testkit::{Governed, Target};
use scrim_warehouse::WarehouseError;

/// Clear for those in the group, who are Ann. Her name is not in what is counted, so that `k_anonymous` releases nothing.
const BEFORE: &str = "
{ kind: group, name: hr }
---
{ kind: user, name: ann, groups: [ hr ] }
---
{ kind: user, name: bob, groups: [] }
---
{ kind: user, name: eve }
---
{ kind: subscription-policy, name: everybody, where: all, access: anyone }
---
{ kind: data-source, name: staff, integration: w, table: hr.staff, columns: [ { name: id }, { name: ssn, tags: [ SSN ] } ] }
---
{ kind: data-source, name: pay, integration: w, table: hr.pay, columns: [ { name: id }, { name: pay, tags: [ K ] } ] }
---
{ kind: data-policy, name: ssn, where: { column_tag: SSN }, rules: [ { mask: { columns: { tag: SSN }, with: hash }, except: { group: hr } } ] }
---
{ kind: data-policy, name: k, where: { column_tag: K }, rules: [ { mask: { columns: { tag: K }, with: { k_anonymous: { k: 2 } } } } ] }
";

/// The other way round: whoever is in the group has changed, and what the group means, too. Eve is gone, and one source has
/// another name for its view.
fn after() -> String {
    BEFORE
        .replace("except: { group: hr }", "except: { not: { group: hr } }")
        .replace("name: ann, groups: [ hr ]", "name: ann, groups: []")
        .replace("name: bob, groups: []", "name: bob, groups: [ hr ]")
        .replace("{ kind: user, name: eve }\n---\n", "")
        .replace("table: hr.pay,", "table: hr.pay, view: governed.wages,")
}

fn started(target: Target) -> Governed {
    let governed = Governed::on(target);
    governed.run(
        "CREATE SCHEMA hr; CREATE TABLE hr.staff (id integer, ssn varchar(11)); INSERT INTO hr.staff VALUES (1, '123'), (2, '456');
         CREATE TABLE hr.pay (id integer, pay integer); INSERT INTO hr.pay VALUES (1, 100), (2, 100);
         CREATE ROLE ann LOGIN PASSWORD 'secret'; CREATE ROLE bob LOGIN PASSWORD 'secret'; CREATE ROLE eve LOGIN",
    );
    governed.install(&governed.catalog(BEFORE));
    governed.push(&governed.catalog(BEFORE));
    governed
}

/// What a person reads, over and over, on a thread of its own, until told to stop.
struct Watcher {
    stop: Arc<AtomicBool>,
    thread: std::thread::JoinHandle<Vec<Vec<String>>>,
}

impl Watcher {
    fn start(governed: &Governed, user: &str) -> Self {
        let (url, stop) = (governed.user_url(user, "secret"), Arc::new(AtomicBool::new(false)));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
                tokio::spawn(connection);
                let mut seen: Vec<Vec<String>> = Vec::new();
                while !stopped.load(Ordering::SeqCst) {
                    let rows = client.simple_query("SELECT ssn FROM governed.staff ORDER BY id").await.unwrap();
                    let cell = |message| match message {
                        tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
                        _ => None,
                    };
                    let rows: Vec<String> = rows.into_iter().filter_map(cell).collect();
                    if !seen.contains(&rows) {
                        seen.push(rows);
                    }
                }
                seen
            })
        });
        Self { stop, thread }
    }

    fn end(self) -> Vec<Vec<String>> {
        self.stop.store(true, Ordering::SeqCst);
        self.thread.join().unwrap()
    }
}

fn trouble(choice: &mut Choice) -> Trouble {
    let all = [
        Trouble::Serialization,
        Trouble::RelationDoesNotExist,
        Trouble::DropBefore,
        Trouble::DropAfter,
        Trouble::Slow(Duration::from_millis(30)),
    ];
    all[choice.below(all.len())].clone()
}

/// Parts of the statements of a push.
const STATEMENTS: [&str; 14] = [
    "BEGIN",
    "COMMIT",
    "claim(",
    "hold(",
    "profile_stage",
    "salt_stage",
    "apply_profiles(",
    "apply_view(",
    "define_statistic(",
    "close_source(",
    "drop_view(",
    "refresh(",
    "pg_class",
    "FROM \"immuta_system\".profile",
];

/// Each push comes to its end all the same; the next one finds nothing to do; and readers saw nothing at any moment that
/// neither the state before nor the state after shows.
fn a_push_comes_to_its_end_whatever_goes_wrong(target: Target) {
    let governed = started(target);
    let allow_drop = Options { allow_drop: true, ..Options::default() };
    let cases = std::env::var("SCRIM_CASES").map_or(10, |n| n.parse().unwrap());
    let mut choice = Choice::new(20_261_125);
    let salts = governed.salts();
    let watchers = ["ann", "bob"].map(|user| Watcher::start(&governed, user));
    for case in 0..cases {
        let text = if case % 2 == 0 { after() } else { BEFORE.to_owned() };
        let mut faults = Vec::new();
        for _ in 0..=choice.below(3) {
            let fault = Fault {
                when: choice.of(&STATEMENTS).to_owned(),
                what: trouble(&mut choice),
                times: u32::try_from(1 + choice.below(2)).unwrap(),
            };
            governed.double().inject(fault.clone());
            faults.push(fault);
        }
        let report = governed.try_push(&governed.catalog(&text), &allow_drop, Utc::now());
        let report = report.unwrap_or_else(|error| panic!("{error}: {faults:?}"));
        governed.double().clear();
        assert_eq!(report.failed, [], "{faults:?}");
        let again = governed.push(&governed.catalog(&text));
        assert!(!again.changes_anything(), "{again:?} after {faults:?}");
    }
    for (user, watcher) in ["ann", "bob"].into_iter().zip(watchers) {
        for rows in watcher.end() {
            // Ann may see all in the one state and hashes in the other, as may Bob; mixed rows nobody may.
            let clear = rows.iter().filter(|cell| cell.len() < 64).count();
            assert!(clear == 0 || rows == ["123", "456"], "{user} saw {rows:?}");
        }
    }
    // Hashes stay what they were: no salt is drawn twice.
    assert_eq!(governed.salts(), salts);
}

/// What does not pass closes its source and is reported; when the trouble is over, the next push mends it.
fn trouble_that_lasts_closes_a_source_and_holds_up_no_other(target: Target) {
    let governed = started(target);
    let text = BEFORE.replace("with: hash", "with: { constant: x }").replace("k: 2", "k: 3");
    // The call that applies it names its source.
    governed.double().inject(Fault { when: "'staff', 'staff'".to_owned(), what: Trouble::Serialization, times: 1000 });
    let report = governed.try_push(&governed.catalog(&text), &Options::default(), Utc::now()).unwrap();
    governed.double().clear();
    assert_eq!(report.failed.len(), 1, "{report:?}");
    assert!(report.failed[0].closed && report.failed[0].data_source == "staff", "{report:?}");
    assert_eq!(governed.seen("ann", "SELECT * FROM governed.staff").unwrap().len(), 0);
    assert_eq!(governed.seen("ann", "SELECT * FROM governed.pay").unwrap().len(), 2);
    assert_eq!(governed.push(&governed.catalog(&text)).failed, []);
    assert_eq!(governed.seen("ann", "SELECT * FROM governed.staff").unwrap().len(), 2);
}

/// A warehouse that is gone for good ends the push with an error that says so; what was applied by then is whole.
fn a_connection_that_never_comes_back_ends_the_push(target: Target) {
    let governed = started(target);
    let catalog = governed.catalog(&after());
    let allow_drop = Options { allow_drop: true, ..Options::default() };
    governed.double().inject(Fault { when: "apply_profiles(".to_owned(), what: Trouble::DropBefore, times: 1000 });
    let stopped = governed.try_push(&catalog, &allow_drop, Utc::now());
    governed.double().clear();
    assert!(
        matches!(&stopped, Err(SyncError::Warehouse(WarehouseError::Lost | WarehouseError::Statement { .. }))),
        "{stopped:?}"
    );
    let clear = |user| governed.seen(user, "SELECT 1 FROM governed.staff WHERE LENGTH(ssn) < 64").unwrap().len();
    assert_eq!(clear("bob"), 0);
    governed.try_push(&catalog, &allow_drop, Utc::now()).unwrap();
    assert_eq!((clear("ann"), clear("bob")), (2, 0));
}

scrim_testkit::on_redshift! {
    a_push_comes_to_its_end_whatever_goes_wrong
    trouble_that_lasts_closes_a_source_and_holds_up_no_other
    a_connection_that_never_comes_back_ends_the_push
}
