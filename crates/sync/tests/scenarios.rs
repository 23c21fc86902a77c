//! The policy tests of the language reference and of the demo, through views of Redshift: what its people see through the double,
//! in both layouts, is what the reference evaluator says. (`scrim test --engine` does the same in PostgreSQL.)

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use chrono::Utc;
use scrim_catalog::documents::Cell;
use scrim_catalog::{At, Catalog, ColumnType, Name, TableName};
use scrim_policy::{Audiences, Merger, Test, Trial, Value, test_salt};
use scrim_sql::trial::{Table, salt, table};
use scrim_sql::{Dialect, ProfileRow, Rendered, ViewPlan, calls, located};
use scrim_testkit::{Governed, Target, ident};
use scrim_warehouse::{UserChange, ViewChange};

/// Every catalog with policy tests that the project shows to somebody.
fn scenarios() -> Vec<String> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let read = |path: &str| fs::read_to_string(root.join(path)).unwrap();
    let reference = read("docs/policies.md");
    let blocks = reference.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap().to_owned());
    let mut all: Vec<String> = blocks.collect();
    all.push(read("examples/retail/catalog.yaml"));
    let demo = ["warehouse", "tables", "people", "policies", "tests"];
    all.push(demo.map(|name| read(&format!("crates/scrim/demo/{name}.yaml"))).join("\n---\n"));
    all
}

/// The tables of a test: the governed one, and those that rules look up in.
fn tables(trial: &Trial<'_>) -> Vec<Table> {
    let source = trial.source().unwrap();
    let plain = |table: &TableName| TableName { database: None, ..table.clone() };
    let columns: Vec<(Name, ColumnType)> =
        trial.merged.columns.iter().map(|column| (column.name.clone(), column.column_type.clone())).collect();
    let row = |row: &BTreeMap<At<Name>, Cell>| {
        columns.iter().map(|(name, _)| row.get(name).and_then(|cell| cell.0.clone())).collect()
    };
    let rows = trial.test.rows.iter().map(row).collect();
    let mut all = vec![Table { name: plain(&source.table), columns: columns.clone(), rows }];
    for test in trial.merged.rows.iter().flat_map(|rule| rule.branches.all()) {
        let Test::Lookup { table, on, user } = test else { continue };
        if all.iter().any(|known| known.name == plain(table)) {
            continue;
        }
        let mut columns: Vec<(Name, ColumnType)> =
            on.iter().map(|(theirs, _, t)| (theirs.clone(), t.clone())).collect();
        columns.push((user.clone(), ColumnType::Varchar(Some(128))));
        columns.dedup_by(|one, other| one.0 == other.0);
        let row = |row: &BTreeMap<Name, Cell>| {
            columns.iter().map(|(name, _)| row.get(name).and_then(|cell| cell.0.clone())).collect()
        };
        let rows = trial.test.lookups.get(table).into_iter().flatten().map(row).collect();
        all.push(Table { name: plain(table), columns, rows });
    }
    all
}

