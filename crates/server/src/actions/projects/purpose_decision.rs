//! `POST /api/v1/projects/<name>/requested-purposes/<purpose>/approve` and `/deny`.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use schemars::JsonSchema;
use scrim_catalog::documents::{Acknowledged, Project, RefusedPurpose};
use scrim_catalog::{At, Document, Kind, Name};
use scrim_registry::World;
use serde::Deserialize;
use serde_json::json;

use crate::actions::objects::Writing;
use crate::actions::objects::change::{answer, make, name};
use crate::actions::objects::known::{allowed, project, words};
use crate::caller::Caller;
use crate::json::{Body, InPath, Query};
use crate::rights::{Action, may};
use crate::{App, Problem};

/// Somebody's no.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct No {
    /// The reason; who asked reads it.
    #[schemars(with = "crate::forms::Words")]
    reason: String,
}

pub(crate) async fn approve(
    State(app): State<App>,
    caller: Caller,
    InPath((text, purpose)): InPath<(String, String)>,
    Query(writing): Query<Writing>,
) -> Result<Response, Problem> {
    decide(&app, &caller, &name(&text)?, &name(&purpose)?, writing, None).await
}

pub(crate) async fn deny(
    State(app): State<App>,
    caller: Caller,
    InPath((text, purpose)): InPath<(String, String)>,
    Query(writing): Query<Writing>,
    Body(no): Body<No>,
) -> Result<Response, Problem> {
    let reason = words(&no.reason, "reason")?;
    decide(&app, &caller, &name(&text)?, &name(&purpose)?, writing, Some(&reason)).await
}

/// Approves it, or denies it for a reason.
async fn decide(
    app: &App,
    caller: &Caller,
    whose: &Name,
    purpose: &Name,
    writing: Writing,
    denied: Option<&str>,
) -> Result<Response, Problem> {
    let verb = if denied.is_some() { "project.deny-purpose" } else { "project.approve-purpose" };
    let asked = caller.about(verb, Kind::Project, whose);
    let now = app.now();
    let decide = |world: &World| {
        let mut project = project(&caller.actor, &world.catalog, whose, now)?;
        let request = project.requested_purposes.iter().find(|request| request.purpose.value() == purpose).cloned();
        // Also where nobody asked, who may not decide is told no more than that.
        let requester = request.as_ref().map_or("", |request| request.by.as_str());
        let by = may(&caller.actor, &world.catalog, Action::ApprovePurpose { requester }).required()?;
        let Some(request) = request else {
            return Err(Problem::not_found(format!("nobody asks for the purpose `{purpose}` on `{whose}`")));
        };
        project.requested_purposes.retain(|request| request.purpose.value() != purpose);
        match denied {
            None => add(&mut project, purpose),
            Some(reason) => {
                // The last no stands.
                project.refused_purposes.retain(|refused| refused.purpose.value() != purpose);
                project.refused_purposes.push(RefusedPurpose {
                    purpose: request.purpose.clone(),
                    by: request.by.clone(),
                    refused_by: At::nowhere(caller.actor.name.clone()),
                    at: now,
                    answer: Some(reason.to_owned()),
                });
            }
        }
        let details = json!({ "purpose": purpose, "requested_by": request.by, "reason": denied });
        Ok(allowed(Document::Project(Box::new(project)), by, details))
    };
    let planned = make(app, caller, &asked, writing.dry_run, decide).await?;
    Ok(answer(&planned, writing.dry_run, StatusCode::OK, None))
}

/// Adds a purpose; whoever has acknowledged every purpose has acknowledged those until now.
fn add(project: &mut Project, purpose: &Name) {
    for member in &mut project.members {
        if member.acknowledged == Acknowledged::All(true) {
            member.acknowledged = Acknowledged::Purposes(project.purposes.clone());
        }
    }
    if !project.purposes.iter().any(|one| one.value() == purpose) {
        project.purposes.push(At::nowhere(purpose.clone()));
    }
}
