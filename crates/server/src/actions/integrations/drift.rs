//! `POST /api/v1/integrations/<name>/drift`.

use axum::Json;
use axum::extract::State;
use scrim_catalog::Kind;
use scrim_sync::Difference;
use scrim_warehouse::Warehouse;
use serde_json::Value;

use crate::actions::objects::change::name;
use crate::caller::{Caller, note, permit};
use crate::json::InPath;
use crate::rights::Action;
use crate::{App, Problem};

pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    InPath(text): InPath<String>,
) -> Result<Json<Vec<Difference>>, Problem> {
    let name = name(&text)?;
    let asked = caller.about("integration.drift", Kind::Integration, &name);
    let by = permit(&app, &caller, &asked, Action::SeeSync).await?;
    let world = app.registry().world();
    let integration = world.catalog.integrations.get(&name);
    let integration = integration.ok_or_else(|| Problem::not_found(format!("there is no integration `{name}`")))?;
    note(&app, &asked, by, Value::Null).await;
    let warehouse = Warehouse::connect(integration).await.map_err(|error| Problem::conflict(error.to_string()))?;
    let found = scrim_sync::differences(&warehouse, &world.catalog, integration, app.now()).await;
    found.map(Json).map_err(|error| Problem::conflict(error.to_string()))
}
