//! `PUT` and `DELETE /api/v1/<users or groups>/<name>/attributes/<key>/<value>`.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use scrim_catalog::documents::Values;
use scrim_catalog::{At, Catalog, Document, Kind, Name};
use scrim_registry::World;
use serde_json::json;

use crate::actions::objects::Writing;
use crate::actions::objects::change::{answer, make, name};
use crate::actions::objects::known::{group, put, user};
use crate::caller::Caller;
use crate::json::{InPath, Query};
use crate::{App, Problem};

type Attributes = BTreeMap<At<Name>, Values>;

pub(crate) async fn add(
    kind: Kind,
    app: State<App>,
    caller: Caller,
    path: InPath<(String, String, String)>,
    query: Query<Writing>,
) -> Result<Response, Problem> {
    let add = |attributes: &mut Attributes, key: &Name, value: &Name| {
        let values = attributes.entry(At::nowhere(key.clone())).or_insert_with(|| Values(vec![]));
        if !values.0.iter().any(|one| one.value() == value) {
            values.0.push(At::nowhere(value.clone()));
        }
    };
    change(kind, "add", app, caller, path, query, add).await
}

pub(crate) async fn remove(
    kind: Kind,
    app: State<App>,
    caller: Caller,
    path: InPath<(String, String, String)>,
    query: Query<Writing>,
) -> Result<Response, Problem> {
    let remove = |attributes: &mut Attributes, key: &Name, value: &Name| {
        if let Some(values) = attributes.get_mut(key) {
            values.0.retain(|one| one.value() != value);
        }
        // A key without a value says nothing.
        attributes.retain(|_, values| !values.0.is_empty());
    };
    change(kind, "remove", app, caller, path, query, remove).await
}

async fn change(
    kind: Kind,
    verb: &str,
    State(app): State<App>,
    caller: Caller,
    InPath((text, key, value)): InPath<(String, String, String)>,
    Query(writing): Query<Writing>,
    change: impl Fn(&mut Attributes, &Name, &Name),
) -> Result<Response, Problem> {
    let (whose, key, value) = (name(&text)?, name(&key)?, name(&value)?);
    let asked = caller.about(&format!("{kind}.attribute.{verb}"), kind, &whose);
    let changed = |catalog: &Catalog| -> Result<Document, Problem> {
        if kind == Kind::Group {
            let mut group = group(&caller.actor, catalog, &whose, app.now())?;
            change(&mut group.attributes, &key, &value);
            return Ok(Document::Group(Box::new(group)));
        }
        let mut user = user(&caller.actor, catalog, &whose, app.now())?;
        change(&mut user.attributes, &key, &value);
        Ok(Document::User(Box::new(user)))
    };
    let decide = |world: &World| Ok(put(changed(&world.catalog)?, json!({ "key": key, "value": value })));
    let planned = make(&app, &caller, &asked, writing.dry_run, decide).await?;
    Ok(answer(&planned, writing.dry_run, StatusCode::OK, None))
}
