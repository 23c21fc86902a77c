//! Samples of tables.

use std::collections::BTreeMap;
use std::time::Duration;

use scrim_catalog::{FoundColumn, TableName};

use super::Postgresql;
use crate::error::WarehouseError;
use crate::found::{SampledColumn, SampledRow};

/// Long enough for a page of any table, and too short for a view that works through all of it for its first rows.
const HURRY: Duration = Duration::from_secs(30);

impl Postgresql {
    pub(crate) async fn sample(
        &mut self,
        table: &TableName,
        columns: &[FoundColumn],
        rows: u32,
    ) -> Result<BTreeMap<String, SampledColumn>, WarehouseError> {
        let failed = WarehouseError::statement("sampling a table");
        let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        let rows = i32::try_from(rows).unwrap_or(i32::MAX);
        let apart = self.apart().await?;
        let parameters: [&(dyn tokio_postgres::types::ToSql + Sync); 4] =
            [&table.schema.as_str(), &table.table.as_str(), &names, &rows];
        let found = self.in_time(&apart, HURRY, apart.client.query(&self.calls.sample, &parameters)).await?;
        let found = found.map_err(&failed)?;
        let mut sampled: BTreeMap<String, SampledColumn> = BTreeMap::new();
        for row in found {
            let column = sampled.entry(row.try_get(0).map_err(&failed)?).or_default();
            let count = |at: usize| row.try_get::<_, i64>(at).map(i64::unsigned_abs).map_err(&failed);
            column.rows = count(3)?;
            match row.try_get::<_, Option<String>>(1).map_err(&failed)? {
                Some(value) => column.values.push((value, count(2)?)),
                None => column.nulls = count(2)?,
            }
        }
        Ok(sampled)
    }

    /// Nothing where the data source has no view with these columns that is open.
    pub(crate) async fn sample_rows(
        &mut self,
        key: &str,
        columns: &[&str],
        rows: u32,
    ) -> Result<Option<Vec<SampledRow>>, WarehouseError> {
        let failed = WarehouseError::statement("reading rows of a table");
        let rows = i32::try_from(rows).unwrap_or(i32::MAX);
        let apart = self.apart().await?;
        let parameters: [&(dyn tokio_postgres::types::ToSql + Sync); 3] = [&key, &columns, &rows];
        let found = match self.in_time(&apart, HURRY, apart.client.query(&self.calls.sample_rows, &parameters)).await? {
            Ok(found) => found,
            Err(error) => match error.as_db_error().map(|server| server.code().code()) {
                Some("SC008") => return Ok(None),
                // Its words may be values of rows, or whatever who owns the table has it say.
                Some(code) => return Err(WarehouseError::Unreadable(code.to_owned())),
                None => return Err(failed(error)),
            },
        };
        let mut sampled: BTreeMap<i64, SampledRow> = BTreeMap::new();
        for row in found {
            let number = row.try_get(0).map_err(&failed)?;
            let (column, value) = (row.try_get(1).map_err(&failed)?, row.try_get(2).map_err(&failed)?);
            sampled.entry(number).or_default().insert(column, value);
        }
        Ok(Some(sampled.into_values().collect()))
    }
}
