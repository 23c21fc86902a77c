//! `GET /api/v1/used-tags`.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use scrim_catalog::{Catalog, Kind, Name};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::actor::Actor;
use crate::caller::{Caller, note};
use crate::json::Query;
use crate::page::{Page, Paging};
use crate::rights::Reader;
use crate::{App, Problem};

/// Which tags.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub(crate) struct Wanted {
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
    /// How many entries at most; 1 to 1000.
    #[schemars(range(min = 1, max = 1000))]
    limit: Option<usize>,
    /// Only those with this text in their name, in either case.
    search: Option<String>,
}

/// A tag.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Used {
    /// The tag.
    tag: String,
    /// Whether a document describes it.
    described: bool,
    /// The data sources that carry it.
    data_sources: Vec<String>,
    /// The columns that carry it.
    columns: Vec<Place>,
}

/// A column.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct Place {
    /// The data source.
    data_source: String,
    /// The column.
    column: String,
}

pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Page<Used>>, Problem> {
    let paging = Paging { cursor: wanted.cursor, limit: wanted.limit };
    let (limit, after) = (paging.limit()?, paging.after()?);
    let search = wanted.search.unwrap_or_default().to_lowercase();
    let world = app.registry().world();
    let tags = used(&caller.actor, &world.catalog, app.now());
    let listed = tags.into_values().filter(|tag| tag.tag > after && tag.tag.to_lowercase().contains(&search));
    let page = Page::cut(listed.take(limit + 1).collect(), limit, |tag| tag.tag.clone());
    note(&app, &caller.doing("tag.used"), "what each of them allows", json!({ "count": page.items.len() })).await;
    Ok(Json(page))
}

fn used<'a>(actor: &Actor, catalog: &'a Catalog, now: chrono::DateTime<chrono::Utc>) -> BTreeMap<&'a Name, Used> {
    let new = |tag: &Name, described| Used { tag: tag.to_string(), described, ..Used::default() };
    let mut tags: BTreeMap<&Name, Used> = catalog.tags.keys().map(|tag| (tag, new(tag, true))).collect();
    let reader = Reader::new(actor, catalog, now);
    for (name, source) in &catalog.data_sources {
        let untagged = source.tags.is_empty() && source.columns.iter().all(|column| column.tags.is_empty());
        if untagged || !reader.may(Kind::DataSource, name).is_allowed() {
            continue;
        }
        for tag in &source.tags {
            let used = tags.entry(tag.value()).or_insert_with(|| new(tag, false));
            used.data_sources.push(name.to_string());
        }
        for column in &source.columns {
            for tag in &column.tags {
                let used = tags.entry(tag.value()).or_insert_with(|| new(tag, false));
                used.columns.push(Place { data_source: name.to_string(), column: column.name.to_string() });
            }
        }
    }
    tags
}
