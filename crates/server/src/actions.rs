//! Everything the API can do, one action a file.

mod auditing;
mod documents;
mod explaining;
pub(crate) mod health;
mod integrations;
pub(crate) mod objects;
mod reports;
pub(crate) mod setup;
pub(crate) mod signing_in;

use crate::endpoint::Endpoint;

/// The table.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    [
        objects::endpoints(),
        signing_in::endpoints(),
        vec![setup::endpoint()],
        health::endpoints(),
        explaining::endpoints(),
        documents::endpoints(),
        auditing::endpoints(),
        integrations::endpoints(),
        reports::endpoints(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
