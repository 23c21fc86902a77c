//! `GET /api/v1/<kind>/<name>`, as it is or as it was.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use schemars::JsonSchema;
use scrim_catalog::{Kind, Name};
use serde::Deserialize;
use serde_json::Value;

use super::change::{name, version};
use super::earlier;
use super::known::missing;
use crate::caller::{Caller, note, refuse};
use crate::json::{InPath, Query};
use crate::rights::{Reader, may_read, sees_all};
use crate::{App, Problem};

/// As of when.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
pub(crate) struct When {
    /// As it was at this moment; as it is by default.
    as_of: Option<DateTime<Utc>>,
}

pub(crate) async fn run(
    kind: Kind,
    State(app): State<App>,
    caller: Caller,
    InPath(text): InPath<String>,
    (Query(when), headers): (Query<When>, HeaderMap),
) -> Result<Response, Problem> {
    let name = name(&text)?;
    let asked = caller.about(&format!("{kind}.get"), kind, &name);
    // Whoever may know of it now may know what it was; what is gone, only who sees all of them.
    let world = app.registry().world();
    let by = match may_read(&caller.actor, &world.catalog, kind, &name, app.now()).required() {
        Ok(by) => by,
        Err(problem) => return Err(refuse(&app, &asked, problem).await),
    };
    let none = || Problem::not_found(format!("there is no {kind} `{name}`"));
    if let Some(moment) = when.as_of {
        let document = match then(&app, &caller, kind, &name, moment).await {
            Ok(document) => document,
            Err(problem) => return Err(refuse(&app, &asked, problem).await),
        };
        note(&app, &asked, by, serde_json::json!({ "as_of": moment })).await;
        return Ok(Json(document.ok_or_else(none)?).into_response());
    }
    let object = app.store().object(kind.as_str(), &name).await?.ok_or_else(none)?;
    note(&app, &asked, by, serde_json::Value::Null).await;
    let known = headers.get(header::IF_NONE_MATCH).and_then(|etag| etag.to_str().ok());
    let same = known.is_some_and(|etag| version(etag).is_ok_and(|known| known == object.version));
    let mut response = if same { StatusCode::NOT_MODIFIED.into_response() } else { Json(object.body).into_response() };
    if let Ok(etag) = HeaderValue::from_str(&format!("\"{}\"", object.version)) {
        response.headers_mut().insert(header::ETAG, etag);
    }
    Ok(response)
}

/// What it was at a moment, by its own versions: everything that there was then would take long to read.
async fn then(
    app: &App,
    caller: &Caller,
    kind: Kind,
    name: &Name,
    at: DateTime<Utc>,
) -> Result<Option<Value>, Problem> {
    let all = sees_all(&caller.actor, kind);
    let version = app.store().version_as_of(kind.as_str(), name, at).await?;
    // What was deleted since was another one of that name.
    let another = match &version {
        Some(version) if !all => app.store().deleted_since(kind.as_str(), name, version.sequence).await?,
        _ => false,
    };
    let body = match version.and_then(|version| version.body) {
        Some(body) if !another => body,
        _ if all => return Ok(None),
        _ => return Err(missing()),
    };
    let world = app.registry().world();
    let reader = Reader::new(&caller.actor, &world.catalog, app.now());
    earlier::known(&reader, &caller.actor, kind, name, &body).required()?;
    Ok(Some(body))
}
