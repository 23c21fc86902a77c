//! Sessions: a random id in a cookie that scripts cannot read, of which the metadata database keeps the hash.

use chrono::TimeDelta;
use http::{HeaderMap, HeaderValue, header};
use scrim_catalog::Kind;
use scrim_registry::Planned;
use scrim_store::{SecretHash, Session};
use secrecy::{ExposeSecret, SecretString};

use crate::{App, Problem};

/// The name of the cookie.
pub(crate) const COOKIE: &str = "scrim_session";

/// Begins a session, and ends the one that the request has: whoever signs in anew is done with it. Answers the header that sets
/// its cookie.
///
/// # Errors
/// When it cannot be kept.
pub(crate) async fn begin(app: &App, headers: &HeaderMap, user: &str) -> Result<HeaderValue, Problem> {
    end(app, headers).await?;
    let id = super::secret("");
    let now = app.now();
    let settings = app.settings();
    let session = Session {
        hash: SecretHash::of(&id),
        user: user.to_owned(),
        created: now,
        expires: now + delta(settings.session_idle.min(settings.session_longest)),
        last_seen: now,
        data: serde_json::Value::Null,
    };
    app.store().add_session(&session).await?;
    cookie(app, id.expose_secret(), settings.session_longest.as_secs())
}

/// The session of a request, if there is one; its end moves on while it is used.
///
/// # Errors
/// When it cannot be read.
pub(crate) async fn of(app: &App, headers: &HeaderMap) -> Result<Option<Session>, Problem> {
    let Some(id) = id(headers) else { return Ok(None) };
    let now = app.now();
    let Some(session) = app.store().session(&SecretHash::of(&id), now).await? else { return Ok(None) };
    // Not at every request: reading does not mean writing.
    if now - session.last_seen > TimeDelta::minutes(1) {
        let settings = app.settings();
        let end = session.created + delta(settings.session_longest);
        let expires = (now + delta(settings.session_idle)).min(end);
        // One that was ended meanwhile stays ended.
        if !app.store().update_session(&Session { last_seen: now, expires, ..session.clone() }).await? {
            return Ok(None);
        }
    }
    Ok(Some(session))
}

/// Ends the session of a request; answers the header that takes its cookie away.
///
/// # Errors
/// When it cannot be ended.
pub(crate) async fn end(app: &App, headers: &HeaderMap) -> Result<HeaderValue, Problem> {
    if let Some(id) = id(headers) {
        app.store().delete_session(&SecretHash::of(&id)).await?;
    }
    cookie(app, "", 0)
}

/// Ends the sessions of users whom a change disabled.
///
/// # Errors
/// When the metadata database does not do it. Nobody acts by them meanwhile, but somebody who is enabled again would.
pub(crate) async fn end_of_disabled(app: &App, planned: &Planned) -> Result<(), Problem> {
    for change in &planned.applied.changes {
        let (Kind::User, name) = change.of() else { continue };
        let before = planned.before.catalog.users.get(name).is_some_and(|user| !user.disabled);
        if before && planned.applied.catalog.users.get(name).is_some_and(|user| user.disabled) {
            app.store().delete_sessions_of(name).await?;
        }
    }
    Ok(())
}

fn id(headers: &HeaderMap) -> Option<SecretString> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let (_, id) = pairs.find(|(name, _)| *name == COOKIE)?;
    (!id.is_empty()).then(|| SecretString::from(id))
}

fn cookie(app: &App, id: &str, seconds: u64) -> Result<HeaderValue, Problem> {
    let secure = if app.settings().secure_cookies { "; Secure" } else { "" };
    let text = format!("{COOKIE}={id}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    let mut value = HeaderValue::from_str(&text).map_err(|error| Problem::internal(&error))?;
    value.set_sensitive(true);
    Ok(value)
}

fn delta(duration: std::time::Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX)
}
