//! `POST /api/v1/users/<name>/disable` and `/enable`.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use scrim_catalog::{Document, Kind};
use scrim_registry::World;
use serde_json::Value;

use crate::actions::objects::Writing;
use crate::actions::objects::change::{answer, make, name};
use crate::actions::objects::known::{put, user};
use crate::caller::Caller;
use crate::json::{InPath, Query};
use crate::{App, Problem};

pub(crate) async fn disable(
    app: State<App>,
    caller: Caller,
    path: InPath<String>,
    query: Query<Writing>,
) -> Result<Response, Problem> {
    change(true, app, caller, path, query).await
}

pub(crate) async fn enable(
    app: State<App>,
    caller: Caller,
    path: InPath<String>,
    query: Query<Writing>,
) -> Result<Response, Problem> {
    change(false, app, caller, path, query).await
}

async fn change(
    disabled: bool,
    State(app): State<App>,
    caller: Caller,
    InPath(text): InPath<String>,
    Query(writing): Query<Writing>,
) -> Result<Response, Problem> {
    let whose = name(&text)?;
    let asked = caller.about(if disabled { "user.disable" } else { "user.enable" }, Kind::User, &whose);
    let decide = |world: &World| {
        let mut user = user(&caller.actor, &world.catalog, &whose, app.now())?;
        user.disabled = disabled;
        Ok(put(Document::User(Box::new(user)), Value::Null))
    };
    let planned = make(&app, &caller, &asked, writing.dry_run, decide).await?;
    Ok(answer(&planned, writing.dry_run, StatusCode::OK, None))
}
