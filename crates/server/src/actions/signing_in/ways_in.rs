//! `GET /api/v1/ways-in`: what a page for signing in must know before anybody is.

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;

use crate::actions::setup;
use crate::{App, Problem};

/// How people sign in here. Everybody may know of it: nothing else of the service is told.
#[derive(Serialize, JsonSchema)]
pub(crate) struct WaysIn {
    /// Whether local accounts sign in with a password: `POST /api/v1/session`.
    password: bool,
    /// The providers of OpenID Connect, by the name in `/api/v1/oidc/{provider}/start`.
    oidc: Vec<String>,
    /// Whether the first administrator is still to be made, with the token of the setup: `POST /api/v1/setup`.
    setup: bool,
}

pub(crate) async fn run(State(app): State<App>) -> Result<Json<WaysIn>, Problem> {
    let setup = setup::is_open(&app).await?;
    Ok(Json(WaysIn { password: true, oidc: app.oidc().names().map(str::to_owned).collect(), setup }))
}
