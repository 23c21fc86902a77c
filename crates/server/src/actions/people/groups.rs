//! `PUT` and `DELETE /api/v1/users/<name>/groups/<group>`.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use scrim_catalog::{At, Document, Kind};
use scrim_registry::World;
use serde_json::json;

use crate::actions::objects::Writing;
use crate::actions::objects::change::{answer, make, name};
use crate::actions::objects::known::{put, user};
use crate::caller::Caller;
use crate::json::{InPath, Query};
use crate::{App, Problem};

pub(crate) async fn add(
    State(app): State<App>,
    caller: Caller,
    InPath((text, group)): InPath<(String, String)>,
    Query(writing): Query<Writing>,
) -> Result<Response, Problem> {
    let (whose, group) = (name(&text)?, name(&group)?);
    let asked = caller.about("user.group.add", Kind::User, &whose);
    let decide = |world: &World| {
        let mut user = user(&caller.actor, &world.catalog, &whose, app.now())?;
        if !user.groups.iter().any(|one| *one.value() == group) {
            user.groups.push(At::nowhere(group.clone()));
        }
        Ok(put(Document::User(Box::new(user)), json!({ "group": group })))
    };
    let planned = make(&app, &caller, &asked, writing.dry_run, decide).await?;
    Ok(answer(&planned, writing.dry_run, StatusCode::OK, None))
}

pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    InPath((text, group)): InPath<(String, String)>,
    Query(writing): Query<Writing>,
) -> Result<Response, Problem> {
    let (whose, group) = (name(&text)?, name(&group)?);
    let asked = caller.about("user.group.remove", Kind::User, &whose);
    let decide = |world: &World| {
        let mut user = user(&caller.actor, &world.catalog, &whose, app.now())?;
        // Also when they are not in it: doing it again changes nothing, and only who may is told so.
        user.groups.retain(|one| *one.value() != group);
        Ok(put(Document::User(Box::new(user)), json!({ "group": group })))
    };
    let planned = make(&app, &caller, &asked, writing.dry_run, decide).await?;
    Ok(answer(&planned, writing.dry_run, StatusCode::OK, None))
}
