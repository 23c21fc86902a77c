//! `POST /api/v1/data-sources/<name>/discover/refuse`.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use schemars::JsonSchema;
use scrim_catalog::documents::Origin;
use scrim_catalog::{Change, Document, Kind, Name, tag};
use scrim_registry::World;
use serde::Deserialize;
use serde_json::json;

use crate::actions::objects::Writing;
use crate::actions::objects::change::{Wanted as Changes, answer, make, name};
use crate::caller::Caller;
use crate::json::{Body, InPath, Query};
use crate::rights::{Action, may};
use crate::{App, Problem};

/// What is refused.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Refusal")]
pub(crate) struct Wanted {
    /// For which column.
    column: Name,
    /// Which tag; with it those below it.
    tag: Name,
}

pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    InPath(text): InPath<String>,
    Query(writing): Query<Writing>,
    Body(wanted): Body<Wanted>,
) -> Result<Response, Problem> {
    let name = name(&text)?;
    let asked = caller.about("data-source.discover.refuse", Kind::DataSource, &name);
    let decide = |world: &World| {
        // Before anything is told of what there is.
        let by = may(&caller.actor, &world.catalog, Action::Discover(&name)).required()?;
        let before = world.catalog.data_sources.get(&name);
        let before = before.ok_or_else(|| Problem::not_found(format!("there is no data source `{name}`")))?;
        let mut source = before.item.clone();
        let column = source.columns.iter_mut().find(|column| *column.name.value() == wanted.column);
        let column = column.ok_or_else(|| {
            Problem::not_found(format!("the data source `{name}` has no column `{}` in its document", wanted.column))
        })?;
        let mut discovery = column.discovery.clone().unwrap_or_default();
        discovery.proposed.retain(|proposed| !tag::covers(&wanted.tag, &proposed.tag));
        if !discovery.refused.contains(&wanted.tag) {
            discovery.refused.push(wanted.tag.clone());
        }
        column.discovery = Some(discovery);
        // What was found and set goes as well; what a person set stays until a person takes it away.
        let found = |tag: &Name| column.origins.get(tag) == Some(&Origin::Discovered);
        let goes: Vec<Name> = column
            .tags
            .iter()
            .map(|one| one.value().clone())
            .filter(|one| tag::covers(&wanted.tag, one) && found(one))
            .collect();
        column.tags.retain(|tag| !goes.contains(tag.value()));
        column.origins.retain(|tag, _| !goes.contains(tag));
        Ok(Changes {
            changes: vec![Change::Put(Document::DataSource(Box::new(source)))],
            allowed_by: Some(by),
            details: json!({ "column": wanted.column, "tag": wanted.tag }),
            ..Changes::default()
        })
    };
    let planned = make(&app, &caller, &asked, writing.dry_run, decide).await?;
    Ok(answer(&planned, writing.dry_run, StatusCode::OK, None))
}
