//! Policy tests: given rows and users, the cells that must be visible.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use scrim_catalog::documents::{As, Cell, DataSource, Expectation, ExpectedCell, PolicyTest, Somebody};
use scrim_catalog::{At, Catalog, ColumnType, Name};

use crate::evaluate::{Released, Row, SeenCell, World, evaluate};
use crate::merged::{MergeError, Merged};
use crate::value::Value;
use crate::{Facts, SaltKey, decide, decide_for, merge};

/// What came of a test: its failures, none when it passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// One line for each expectation that was not met.
    pub failures: Vec<String>,
}

/// Runs a test with the reference evaluator.
pub fn run(catalog: &Catalog, test: &PolicyTest, real_now: DateTime<Utc>) -> Outcome {
    let Some(source) = catalog.data_sources.get(test.data_source.value()) else {
        return Outcome { failures: vec![format!("there is no data source `{}`", test.data_source)] };
    };
    let now = test.now.unwrap_or(real_now);
    let narrowed = narrowed(catalog, test);
    let merged = match merge(&narrowed, source) {
        Ok(merged) => merged,
        Err(MergeError::UnknownType { .. } | MergeError::NoColumns(_)) => {
            let failure = "the data source's document must list its columns with their types".to_owned();
            return Outcome { failures: vec![failure] };
        }
    };
    match rows(test, &merged) {
        Ok(rows) => {
            let check = |expectation| expectation_failures(&narrowed, source, &merged, &rows, test, expectation, now);
            Outcome { failures: test.expect.iter().flat_map(check).collect() }
        }
        Err(failure) => Outcome { failures: vec![failure] },
    }
}

/// The catalog with only the policies that the test names.
fn narrowed(catalog: &Catalog, test: &PolicyTest) -> Catalog {
    let mut narrowed = catalog.clone();
    if let Some(policies) = &test.policies {
        let named: BTreeSet<&Name> = policies.iter().map(At::value).collect();
        narrowed.data_policies.retain(|name, _| named.contains(name));
        narrowed.subscription_policies.retain(|name, _| named.contains(name));
    }
    narrowed
}

fn typed(cell: &Cell, column_type: &ColumnType) -> Option<Value> {
    match (&cell.0, column_type) {
        (None, _) => Some(Value::Null),
        (Some(text), ColumnType::Other(_)) => Some(Value::Other(text.clone())),
        (Some(text), _) => Value::read(text, column_type),
    }
}

fn rows(test: &PolicyTest, merged: &Merged) -> Result<Vec<Row>, String> {
    let type_of = |name: &Name| merged.columns.iter().find(|c| c.name == *name).map(|c| &c.column_type);
    let read = |row: &BTreeMap<At<Name>, Cell>| {
        let cell = |(name, cell): (&At<Name>, &Cell)| {
            let column_type = type_of(name.value()).ok_or_else(|| format!("there is no column `{name}`"))?;
            let value = typed(cell, column_type).ok_or_else(|| {
                format!("`{}` cannot be read as the {column_type} of `{name}`", cell.0.as_deref().unwrap_or("null"))
            })?;
            Ok((name.value().clone(), value))
        };
        row.iter().map(cell).collect::<Result<Row, String>>()
    };
    test.rows.iter().map(read).collect()
}

/// The salts of tests: known, so that what a test says can be compared with an engine.
pub fn test_salt(key: &SaltKey) -> String {
    format!("the salt of {} in {}", key.name, key.scope)
}

fn expectation_failures(
    catalog: &Catalog,
    source: &DataSource,
    merged: &Merged,
    rows: &[Row],
    test: &PolicyTest,
    expectation: &Expectation,
    now: DateTime<Utc>,
) -> Vec<String> {
    let (who, facts, decision, login) = match expectation.who.value() {
        As::User(name) => {
            let Some(user) = catalog.users.get(name) else { return vec![format!("there is no user `{name}`")] };
            let login = user.login(&source.integration).map_or_else(String::new, |login| login.to_string());
            (name.to_string(), Facts::of(catalog, user), decide(catalog, source, user, now), login)
        }
        As::Somebody(somebody) => {
            let Somebody { groups, attributes, purposes } = somebody;
            let facts = Facts::somebody(catalog, groups, attributes, purposes);
            let decision = decide_for(catalog, source, &facts, now);
            ("somebody".to_owned(), facts, decision, String::new())
        }
    };
    let lookups = test.lookups.iter().map(|(table, rows)| {
        let row = |row: &BTreeMap<Name, Cell>| row.iter().map(|(name, cell)| (name.clone(), cell.0.clone())).collect();
        (table.clone(), rows.iter().map(row).collect())
    });
    let released = Released::counted(merged, rows);
    let world = World { now, login: &login, salt: &test_salt, lookups: &lookups.collect(), released: &released };
    let seen = evaluate(merged, decision.granted, &facts, rows, &world);
    compare(&who, &seen, expectation, merged)
}

/// Rows are compared in any order: each expected row takes one seen row that fits.
fn compare(who: &str, seen: &[BTreeMap<Name, SeenCell>], expectation: &Expectation, merged: &Merged) -> Vec<String> {
    let mut left: Vec<&BTreeMap<Name, SeenCell>> = seen.iter().collect();
    let mut failures = Vec::new();
    for (number, expected) in expectation.rows.iter().enumerate() {
        match left.iter().position(|row| expected.iter().all(|(name, cell)| fits(row, name, cell, merged))) {
            Some(at) => {
                left.remove(at);
            }
            None => failures.push(format!("as {who}: expected row {} is not seen", number + 1)),
        }
    }
    for row in left {
        let cells: Vec<String> = row.iter().map(|(name, cell)| format!("{name}: {}", cell.value)).collect();
        failures.push(format!("as {who}: not expected, but seen: {}", cells.join(", ")));
    }
    failures
}

fn fits(row: &BTreeMap<Name, SeenCell>, name: &At<Name>, expected: &ExpectedCell, merged: &Merged) -> bool {
    let Some(cell) = row.get(name.value()) else { return false };
    match expected {
        ExpectedCell::Masked(masked) => cell.masked_by.is_some() == *masked,
        ExpectedCell::Value(value) => {
            let column_type = merged.columns.iter().find(|c| c.name == *name.value()).map(|c| &c.column_type);
            column_type.and_then(|column_type| typed(value, column_type)).as_ref() == Some(&cell.value)
        }
    }
}
