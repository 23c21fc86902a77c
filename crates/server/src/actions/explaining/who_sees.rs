//! `GET /api/v1/data-sources/<name>/who-sees`.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use scrim_catalog::{Kind, Name};
use scrim_policy::Viewers;
use serde::Deserialize;
use serde_json::json;

use crate::actions::objects::change::name;
use crate::caller::{Caller, note, permit, refuse};
use crate::compute::compute;
use crate::json::{InPath, Query};
use crate::past::{Then, at};
use crate::rights::{Action, may};
use crate::{App, Problem};

/// When.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
pub(crate) struct Wanted {
    /// As it was at this moment; as it is by default.
    as_of: Option<DateTime<Utc>>,
}

pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    InPath(text): InPath<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Viewers>, Problem> {
    let source = name(&text)?;
    let asked = caller.about("data-source.who-sees", Kind::DataSource, &source);
    let by = permit(&app, &caller, &asked, Action::WhoSees(&source)).await?;
    let then = at(&app, &caller.actor.name, wanted.as_of).await?;
    if let Err(problem) = known_then(&app, &caller, &then, &source).await {
        return Err(refuse(&app, &asked, problem).await);
    }
    note(&app, &asked, by, json!({ "as_of": wanted.as_of })).await;
    let viewers = compute(move || {
        let found = then.catalog.data_sources.get(&source);
        let found = found.ok_or_else(|| Problem::not_found(format!("there is no data source `{source}`")))?;
        scrim_policy::viewers(&then.catalog, found, then.at).map_err(|error| Problem::conflict(error.to_string()))
    });
    Ok(Json(viewers.await??))
}

/// Owners are told of what they owned then, too.
async fn known_then(app: &App, caller: &Caller, then: &Then, source: &Name) -> Result<(), Problem> {
    if !then.is_past() || !then.catalog.has(Kind::DataSource, source) {
        return then.same(app, &caller.actor, Kind::DataSource, source).await;
    }
    then.same(app, &caller.actor, Kind::DataSource, source).await?;
    may(&caller.actor, &then.catalog, Action::WhoSees(source)).required().map(|_| ())
}
