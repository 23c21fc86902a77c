//! Why a service did not do what it was asked.

use std::error::Error;
use std::path::PathBuf;

use scrim_server::Problem;

/// Why a service did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServiceError {
    /// Nobody says where it is.
    #[error(
        "the environment variable SCRIM_URL is not set; it is the address of the service, for example https://scrim.example.com"
    )]
    NoUrl,
    /// Nobody says as whom.
    #[error(
        "neither SCRIM_TOKEN nor SCRIM_TOKEN_FILE is set: make a token with `POST /api/v1/users/YOU/tokens`, and put it into a file that only you can read"
    )]
    NoToken,
    /// A file cannot be read.
    #[error("cannot read `{}`: {cause}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// The system's reason.
        cause: std::io::Error,
    },
    /// The file of authorities holds none.
    #[error("`{}` holds no certificates in PEM: {reason}", file.display())]
    Authorities {
        /// The file.
        file: PathBuf,
        /// The reason.
        reason: String,
    },
    /// It does not answer.
    #[error("the service at {url} does not answer: {reason}")]
    Unreachable {
        /// Where it should be.
        url: String,
        /// The reason.
        reason: String,
    },
    /// Something else answers.
    #[error(
        "what answers at {url} (with status {status}) is not this service: is SCRIM_URL right, and is a proxy between?"
    )]
    NoService {
        /// Where it should be.
        url: String,
        /// The status.
        status: u16,
    },
    /// It says no.
    #[error("the service says no: {}{}", told(.0), listed(.0))]
    Refused(Box<Problem>),
    /// The warehouses do not have it yet.
    #[error("it is in the service, and not yet in every warehouse after {seconds} s: {states}")]
    NotYet {
        /// How long it was waited for.
        seconds: u64,
        /// How they stand.
        states: String,
    },
}

impl ServiceError {
    /// Without an answer; with the innermost reason, which is the one that helps.
    pub(crate) fn unreachable(url: &str, error: &reqwest::Error) -> Self {
        let mut reason: &dyn Error = error;
        while let Some(source) = reason.source() {
            reason = source;
        }
        Self::Unreachable { url: url.to_owned(), reason: reason.to_string() }
    }
}

fn told(problem: &Problem) -> String {
    problem.detail.clone().unwrap_or_else(|| problem.title.clone())
}

fn listed(problem: &Problem) -> String {
    let others = problem.errors.iter().filter(|error| problem.detail.as_ref() != Some(&error.detail));
    let lines = others.map(|error| {
        let place = error.document.as_ref().map_or_else(String::new, |document| format!("{document}: "));
        format!("\n  {place}{}", error.detail)
    });
    lines.collect()
}
