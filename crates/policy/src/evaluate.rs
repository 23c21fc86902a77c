//! The reference evaluator: the definition of what a user sees.
//!
//! Given a merged policy, a user's facts, rows and the time, it answers the rows that the view must show. It
//! shares nothing with the SQL renderer below the merged policy; the views are tested against it.

mod mask;
mod predicate;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use scrim_catalog::{Branches, Matched, Name, TableName};

use crate::Facts;
use crate::merged::{Application, Merged, MergedColumn, RowTest, Test};
use crate::value::Value;

/// A row of the table: values by column. A column that is absent is NULL.
pub type Row = BTreeMap<Name, Value>;

/// The rows of another table, as text, for `lookup`.
pub type LookupRow = BTreeMap<Name, Option<String>>;

/// What the evaluator must be told about the world.
pub struct World<'a> {
    /// The time.
    pub now: DateTime<Utc>,
    /// The user's login in the warehouse, as `@username` and `lookup` see it.
    pub login: &'a str,
    /// The salt of a column.
    pub salt: &'a dyn Fn(&Name) -> String,
    /// The tables that `lookup` rules read.
    pub lookups: &'a BTreeMap<TableName, Vec<LookupRow>>,
}

/// A cell as the user sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct SeenCell {
    /// The value.
    pub value: Value,
    /// The mask that decided it, as an index into the column's cascade; none for a clear cell.
    pub masked_by: Option<usize>,
}

/// The rows that a user sees of a data source, in the order of `rows`: nothing unless `subscribed`.
pub fn evaluate(
    merged: &Merged,
    subscribed: bool,
    facts: &Facts,
    rows: &[Row],
    world: &World<'_>,
) -> Vec<BTreeMap<Name, SeenCell>> {
    if !subscribed || !merged.closed.is_empty() {
        return vec![];
    }
    let shown = rows.iter().filter(|row| merged.rows.iter().all(|test| row_passes(test, facts, row, world)));
    let cells = |row: &Row| {
        let cell = |column: &MergedColumn| (column.name.clone(), cell(column, facts, row, world));
        merged.columns.iter().map(cell).collect()
    };
    shown.map(cells).collect()
}

/// The branch of a rule that a user falls under.
fn branch<'a, T>(branches: &'a Branches<T>, facts: &Facts) -> &'a T {
    let found = branches.cases.iter().find(|(who, _)| facts.meet(who));
    found.map_or(&branches.otherwise, |(_, branch)| branch)
}

/// Whether a row rule lets a row through for this user.
fn row_passes(rule: &RowTest, facts: &Facts, row: &Row, world: &World<'_>) -> bool {
    if !rule.source.counts(world.now) {
        return true;
    }
    let null = Value::Null;
    let value = |name: &Name| row.get(name).unwrap_or(&null);
    match branch(&rule.branches, facts) {
        Test::All => true,
        Test::Never => false,
        Test::Filter(expr) => predicate::truth(expr, facts, row, world) == Some(true),
        Test::Match(matched, columns) => {
            columns.iter().all(|(name, column_type)| matches(matched, facts, value(name), column_type))
        }
        Test::Lookup { table, on, user } => world.lookups.get(table).into_iter().flatten().any(|there| {
            there.get(user).and_then(Option::as_deref) == Some(world.login)
                && on.iter().all(|(theirs, ours, column_type)| {
                    let text = there.get(theirs).and_then(Option::as_deref);
                    let theirs = text.and_then(|text| Value::read(text, column_type));
                    theirs.is_some_and(|theirs| !value(ours).is_null() && theirs == *value(ours))
                })
        }),
        Test::Time { newer, age, columns } => {
            let Some(edge) = age.before(world.now).map(|edge| edge.naive_utc()) else { return false };
            columns.iter().all(|(name, _)| match value(name) {
                Value::Date(day) => {
                    (day.and_time(chrono::NaiveTime::MIN) > edge) == *newer
                        && day.and_time(chrono::NaiveTime::MIN) != edge
                }
                Value::Timestamp(moment) => (*moment > edge) == *newer && *moment != edge,
                _ => false,
            })
        }
    }
}

/// Whether one of the user's values, read as the column's type, is the column's value.
fn matches(matched: &Matched, facts: &Facts, value: &Value, column_type: &scrim_catalog::ColumnType) -> bool {
    !value.is_null()
        && facts.values(matched).into_iter().any(|text| Value::read(text, column_type).as_ref() == Some(value))
}

/// A cell: its value when no mask covers it, else what the strongest that does makes of it.
fn cell(column: &MergedColumn, facts: &Facts, row: &Row, world: &World<'_>) -> SeenCell {
    let value = row.get(&column.name).cloned().unwrap_or(Value::Null);
    let covering = column.masks.iter().position(|mask| covers(column, mask, facts, row, world));
    let shown = match covering.and_then(|at| column.masks.get(at)) {
        None => mask::expose(value, &column.column_type),
        Some(application) => mask::apply(&application.mask, &value, column, world),
    };
    SeenCell { value: shown, masked_by: covering }
}

/// Whether a mask covers a cell. One that yields does not where a mask selected by a deeper tag does.
fn covers(column: &MergedColumn, mask: &Application, facts: &Facts, row: &Row, world: &World<'_>) -> bool {
    let covered = mask.source.counts(world.now)
        && facts.meet(&mask.covers)
        && mask.when.as_ref().is_none_or(|when| predicate::truth(when, facts, row, world) != Some(false));
    covered
        && !(mask.yields
            && column
                .masks
                .iter()
                .filter(|other| other.depth > mask.depth)
                .any(|deeper| covers(column, deeper, facts, row, world)))
}
