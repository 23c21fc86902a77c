//! Reading bodies and queries, with problems in the form of all others.

use axum::extract::{FromRequest, FromRequestParts, Request};
use http::header;
use http::request::Parts;
use serde::de::DeserializeOwned;

use crate::{App, Problem};

/// A body in JSON.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<App> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("");
        let essence = kind.split(';').next().unwrap_or("").trim();
        if !essence.eq_ignore_ascii_case("application/json") && !essence.ends_with("+json") {
            let status = http::StatusCode::UNSUPPORTED_MEDIA_TYPE;
            let problem = Problem::new(status, "media-type", "The content is of another type");
            return Err(problem.detail("send JSON, with `Content-Type: application/json`"));
        }
        let bytes = axum::body::to_bytes(request.into_body(), app.settings().largest_request).await.map_err(|_| {
            let largest = app.settings().largest_request;
            Problem::new(http::StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The request is too large")
                .detail(format!("at most {largest} bytes are read"))
        })?;
        serde_json::from_slice(&bytes).map(Self).map_err(|error| Problem::malformed(error.to_string()))
    }
}

/// The parameters after the question mark.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<App> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let query = axum::extract::Query::<T>::try_from_uri(&parts.uri);
        query.map(|query| Self(query.0)).map_err(|error| Problem::malformed(error.body_text()))
    }
}

/// The names in the path.
pub(crate) struct InPath<T>(pub(crate) T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for InPath<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        match axum::extract::Path::<T>::from_request_parts(parts, app).await {
            Ok(path) => Ok(Self(path.0)),
            Err(error) => Err(Problem::malformed(error.body_text())),
        }
    }
}
