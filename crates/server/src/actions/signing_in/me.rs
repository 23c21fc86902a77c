//! `GET /api/v1/me`.

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;

use crate::caller::Caller;
use crate::{App, Problem};

/// Who is signed in.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Me {
    /// The user.
    user: String,
    /// What they may do in Scrim, as far as the token lets them.
    permissions: Vec<&'static str>,
    /// The groups they are in.
    groups: Vec<String>,
    /// The project under which they act.
    current_project: Option<String>,
    /// How many notifications they have not read.
    unread: u64,
}

pub(crate) async fn run(State(app): State<App>, caller: Caller) -> Result<Json<Me>, Problem> {
    let world = app.registry().world();
    let user = world.catalog.users.get(&caller.actor.name);
    Ok(Json(Me {
        user: caller.actor.name.to_string(),
        permissions: caller.actor.permissions().collect(),
        groups: user.iter().flat_map(|user| &user.groups).map(ToString::to_string).collect(),
        current_project: user.and_then(|user| user.current_project.as_ref()).map(ToString::to_string),
        unread: app.store().unread(&caller.actor.name).await?,
    }))
}
