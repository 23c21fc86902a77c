//! Everything the API can do, one action a file.

pub(crate) mod health;
pub(crate) mod notifications;
pub(crate) mod objects;
pub(crate) mod setup;
pub(crate) mod signing_in;
pub(crate) mod webhooks;

use crate::endpoint::Endpoint;

/// The table.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    [
        objects::endpoints(),
        signing_in::endpoints(),
        vec![setup::endpoint()],
        health::endpoints(),
        webhooks::endpoints(),
        notifications::endpoints(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
