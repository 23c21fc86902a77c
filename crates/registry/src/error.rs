//! What can go wrong.

use scrim_catalog::{Kind, Name, Problem};
use scrim_store::StoreError;

/// Why the catalog of the metadata database cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// The metadata database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is kept there is no catalog. A newer version may have written it, or somebody by hand.
    #[error(
        "what the metadata database holds is no valid catalog ({}{}): nothing is pushed until it is one; was it written by a newer version, or by hand?",
        .0.first().map_or_else(String::new, ToString::to_string),
        if .0.len() > 1 { format!(", and {} more", .0.len() - 1) } else { String::new() }
    )]
    Invalid(Vec<Problem>),
    /// A kind that this version does not know.
    #[error(
        "the metadata database holds a `{kind}` `{name}`, a kind that this version does not know: start the newer version again"
    )]
    UnknownKind {
        /// The kind.
        kind: String,
        /// The name.
        name: String,
    },
}

/// Why a change was not made. Nothing of it was written.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError<E> {
    /// Whoever decided said no.
    #[error("{0}")]
    Refused(E),
    /// The catalog would not be valid.
    #[error("{}", .0.first().map_or_else(String::new, ToString::to_string))]
    Problems(Vec<Problem>),
    /// A document is not in the version that was expected.
    #[error("the {kind} `{name}` is not in the version that was expected")]
    Expected {
        /// The kind.
        kind: Kind,
        /// The name.
        name: Name,
        /// The version it is in, if there is one.
        version: Option<u64>,
    },
    /// Others write all the time.
    #[error("others change the catalog all the time: try again")]
    Busy,
    /// The catalog cannot be had.
    #[error(transparent)]
    Registry(#[from] RegistryError),
}
