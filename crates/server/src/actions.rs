//! Everything the API can do, one action a file.

pub(crate) mod access;
mod auditing;
mod discovery;
mod documents;
mod explaining;
pub(crate) mod health;
mod integrations;
pub(crate) mod notifications;
pub(crate) mod objects;
pub(crate) mod oidc;
mod overview;
pub(crate) mod people;
pub(crate) mod projects;
mod registering;
mod reports;
pub(crate) mod setup;
pub(crate) mod signing_in;
pub(crate) mod tags;
pub(crate) mod unmask;
pub(crate) mod webhooks;

use crate::endpoint::Endpoint;

/// The table.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    [
        objects::endpoints(),
        overview::endpoints(),
        people::endpoints(),
        tags::endpoints(),
        access::endpoints(),
        projects::endpoints(),
        unmask::endpoints(),
        registering::endpoints(),
        discovery::endpoints(),
        signing_in::endpoints(),
        oidc::endpoints(),
        vec![setup::endpoint()],
        health::endpoints(),
        explaining::endpoints(),
        documents::endpoints(),
        auditing::endpoints(),
        integrations::endpoints(),
        reports::endpoints(),
        webhooks::endpoints(),
        notifications::endpoints(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
