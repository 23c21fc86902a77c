//! `GET /api/v1/<kind>/<name>/versions`.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use scrim_catalog::Kind;
use serde::Serialize;
use serde_json::Value;

use super::change::name;
use super::earlier::told;
use crate::caller::{Caller, note, refuse};
use crate::json::{InPath, Query};
use crate::page::{Page, Paging};
use crate::rights::{Reader, may_read};
use crate::{App, Problem};

/// A version of a document.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct Version {
    /// Its number, counted from 1.
    version: u64,
    /// The number of the event that made it.
    sequence: u64,
    /// When.
    at: DateTime<Utc>,
    /// Who made it.
    actor: String,
    /// What it was; nothing where it was deleted.
    document: Option<Value>,
}

pub(crate) async fn run(
    kind: Kind,
    State(app): State<App>,
    caller: Caller,
    InPath(text): InPath<String>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Version>>, Problem> {
    let name = name(&text)?;
    let (limit, after) = (paging.limit()?, paging.after()?);
    let asked = caller.about(&format!("{kind}.versions"), kind, &name);
    let world = app.registry().world();
    let by = match may_read(&caller.actor, &world.catalog, kind, &name, app.now()).required() {
        Ok(by) => by,
        Err(problem) => return Err(refuse(&app, &asked, problem).await),
    };
    let before = match after.as_str() {
        "" => u64::MAX,
        text => text.parse().map_err(|_| Problem::malformed("`cursor` is not one of this list"))?,
    };
    let versions = app.store().versions(kind.as_str(), &name).await?;
    if versions.is_empty() {
        return Err(Problem::not_found(format!("there is no {kind} `{name}`, and never was")));
    }
    let page = {
        let reader = Reader::new(&caller.actor, &world.catalog, app.now());
        let known = told(&reader, &caller.actor, kind, &name, versions.into_iter());
        let items = known.filter(|version| version.version < before).take(limit + 1).map(|version| Version {
            version: version.version,
            sequence: version.sequence,
            at: version.at,
            actor: version.actor,
            document: version.body,
        });
        Page::cut(items.collect(), limit, |version| version.version.to_string())
    };
    note(&app, &asked, by, Value::Null).await;
    Ok(Json(page))
}
