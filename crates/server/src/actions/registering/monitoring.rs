//! `GET /api/v1/integrations/<name>/monitoring`.

use axum::Json;
use axum::extract::State;
use scrim_catalog::Kind;
use scrim_reconciler::Monitoring;

use crate::actions::objects::change::name;
use crate::caller::{Caller, note, refuse};
use crate::json::InPath;
use crate::rights::{Action, may};
use crate::{App, Problem};

pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    InPath(text): InPath<String>,
) -> Result<Json<Monitoring>, Problem> {
    let name = name(&text)?;
    let asked = caller.about("integration.monitoring", Kind::Integration, &name);
    let world = app.registry().world();
    let by = match may(&caller.actor, &world.catalog, Action::SeeSync).required() {
        Ok(by) => by,
        Err(problem) => return Err(refuse(&app, &asked, problem).await),
    };
    if !world.catalog.has(Kind::Integration, &name) {
        return Err(Problem::not_found(format!("there is no integration `{name}`")));
    }
    note(&app, &asked, by, serde_json::Value::Null).await;
    Ok(Json(Monitoring::of(app.store(), &name).await?))
}
