//! `GET /api/v1/integrations/<name>/schemas`.

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use scrim_catalog::Kind;
use serde::Serialize;
use serde_json::json;

use super::opened;
use crate::actions::objects::change::name;
use crate::caller::{Caller, note};
use crate::deputy::{connect, silent};
use crate::json::{InPath, Query};
use crate::page::{Page, Paging};
use crate::{App, Problem};

/// A schema of the warehouse.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "WarehouseSchema")]
pub(crate) struct Schema {
    /// Its database, where views read several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) database: Option<String>,
    /// Its name.
    pub(crate) schema: String,
    /// Its owner.
    pub(crate) owner: String,
}

pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    InPath(text): InPath<String>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Schema>>, Problem> {
    let name = name(&text)?;
    let asked = caller.about("integration.schemas", Kind::Integration, &name);
    let (integration, by) = opened(&app, &caller, &asked, &name).await?;
    let (limit, after) = (paging.limit()?, paging.after()?);
    let warehouse = connect(&integration).await?;
    let found = warehouse.schemas().await.map_err(|error| silent(&integration, &error))?;
    let mut schemas: Vec<Schema> = found
        .into_iter()
        .map(|found| Schema {
            database: found.name.database.map(|database| database.to_string()),
            schema: found.name.schema.to_string(),
            owner: found.owner,
        })
        .collect();
    schemas.sort_by_key(key);
    let page = schemas.into_iter().filter(|schema| key(schema) > after).take(limit + 1).collect();
    note(&app, &asked, by, json!(null)).await;
    Ok(Json(Page::cut(page, limit, key)))
}

/// Names have no control characters.
fn key(schema: &Schema) -> String {
    format!("{}\n{}", schema.database.as_deref().unwrap_or_default(), schema.schema)
}
