//! `GET /api/v1/integrations/<name>/tables`.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use scrim_catalog::documents::Permission;
use scrim_catalog::{Kind, TableName};
use scrim_reconciler::Registrar;
use scrim_warehouse::{ListedTable, Relation, SchemaName, WarehouseError};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::opened;
use crate::actions::objects::change::name;
use crate::caller::{Caller, note};
use crate::deputy::{connect, may_read, silent};
use crate::json::{InPath, Query};
use crate::page::{Page, Paging};
use crate::{App, Problem};

/// Which of them.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct Wanted {
    /// Of which schema.
    schema: String,
    /// In which database, where views read several; the integration's own by default.
    database: Option<String>,
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
    /// How many entries at most; 1 to 1000.
    #[schemars(range(min = 1, max = 1000))]
    limit: Option<usize>,
}

/// A table of the warehouse.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "WarehouseTable")]
pub(crate) struct Table {
    /// Its name, as it is registered.
    table: String,
    /// `table`, `view`, `materialized_view` or `foreign`.
    relation: &'static str,
    /// Its owner.
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<String>,
    /// The data source that it is, if it is registered.
    #[serde(skip_serializing_if = "Option::is_none")]
    data_source: Option<String>,
    /// Whether Scrim's owner role may read it; otherwise somebody has to grant it.
    granted: bool,
    /// Whether the caller may register it.
    allowed: bool,
    /// Its columns.
    columns: Vec<Column>,
}

/// A column of a table.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "WarehouseColumn")]
pub(crate) struct Column {
    /// Its name.
    name: String,
    /// Its type, as the warehouse writes it.
    #[serde(rename = "type")]
    column_type: String,
}

pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    InPath(text): InPath<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Page<Table>>, Problem> {
    let name = name(&text)?;
    let asked = caller.about("integration.tables", Kind::Integration, &name);
    let (integration, by) = opened(&app, &caller, &asked, &name).await?;
    let paging = Paging { cursor: wanted.cursor.clone(), limit: wanted.limit };
    let (limit, after) = (paging.limit()?, paging.after()?);
    let warehouse = connect(&integration).await?;
    let failed = |error: WarehouseError| silent(&integration, &error);
    // Only what may be governed is listed: neither the system's schemas nor Scrim's own.
    let known = warehouse.schemas().await.map_err(failed)?.into_iter().map(|found| found.name);
    let meant = |schema: &SchemaName| {
        let database = wanted.database.as_deref().unwrap_or(integration.database.as_str());
        schema.schema.as_str() == wanted.schema
            && schema.database.as_ref().is_none_or(|known| known.eq_ignore_ascii_case(database))
    };
    let schemas: Vec<SchemaName> = known.filter(meant).collect();
    if schemas.is_empty() {
        return Err(Problem::not_found(format!(
            "there is no schema `{}` whose tables could be registered",
            wanted.schema
        )));
    }
    let mut listed = warehouse.listed(&schemas).await.map_err(failed)?;
    listed.sort_by(|one, other| one.name.table.cmp(&other.name.table));
    let page: Vec<ListedTable> =
        listed.into_iter().filter(|table| *table.name.table > *after).take(limit + 1).collect();
    let catalog = app.registry().world().catalog.clone();
    let names: BTreeSet<TableName> = page.iter().map(|table| table.name.clone()).collect();
    let admin = caller.actor.has(Permission::ApplicationAdmin);
    let asked_for = if admin { BTreeSet::new() } else { names };
    let readable = may_read(&catalog, &caller.actor, &integration, &warehouse, &asked_for).await?;
    let readable: BTreeSet<TableName> = readable.into_iter().map(|(_, table)| table).collect();
    let registrar = Registrar::new(&catalog, &integration);
    let page = Page::cut(page, limit, |table| table.name.table.to_string());
    let items = page.items.into_iter().map(|table| Table {
        relation: match table.relation {
            Relation::Table => "table",
            Relation::View => "view",
            Relation::MaterializedView => "materialized_view",
            Relation::Foreign => "foreign",
        },
        data_source: registrar.registered(&table.name).map(ToString::to_string),
        allowed: admin || readable.contains(&table.name),
        granted: table.readable,
        owner: table.identity.owner,
        columns: table
            .columns
            .into_iter()
            .map(|column| Column { name: column.name, column_type: column.column_type })
            .collect(),
        table: table.name.to_string(),
    });
    let page = Page { items: items.collect(), next: page.next };
    note(&app, &asked, by, json!({ "schema": wanted.schema, "count": page.items.len() })).await;
    Ok(Json(page))
}
