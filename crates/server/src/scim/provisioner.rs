//! Who provisions: a program with a token of a user who manages users.

use axum::extract::{FromRequest, FromRequestParts, Request};
use http::header;
use http::request::Parts;
use scrim_store::Via;
use serde::de::DeserializeOwned;

use super::error::{Refused, wrong};
use crate::caller::{Caller, refuse};
use crate::rights::{Action, may};
use crate::{App, Problem};

/// Somebody who may provision, and by what.
pub(crate) struct Provisioner {
    pub(crate) caller: Caller,
    pub(crate) by: &'static str,
}

impl FromRequestParts<App> for Provisioner {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let mut caller = Caller::from_request_parts(parts, app).await?;
        if caller.asked.via != Via::Token {
            let problem = Problem::forbidden("provisioning needs a token of the API");
            return Err(refuse(app, &caller.asked, problem).await.into());
        }
        caller.asked.via = Via::Scim;
        let decision = may(&caller.actor, &app.registry().world().catalog, Action::Provision);
        match decision.required() {
            Ok(by) => Ok(Self { caller, by }),
            Err(problem) => Err(refuse(app, &caller.asked, problem).await.into()),
        }
    }
}

/// A content in JSON.
pub(crate) struct Sent<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<App> for Sent<T> {
    type Rejection = Refused;

    async fn from_request(mut request: Request, app: &App) -> Result<Self, Refused> {
        // A content without a type is read as what it should be.
        if !request.headers().contains_key(header::CONTENT_TYPE) {
            request.headers_mut().insert(header::CONTENT_TYPE, http::HeaderValue::from_static(super::error::CONTENT));
        }
        let sent = crate::json::Body::<T>::from_request(request, app).await;
        sent.map(|body| Self(body.0)).map_err(|problem| match problem.status {
            400 => Refused(wrong("invalidSyntax", problem.detail.unwrap_or_default())),
            _ => Refused(problem),
        })
    }
}
