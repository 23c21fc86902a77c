//! The reference evaluator: the definition of what a user sees.
//!
//! Given a merged policy, a user's facts, rows and the time, it answers the rows that the view must show. It
//! shares nothing with the SQL renderer below the merged policy; the views are tested against it.

mod format;
mod key;
mod mask;
mod predicate;
mod random;
mod released;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveTime, Utc};
use scrim_catalog::{ColumnType, Matched, Name, TableName};

use crate::facts::Bound;
use crate::masking::Masking;
use crate::merged::{Application, Condition, Merged, MergedColumn, RowTest, Test};
use crate::value::Value;
use crate::{Facts, SaltKey};

pub use released::Released;

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
    /// The secret salts.
    pub salt: &'a dyn Fn(&SaltKey) -> String,
    /// The tables that `lookup` rules read.
    pub lookups: &'a BTreeMap<TableName, Vec<LookupRow>>,
    /// The combinations that enough rows had when they were last counted.
    pub released: &'a Released,
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
    let shown = rows.iter().map(|row| Seeing { merged, facts, row, world }).filter(Seeing::row);
    let cells =
        |seeing: Seeing<'_>| merged.columns.iter().map(|column| (column.name.clone(), seeing.cell(column))).collect();
    shown.map(cells).collect()
}

/// One row, and whoever looks at it.
#[derive(Clone, Copy)]
struct Seeing<'a> {
    merged: &'a Merged,
    facts: &'a Facts,
    row: &'a Row,
    world: &'a World<'a>,
}

impl Seeing<'_> {
    fn value(&self, column: &Name) -> &Value {
        self.row.get(column).unwrap_or(&Value::Null)
    }

    /// Whether every row rule lets the row through.
    fn row(&self) -> bool {
        self.merged.rows.iter().all(|rule| self.passes(rule))
    }

    /// Whether a row rule lets the row through: each branch that the user may fall under does.
    fn passes(&self, rule: &RowTest) -> bool {
        if !rule.source.counts(self.world.now) {
            return true;
        }
        let branches = &rule.branches;
        for (who, test) in &branches.cases {
            if self.facts.possibly(who) && !self.meets(test) {
                return false;
            }
            // Whoever surely falls under this branch falls under none behind it.
            if self.facts.surely(who) {
                return true;
            }
        }
        self.meets(&branches.otherwise)
    }

    fn meets(&self, test: &Test) -> bool {
        match test {
            Test::All => true,
            Test::Never => false,
            Test::Filter(condition) => self.truth(condition, Bound::Every) == Some(true),
            Test::Match(matched, columns) => {
                columns.iter().all(|(name, column_type)| self.matches(matched, self.value(name), column_type))
            }
            // Nothing stands beside several people at once.
            Test::Lookup { .. } if self.facts.shared() => false,
            Test::Lookup { table, on, user } => self.world.lookups.get(table).into_iter().flatten().any(|there| {
                there.get(user).and_then(Option::as_deref) == Some(self.world.login)
                    && on.iter().all(|(theirs, ours, column_type)| {
                        let text = there.get(theirs).and_then(Option::as_deref);
                        let theirs = text.and_then(|text| Value::read(text, column_type));
                        theirs.is_some_and(|theirs| !self.value(ours).is_null() && theirs == *self.value(ours))
                    })
            }),
            Test::Time { newer, age, columns } => {
                let Some(edge) = age.before(self.world.now).map(|edge| edge.naive_utc()) else { return false };
                columns.iter().all(|(name, _)| {
                    let moment = match self.value(name) {
                        Value::Date(day) => day.and_time(NaiveTime::MIN),
                        Value::Timestamp(moment) => *moment,
                        _ => return false,
                    };
                    moment != edge && (moment > edge) == *newer
                })
            }
            Test::Sample(percent, columns) => {
                key::of_row(self.row, columns).is_some_and(|key| random::in_sample(percent, &key))
            }
        }
    }

    /// Whether one of the user's values, read as the column's type, is the column's value.
    fn matches(&self, matched: &Matched, value: &Value, column_type: &ColumnType) -> bool {
        let values = self.facts.held(Bound::Every).values(matched);
        !value.is_null() && values.into_iter().any(|text| Value::read(text, column_type).as_ref() == Some(value))
    }

    /// The truth of a predicate, by the facts of every member or of any. What speaks of one person is, of several, taken
    /// for what shows less: false where a truth shows more, unknown where a falsehood does.
    fn truth(&self, condition: &Condition, bound: Bound) -> Option<bool> {
        if condition.personal && self.facts.shared() {
            return if bound == Bound::Every { Some(false) } else { None };
        }
        predicate::truth(&condition.expr, self, bound)
    }

    /// A cell: its value when no mask covers it, else what the strongest that does makes of it.
    fn cell(&self, column: &MergedColumn) -> SeenCell {
        let covering = column.masks.iter().position(|mask| self.covers(column, mask, Bound::Any));
        let value = match covering.and_then(|at| column.masks.get(at)) {
            None => mask::expose(self.value(&column.name).clone(), &column.column_type),
            Some(application) if self.doubtful(column, application, covering) => Value::Null,
            Some(application) => mask::apply(&application.mask, self, column),
        };
        SeenCell { value, masked_by: covering }
    }

    /// Whether some of several members may see by another mask, which may show less than the strongest that covers the cell
    /// for any of them.
    fn doubtful(&self, column: &MergedColumn, strongest: &Application, at: Option<usize>) -> bool {
        let mut weaker = column.masks.iter().skip(at.map_or(0, |at| at + 1));
        self.facts.shared()
            && !self.covers(column, strongest, Bound::Every)
            && weaker
                .any(|other| !strongest.mask.hides_as_much_as(&other.mask) && self.covers(column, other, Bound::Any))
    }

    /// Whether a mask covers a cell for any member, or for every one.
    ///
    /// One that yields does not where a mask selected by a deeper tag does; `k_anonymous` does not where the combination
    /// is released; and none does for whom a reveal rule lifts it.
    fn covers(&self, column: &MergedColumn, mask: &Application, bound: Bound) -> bool {
        let now = self.world.now;
        let lifted =
            mask.lifted.iter().any(|lift| lift.source.counts(now) && self.facts.meet(&lift.only, bound.flip()));
        let when = mask.when.as_ref().is_none_or(|when| self.truth(when, bound) != Some(false));
        let released = matches!(&mask.mask, Masking::KAnonymous(combination)
            if self.world.released.holds(combination, self.row));
        let covered = mask.source.counts(now) && self.facts.meet(&mask.covers, bound) && !lifted && when && !released;
        let mut deeper = column.masks.iter().filter(|other| other.depth > mask.depth);
        covered && !(mask.yields && deeper.any(|deeper| self.covers(column, deeper, bound.flip())))
    }
}
