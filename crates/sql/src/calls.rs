//! The statements that Scrim's login runs in an installed warehouse.

pub mod postgresql;
pub mod redshift;

use scrim_catalog::documents::Integration;
use scrim_catalog::{Name, TableName};

use crate::quote::ident;

/// Reads columns of a relation.
pub fn read<'a>(relation: &TableName, columns: impl IntoIterator<Item = &'a Name>) -> String {
    let columns: Vec<String> = columns.into_iter().map(|name| ident(name)).collect();
    format!("SELECT {} FROM {}.{}", columns.join(", "), ident(&relation.schema), ident(&relation.table))
}

/// Every salt, as an administrator may read them: scope, name, salt.
pub fn salts(integration: &Integration) -> String {
    format!("SELECT s.source, s.column_name, s.salt FROM {}.salt AS s", ident(&integration.system_schema()))
}
