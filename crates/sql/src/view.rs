//! Renderings of [`ViewPlan`].

mod cell;
mod expression;
mod facts;
mod rows;

use std::fmt::Write as _;

use scrim_catalog::documents::Validity;
use scrim_catalog::{ColumnType, TableName};

use crate::plan::{Dialect, ViewPlan};
use crate::quote::{ident, literal};
use facts::Facts;

/// The alias of the governed table. Predicates are rendered from a checked tree in which every column is one of
/// the table's, so that nobody can write a name that meets it or any other alias.
const TABLE: &str = "scrim_t";

/// Renders the statement that makes or replaces the view, for this version of it.
///
/// The gate has one row per data source; the view shows nothing unless the gate's `min_version` is not above
/// its own, so that a source is closed by one row and without a lock on the view.
pub fn render(plan: &ViewPlan, dialect: Dialect, version: u64) -> String {
    let mut facts = Facts::new(plan, dialect);
    let columns: Vec<String> = plan.merged.columns.iter().map(|column| cell::render(column, &mut facts)).collect();
    let mut tests = vec![facts.subscribed(), facts.gate(version)];
    if plan.merged.closed.is_empty() {
        tests.extend(plan.merged.rows.iter().map(|rule| rows::render(rule, &mut facts)));
    } else {
        tests.push("1 = 0".to_owned());
    }
    let names: Vec<String> = plan.merged.columns.iter().map(|column| ident(&column.name)).collect();
    let mut sql = format!("CREATE OR REPLACE VIEW {} ({})", relation(&plan.view), names.join(", "));
    if dialect == Dialect::Postgresql && plan.filters_rows() {
        sql += " WITH (security_barrier = true)";
    }
    let _ = write!(sql, " AS\nSELECT {}\nFROM {} AS {TABLE}", columns.join(",\n       "), relation(&plan.table));
    for join in facts.joins() {
        let _ = write!(sql, "\n{join}");
    }
    let _ = write!(sql, "\nWHERE {}", tests.join("\n  AND "));
    if dialect == Dialect::Redshift {
        sql += "\nWITH NO SCHEMA BINDING";
    }
    sql
}

fn relation(name: &TableName) -> String {
    let parts = name.database.iter().chain([&name.schema, &name.table]);
    parts.map(|part| ident(part)).collect::<Vec<_>>().join(".")
}

fn column(name: &str) -> String {
    format!("{TABLE}.{}", ident(name))
}

/// A column's type as the dialect writes it.
fn type_name(column_type: &ColumnType, dialect: Dialect) -> String {
    match (column_type, dialect) {
        // Redshift's TEXT is VARCHAR(256) and would cut.
        (ColumnType::Text | ColumnType::Varchar(None), Dialect::Redshift) => "VARCHAR(65535)".to_owned(),
        (ColumnType::Numeric(None), Dialect::Redshift) => "DECIMAL(38,9)".to_owned(),
        (other, _) => other.to_string().to_uppercase(),
    }
}

/// Now, in UTC, as a timestamp without zone: a reader's time zone has no say.
fn now(dialect: Dialect) -> &'static str {
    match dialect {
        // GETDATE() is in UTC on Redshift whatever the session's zone.
        Dialect::Redshift => "GETDATE()",
        Dialect::Postgresql => "(statement_timestamp() AT TIME ZONE 'UTC')",
    }
}

/// Whether a rule's time has come and not gone; none when it always counts.
fn within(valid: Option<&Validity>, dialect: Dialect) -> Option<String> {
    let window = valid?;
    let moment = |at: &chrono::DateTime<chrono::Utc>| {
        format!("CAST({} AS TIMESTAMP)", literal(&at.naive_utc().format("%Y-%m-%d %H:%M:%S%.6f").to_string()))
    };
    let from = window.from.as_ref().map(|from| format!("{} >= {}", now(dialect), moment(from)));
    let until = window.until.as_ref().map(|until| format!("{} < {}", now(dialect), moment(until)));
    let tests: Vec<String> = from.into_iter().chain(until).collect();
    Some(format!("({})", tests.join(" AND ")))
}
