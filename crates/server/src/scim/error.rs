//! Errors as SCIM has them (RFC 7644, section 3.12).

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use crate::Problem;

/// The type of every content.
pub(crate) const CONTENT: &str = "application/scim+json";

/// The words for what was wrong that RFC 7644 knows.
const TYPES: [&str; 10] = [
    "invalidFilter",
    "tooMany",
    "uniqueness",
    "mutability",
    "invalidSyntax",
    "invalidPath",
    "noTarget",
    "invalidValue",
    "invalidVers",
    "sensitive",
];

/// A problem, answered as SCIM has it.
#[derive(Debug)]
pub(crate) struct Refused(pub(crate) Problem);

/// A problem of one of the words of RFC 7644.
pub(crate) fn wrong(word: &'static str, detail: impl Into<String>) -> Problem {
    let status = if word == "uniqueness" { StatusCode::CONFLICT } else { StatusCode::BAD_REQUEST };
    Problem::new(status, word, "The request cannot be fulfilled").detail(detail)
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Self(problem) = self;
        // To SCIM what makes no sense here is a bad value.
        let status = if problem.status == 422 { 400 } else { problem.status };
        let word = problem.class.rsplit("#problem-").next().unwrap_or("");
        let word = TYPES.iter().copied().find(|known| *known == word).or(match problem.status {
            422 => Some("invalidValue"),
            _ if word == "malformed" => Some("invalidSyntax"),
            _ => None,
        });
        let mut details: Vec<String> = problem.detail.into_iter().collect();
        for error in problem.errors {
            let whose = error.document.map_or_else(String::new, |document| format!("{document}: "));
            let text = format!("{whose}{}", error.detail);
            if !details.contains(&error.detail) && !details.contains(&text) {
                details.push(text);
            }
        }
        let mut body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
            "status": status.to_string(),
            "detail": details.join("; "),
        });
        if let (Some(word), Some(fields)) = (word, body.as_object_mut()) {
            fields.insert("scimType".to_owned(), Value::from(word));
        }
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
