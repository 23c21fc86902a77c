//! `PUT` and `DELETE /api/v1/me/current-project`.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use schemars::JsonSchema;
use scrim_catalog::{At, Document, Kind, Name};
use scrim_registry::World;
use serde::Deserialize;
use serde_json::json;

use crate::actions::objects::Writing;
use crate::actions::objects::change::{answer, make, name};
use crate::actions::objects::known::{allowed, missing, project};
use crate::caller::Caller;
use crate::json::{Body, Query};
use crate::{App, Problem};

/// Under which project to act.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Switch {
    /// The project.
    #[schemars(with = "Name")]
    project: String,
}

pub(crate) async fn switch(
    State(app): State<App>,
    caller: Caller,
    Query(writing): Query<Writing>,
    Body(wanted): Body<Switch>,
) -> Result<Response, Problem> {
    let wanted = name(&wanted.project)?;
    change(&app, &caller, writing, Some(&wanted)).await
}

pub(crate) async fn none(
    State(app): State<App>,
    caller: Caller,
    Query(writing): Query<Writing>,
) -> Result<Response, Problem> {
    change(&app, &caller, writing, None).await
}

async fn change(app: &App, caller: &Caller, writing: Writing, wanted: Option<&Name>) -> Result<Response, Problem> {
    let own = &caller.actor.name;
    let asked = caller.about("user.switch-project", Kind::User, own);
    let decide = |world: &World| {
        if let Some(wanted) = wanted {
            let project = project(&caller.actor, &world.catalog, wanted, app.now())?;
            if !project.members.iter().any(|member| member.user.value() == own) {
                return Err(Problem::forbidden(format!(
                    "you are not a member of the project `{wanted}`: join it first"
                )));
            }
        }
        let mut user = world.catalog.users.get(own).map(|stored| stored.item.clone()).ok_or_else(missing)?;
        user.current_project = wanted.cloned().map(At::nowhere);
        Ok(allowed(Document::User(Box::new(user)), "the user's own", json!({ "project": wanted })))
    };
    let planned = make(app, caller, &asked, writing.dry_run, decide).await?;
    Ok(answer(&planned, writing.dry_run, StatusCode::OK, None))
}