/// One test, in a warehouse that has nothing in it; answers how many people looked.
fn look(governed: &Governed, catalog: &Catalog, trial: &Trial<'_>) -> usize {
    let tables = tables(trial);
    for statement in tables.iter().flat_map(table) {
        governed.run(&statement);
    }
    let mut catalog = Catalog { integrations: catalog.integrations.clone(), ..trial.catalog.clone() };
    let source = trial.source().unwrap().clone();
    let ours = governed.catalog("{ kind: tag, name: T }").integrations.values().next().unwrap().item.clone();
    let theirs = catalog.integrations.get_mut(source.integration.value()).unwrap();
    std::sync::Arc::make_mut(theirs).item = scrim_catalog::documents::Integration {
        name: source.integration.clone(),
        views: theirs.item.views.clone(),
        ..ours
    };
    let integration = theirs.item.clone();
    // The test's table is in the warehouse's database, whatever the document says.
    let mut source = source;
    source.table = At::nowhere(tables[0].name.clone());
    std::sync::Arc::make_mut(catalog.data_sources.get_mut(source.name.value()).unwrap()).item.table =
        source.table.clone();

    let governed_tables = scrim_sql::system::tables(&catalog, &integration);
    governed.wait(scrim_warehouse::install(&integration, &governed_tables, &governed.admin_url())).unwrap();
    let mut plan = ViewPlan::merged(&Merger::new(&catalog), &source).unwrap();
    plan.clock = Some(trial.now);
    let mut warehouse = governed.wait(scrim_warehouse::Warehouse::connect(&integration)).unwrap();
    let epoch = governed.wait(warehouse.claim()).unwrap();
    let rendered = Rendered::of(&plan, Dialect::Redshift, epoch.unsigned_abs());
    for key in &rendered.salted {
        governed.run_at_home(&salt(&integration.system_schema(), &key.scope, &key.name, &test_salt(key)));
    }
    let name = located(&integration, &source.table);
    let found = governed.wait(warehouse.tables(std::slice::from_ref(&name))).unwrap();
    let counted = !rendered.statistics.is_empty();
    let change = ViewChange {
        key: plan.key.clone(),
        data_source: plan.source.to_string(),
        view: plan.view.table.to_string(),
        rendered,
        hash: String::new(),
        audience: plan.audience.clone(),
        base: found[&name].identity.clone(),
        base_columns: BTreeMap::new(),
        lookups: BTreeMap::new(),
        forgotten: BTreeSet::new(),
    };
    governed.wait(warehouse.apply_view(epoch, &change)).unwrap();
    if counted {
        governed.wait(warehouse.refresh(epoch, &plan.key)).unwrap();
    }
    let mut looked = 0;
    for (number, expectation) in trial.test.expect.iter().enumerate() {
        let person = trial.person(expectation).unwrap();
        // Each has a login of their own, and is the only one.
        governed.run_at_home(&format!("DELETE FROM {}.profile", ident(&integration.system_schema())));
        governed.run_at_home(&format!(
            "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{0}') THEN CREATE ROLE {1} LOGIN; END IF; END $$",
            person.login.replace('\'', "''"),
            ident(&person.login)
        ));
        if person.granted || !catalog.users.get(person.name.as_str()).is_some_and(|user| user.disabled) {
            let rows = Audiences::of(&catalog, &source.integration).rows(&person.facts, trial.now);
            let added: BTreeSet<ProfileRow> = rows.into_iter().map(|row| ProfileRow { expires: None, ..row }).collect();
            let change = UserChange { login: person.login.clone(), removed: BTreeSet::new(), added, emptied: false };
            governed.wait(warehouse.apply_profiles(epoch, &[change])).unwrap();
        }
        let columns = || trial.merged.columns.iter();
        let found =
            governed.seen(&person.login, &calls::read(&plan.view, columns().map(|column| &column.name))).unwrap();
        let cell = |(text, column): (Option<String>, &scrim_policy::MergedColumn)| {
            text.map_or(Value::Null, |text| Value::printed(&text, &column.column_type.exposed()).unwrap())
        };
        let mut found: Vec<String> = found
            .into_iter()
            .map(|row| row.into_iter().zip(columns()).map(cell).map(|value| format!("{value}, ")).collect())
            .collect();
        let mut expected: Vec<String> = trial
            .seen(&person)
            .iter()
            .map(|row| columns().map(|column| format!("{}, ", row[&column.name].value)).collect())
            .collect();
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "test `{}`, person {number} ({})", trial.test.name, person.name);
        looked += 1;
    }
    for schema in ["immuta_system", "immuta_functions", "immuta_procedures", integration.views.schema.as_str()] {
        governed.run_at_home(&format!("DROP SCHEMA {} CASCADE", ident(schema)));
    }
    for table in &tables {
        governed.run(&format!("DROP SCHEMA IF EXISTS {} CASCADE", ident(&table.name.schema)));
    }
    looked
}

fn people_see_what_the_evaluator_says(target: Target) {
    let governed = Governed::on(target);
    let mut looked = 0;
    for text in scenarios() {
        let catalog = scrim_testkit::catalog(&text);
        for test in catalog.policy_tests.values() {
            let trial = Trial::of(&catalog, &test.item, Utc::now()).unwrap();
            looked += look(&governed, &catalog, &trial);
        }
    }
    assert!(looked > 60, "{looked}");
}

scrim_testkit::on_redshift! {
    people_see_what_the_evaluator_says
}
