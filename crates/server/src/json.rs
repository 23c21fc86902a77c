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
        let largest = app.settings().largest_request;
        let bytes =
            axum::body::to_bytes(request.into_body(), largest).await.map_err(|_| Problem::too_large(largest))?;
        serde_json::from_slice(&bytes).map(Self).map_err(|error| Problem::malformed(without_value(&error.to_string())))
    }
}

/// The message of a reader, without the value that was of another type: it may be a password at the wrong place, or megabytes.
fn without_value(message: &str) -> String {
    let found = ["invalid type: ", "invalid value: "].iter().find(|begins| message.starts_with(**begins));
    let parts = found.and_then(|begins| Some((begins, message.strip_prefix(begins)?, message.rfind(", expected ")?)));
    let Some((begins, value, end)) = parts else { return message.to_owned() };
    let kind: String = value.chars().take_while(|char| char.is_ascii_alphabetic() || *char == ' ').collect();
    format!("{begins}{}{}", kind.trim_end(), message.get(end..).unwrap_or_default())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_does_not_repeat_the_value() {
        let cases = [
            (
                "invalid type: string \"my, expected pass\", expected u64 at line 1",
                "invalid type: string, expected u64 at line 1",
            ),
            ("invalid type: integer `123456789012`, expected a string", "invalid type: integer, expected a string"),
            ("invalid type: floating point `1.5`, expected u64", "invalid type: floating point, expected u64"),
            ("invalid type: map, expected a string", "invalid type: map, expected a string"),
            ("missing field `user` at line 1 column 2", "missing field `user` at line 1 column 2"),
        ];
        for (message, plain) in cases {
            assert_eq!(without_value(message), plain);
        }
    }
}
