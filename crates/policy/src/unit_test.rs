//! Policy tests: given rows and users, the cells that must be visible.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use scrim_catalog::documents::{As, Cell, DataSource, Expectation, ExpectedCell, PolicyTest, Somebody};
use scrim_catalog::{At, Catalog, ColumnType, Name};

use crate::evaluate::{Released, Row, SeenCell, World, evaluate};
use crate::merged::{MergeError, Merged};
use crate::value::Value;
use crate::{Facts, SaltKey, decide, decide_for, merge};

/// A policy test, ready to be looked at: by the reference evaluator, or by an engine beside it.
pub struct Trial<'a> {
    /// The test.
    pub test: &'a PolicyTest,
    /// The catalog with only the policies that the test names.
    pub catalog: Catalog,
    /// The merged policy of its data source.
    pub merged: Merged,
    /// The rows of the table.
    pub rows: Vec<Row>,
    /// The time of the test.
    pub now: DateTime<Utc>,
}

/// A person as whom a test looks.
pub struct Person {
    /// How the test calls the person.
    pub name: String,
    /// What is true of the person.
    pub facts: Facts,
    /// Whether the person may read the data source.
    pub granted: bool,
    /// The login.
    pub login: String,
}

impl<'a> Trial<'a> {
    /// Reads a test.
    ///
    /// # Errors
    /// When it cannot be carried out, and why.
    pub fn of(catalog: &Catalog, test: &'a PolicyTest, real_now: DateTime<Utc>) -> Result<Self, String> {
        let catalog = narrowed(catalog, test);
        let Some(source) = catalog.data_sources.get(test.data_source.value()) else {
            return Err(format!("there is no data source `{}`", test.data_source));
        };
        let merged = merge(&catalog, source).map_err(|error| match error {
            MergeError::UnknownType { .. } | MergeError::NoColumns(_) => {
                "the data source's document must list its columns with their types".to_owned()
            }
        })?;
        let rows = rows(test, &merged)?;
        Ok(Self { test, merged, rows, now: test.now.unwrap_or(real_now), catalog })
    }

    /// The data source.
    pub fn source(&self) -> Option<&DataSource> {
        self.catalog.data_sources.get(self.test.data_source.value()).map(|stored| &stored.item)
    }

    /// As whom an expectation looks.
    ///
    /// # Errors
    /// When there is no such user.
    pub fn person(&self, expectation: &Expectation) -> Result<Person, String> {
        let Some(source) = self.source() else { return Err("the data source is gone".to_owned()) };
        Ok(match expectation.who.value() {
            As::User(name) => {
                let user = self.catalog.users.get(name).ok_or_else(|| format!("there is no user `{name}`"))?;
                Person {
                    name: name.to_string(),
                    facts: Facts::of(&self.catalog, user),
                    granted: decide(&self.catalog, source, user, self.now).granted,
                    login: user
                        .login(&source.integration)
                        .map_or_else(|| NO_LOGIN.to_owned(), |login| login.to_string()),
                }
            }
            As::Somebody(Somebody { groups, attributes, purposes }) => {
                let facts = Facts::somebody(&self.catalog, groups, attributes, purposes);
                let granted = decide_for(&self.catalog, source, &facts, self.now).granted;
                Person { name: SOMEBODY.to_owned(), facts, granted, login: NO_LOGIN.to_owned() }
            }
        })
    }

    /// What a person sees by the reference evaluator.
    pub fn seen(&self, person: &Person) -> Vec<BTreeMap<Name, SeenCell>> {
        let lookups = self.test.lookups.iter().map(|(table, rows)| {
            let row =
                |row: &BTreeMap<Name, Cell>| row.iter().map(|(name, cell)| (name.clone(), cell.0.clone())).collect();
            (table.clone(), rows.iter().map(row).collect())
        });
        let (lookups, released) = (lookups.collect(), Released::counted(&self.merged, &self.rows));
        let world =
            World { now: self.now, login: &person.login, salt: &test_salt, lookups: &lookups, released: &released };
        evaluate(&self.merged, person.granted, &person.facts, &self.rows, &world)
    }

    /// Everything that is not as it should be.
    pub fn failures(&self) -> Vec<String> {
        let check = |expectation: &Expectation| match self.person(expectation) {
            Ok(person) => compare(&person.name, &self.seen(&person), expectation, &self.merged),
            Err(failure) => vec![failure],
        };
        self.test.expect.iter().flat_map(check).collect()
    }
}

/// The name of a person made up for a test, and what stands for the login that such a person has not.
const SOMEBODY: &str = "somebody";
const NO_LOGIN: &str = "somebody, made up for a test";

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
