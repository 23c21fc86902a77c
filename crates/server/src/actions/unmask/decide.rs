//! `POST /api/v1/unmask-requests/<name>/approve` and `/deny`.

use axum::extract::State;
use axum::response::Response;
use chrono::TimeDelta;
use http::StatusCode;
use schemars::JsonSchema;
use scrim_catalog::documents::UnmaskState;
use scrim_catalog::{At, Document, Kind, Name};
use scrim_registry::World;
use serde::Deserialize;
use serde_json::json;

use crate::actions::objects::Writing;
use crate::actions::objects::change::{answer, make, name};
use crate::actions::objects::known::{allowed, known, missing, words};
use crate::caller::Caller;
use crate::json::{Body, InPath, Query};
use crate::rights::{Action, may};
use crate::{App, Problem};

/// For how long what was allowed may be fetched.
const FETCHED_WITHIN: TimeDelta = TimeDelta::hours(24);

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
    InPath(text): InPath<String>,
    Query(writing): Query<Writing>,
) -> Result<Response, Problem> {
    decide(&app, &caller, &name(&text)?, writing, None).await
}

pub(crate) async fn deny(
    State(app): State<App>,
    caller: Caller,
    InPath(text): InPath<String>,
    Query(writing): Query<Writing>,
    Body(no): Body<No>,
) -> Result<Response, Problem> {
    let reason = words(&no.reason, "reason")?;
    decide(&app, &caller, &name(&text)?, writing, Some(reason)).await
}

/// Allows it, or denies it for a reason.
async fn decide(
    app: &App,
    caller: &Caller,
    decided: &Name,
    writing: Writing,
    denied: Option<String>,
) -> Result<Response, Problem> {
    let verb = if denied.is_some() { "unmask-request.deny" } else { "unmask-request.approve" };
    let asked = caller.about(verb, Kind::UnmaskRequest, decided);
    let (actor, now) = (&caller.actor, app.now());
    let decide = |world: &World| {
        known(actor, &world.catalog, Kind::UnmaskRequest, decided, now)?;
        let request = world.catalog.unmask_requests.get(decided).ok_or_else(missing)?;
        let mut request = request.item.clone();
        let action = Action::Unmask { source: &request.data_source, requester: &request.user };
        let by = may(actor, &world.catalog, action).required()?;
        if request.state != UnmaskState::Requested {
            return Err(Problem::conflict("this is no open request: somebody has decided"));
        }
        request.state = if denied.is_some() { UnmaskState::Denied } else { UnmaskState::Approved };
        request.decided_by = Some(At::nowhere(actor.name.clone()));
        request.decided = Some(now);
        request.expires = denied.is_none().then_some(now + FETCHED_WITHIN);
        request.answer.clone_from(&denied);
        let details = json!({ "user": request.user, "data_source": request.data_source, "column": request.column });
        Ok(allowed(Document::UnmaskRequest(Box::new(request)), by, details))
    };
    let planned = make(app, caller, &asked, writing.dry_run, decide).await?;
    Ok(answer(&planned, writing.dry_run, StatusCode::OK, None))
}
