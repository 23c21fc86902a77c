//! Signing in with OpenID Connect.

mod callback;
mod start;

use http::StatusCode;

use crate::endpoint::Endpoint;
use crate::oidc::provider::Provider;
use crate::{App, Problem};

pub(crate) fn endpoints() -> Vec<Endpoint> {
    const TAG: &str = "Signing in";
    vec![
        Endpoint::get("/api/v1/oidc/{provider}/start", "start_oidc", start::run)
            .about(TAG, "Sends the browser to a provider of OpenID Connect to sign in")
            .open()
            .query::<start::Starting>()
            .answers_nothing(StatusCode::SEE_OTHER, "To the provider."),
        Endpoint::get("/api/v1/oidc/{provider}/callback", "finish_oidc", callback::run)
            .about(TAG, "Where a provider of OpenID Connect sends the browser back to")
            .open()
            .query::<callback::Answer>()
            .any_query()
            .answers_nothing(StatusCode::SEE_OTHER, "Signed in: the cookie of the session is set."),
    ]
}

/// The provider of a name.
fn provider<'a>(app: &'a App, name: &str) -> Result<&'a Provider, Problem> {
    app.oidc().get(name).ok_or_else(|| Problem::not_found("there is no such provider to sign in with"))
}
