//! `GET /api/v1/discoveries`.

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use scrim_catalog::documents::Proposed;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::caller::{Caller, note};
use crate::json::Query;
use crate::page::{Page, Paging};
use crate::rights::{Action, may};
use crate::{App, Problem};

/// Which of them.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub(crate) struct Wanted {
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
    /// How many entries at most; 1 to 1000.
    #[schemars(range(min = 1, max = 1000))]
    limit: Option<usize>,
    /// Only those of this integration.
    integration: Option<String>,
    /// Only those of this data source.
    data_source: Option<String>,
}

/// A proposal.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "ProposedTag")]
pub(crate) struct Discovery {
    /// The data source.
    data_source: String,
    /// The column.
    column: String,
    /// What is proposed.
    #[serde(flatten)]
    proposed: Proposed,
}

pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Page<Discovery>>, Problem> {
    let paging = Paging { cursor: wanted.cursor.clone(), limit: wanted.limit };
    let (limit, after) = (paging.limit()?, paging.after()?);
    let catalog = app.registry().world().catalog.clone();
    let all = may(&caller.actor, &catalog, Action::SeeDiscoveries).is_allowed();
    let is = |wanted: &Option<String>, value: &str| wanted.as_ref().is_none_or(|wanted| wanted == value);
    let sources = catalog.data_sources.values().filter(|source| {
        (all || caller.actor.is_among(&source.owners))
            && is(&wanted.integration, &source.integration)
            && is(&wanted.data_source, &source.name)
    });
    let mut items: Vec<Discovery> = Vec::new();
    for source in sources {
        // Pages go by data sources: those before the cursor's are not looked at.
        if source.name.as_str() < after.split('\n').next().unwrap_or_default() {
            continue;
        }
        let mut own: Vec<Discovery> = Vec::new();
        for column in &source.columns {
            own.extend(column.discovery.iter().flat_map(|known| &known.proposed).map(|proposed| Discovery {
                data_source: source.name.to_string(),
                column: column.name.to_string(),
                proposed: proposed.clone(),
            }));
        }
        own.sort_by_key(key);
        items.extend(own.into_iter().filter(|one| key(one) > after));
        if items.len() > limit {
            items.truncate(limit + 1);
            break;
        }
    }
    let page = Page::cut(items, limit, key);
    let by = if all { "a permission to see all of them" } else { "owner of the data sources" };
    note(&app, &caller.doing("discoveries.list"), by, json!({ "count": page.items.len() })).await;
    Ok(Json(page))
}

/// Names have no control characters.
fn key(discovery: &Discovery) -> String {
    format!("{}\n{}\n{}", discovery.data_source, discovery.column, discovery.proposed.tag)
}
