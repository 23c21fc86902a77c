//! Whatever is changed through the API, and however much at a time: no reader sees a row or a cell, at any moment, that neither
//! the old policy nor the new one shows, and no query fails, unless its data source was disabled or its column removed.
//!
//! Several readers query all the time while a long random sequence of changes is made. What they saw is held against the
//! reference evaluator, cell by cell, under the versions of the catalog that were there meanwhile: from the last one that was
//! known to be enforced when the query began to the one that was current when it ended.
//!
//! `SCRIM_CHANGES=5000` for a longer run, `SCRIM_SEED=7` for another one.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod changing;
mod stand;
mod watching;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use changing::{Changer, READERS, Versions};
use chrono::{DateTime, TimeDelta, Utc};
use scrim_catalog::documents::SourceStatus;
use scrim_catalog::{Catalog, Kind, Name};
use scrim_policy::evaluate::{Released, Row, World, evaluate};
use scrim_policy::{Facts, SaltKey, Value, decide, merge};
use scrim_testkit::random::Choice;
use scrim_testkit::{Governed, Target, catalog, everywhere};
use stand::Service;
use watching::{Look, QUERIES, Watch};

/// Somebody with a login whom the catalog does not know.
const STRANGER: &str = "nobody";

const PEOPLE: [[&str; 5]; 6] = [
    ["1", "Ada Lovelace", "91234", "FR", "note one"],
    ["2", "Bob Martin", "82345", "US", "note two"],
    ["3", "Cyd Charisse", "73456", "DE", "note three"],
    ["4", "Dan Dare", "64567", "FR", "note four"],
    ["5", "Eva Peron", "55678", "US", "note five"],
    ["6", "Flo Hyman", "46789", "DE", "note six"],
];
const ORDERS: [[&str; 4]; 4] = [
    ["1", "Gus Grissom", "1111", "FR"],
    ["2", "Hal Jordan", "2222", "US"],
    ["3", "Ida Lupino", "3333", "DE"],
    ["4", "Jan Hus", "4444", "FR"],
];

fn started(target: Target) -> Governed {
    let governed = Governed::on(target);
    let values = |rows: Vec<Vec<&str>>| {
        let row = |row: &Vec<&str>| {
            format!("({})", row.iter().map(|cell| format!("'{cell}'")).collect::<Vec<_>>().join(", "))
        };
        rows.iter().map(row).collect::<Vec<_>>().join(", ")
    };
    governed.run(&format!(
        "CREATE SCHEMA raw;
         CREATE TABLE raw.people (id integer, name text, salary integer, country text, note text);
         CREATE TABLE raw.orders (id integer, buyer text, amount integer, country text);
         INSERT INTO raw.people VALUES {}; INSERT INTO raw.orders VALUES {};",
        values(PEOPLE.map(|row| row.to_vec()).to_vec()),
        values(ORDERS.map(|row| row.to_vec()).to_vec())
    ));
    for reader in READERS.iter().chain([&STRANGER]) {
        governed.run(&format!("CREATE ROLE {reader} LOGIN PASSWORD 'x'"));
    }
    governed
}

fn number(variable: &str, usual: usize) -> usize {
    std::env::var(variable).map_or(usual, |text| text.parse().unwrap())
}

fn no_reader_sees_what_no_policy_shows_and_no_query_fails(target: Target) {
    let governed = started(target);
    let text = if target == Target::Postgresql { "text" } else { "varchar(256)" };
    let integration = catalog(&format!(
        "{}{{ kind: data-source, name: people, integration: w, table: raw.people }}
---
{{ kind: data-source, name: orders, integration: w, table: raw.orders }}",
        governed.integration(", discover: 'off'")
    ));
    governed.install(&integration);
    let changes = number("SCRIM_CHANGES", if target == Target::Postgresql { 200 } else { 40 });
    let seed = number("SCRIM_SEED", 20_260_117) as u64 + target as u64;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    let service = runtime.block_on(async {
        let service = Service::start().await;
        let mut documents =
            vec![(Kind::Integration, "w".to_owned(), integration.json(Kind::Integration, "w").unwrap())];
        documents.extend(changing::first(text));
        service.plant_all(documents).await;
        for reader in READERS {
            service.token_for(reader).await;
        }
        service
    });
    runtime.block_on(service.enforced("w"));

    let watch = runtime.block_on(Watch::start(service.app.clone()));
    let readers: Vec<_> = READERS
        .into_iter()
        .chain([STRANGER])
        .zip(seed..)
        .map(|(who, seed)| {
            runtime.spawn(Arc::clone(&watch).read(who, governed.user_url(who, "x"), seed.wrapping_mul(0x9E37_79B9)))
        })
        .collect();
    let mut changer = Changer::new(&service, Choice::new(seed));
    for _ in 0..changes {
        runtime.block_on(changer.change());
        // Most changes are there before the next one, so that few versions explain what is seen.
        if !changer.choice.odds(4) {
            runtime.block_on(service.enforced("w"));
        }
        if changer.choice.odds(3) {
            std::thread::sleep(Duration::from_millis(30));
        }
    }
    let Changer { made, versions, .. } = changer;
    runtime.block_on(service.enforced("w"));
    runtime.block_on(watch.some_calm(40));
    let looks = watch.end();
    for reader in readers {
        runtime.block_on(reader).unwrap();
    }
    assert_eq!(runtime.block_on(written_by_the_service(&service)), [""; 0]);
    let seen = Judge { versions, salts: governed.salts(), target, cases: BTreeMap::new() }.all(&looks);
    assert!(
        seen.calm >= 40 && seen.between > 20 && seen.rows > 100 && seen.refused * 2 < seen.looks,
        "{seen:?} {made:?}"
    );
}

