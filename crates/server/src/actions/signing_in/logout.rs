//! `DELETE /api/v1/session`.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use scrim_registry::Asked;
use scrim_store::{ActorKind, Outcome, Via};
use serde_json::Value;

use super::From;
use crate::caller::request_id;
use crate::credentials::session;
use crate::{App, Problem};

pub(crate) async fn run(State(app): State<App>, From(from): From, headers: HeaderMap) -> Result<Response, Problem> {
    if let Some(session) = session::of(&app, &headers).await? {
        let asked = Asked {
            at: app.now(),
            actor: session.user,
            actor_kind: ActorKind::User,
            via: Via::Session,
            request: request_id(&headers),
            address: from.map(|address| address.to_string()),
            action: "session.end".to_owned(),
            object: None,
        };
        app.store().audit(asked.audit(Outcome::Allowed, Some("the user's own".to_owned()), Value::Null)).await?;
    }
    let cookie = session::end(&app, &headers).await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}
