//! `GET /api/v1/source-overview`.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use scrim_catalog::documents::DataSource;
use scrim_catalog::{Catalog, Kind, Name};
use scrim_policy::AccessRules;
use scrim_store::{StoreError, SyncWord};
use serde::Serialize;
use serde_json::json;

use super::facets::{Facets, Tally};
use super::seen::{Glance, Seen};
use super::wanted::Wanted;
use crate::actor::Actor;
use crate::caller::{Caller, note};
use crate::json::Query;
use crate::page::Page;
use crate::protection::Counted;
use crate::rights::{Action, Reader, Standing, may, sees_all};
use crate::{App, Problem};

/// Data sources at a glance, in the order of their names.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Overview {
    #[serde(flatten)]
    page: Page<Glance>,
    /// How many fit, on all pages.
    total: usize,
    /// What they have in common.
    facets: Facets,
}

pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Overview>, Problem> {
    let paging = wanted.paging();
    let (limit, after) = (paging.limit()?, paging.after()?);
    let world = app.registry().world();
    let catalog = &*world.catalog;
    let filter = wanted.filter(&caller.actor, catalog, app.now())?;
    // Of one that is named no other is looked at.
    let named = wanted.name.as_deref().map(|name| {
        let reader = Reader::new(&caller.actor, catalog, app.now());
        let known =
            |source: &DataSource| sees_all(&caller.actor, Kind::DataSource) || reader.standing(source).is_some();
        catalog.data_sources.get(name).filter(|source| known(source))
    });
    let (sources, counted): (Vec<&DataSource>, _) = match named {
        Some(None) => (vec![], Arc::default()),
        Some(Some(source)) => (vec![&source.item], app.protection().of_one(&world, &source.name).await?),
        None => {
            let all = catalog.data_sources.values().map(|stored| &stored.item);
            (all.collect(), app.protection().of(&world).await?)
        }
    };
    let beside = Beside::read(&app, &caller.actor, catalog, &sources, &counted).await?;
    let (page, total, facets) = {
        let reader = Reader::new(&caller.actor, catalog, app.now());
        let (mut tally, mut page) = (Tally::default(), Vec::new());
        for source in sources {
            // Whether they may know of it comes first: else the time would tell whether something fits that is hidden.
            let standing = if beside.all { None } else { reader.standing(source) };
            if !beside.all && standing.is_none() {
                continue;
            }
            let mut seen = beside.seen(&caller.actor, source, standing);
            if filter.fits(&caller.actor, &seen) {
                tally.add(&seen);
                if source.name.as_str() > after.as_str() && page.len() <= limit {
                    seen.standing = seen.standing.or_else(|| reader.standing(source));
                    page.push(seen);
                }
            }
        }
        let (total, facets) = tally.counted();
        (Page::cut(page, limit, |seen| seen.source.name.to_string()), total, facets)
    };
    let reasons = reasons(&app, &page.items).await?;
    let items = {
        let (rules, now) = (AccessRules::of_each(catalog), app.now());
        let reason = |seen: &Seen<'_>| reasons.get(seen.source.name.as_str()).cloned();
        page.items.iter().map(|seen| seen.row(catalog, reason(seen), rules(seen.source).asks(now))).collect()
    };
    let page = Page { items, next: page.next };
    note(
        &app,
        &caller.doing("data-source.overview"),
        "what each of them allows",
        json!({ "count": page.items.len(), "total": total }),
    )
    .await;
    Ok(Json(Overview { page, total, facets }))
}

/// What stands in no document: it has rights of its own.
struct Beside<'a> {
    /// Whether the caller sees every data source, the policies of every one, and how far each is.
    all: bool,
    policies: bool,
    sync: bool,
    counted: &'a Counted,
    /// By integration, of those where the caller may know of anything.
    states: BTreeMap<&'a Name, HashMap<String, SyncWord>>,
}

impl<'a> Beside<'a> {
    async fn read(
        app: &App,
        actor: &Actor,
        catalog: &Catalog,
        sources: &[&'a DataSource],
        counted: &'a Counted,
    ) -> Result<Self, StoreError> {
        let sync = may(actor, catalog, Action::SeeSync).is_allowed();
        let known = sources.iter().filter(|source| sync || actor.is_among(&source.owners));
        let mut of_each: BTreeMap<&Name, Vec<&str>> = BTreeMap::new();
        for source in known {
            of_each.entry(source.integration.value()).or_default().push(source.name.as_str());
        }
        let mut states = BTreeMap::new();
        for (integration, names) in of_each {
            let words = match names.as_slice() {
                [name] => {
                    let state = app.store().sync_state(integration, name).await?;
                    state.map(|state| (state.subject, state.state)).into_iter().collect()
                }
                _ => app.store().sync_words(integration).await?,
            };
            states.insert(integration, words);
        }
        let policies = sees_all(actor, Kind::DataPolicy) && sees_all(actor, Kind::SubscriptionPolicy);
        Ok(Self { all: sees_all(actor, Kind::DataSource), policies, sync, counted, states })
    }

    /// Owners know which policies cover their own, and how far the warehouse is with it.
    fn seen<'s>(&self, actor: &Actor, source: &'s DataSource, standing: Option<Standing>) -> Seen<'s> {
        let owner = actor.is_among(&source.owners);
        let state = || {
            let states = self.states.get(source.integration.value())?;
            Some(states.get(source.name.as_str()).copied().unwrap_or(SyncWord::Waiting))
        };
        Seen {
            source,
            all: self.all,
            standing,
            in_force: if self.policies || owner { self.counted.on(&source.name) } else { None },
            state: if self.sync || owner { state() } else { None },
        }
    }
}

/// By data source, why those are not in sync of which the caller may know.
async fn reasons(app: &App, page: &[Seen<'_>]) -> Result<HashMap<String, String>, StoreError> {
    let mut asked: BTreeMap<&Name, Vec<&str>> = BTreeMap::new();
    for seen in page.iter().filter(|seen| seen.state.is_some_and(|state| state != SyncWord::InSync)) {
        asked.entry(seen.source.integration.value()).or_default().push(seen.source.name.as_str());
    }
    let mut reasons = HashMap::new();
    for (integration, names) in asked {
        let states = app.store().sync_states_of(integration, &names).await?;
        reasons.extend(states.into_iter().filter_map(|state| Some((state.subject, state.reason?))));
    }
    Ok(reasons)
}
