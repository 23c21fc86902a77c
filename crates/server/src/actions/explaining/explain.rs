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
use crate::compute::compute;
use crate::json::{InPath, Query};
use crate::past::{Then, at};
use crate::rights::{Action, may, may_read};
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
    let then = at(&app, &caller.actor.name, wanted.as_of).await?;
    if let Err(problem) = known_then(&app, &caller, &then, &source, &user).await {
        return Err(refuse(&app, &asked, problem).await);
    }
    note(&app, &asked, by, json!({ "user": user, "as_of": wanted.as_of })).await;
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

/// Of the past is told what could have been known of it then, and of what has the same name only by chance, nothing.
async fn known_then(app: &App, caller: &Caller, then: &Then, source: &Name, user: &Name) -> Result<(), Problem> {
    if !then.is_past() {
        return Ok(());
    }
    let actor = &caller.actor;
    then.same(app, actor, Kind::DataSource, source).await?;
    then.same(app, actor, Kind::User, user).await?;
    may_read(actor, &then.catalog, Kind::DataSource, source, then.at).required()?;
    may(actor, &then.catalog, Action::Explain { user, source }).required().map(|_| ())
}
