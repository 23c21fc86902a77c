//! Samples of tables.

use std::collections::BTreeMap;

use scrim_catalog::{FoundColumn, TableName};
use scrim_sql::calls::redshift::COLUMNS;

use super::look::Cells;
use super::{Redshift, while_doing};
use crate::error::WarehouseError;
use crate::found::SampledColumn;

impl Redshift {
    pub(crate) async fn sample(
        &mut self,
        table: &TableName,
        columns: &[FoundColumn],
        rows: u32,
    ) -> Result<BTreeMap<String, SampledColumn>, WarehouseError> {
        let forms: Vec<(char, &str)> =
            columns.iter().filter_map(|column| Some((form(&column.column_type)?, column.name.as_str()))).collect();
        let lower = |name: &str| name.to_ascii_lowercase();
        let database = table.database.as_ref().map(|name| lower(name));
        let mut sampled: BTreeMap<String, SampledColumn> = BTreeMap::new();
        for forms in forms.chunks(COLUMNS) {
            let take = self.calls.sample(database.as_deref(), &lower(&table.schema), &lower(&table.table), forms, rows);
            let taken = self.home.glimpse(&take, &self.calls.taken()).await.map_err(while_doing("sampling a table"))?;
            for row in taken {
                let cells = Cells { row: &row, what: "the sample of a table" };
                let place: usize = cells.number(0)?;
                let Some((_, name)) = place.checked_sub(1).and_then(|at| forms.get(at)) else { continue };
                let column = sampled.entry((*name).to_owned()).or_default();
                column.rows = cells.number(3)?;
                match cells.maybe(1) {
                    Some(value) => column.values.push((value.to_owned(), cells.number(2)?)),
                    None => column.nulls = cells.number(2)?,
                }
            }
        }
        Ok(sampled)
    }
}

/// How values of a type become text; none where they have none.
fn form(column_type: &str) -> Option<char> {
    let name = column_type.split('(').next().unwrap_or_default().trim_end();
    match name {
        "boolean" | "bool" => Some('b'),
        "super" => Some('s'),
        "timestamp with time zone" | "timestamptz" => Some('z'),
        "smallint"
        | "integer"
        | "bigint"
        | "numeric"
        | "decimal"
        | "real"
        | "double precision"
        | "character varying"
        | "character"
        | "varchar"
        | "char"
        | "text"
        | "date"
        | "timestamp without time zone"
        | "timestamp"
        | "time without time zone"
        | "time" => Some('t'),
        _ => None,
    }
}
