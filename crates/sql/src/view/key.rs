//! The one text of a value, by which rows are told apart, and hashes of such texts.

use scrim_catalog::{ColumnType, Name};
use scrim_policy::{Combination, Typed};

use super::facts::Facts;
use super::{Dialect, cell, column};
use crate::quote::ident;

/// The text of a column, by fixed formats that no setting of a session changes; NULL for NULL, and for days and times
/// outside the years 1 to 9999.
pub(super) fn text(name: &Name, column_type: &ColumnType, dialect: Dialect) -> String {
    let value = column(name);
    let plain = |value: &str| match dialect {
        Dialect::Postgresql => format!("CAST({value} AS TEXT)"),
        Dialect::Redshift => format!("CAST({value} AS VARCHAR(64))"),
    };
    let moment = |value: &str| cell::in_range(value, &format!("TO_CHAR({value}, 'YYYY-MM-DD HH24:MI:SS.US')"));
    match column_type {
        ColumnType::Char(n) => format!("RTRIM(CAST({value} AS VARCHAR({n})))"),
        ColumnType::Varchar(_) | ColumnType::Text if dialect == Dialect::Postgresql => plain(&value),
        ColumnType::Varchar(_) | ColumnType::Text => value,
        ColumnType::Numeric(None) if dialect == Dialect::Postgresql => plain(&format!("TRIM_SCALE({value})")),
        ColumnType::Boolean => format!("CASE WHEN {value} THEN 'true' WHEN NOT {value} THEN 'false' END"),
        ColumnType::Date => cell::days_in_range(&value, &format!("TO_CHAR({value}, 'YYYY-MM-DD')")),
        ColumnType::Timestamp => moment(&value),
        ColumnType::TimestampTz => moment(&format!("({value} AT TIME ZONE 'UTC')")),
        _ => plain(&value),
    }
}

/// A text behind its length, so that texts put together stay apart.
fn part((name, column_type): &(Name, ColumnType), dialect: Dialect) -> String {
    let text = text(name, column_type, dialect);
    format!("CAST(LENGTH({text}) AS VARCHAR(10)) || ':' || {text}")
}

/// The key of a row; NULL when one of its columns is.
pub(super) fn of_row(columns: &Typed, dialect: Dialect) -> String {
    let parts: Vec<String> = columns.iter().map(|column| part(column, dialect)).collect();
    parts.join(" || ")
}

/// The text of a combination of values, in which NULL is a value; never NULL.
pub(super) fn combination(combination: &Combination, dialect: Dialect) -> String {
    let columns = combination.columns.iter().chain(&combination.within);
    let one = |typed: &(Name, ColumnType)| {
        let part = part(typed, dialect);
        if typed.1.is_time() {
            format!("COALESCE({part}, CASE WHEN {} IS NULL THEN 'N' ELSE 'X' END)", column(&typed.0))
        } else {
            format!("COALESCE({part}, 'N')")
        }
    };
    columns.map(one).collect::<Vec<_>>().join(" || ")
}

/// What must hold of a row to be counted in a combination: every day and time has a text, without which different ones
/// could not be told apart.
pub(super) fn counted(combination: &Combination, dialect: Dialect) -> Option<String> {
    let columns = combination.columns.iter().chain(&combination.within);
    let times = columns.filter(|(_, column_type)| column_type.is_time());
    let tests: Vec<String> = times
        .map(|(name, column_type)| {
            format!("({} IS NULL OR {} IS NOT NULL)", column(name), text(name, column_type, dialect))
        })
        .collect();
    (!tests.is_empty()).then(|| tests.join(" AND "))
}

/// SHA-256 of a text, in hexadecimal.
pub(super) fn digest(text: &str, facts: &Facts<'_>) -> String {
    match facts.dialect {
        Dialect::Postgresql => format!("{}.f_digest({text})", ident(&facts.plan.functions_schema)),
        Dialect::Redshift => format!("SHA2({text}, 256)"),
    }
}
