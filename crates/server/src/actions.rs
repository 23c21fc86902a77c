//! Everything the API can do, one action a file.

mod discovery;
pub(crate) mod health;
pub(crate) mod objects;
mod registering;
pub(crate) mod setup;
pub(crate) mod signing_in;

use crate::endpoint::Endpoint;

/// The table.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    [
        objects::endpoints(),
        registering::endpoints(),
        discovery::endpoints(),
        signing_in::endpoints(),
        vec![setup::endpoint()],
        health::endpoints(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
