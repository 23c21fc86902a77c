//! Statements that make the tables of policy tests, in a PostgreSQL of their own.

use scrim_catalog::{ColumnType, Name, TableName};

use crate::quote::{ident, literal};

/// A table with rows, each cell as text; none is NULL.
#[derive(Clone, Debug)]
pub struct Table {
    /// Its name; the database does not matter.
    pub name: TableName,
    /// Its columns.
    pub columns: Vec<(Name, ColumnType)>,
    /// Its rows.
    pub rows: Vec<Vec<Option<String>>>,
}

/// The statements that make a table and fill it.
pub fn table(table: &Table) -> Vec<String> {
    let (schema, name) = (ident(&table.name.schema), ident(&table.name.table));
    let column = |(name, column_type): &(Name, ColumnType)| format!("{} {}", ident(name), type_name(column_type));
    let columns: Vec<String> = table.columns.iter().map(column).collect();
    let mut statements = vec![
        format!("CREATE SCHEMA IF NOT EXISTS {schema}"),
        format!("CREATE TABLE {schema}.{name} ({})", columns.join(", ")),
    ];
    for row in &table.rows {
        let cells = row.iter().map(|cell| cell.as_deref().map_or_else(|| "NULL".to_owned(), literal));
        statements.push(format!("INSERT INTO {schema}.{name} VALUES ({})", cells.collect::<Vec<_>>().join(", ")));
    }
    statements
}

/// The statement that makes a salt known.
pub fn salt(system_schema: &str, scope: &str, name: &Name, salt: &str) -> String {
    format!(
        "INSERT INTO {}.salt (source, column_name, salt) VALUES ({}, {}, {})",
        ident(system_schema),
        literal(scope),
        literal(name),
        literal(salt)
    )
}

/// The statement that forgets everybody.
pub fn nobody(system_schema: &str) -> String {
    format!("DELETE FROM {}.profile", ident(system_schema))
}

/// The statement by which an administrator becomes somebody.
pub fn act_as(login: &str) -> String {
    format!("SET SESSION AUTHORIZATION {}", ident(login))
}

/// A type in PostgreSQL; types that only Redshift has become those that hold their text.
fn type_name(column_type: &ColumnType) -> String {
    match column_type {
        ColumnType::Other(name) => match name.as_str() {
            "super" => "jsonb".to_owned(),
            "varbyte" => "bytea".to_owned(),
            "geometry" | "geography" | "hllsketch" => "text".to_owned(),
            _ => name.clone(),
        },
        other => other.to_string(),
    }
}
