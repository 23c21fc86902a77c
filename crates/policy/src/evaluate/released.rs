//! The combinations that `k_anonymous` lets through.

use std::collections::{BTreeMap, BTreeSet};

use super::{Row, key};
use crate::masking::Combination;
use crate::merged::Merged;

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
            rows.iter().for_each(|row| *counts.entry(values(combination, row)).or_default() += 1);
            let enough = counts.into_iter().filter(|(_, count)| *count >= combination.k);
            released.extend(enough.map(|(values, _)| (combination.key.clone(), values)));
        }
        Self(released)
    }

    /// Whether the combination of a row is among them.
    pub(super) fn holds(&self, combination: &Combination, row: &Row) -> bool {
        self.0.contains(&(combination.key.clone(), values(combination, row)))
    }
}

fn values(combination: &Combination, row: &Row) -> Values {
    let columns = combination.columns.iter().chain(&combination.within);
    columns.map(|(name, column_type)| key::text(row.get(name)?, column_type)).collect()
}
