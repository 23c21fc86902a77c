//! Who makes a request, and how: told once, before anything else is done.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts, MatchedPath};
use http::request::Parts;
use http::{HeaderMap, Method};
use scrim_catalog::Kind;
use scrim_registry::Asked;
use scrim_store::{ActorKind, Outcome, Via};
use serde_json::Value;

use crate::actor::Actor;
use crate::credentials::{session, token};
use crate::rights::{Action, may};
use crate::{App, Problem};

/// The header by which a request is found in the log and in the audit trail.
pub(crate) const REQUEST_ID: &str = "x-request-id";

/// Somebody who is signed in, and the request they make.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) actor: Actor,
    pub(crate) asked: Asked,
}

impl Caller {
    /// The same request, about an object.
    pub(crate) fn about(&self, action: &str, kind: Kind, name: &str) -> Asked {
        Asked { action: action.to_owned(), object: Some((kind, name.to_owned())), ..self.asked.clone() }
    }

    /// The same request, by the name of what is done.
    pub(crate) fn doing(&self, action: &str) -> Asked {
        Asked { action: action.to_owned(), ..self.asked.clone() }
    }
}

/// Has a refusal written to the audit trail, and answers it.
pub(crate) async fn refuse(app: &App, asked: &Asked, problem: Problem) -> Problem {
    if matches!(problem.status, 401 | 403 | 404) {
        let details = serde_json::json!({ "status": problem.status });
        app.reads().add(asked.audit(Outcome::Refused, problem.detail.clone(), details)).await;
    }
    problem
}

/// What allows an action; a refusal is written to the audit trail.
///
/// # Errors
/// When nothing allows it.
pub(crate) async fn permit(
    app: &App,
    caller: &Caller,
    asked: &Asked,
    action: Action<'_>,
) -> Result<&'static str, Problem> {
    match may(&caller.actor, &app.registry().world().catalog, action).required() {
        Ok(by) => Ok(by),
        Err(problem) => Err(refuse(app, asked, problem).await),
    }
}

/// Has something that only reads written to the audit trail.
pub(crate) async fn note(app: &App, asked: &Asked, decided_by: &str, details: Value) {
    app.reads().add(asked.audit(Outcome::Allowed, Some(decided_by.to_owned()), details)).await;
}

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        if app.reads().failing() {
            return Err(Problem::unavailable(
                "the audit trail cannot be written, and nobody reads what it would not know of",
            ));
        }
        let address = address(parts, app.settings().proxies);
        let shown = token::bearer(&parts.headers);
        let path = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
        let asked = |actor: String, via: Via| Asked {
            at: app.now(),
            actor,
            actor_kind: ActorKind::User,
            via,
            request: request_id(&parts.headers),
            address: address.map(|address| address.to_string()),
            action: format!("{} {path}", parts.method),
            object: None,
        };
        let (user, scopes, via) = match &shown {
            Some(shown) => match token::of(app, shown).await? {
                Some(token) => (token.user, Some(token.scopes), Via::Token),
                None => {
                    app.strangers().seen(app, address).await;
                    return Err(Problem::unauthenticated(
                        "this token is not valid: it may have expired, or been revoked",
                    ));
                }
            },
            None => match session::of(app, &parts.headers).await? {
                Some(session) => (session.user, None, Via::Session),
                None => return Err(Problem::unauthenticated("show a token of the API, or sign in")),
            },
        };
        app.throttle().request(&user)?;
        let asked = asked(user, via);
        if let Some(problem) = scopes.as_ref().and_then(|scopes| out_of_scope(&parts.method, scopes)) {
            return Err(refuse(app, &asked, problem).await);
        }
        let world = app.registry().world();
        let Some(found) = world.catalog.users.get(asked.actor.as_str()).filter(|user| !user.disabled) else {
            let problem = Problem::unauthenticated("this user was disabled, or deleted");
            return Err(refuse(app, &asked, problem).await);
        };
        let actor = Actor::of(&world.catalog, found, scopes.as_deref());
        Ok(Self { actor, asked })
    }
}

/// Why a token is not for this, if it is not.
fn out_of_scope(method: &Method, scopes: &[String]) -> Option<Problem> {
    let writes = !matches!(*method, Method::GET | Method::HEAD);
    let has = |wanted: &str| scopes.iter().any(|scope| scope == wanted);
    if writes && !has("write") {
        return Some(Problem::forbidden("this token only reads: it has no scope `write`"));
    }
    let reads = has("read") || has("write");
    (!reads).then(|| Problem::forbidden("this token reads nothing: it has no scope `read`"))
}

/// The id of a request, which every request was given.
pub(crate) fn request_id(headers: &HeaderMap) -> String {
    headers.get(REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or("").to_owned()
}

/// The address of a client: of the connection, or what the proxies in front of the service say it is.
pub(crate) fn address(parts: &Parts, proxies: usize) -> Option<IpAddr> {
    let connection = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    if proxies == 0 {
        return connection;
    }
    let forwarded = parts.headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = forwarded.flat_map(|hops| hops.split(',')).map(str::trim).collect();
    // Each proxy appends whom it was called by: what stands before those is the client's own word.
    hops.len().checked_sub(proxies).and_then(|at| hops.get(at)?.parse().ok()).or(connection)
}
