//! Everything the API can do, one action a file.

pub(crate) mod health;
pub(crate) mod objects;
pub(crate) mod oidc;
pub(crate) mod setup;
pub(crate) mod signing_in;

use crate::endpoint::Endpoint;

/// The table.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    [objects::endpoints(), signing_in::endpoints(), oidc::endpoints(), vec![setup::endpoint()], health::endpoints()]
        .into_iter()
        .flatten()
        .collect()
}
