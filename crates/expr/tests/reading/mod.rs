//! One data source that the tests speak of.
#![allow(dead_code, reason = "each test file uses a part")]

use scrim_catalog::{ColumnType, Name};
use scrim_expr::{Expr, Refused, Scope, parse_expression, parse_predicate};

/// Reads a predicate over a table of every kind of column.
pub(crate) fn read(text: &str) -> Result<Expr, Refused> {
    with(None, |scope| parse_predicate(text, scope))
}

/// Reads the expression of a mask on a column of the same table.
pub(crate) fn read_mask(text: &str, column: &str) -> Result<Expr, Refused> {
    let column = Name::new(column).unwrap();
    with(Some(&column), |scope| parse_expression(text, scope))
}

fn with(masked: Option<&Name>, read: impl FnOnce(&Scope<'_>) -> Result<Expr, Refused>) -> Result<Expr, Refused> {
    let name = |text: &str| Name::new(text).unwrap();
    let columns: Vec<(Name, ColumnType)> = [
        ("id", "bigint"),
        ("n", "integer"),
        ("amount", "numeric(12,2)"),
        ("ratio", "double precision"),
        ("total", "numeric"),
        ("wide", "numeric(400,0)"),
        ("name", "varchar(80)"),
        ("email", "text"),
        ("code", "char(3)"),
        ("active", "boolean"),
        ("born", "date"),
        ("seen", "timestamp"),
        ("at", "timestamptz"),
        ("doc", "jsonb"),
        ("Mixed", "text"),
        ("we\"ird", "text"),
        ("user", "text"),
        ("café", "text"),
    ]
    .into_iter()
    .map(|(column, column_type)| (name(column), column_type.parse().unwrap()))
    .collect();
    let scope = Scope {
        columns: &columns,
        masked,
        tagged: &|tag| match tag {
            "pii.email" => vec![name("email")],
            "pii" => vec![name("email"), name("name")],
            "doc" => vec![name("doc")],
            "gone" => vec![name("dropped")],
            _ => vec![],
        },
        groups: &|group| matches!(group, "hr" | "legal" | "it's"),
        attributes: &|key| matches!(key, "region" | "clearance"),
        purposes: &|purpose| matches!(purpose, "billing" | "billing.invoices"),
    };
    read(&scope)
}

/// Runs on a stack of so many bytes, smaller than that of a worker thread.
pub(crate) fn on_small_stack(bytes: usize, work: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(bytes).spawn(work).unwrap().join().unwrap();
}
