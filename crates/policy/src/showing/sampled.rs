//! A row as the warehouse printed it.

use std::collections::{BTreeMap, BTreeSet};

use scrim_catalog::{ColumnType, Name};

use crate::evaluate::Row;
use crate::merged::Merged;
use crate::value::Value;

/// Longer values are not computed with.
pub const LONGEST: usize = 1024;

/// A row of a table: values as text, by column, in UTC and with the ISO style of dates. Nothing is NULL.
pub type SampledRow = BTreeMap<String, Option<String>>;

/// What was read of it.
pub(super) struct Sampled {
    pub(super) row: Row,
    /// The columns whose values are too long, are not there, or cannot be read as their type: an infinite day, no number.
    pub(super) unread: BTreeSet<Name>,
}

impl Sampled {
    pub(super) fn read(merged: &Merged, texts: &SampledRow) -> Self {
        let mut sampled = Self { row: Row::new(), unread: BTreeSet::new() };
        for column in &merged.columns {
            let value = match texts.get(column.name.as_str()) {
                Some(Some(text)) => value(text, &column.column_type),
                Some(None) => Some(Value::Null),
                None => None,
            };
            match value {
                Some(value) => drop(sampled.row.insert(column.name.clone(), value)),
                None => drop(sampled.unread.insert(column.name.clone())),
            }
        }
        sampled
    }
}

/// A cast to text, which truths are printed by otherwise than by themselves.
fn value(text: &str, column_type: &ColumnType) -> Option<Value> {
    if text.chars().nth(LONGEST).is_some() {
        return None;
    }
    match column_type {
        ColumnType::Boolean => Value::read(text, column_type),
        other => Value::printed(text, other),
    }
}
