//! What every person sees of every table, and what the tour shows, compared with the reference evaluator.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use scrim_catalog::documents::{DataSource, Integration, User};
use scrim_catalog::{Catalog, ColumnType, Name, TableName};
use scrim_policy::evaluate::{Released, Row, World, evaluate};
use scrim_policy::{Facts, Merged, SaltKey, Value, decide, merge};
use scrim_sql::{PlanError, calls};
use tokio_postgres::Client;

use super::people::{Rows, rows};
use super::tour::{LIMIT, Stop};
use crate::failure::Failure;

/// A data source as it is, and what the policies make of it.
pub(crate) struct Known {
    source: DataSource,
    merged: Merged,
    raw: Vec<Row>,
    salts: BTreeMap<SaltKey, String>,
    released: Released,
    /// The view.
    pub(crate) view: TableName,
}

impl Known {
    /// Reads the whole table as the administrator.
    pub(crate) async fn read(
        admin: &Client,
        catalog: &Catalog,
        integration: &Integration,
        source: &DataSource,
    ) -> Result<Self, Failure> {
        let merged = merge(catalog, source)?;
        let table = source.table.value();
        let sql = calls::read(table, merged.columns.iter().map(|column| &column.name));
        let cells = |row: Vec<Option<String>>| {
            let row = merged.columns.iter().zip(row);
            row.map(|(column, cell)| Ok((column.name.clone(), value(cell, &column.column_type)?))).collect()
        };
        let raw: Vec<Row> = rows(admin, &sql).await?.into_iter().map(cells).collect::<Result<_, Failure>>()?;
        let released = Released::counted(&merged, &raw);
        let salts = salts(admin, integration).await?;
        let view = scrim_catalog::view_of(integration, source.view.as_ref().map(|view| view.value()), table);
        let view = view.ok_or_else(|| PlanError::NoViewName(source.name.value().clone()))?;
        Ok(Self { source: source.clone(), merged, raw, salts, released, view })
    }

    /// The rows that a user must see, by column in the order of the view.
    pub(crate) fn expected(&self, catalog: &Catalog, user: &User, login: &str, now: DateTime<Utc>) -> Vec<Vec<Value>> {
        let salt = |key: &SaltKey| self.salts.get(key).cloned().unwrap_or_default();
        let world = World { now, login, salt: &salt, lookups: &BTreeMap::new(), released: &self.released };
        let granted = decide(catalog, &self.source, user, now).granted;
        let seen = evaluate(&self.merged, granted, &Facts::of(catalog, user), &self.raw, &world);
        let row = |mut row: BTreeMap<Name, scrim_policy::evaluate::SeenCell>| {
            let cell = |name: &Name| row.remove(name).map_or(Value::Null, |cell| cell.value);
            self.merged.columns.iter().map(|column| &column.name).map(cell).collect()
        };
        seen.into_iter().map(row).collect()
    }

    /// The values of what the warehouse answered, for the columns of these names.
    pub(crate) fn values(&self, names: &[&str], answer: Rows) -> Result<Vec<Vec<Value>>, Failure> {
        let types: Vec<ColumnType> = names
            .iter()
            .filter_map(|name| Some(self.merged.columns.get(self.at(name)?)?.column_type.exposed()))
            .collect();
        let row = |row: Vec<Option<String>>| row.into_iter().zip(&types).map(|(cell, t)| value(cell, t)).collect();
        answer.into_iter().map(row).collect()
    }

    /// The query for all that a user sees.
    pub(crate) fn everything(&self) -> String {
        calls::read(&self.view, self.merged.columns.iter().map(|column| &column.name))
    }

    /// The names of all columns.
    pub(crate) fn columns(&self) -> Vec<&str> {
        self.merged.columns.iter().map(|column| column.name.as_str()).collect()
    }

    /// What a stop of the tour must show, out of the rows that the user must see.
    pub(crate) fn shown(&self, stop: &Stop, mut expected: Vec<Vec<Value>>) -> Vec<Vec<Value>> {
        let order = self.at(stop.order);
        expected.sort_by(|one, other| {
            let key = |row: &[Value]| {
                order.and_then(|at| row.get(at)).map(|value| match value {
                    Value::Number(number) => number.clone(),
                    _ => 0.into(),
                })
            };
            key(one).cmp(&key(other))
        });
        let cells = |row: Vec<Value>| stop.columns.iter().filter_map(|name| row.get(self.at(name)?).cloned()).collect();
        expected.into_iter().take(LIMIT).map(cells).collect()
    }

    fn at(&self, name: &str) -> Option<usize> {
        self.merged.columns.iter().position(|column| column.name.as_str() == name)
    }
}

/// Whether two sets of rows are the same, whatever their order.
pub(crate) fn same(mut one: Vec<Vec<Value>>, mut other: Vec<Vec<Value>>) -> bool {
    let text = |row: &Vec<Value>| row.iter().map(Value::to_string).collect::<Vec<_>>();
    one.sort_by_cached_key(text);
    other.sort_by_cached_key(text);
    one == other
}

fn value(cell: Option<String>, column_type: &ColumnType) -> Result<Value, Failure> {
    match cell {
        None => Ok(Value::Null),
        Some(text) => {
            Value::printed(&text, column_type).ok_or_else(|| Failure::Unreadable(text, column_type.to_string()))
        }
    }
}

/// Every salt, as the administrator may read them.
async fn salts(admin: &Client, integration: &Integration) -> Result<BTreeMap<SaltKey, String>, Failure> {
    let mut salts = BTreeMap::new();
    for row in admin.query(&calls::salts(integration), &[]).await? {
        // What is no name is no column's or tag's.
        if let Ok(name) = Name::new(row.try_get::<_, String>(1)?) {
            salts.insert(SaltKey { scope: row.try_get(0)?, name }, row.try_get(2)?);
        }
    }
    Ok(salts)
}
