//! The one text of a value by which rows are told apart.

use scrim_catalog::ColumnType;

use super::Row;
use crate::masking::Typed;
use crate::value::Value;

/// The text of a value; none for NULL, and for days and times outside the years 1 to 9999.
pub(super) fn text(value: &Value, column_type: &ColumnType) -> Option<String> {
    let ordinary = |text: String| (!text.starts_with(['+', '-'])).then_some(text);
    match (value, column_type) {
        (Value::Text(text) | Value::Other(text), _) => Some(text.clone()),
        (Value::Number(number), ColumnType::Numeric(Some((_, scale)))) => {
            Some(number.with_scale(i64::from(*scale)).to_plain_string())
        }
        (Value::Number(number), _) => Some(number.normalized().to_plain_string()),
        (Value::Boolean(truth), _) => Some(truth.to_string()),
        (Value::Date(day), _) => ordinary(day.format("%Y-%m-%d").to_string()),
        (Value::Timestamp(moment), _) => ordinary(moment.format("%Y-%m-%d %H:%M:%S%.6f").to_string()),
        (Value::Null | Value::Float(_), _) => None,
    }
}

/// The texts of some columns of a row, each behind its length, so that no two rows that differ have the same; none
/// when one of them is NULL.
pub(super) fn of_row(row: &Row, columns: &Typed) -> Option<String> {
    let one = |(name, column_type): &(scrim_catalog::Name, ColumnType)| {
        let text = text(row.get(name)?, column_type)?;
        Some(format!("{}:{text}", text.chars().count()))
    };
    columns.iter().map(one).collect()
}