/// What the service changed in the catalog by itself: those versions are not known here.
async fn written_by_the_service(service: &Service) -> Vec<String> {
    let events = service.app.store().events(0, 1_000_000).await.unwrap();
    let by_itself = events.into_iter().filter(|event| event.actor == "scrim");
    by_itself
        .map(|event| event.kind)
        .filter(|kind| [".created", ".updated", ".deleted"].iter().any(|end| kind.ends_with(end)))
        .collect()
}

/// How much was looked at.
#[derive(Debug, Default)]
struct Seen {
    looks: usize,
    /// While nothing changed: those are exactly what the one version shows.
    calm: usize,
    /// While several versions were there.
    between: usize,
    versions: usize,
    rows: usize,
    /// Queries of what was disabled, or whose column was gone.
    refused: usize,
}

/// What a version shows somebody of a data source, by the number of the row: the cells by column.
type Shown = BTreeMap<String, BTreeMap<Name, Value>>;

struct Judge {
    versions: Versions,
    salts: BTreeMap<SaltKey, String>,
    target: Target,
    /// What was evaluated already: by version, data source, user, and whether they were subscribed.
    cases: BTreeMap<(u64, &'static str, &'static str, bool), Arc<Shown>>,
}

impl Judge {
    fn all(&mut self, looks: &[Look]) -> Seen {
        let mut seen = Seen { looks: looks.len(), ..Seen::default() };
        for look in looks {
            let versions = self.versions.between(look.from, look.until);
            seen.calm += usize::from(look.calm);
            seen.between += usize::from(versions.len() > 1);
            seen.versions += versions.len();
            match &look.answer {
                Ok(rows) => {
                    seen.rows += rows.len();
                    self.explained(look, &versions, rows);
                }
                Err(error) => {
                    seen.refused += 1;
                    assert!(
                        versions.iter().any(|at| self.may_fail(*at, look, error)),
                        "a query failed: {error}: {look:#?}"
                    );
                }
            }
        }
        seen
    }

    /// Whether a query may fail so under a version: its data source is disabled, or has not all of its columns.
    fn may_fail(&self, version: u64, look: &Look, error: &str) -> bool {
        let (source, columns) = QUERIES[look.query];
        let source = &self.versions.0[&version].data_sources[source];
        let there = |column: &&str| source.columns.iter().any(|known| known.name.as_str() == *column);
        match error.split(' ').next() {
            // No such relation, no such column.
            Some("42P01") => source.status == SourceStatus::Disabled,
            Some("42703") => !columns.iter().all(there),
            _ => false,
        }
    }

    /// Each row is shown by some version, and each cell of it as some version shows it.
    fn explained(&mut self, look: &Look, versions: &[u64], rows: &[Vec<Option<String>>]) {
        assert!(look.who != STRANGER || rows.is_empty(), "a stranger saw {look:#?}");
        if look.who == STRANGER {
            return;
        }
        let (source, columns) = QUERIES[look.query];
        let shown: Vec<Arc<Shown>> = versions.iter().flat_map(|at| self.shown(*at, source, look)).collect();
        let name = |column: &str| Name::new(column).unwrap();
        let mut numbers = Vec::new();
        for row in rows {
            let number = row[0].clone().unwrap();
            let ways: Vec<_> = shown.iter().filter_map(|shown| shown.get(&number)).collect();
            assert!(!ways.is_empty(), "no version shows the row {number}: {}", self.told(look, versions));
            for (column, cell) in columns.iter().zip(row) {
                let fits = |cells: &&BTreeMap<Name, Value>| {
                    cells.get(&name(column)).is_some_and(|value| same(value, cell.as_deref()))
                };
                // Until combinations are counted they are NULL.
                let good = cell.is_none() || ways.iter().any(fits);
                assert!(good, "no version shows `{column}` of the row {number} so: {}", self.told(look, versions));
            }
            numbers.push(number);
        }
        numbers.sort();
        assert!(numbers.windows(2).all(|two| two[0] != two[1]), "a row twice: {look:#?}");
        if look.calm
            && let [one] = versions
        {
            let all: Vec<Arc<Shown>> = self.shown(*one, source, look);
            let whole = |shown: &Arc<Shown>| shown.keys().eq(numbers.iter());
            assert!(all.iter().any(whole), "rows are missing: {}", self.told(look, versions));
        }
    }

