//! What the API refuses something with, and how a page tells it.

use axum::body::{Body, to_bytes};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use maud::{Markup, html};
use serde::{Deserialize, Serialize};

use crate::parts::prose;

/// A problem, as the API tells it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Problem {
    /// Its class, at the end of an address.
    #[serde(rename = "type", default)]
    class: String,
    /// The class in words.
    pub(crate) title: String,
    /// The status of the answer.
    pub(crate) status: u16,
    /// What was wrong this time.
    #[serde(default)]
    pub(crate) detail: Option<String>,
    /// Each thing that was wrong, by field.
    #[serde(default)]
    pub(crate) errors: Vec<FieldError>,
}

/// One thing that was wrong.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct FieldError {
    /// The document, where it is not the one that was sent.
    #[serde(default)]
    pub(crate) document: Option<String>,
    /// The field, as a JSON pointer.
    pub(crate) pointer: String,
    /// What is wrong.
    pub(crate) detail: String,
    /// What to do.
    #[serde(default)]
    pub(crate) help: Option<String>,
}

impl Problem {
    fn new(status: StatusCode, title: &str) -> Self {
        Self { class: String::new(), title: title.to_owned(), status: status.as_u16(), detail: None, errors: vec![] }
    }

    /// What an answer says.
    pub(crate) fn of(status: StatusCode, body: &[u8]) -> Self {
        serde_json::from_slice(body)
            .unwrap_or_else(|_| Self::new(status, status.canonical_reason().unwrap_or("The service could not do this")))
    }

    /// A form that cannot be read.
    pub(crate) fn malformed(detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..Self::new(StatusCode::BAD_REQUEST, "The form cannot be read") }
    }

    /// A form that is longer than what is read.
    pub(crate) fn too_large() -> Self {
        let detail = Some("the form is longer than what is read at once: send less".to_owned());
        Self { detail, ..Self::new(StatusCode::PAYLOAD_TOO_LARGE, "The form is too long") }
    }

    /// Whoever sends a form is signed in no more.
    pub(crate) fn signed_out() -> Self {
        let detail = Some("you are not signed in any more: your session has ended".to_owned());
        Self { detail, ..Self::new(StatusCode::UNAUTHORIZED, "You are signed out") }
    }

    /// An address that cannot be read: what the answer says of it.
    pub(crate) async fn unread(told: Body) -> Self {
        let told = to_bytes(told, 4096).await.unwrap_or_default();
        let detail = Some(String::from_utf8_lossy(&told).into_owned());
        Self { detail, ..Self::new(StatusCode::BAD_REQUEST, "The address cannot be read") }
    }

    /// There is no such page.
    pub(crate) fn nowhere() -> Self {
        let detail = Some("there is no page at this address".to_owned());
        Self { detail, ..Self::new(StatusCode::NOT_FOUND, "There is no such page") }
    }

    /// What somebody wanted to make is there already.
    pub(crate) fn taken() -> Self {
        let detail = Some("there is one of this name already: choose another name, or change that one".to_owned());
        Self { detail, ..Self::new(StatusCode::CONFLICT, "The name is taken") }
    }

    /// A fault of this program.
    pub(crate) fn broken(detail: String) -> Self {
        Self { detail: Some(detail), ..Self::new(StatusCode::INTERNAL_SERVER_ERROR, "The page could not be made") }
    }

    /// The API took too long.
    pub(crate) fn late() -> Self {
        let detail = Some("the service did not answer in time: try again".to_owned());
        Self { detail, ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "This took too long") }
    }

    /// The status of a page that tells it.
    pub(crate) fn code(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// Whether it is of a class: `opens`, `changed`, …
    pub(crate) fn is(&self, class: &str) -> bool {
        self.class.rsplit_once("#problem-").is_some_and(|(_, is)| is == class)
    }

    /// The problem, where it belongs on a page.
    pub(crate) fn told(&self) -> Markup {
        html! { div.notice.bad role="alert" { strong { (self.title) } (self.more()) } }
    }

    /// The problem below its title, which is the heading of the page.
    pub(crate) fn told_below_title(&self) -> Markup {
        html! { div.notice.bad role="alert" { (self.more()) } }
    }

    fn more(&self) -> Markup {
        html! {
            @if let Some(detail) = &self.detail {
                @if self.errors.first().is_none_or(|first| first.detail != *detail) { p { (prose(detail)) } }
            }
            @if !self.errors.is_empty() {
                ul {
                    @for error in &self.errors {
                        li {
                            @if let Some(document) = &error.document { code { (document) } " " }
                            @if !error.pointer.is_empty() { code { (error.pointer) } ": " }
                            (prose(&error.detail))
                            @if let Some(help) = &error.help { " " span.muted { "(" (prose(help)) ")" } }
                        }
                    }
                }
            }
            p.muted { (self.advice()) }
        }
    }

    /// What whoever reads it can do.
    fn advice(&self) -> &'static str {
        match self.status {
            401 => {
                "Nothing was done, and nothing that you wrote is lost: sign in on another page, load this one again, and the browser sends it once more."
            }
            403 => "Ask somebody who has that right, or sign in as another user.",
            405 => "Nothing was done: go to the page, and use its buttons.",
            404 => "It may have been deleted or renamed, or it is not for you to know.",
            409 | 412 | 428 => "Nothing was changed.",
            413 | 422 | 400 => "Nothing was changed: correct it, and send it again.",
            429 => "Wait a little, and try again.",
            503 => "Nothing was changed: try again in a moment.",
            _ => "The log of the service says more, under the id of the request.",
        }
    }
}

/// A page with nothing but a problem is made by [`frame`](crate::frame), which knows who looks.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.code().into_response();
        response.extensions_mut().insert(self);
        response
    }
}
