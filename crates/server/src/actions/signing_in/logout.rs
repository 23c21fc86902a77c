//! `DELETE /api/v1/session`.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};

use crate::credentials::session;
use crate::{App, Problem};

pub(crate) async fn run(State(app): State<App>, headers: HeaderMap) -> Result<Response, Problem> {
    let cookie = session::end(&app, &headers).await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}
