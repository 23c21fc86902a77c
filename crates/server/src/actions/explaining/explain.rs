//! `GET /api/v1/data-sources/<name>/explain`.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use scrim_catalog::{Kind, Name};
use scrim_policy::Explanation;
use serde::Deserialize;
use serde_json::json;

use crate::actions::objects::change::name;
use crate::caller::{Caller, note, permit, refuse};
use crate::compute::{at, compute};
use crate::json::{InPath, Query};
use crate::rights::{Action, may_read};
use crate::{App, Problem};

/// Of whom, and when.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct Wanted {
    /// The user.
    #[schemars(with = "Name")]
    user: String,
    /// Only this column.
    #[schemars(with = "Option<Name>")]
    column: Option<String>,
    /// As it was at this moment; as it is by default.
    as_of: Option<DateTime<Utc>>,
}

pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    InPath(text): InPath<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Explanation>, Problem> {
    let (source, user) = (name(&text)?, name(&wanted.user)?);
    let asked = caller.about("data-source.explain", Kind::DataSource, &source);
    let by = permit(&app, &caller, &asked, Action::Explain { user: &user, source: &source }).await?;
    // People ask about themselves, but not whether there is something that they may not know of.
    let world = app.registry().world();
    if let Err(problem) = may_read(&caller.actor, &world.catalog, Kind::DataSource, &source, app.now()).required() {
        return Err(refuse(&app, &asked, problem).await);
    }
    note(&app, &asked, by, json!({ "user": user, "as_of": wanted.as_of })).await;
    let then = at(&app, wanted.as_of).await?;
    let mut explanation = compute(move || {
        let found = then.catalog.data_sources.get(&source);
        let found = found.ok_or_else(|| Problem::not_found(format!("there is no data source `{source}`")))?;
        let person = then.catalog.users.get(&user);
        let person = person.ok_or_else(|| Problem::not_found(format!("there is no user `{user}`")))?;
        scrim_policy::explain(&then.catalog, found, person, then.at)
            .map_err(|error| Problem::conflict(error.to_string()))
    })
    .await??;
    if let Some(column) = &wanted.column {
        explanation.columns.retain(|one| one.name.as_str() == column);
        if explanation.columns.is_empty() {
            return Err(Problem::not_found(format!("there is no column `{column}`")));
        }
    }
    Ok(Json(explanation))
}
