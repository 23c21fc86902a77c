//! `GET /api/v1/oidc/<provider>/start`.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::actions::signing_in::From;
use crate::json::{InPath, Query};
use crate::oidc::flow::Flow;
use crate::{App, Problem};

/// How to sign in.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct Starting {
    /// Where to go afterwards: a path of this service; `/` by default.
    return_to: Option<String>,
}

pub(crate) async fn run(
    State(app): State<App>,
    From(from): From,
    InPath(name): InPath<String>,
    Query(starting): Query<Starting>,
) -> Result<Response, Problem> {
    app.throttle().sign_in(from)?;
    let provider = super::provider(&app, &name)?;
    let flow = Flow::begin(&app, &name, starting.return_to.as_deref().unwrap_or("/"))?;
    let to = provider.begin(&flow).await?;
    let to = HeaderValue::from_str(&to).map_err(|error| Problem::internal(&error))?;
    Ok((StatusCode::SEE_OTHER, [(header::SET_COOKIE, flow.cookie(&app)?), (header::LOCATION, to)]).into_response())
}