    fn told(&self, look: &Look, versions: &[u64]) -> String {
        let of = |at: &u64| {
            let catalog = &self.versions.0[at];
            let user = catalog.json(Kind::User, look.who);
            let documents =
                [Kind::SubscriptionPolicy, Kind::DataPolicy, Kind::Grant, Kind::Subscription, Kind::Project];
            let all = documents.map(|kind| {
                let bodies =
                    catalog.names_after(kind, "").map(|name| (name.to_string(), catalog.json(kind, name).unwrap()));
                (kind.to_string(), bodies.collect::<BTreeMap<_, _>>())
            });
            format!("{at}: {}", serde_json::json!({ "user": user, "documents": BTreeMap::from(all) }))
        };
        format!("{} {look:#?}\n{}", look.how, versions.iter().map(of).collect::<Vec<_>>().join("\n"))
    }

    /// What a version shows at the moments of a query.
    fn shown(&mut self, version: u64, source: &'static str, look: &Look) -> Vec<Arc<Shown>> {
        let catalog = Arc::clone(&self.versions.0[&version]);
        let (document, user) = (&catalog.data_sources[source], &catalog.users[look.who]);
        // Redshift's clock stands still for a second at a time.
        let behind = if self.target == Target::Postgresql { TimeDelta::zero() } else { TimeDelta::seconds(1) };
        let granted = |at: DateTime<Utc>| decide(&catalog, document, user, at).granted;
        let mut granted = vec![granted(look.begun - behind), granted(look.ended)];
        granted.dedup();
        let mut one = |granted: bool| {
            let key = (version, source, look.who, granted);
            let salts = &self.salts;
            Arc::clone(
                self.cases.entry(key).or_insert_with(|| Arc::new(expected(&catalog, source, look.who, granted, salts))),
            )
        };
        granted.into_iter().map(&mut one).collect()
    }
}

/// What the reference evaluator shows a subscribed user, or one who is not.
fn expected(catalog: &Catalog, source: &str, user: &str, granted: bool, salts: &BTreeMap<SaltKey, String>) -> Shown {
    let document = &catalog.data_sources[source];
    if document.status == SourceStatus::Disabled {
        return Shown::new();
    }
    let merged = merge(catalog, document).unwrap();
    let rows = raw(catalog, source);
    let released = Released::counted(&merged, &rows);
    let salt = |key: &SaltKey| salts.get(key).cloned().unwrap_or_default();
    // No rule of this test looks at the clock or another table.
    let world = World { now: Utc::now(), login: user, salt: &salt, lookups: &BTreeMap::new(), released: &released };
    let shown = evaluate(&merged, granted, &Facts::of(catalog, &catalog.users[user]), &rows, &world);
    let row = |row: BTreeMap<Name, scrim_policy::evaluate::SeenCell>| {
        let cells: BTreeMap<Name, Value> = row.into_iter().map(|(name, cell)| (name, cell.value)).collect();
        (cells["id"].to_string(), cells)
    };
    shown.into_iter().map(row).collect()
}

/// The rows of the table.
fn raw(catalog: &Catalog, source: &str) -> Vec<Row> {
    let names: &[&str] = if source == "people" { QUERIES[1].1 } else { QUERIES[2].1 };
    let rows: Vec<&[&str]> = if source == "people" {
        PEOPLE.iter().map(|row| &row[..]).collect()
    } else {
        ORDERS.iter().map(|row| &row[..]).collect()
    };
    let value = |name: &str, text: &str| {
        let column = catalog.data_sources[source].columns.iter().find(|column| column.name.as_str() == name);
        let column_type = column.and_then(|column| column.column_type.as_ref());
        column_type.map_or(Value::Text(text.to_owned()), |known| Value::printed(text, known).unwrap())
    };
    let row = |row: &[&str]| {
        names.iter().zip(row).map(|(name, text)| (Name::new(*name).unwrap(), value(name, text))).collect()
    };
    rows.into_iter().map(row).collect()
}

fn same(value: &Value, cell: Option<&str>) -> bool {
    match (value, cell) {
        (Value::Null, cell) => cell.is_none(),
        (_, None) => false,
        (value, Some(cell)) => value.to_string() == cell,
    }
}

everywhere! { no_reader_sees_what_no_policy_shows_and_no_query_fails }
