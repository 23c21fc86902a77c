//! `POST /api/v1/notifications/read`.

use axum::extract::State;
use http::StatusCode;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::caller::{Caller, note};
use crate::json::Body;
use crate::{App, Problem};

/// Which news were read.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    /// The number of one; all of them when not said.
    id: Option<u64>,
}

pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    Body(which): Body<Which>,
) -> Result<StatusCode, Problem> {
    app.store().mark_read(caller.actor.name.as_str(), which.id, app.now()).await?;
    note(&app, &caller.doing("notification.read"), "the user's own", json!({ "id": which.id })).await;
    Ok(StatusCode::NO_CONTENT)
}
