//! The combinations that `k_anonymous` lets through.

use std::collections::{BTreeMap, BTreeSet};

use super::{Row, key};
use crate::masking::Combination;
use crate::merged::Merged;
use crate::value::Value;

/// The values of a combination, and of the columns that it is counted within; NULL is a value.
type Values = Vec<Option<String>>;

/// Combinations that enough rows had when they were last counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Released(BTreeSet<(String, Values)>);

impl Released {
    /// Counts the rows of a table.
    pub fn counted(merged: &Merged, rows: &[Row]) -> Self {
        let mut released = BTreeSet::new();
        for combination in merged.combinations() {
            let mut counts: BTreeMap<Values, u32> = BTreeMap::new();
            rows.iter()
                .filter_map(|row| values(combination, row))
                .for_each(|values| *counts.entry(values).or_default() += 1);
            let enough = counts.into_iter().filter(|(_, count)| *count >= combination.k);
            released.extend(enough.map(|(values, _)| (combination.key.clone(), values)));
        }
        Self(released)
    }

    /// Whether the combination of a row is among them.
    pub(super) fn holds(&self, combination: &Combination, row: &Row) -> bool {
        values(combination, row).is_some_and(|values| self.0.contains(&(combination.key.clone(), values)))
    }
}

/// None for a row with a day or time that has no text: different ones could not be told apart, nor from NULL.
fn values(combination: &Combination, row: &Row) -> Option<Values> {
    let columns = combination.columns.iter().chain(&combination.within);
    let one = |(name, column_type): &(scrim_catalog::Name, scrim_catalog::ColumnType)| match row.get(name) {
        None | Some(Value::Null) => Some(None),
        Some(value) => key::text(value, column_type).map(Some),
    };
    columns.map(one).collect()
}
