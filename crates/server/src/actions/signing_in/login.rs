//! `POST /api/v1/session`.

use axum::extract::{FromRequestParts, State};
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderMap, StatusCode, header};
use schemars::JsonSchema;
use scrim_catalog::{Kind, Name};
use scrim_registry::Asked;
use scrim_store::{ActorKind, Outcome, Via};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;
use std::net::IpAddr;

use crate::caller::{address, refuse, request_id};
use crate::credentials::{password, session};
use crate::json::Body;
use crate::{App, Problem};

/// A name and a password.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Login {
    /// The user.
    user: String,
    /// The password.
    #[schemars(with = "String")]
    password: SecretString,
    /// Another password from now on; needed where an administrator set the current one.
    #[schemars(with = "Option<crate::forms::NewPassword>")]
    new_password: Option<SecretString>,
}

/// Where a request comes from.
pub(crate) struct From(pub(crate) Option<IpAddr>);

impl FromRequestParts<App> for From {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        Ok(Self(address(parts, app.settings().proxies)))
    }
}

pub(crate) async fn run(
    State(app): State<App>,
    From(from): From,
    headers: HeaderMap,
    Body(login): Body<Login>,
) -> Result<Response, Problem> {
    app.throttle().sign_in(from)?;
    let mut asked = Asked {
        at: app.now(),
        actor: String::new(),
        actor_kind: ActorKind::User,
        via: Via::Session,
        request: request_id(&headers),
        address: from.map(|address| address.to_string()),
        action: "session.begin".to_owned(),
        object: None,
    };
    // The same answer, whatever was wrong.
    let wrong = || Problem::unauthenticated("the user or the password is wrong");
    // What nobody can be called is not written down: it may be as long as a request, and anybody may send it.
    let Ok(user) = Name::new(login.user) else { return Err(refuse(&app, &asked, wrong()).await) };
    asked.actor = user.to_string();
    let account = app.store().account(&user).await?;
    let good = password::matches(login.password, account.as_ref().map(|account| account.password_hash.clone())).await?;
    let active = app.registry().world().catalog.users.get(&user).is_some_and(|user| !user.disabled);
    let Some(mut account) = account.filter(|_| good && active) else {
        return Err(refuse(&app, &asked, wrong()).await);
    };
    match login.new_password {
        Some(new) => {
            account.password_hash = password::hash(new).await?;
            account.must_change = false;
            let changed = Asked {
                action: "account.password".to_owned(),
                object: Some((Kind::User, user.to_string())),
                ..asked.clone()
            };
            let by = Some("the user's own password".to_owned());
            app.store().audit(changed.audit(Outcome::Allowed, by, Value::Null)).await?;
            app.store().put_account(&account).await?;
            app.store().delete_sessions_of(&account.user).await?;
        }
        None if account.must_change => {
            let problem = Problem::forbidden("an administrator set this password: choose your own as `new_password`");
            return Err(refuse(&app, &asked, problem).await);
        }
        None => {}
    }
    app.store().audit(asked.audit(Outcome::Allowed, Some("password".to_owned()), Value::Null)).await?;
    let cookie = session::begin(&app, &headers, &account.user).await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}
