//! `GET /api/v1/<kind>/<name>`, as it is or as it was.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use schemars::JsonSchema;
use scrim_catalog::Kind;
use scrim_store::AsOf;
use serde::Deserialize;

use super::change::{name, version};
use crate::caller::{Caller, note, refuse};
use crate::json::{InPath, Query};
use crate::rights::may_read;
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
    let missing = || Problem::not_found(format!("there is no {kind} `{name}`"));
    if let Some(moment) = when.as_of {
        let past = app.registry().as_of(AsOf::Moment(moment)).await?;
        note(&app, &asked, by, serde_json::json!({ "as_of": moment })).await;
        let document = past.catalog.json(kind, &name).ok_or_else(missing)?;
        return Ok(Json(document).into_response());
    }
    let object = app.store().object(kind.as_str(), &name).await?.ok_or_else(missing)?;
    note(&app, &asked, by, serde_json::Value::Null).await;
    let known = headers.get(header::IF_NONE_MATCH).and_then(|etag| etag.to_str().ok());
    let same = known.is_some_and(|etag| version(etag).is_ok_and(|known| known == object.version));
    let mut response = if same { StatusCode::NOT_MODIFIED.into_response() } else { Json(object.body).into_response() };
    if let Ok(etag) = HeaderValue::from_str(&format!("\"{}\"", object.version)) {
        response.headers_mut().insert(header::ETAG, etag);
    }
    Ok(response)
}
