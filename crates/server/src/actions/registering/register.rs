//! `POST /api/v1/integrations/<name>/register`.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use scrim_catalog::documents::{NewColumns, Owner, Permission};
use scrim_catalog::{At, Change, Document, Kind, Name, TableName};
use scrim_reconciler::{Registered, Registrar};
use scrim_registry::World;
use scrim_sql::located;
use scrim_warehouse::{ListedTable, SchemaName, WarehouseError};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::opened;
use crate::actions::objects::Writing;
use crate::actions::objects::change::{Wanted as Changes, make, name};
use crate::caller::{Caller, refuse};
use crate::deputy::{connect, may_read, silent};
use crate::json::{Body, InPath, Query};
use crate::{App, Problem};

/// How many tables one request may name.
const MOST: usize = 500;

/// What is to be registered, and how.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "TablesToRegister")]
pub(crate) struct Wanted {
    /// The tables: `[database.]schema.table`, as the list of tables has them; at most 500.
    #[schemars(length(min = 1, max = 500))]
    tables: Vec<TableName>,
    /// Who owns the data sources; the caller by default.
    #[serde(default)]
    owners: Vec<Owner>,
    /// Their tags.
    #[serde(default)]
    tags: Vec<Name>,
    /// What becomes of columns that come later.
    #[serde(default)]
    new_columns: NewColumns,
}

/// What became of the tables.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "TablesRegistered")]
pub(crate) struct Done {
    /// The number of the last event.
    sequence: u64,
    /// Whether anything was done.
    dry_run: bool,
    /// What became of each, in the order in which they were named.
    tables: Vec<Became>,
}

/// What became of a table.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "TableRegistered")]
pub(crate) struct Became {
    /// The table.
    table: String,
    /// The data source that it is now.
    #[serde(skip_serializing_if = "Option::is_none")]
    data_source: Option<String>,
    /// Why it is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// What somebody should know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    remarks: Vec<String>,
}

pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    InPath(text): InPath<String>,
    Query(writing): Query<Writing>,
    Body(wanted): Body<Wanted>,
) -> Result<Json<Done>, Problem> {
    let name = name(&text)?;
    let asked = caller.about("integration.register", Kind::Integration, &name);
    let (integration, _) = opened(&app, &caller, &asked, &name).await?;
    if wanted.tables.is_empty() || wanted.tables.len() > MOST {
        return Err(Problem::malformed(format!(
            "`tables` names {} tables, and must name 1 to {MOST}",
            wanted.tables.len()
        )));
    }
    let warehouse = connect(&integration).await?;
    let failed = |error: WarehouseError| silent(&integration, &error);
    let places: Vec<TableName> = wanted.tables.iter().map(|table| located(&integration, table)).collect();
    let schema_of = |table: &TableName| SchemaName { database: table.database.clone(), schema: table.schema.clone() };
    let named: BTreeSet<SchemaName> = places.iter().map(schema_of).collect();
    // Neither the system's schemas nor Scrim's own are among them.
    let known = warehouse.schemas().await.map_err(failed)?.into_iter().map(|found| found.name);
    let schemas: Vec<SchemaName> = known.filter(|schema| named.contains(schema)).collect();
    let listed: BTreeMap<TableName, ListedTable> = warehouse
        .listed(&schemas)
        .await
        .map_err(failed)?
        .into_iter()
        .map(|table| (table.name.clone(), table))
        .collect();
    let admin = caller.actor.has(Permission::ApplicationAdmin);
    let present = places.iter().filter(|place| !admin && listed.contains_key(*place)).cloned().collect();
    let catalog = app.registry().world().catalog.clone();
    let readable = may_read(&catalog, &caller.actor, &integration, &warehouse, &present).await?;
    let allowed: BTreeSet<TableName> = readable.into_iter().map(|(_, table)| table).collect();
    let owners = if wanted.owners.is_empty() {
        vec![Owner::User(At::nowhere(caller.actor.name.clone()))]
    } else {
        wanted.owners.clone()
    };
    let with = Registered { owners, tags: wanted.tags.clone(), new_columns: wanted.new_columns };
    let now = app.now();
    let mut became = Vec::new();
    let decide = |world: &World| {
        let mut registrar = Registrar::new(&world.catalog, &integration);
        let (mut changes, mut readable) = (Vec::new(), BTreeSet::new());
        became.clear();
        for (table, place) in wanted.tables.iter().zip(&places) {
            let made = match listed.get(place) {
                None => Err("there is no such table in a schema whose tables could be registered".to_owned()),
                Some(_) if !admin && !allowed.contains(place) => Err(
                    "your own warehouse user may not read the table, all of it: ask for SELECT, or an administrator to register it"
                        .to_owned(),
                ),
                Some(found) => registrar.register(found, &with, now),
            };
            let mut one = Became { table: table.to_string(), data_source: None, reason: None, remarks: vec![] };
            match made {
                Ok((source, remarks)) => {
                    one.data_source = Some(source.name.to_string());
                    one.remarks = remarks;
                    if !admin {
                        readable.insert((integration.name.value().clone(), source.table.value().clone()));
                    }
                    changes.push(Change::Put(Document::DataSource(Box::new(source))));
                }
                Err(reason) => one.reason = Some(reason),
            }
            became.push(one);
        }
        let details = json!({ "tables": became.iter().map(|one| &one.table).collect::<Vec<_>>() });
        Ok(Changes { changes, readable, details, ..Changes::default() })
    };
    let planned = make(&app, &caller, &asked, writing.dry_run, decide).await?;
    if became.iter().all(|one| one.data_source.is_none()) {
        // Nothing was made: whoever tried what they may not is found in the audit trail.
        let tried = became.iter().filter(|one| one.data_source.is_none()).count();
        let _ = refuse(&app, &asked, Problem::forbidden(format!("none of {tried} tables could be registered"))).await;
    }
    Ok(Json(Done { sequence: planned.sequence, dry_run: writing.dry_run, tables: became }))
}
