//! Errors on the wire: problem details (RFC 9457), which name the field and the reason.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use schemars::JsonSchema;
use scrim_catalog::{Change, Kind, Severity, pointer};
use scrim_registry::{ChangeError, RegistryError};
use scrim_store::StoreError;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::rights::sees_all;

/// What was wrong, why, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Problem {
    /// The class of the problem, as a fragment of the API's documentation.
    #[serde(rename = "type")]
    pub class: String,
    /// The class in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What was wrong with this request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Each thing that was wrong, by field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

/// One thing that was wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FieldError {
    /// The document, where it is not the one of the request: `data-policies/mask-ssn`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
    /// The field, as a JSON pointer; empty for the whole document.
    pub pointer: String,
    /// What is wrong.
    pub detail: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

impl Problem {
    /// A problem of a class.
    pub fn new(status: StatusCode, class: &str, title: &str) -> Self {
        let class = format!("/api/v1/docs#problem-{class}");
        Self { class, title: title.to_owned(), status: status.as_u16(), detail: None, errors: vec![] }
    }

    /// With what was wrong this time.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Nobody is signed in.
    pub fn unauthenticated(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", "Sign in first").detail(detail)
    }

    /// The caller may not do this.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "This is not allowed").detail(detail)
    }

    /// There is nothing there, or nothing that the caller may know of.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "There is no such thing").detail(detail)
    }

    /// The request cannot be understood.
    pub fn malformed(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed", "The request cannot be read").detail(detail)
    }

    /// The body has more bytes than are read.
    pub fn too_large(largest: usize) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The request is too large")
            .detail(format!("at most {largest} bytes are read"))
    }

    /// What is asked for makes no sense as things stand.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", "This cannot be done as things stand").detail(detail)
    }

    /// The catalog would not be valid.
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "The change is not valid");
        let detail = errors.first().map(|error| error.detail.clone());
        Self { detail, errors, ..problem }
    }

    /// Something that is not the caller's fault; what it was is in the log.
    pub fn internal(error: &dyn std::error::Error) -> Self {
        tracing::error!(%error, "a request failed");
        let title = "The service could not do this";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", title)
            .detail("it is in the log of the service, under the id of this request")
    }

    /// Something that this service needs does not answer.
    pub fn unavailable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Try again later").detail(detail)
    }

    /// The problems of a catalog, each at its field; `changes` are those that were asked for, `told` is who asked.
    pub(crate) fn of_catalog(
        problems: &[scrim_catalog::Problem],
        changes: &[Change],
        about: Option<(Kind, &str)>,
        told: Told<'_>,
    ) -> Self {
        let errors = problems.iter().filter(|problem| problem.severity == Severity::Error);
        Self::invalid(errors.map(|problem| field(problem, changes, about, told)).collect())
    }
}

/// Who is told what was wrong.
#[derive(Clone, Copy)]
pub(crate) enum Told<'a> {
    /// Somebody who is signed in.
    Actor(&'a Actor),
    /// Somebody who is not, or not yet.
    Anybody,
}

impl Told<'_> {
    /// Whether names of these kinds may be suggested: any of them, for a name is near to whatever there is.
    pub(crate) fn sees(self, kinds: &[Kind]) -> bool {
        match self {
            Self::Actor(actor) => kinds.iter().all(|kind| sees_all(actor, *kind)),
            Self::Anybody => kinds.is_empty(),
        }
    }
}

/// A problem of the catalog, at its field.
fn field(
    problem: &scrim_catalog::Problem,
    changes: &[Change],
    about: Option<(Kind, &str)>,
    told: Told<'_>,
) -> FieldError {
    let document = problem.file.display().to_string();
    let changed = changes.iter().find_map(|change| {
        let (kind, name) = change.of();
        let Change::Put(written) = change else { return None };
        (document == format!("{}/{name}", kind.plural())).then(|| (kind, name.clone(), written.to_json().ok()))
    });
    let pointer = changed.map_or_else(String::new, |(kind, name, body)| {
        body.map_or_else(String::new, |body| pointer(kind, &name, &body, problem.line))
    });
    let own = about.is_some_and(|(kind, name)| document == format!("{}/{name}", kind.plural()));
    FieldError {
        document: (!own).then_some(document),
        pointer,
        detail: problem.message.clone(),
        // The same whether something is near or not.
        help: match told.sees(problem.names) {
            true => problem.help.clone(),
            false => Some("write the name of one that you know of, as it is written there".to_owned()),
        },
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, axum::Json(&self)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Nul(_) | StoreError::Empty(_) | StoreError::TooLong { .. } | StoreError::Moment(_) => {
                Self::malformed(error.to_string())
            }
            StoreError::Full { .. } => {
                tracing::error!(%error, "nothing can be written");
                Self::unavailable("the disk of the metadata database is full: nothing was changed")
            }
            StoreError::Taken { .. } => Self::conflict(error.to_string()),
            error => Self::internal(&error),
        }
    }
}

impl From<RegistryError> for Problem {
    fn from(error: RegistryError) -> Self {
        match error {
            RegistryError::Store(error) => error.into(),
            error => Self::internal(&error),
        }
    }
}

/// What became of a change that was asked for.
pub(crate) fn refused(
    error: ChangeError<Problem>,
    changes: &[Change],
    about: Option<(Kind, &str)>,
    told: Told<'_>,
) -> Problem {
    match error {
        ChangeError::Refused(problem) => problem,
        ChangeError::Problems(problems) => Problem::of_catalog(&problems, changes, about, told),
        ChangeError::Expected { kind, name, version } => {
            let now = version.map_or_else(|| "does not exist".to_owned(), |version| format!("is in version {version}"));
            Problem::new(StatusCode::PRECONDITION_FAILED, "changed", "Somebody else changed it")
                .detail(format!("the {kind} `{name}` {now}: read it again, and decide again"))
        }
        ChangeError::Busy => Problem::unavailable("others change the catalog all the time"),
        ChangeError::Registry(error) => error.into(),
    }
}
