//! `PUT` and `DELETE /api/v1/projects/<name>/requested-purposes/<purpose>`.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use schemars::JsonSchema;
use scrim_catalog::documents::PurposeRequest;
use scrim_catalog::{At, Document, Kind};
use scrim_registry::World;
use serde::Deserialize;
use serde_json::json;

use crate::actions::objects::Writing;
use crate::actions::objects::change::{answer, make, name};
use crate::actions::objects::known::{allowed, project, words};
use crate::caller::Caller;
use crate::json::{Body, InPath, Query};
use crate::{App, Problem};

/// Why somebody asks.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wish {
    /// Why; whoever decides reads it.
    #[schemars(with = "Option<crate::forms::Words>")]
    reason: Option<String>,
}

pub(crate) async fn ask(
    State(app): State<App>,
    caller: Caller,
    InPath((text, purpose)): InPath<(String, String)>,
    Query(writing): Query<Writing>,
    Body(wish): Body<Wish>,
) -> Result<Response, Problem> {
    let (whose, purpose) = (name(&text)?, name(&purpose)?);
    let reason = wish.reason.map(|reason| words(&reason, "reason")).transpose()?;
    let asked = caller.about("project.request-purpose", Kind::Project, &whose);
    let (actor, now) = (&caller.actor, app.now());
    let decide = |world: &World| {
        let mut project = project(actor, &world.catalog, &whose, now)?;
        let by = if actor.is_among(&project.owners) {
            "owner of the project"
        } else if project.members.iter().any(|member| *member.user.value() == actor.name) {
            "member of the project"
        } else {
            return Err(Problem::forbidden("this needs to own the project, or to be a member of it"));
        };
        if project.purposes.iter().any(|one| *one.value() == purpose) {
            return Err(Problem::conflict(format!("the project `{whose}` has the purpose `{purpose}` already")));
        }
        // Who asked first stays who asked: otherwise they could decide about it.
        if !project.requested_purposes.iter().any(|request| *request.purpose.value() == purpose) {
            project.requested_purposes.push(PurposeRequest {
                purpose: At::nowhere(purpose.clone()),
                by: At::nowhere(actor.name.clone()),
                at: now,
                reason: reason.clone(),
            });
        }
        let details = json!({ "purpose": purpose, "reason": reason });
        Ok(allowed(Document::Project(Box::new(project)), by, details))
    };
    let planned = make(&app, &caller, &asked, writing.dry_run, decide).await?;
    Ok(answer(&planned, writing.dry_run, StatusCode::OK, None))
}

pub(crate) async fn withdraw(
    State(app): State<App>,
    caller: Caller,
    InPath((text, purpose)): InPath<(String, String)>,
    Query(writing): Query<Writing>,
) -> Result<Response, Problem> {
    let (whose, purpose) = (name(&text)?, name(&purpose)?);
    let asked = caller.about("project.withdraw-purpose", Kind::Project, &whose);
    let (actor, now) = (&caller.actor, app.now());
    let decide = |world: &World| {
        let mut project = project(actor, &world.catalog, &whose, now)?;
        let request = project.requested_purposes.iter().find(|request| *request.purpose.value() == purpose);
        let own = request.is_some_and(|request| *request.by.value() == actor.name);
        if !own && !actor.is_among(&project.owners) {
            return Err(Problem::forbidden("this needs to be who asked, or to own the project"));
        }
        if request.is_none() {
            return Err(Problem::not_found(format!("nobody asks for the purpose `{purpose}` on `{whose}`")));
        }
        project.requested_purposes.retain(|request| *request.purpose.value() != purpose);
        let by = if own { "the user's own" } else { "owner of the project" };
        Ok(allowed(Document::Project(Box::new(project)), by, json!({ "purpose": purpose })))
    };
    let planned = make(&app, &caller, &asked, writing.dry_run, decide).await?;
    Ok(answer(&planned, writing.dry_run, StatusCode::OK, None))
}
