//! `GET /api/v1/<kind>`.

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use scrim_catalog::{Catalog, Kind};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::caller::{Caller, note};
use crate::json::Query;
use crate::page::{Page, Paging};
use crate::rights::{may_read, sees_all};
use crate::{App, Problem};

/// Which of them.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub(crate) struct Wanted {
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
    /// How many entries at most; 1 to 1000.
    #[schemars(range(min = 1, max = 1000))]
    limit: Option<usize>,
    /// Only those whose name or description has this text, in either case.
    search: Option<String>,
    /// Only those with this tag or one below it, on themselves or a column (data sources).
    tag: Option<String>,
    /// Only those of this integration (data sources).
    integration: Option<String>,
    /// Only those that this user owns by name (data sources, projects), or that are about this user (grants, subscriptions, unmask requests).
    user: Option<String>,
    /// Only those in this group (users).
    group: Option<String>,
    /// Only those about this data source (grants, subscriptions, unmask requests, local policies, tests).
    data_source: Option<String>,
    /// Only those in this state: `active`, `staged`, `disabled`, `requested`, …
    status: Option<String>,
}

pub(crate) async fn run(
    kind: Kind,
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Page<Value>>, Problem> {
    let paging = Paging { cursor: wanted.cursor.clone(), limit: wanted.limit };
    let (limit, after) = (paging.limit()?, paging.after()?);
    let world = app.registry().world();
    let catalog = &world.catalog;
    let (now, all) = (app.now(), sees_all(&caller.actor, kind));
    let mut items = Vec::new();
    for name in catalog.names_after(kind, &after) {
        if !all && !may_read(&caller.actor, catalog, kind, name, now).is_allowed() {
            continue;
        }
        let Some(document) = catalog.json(kind, name) else { continue };
        if wanted.fits(catalog, kind, &document) {
            items.push(document);
            if items.len() > limit {
                break;
            }
        }
    }
    let page = Page::cut(items, limit, |document| text(document, "name").to_owned());
    note(
        &app,
        &caller.doing(&format!("{kind}.list")),
        "what each of them allows",
        json!({ "count": page.items.len() }),
    )
    .await;
    Ok(Json(page))
}

impl Wanted {
    fn fits(&self, catalog: &Catalog, kind: Kind, document: &Value) -> bool {
        let is =
            |wanted: &Option<String>, field: &str| wanted.as_ref().is_none_or(|wanted| text(document, field) == wanted);
        let searched = self.search.as_ref().is_none_or(|search| {
            let search = search.to_lowercase();
            ["name", "description"].iter().any(|field| text(document, field).to_lowercase().contains(&search))
        });
        let grouped = self.group.as_ref().is_none_or(|group| strings(document, "groups").any(|one| one == group));
        searched
            && grouped
            && is(&self.integration, "integration")
            && self.tagged(catalog, kind, document)
            && self.about(document)
            && self.whose(kind, document)
            && self.in_state(kind, document)
    }

    fn tagged(&self, catalog: &Catalog, kind: Kind, document: &Value) -> bool {
        let Some(tag) = &self.tag else { return true };
        let Ok(tag) = scrim_catalog::Name::new(tag.as_str()) else { return false };
        let source = catalog.data_sources.get(text(document, "name")).filter(|_| kind == Kind::DataSource);
        source.is_some_and(|source| {
            let columns = source.columns.iter().flat_map(|column| &column.tags);
            source.tags.iter().chain(columns).any(|one| scrim_catalog::tag::covers(&tag, one.value()))
        })
    }

    fn about(&self, document: &Value) -> bool {
        let Some(source) = &self.data_source else { return true };
        let local = document.get("where").map_or("", |scope| text(scope, "data_source"));
        text(document, "data_source") == source || local == source
    }

    fn whose(&self, kind: Kind, document: &Value) -> bool {
        let Some(user) = &self.user else { return true };
        match kind {
            Kind::DataSource | Kind::Project => strings(document, "owners").any(|one| one == user),
            _ => text(document, "user") == user,
        }
    }

    fn in_state(&self, kind: Kind, document: &Value) -> bool {
        let Some(status) = &self.status else { return true };
        let found = match kind {
            Kind::Subscription | Kind::UnmaskRequest => text(document, "state"),
            Kind::User | Kind::Webhook if document.get("disabled") == Some(&Value::Bool(true)) => "disabled",
            _ => text(document, "status"),
        };
        // What is as it is anyway is not written.
        let usual = if kind == Kind::UnmaskRequest { "requested" } else { "active" };
        (if found.is_empty() { usual } else { found }) == status
    }
}

fn text<'a>(document: &'a Value, field: &str) -> &'a str {
    document.get(field).and_then(Value::as_str).unwrap_or("")
}

fn strings<'a>(document: &'a Value, field: &str) -> impl Iterator<Item = &'a str> {
    document.get(field).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}
