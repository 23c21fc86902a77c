//! `GET /api/v1/status`.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::State as Of;
use schemars::JsonSchema;
use scrim_catalog::Kind;
use scrim_reconciler::WHOLE;
use scrim_store::SyncWord;
use serde::Serialize;
use serde_json::Value;

use super::states::{State, state};
use crate::caller::{Caller, note, permit};
use crate::rights::Action;
use crate::{App, Problem};

/// How everything stands.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct Status {
    /// The version of the program.
    version: &'static str,
    /// The number of the last event.
    sequence: u64,
    /// How many documents of each kind there are.
    documents: BTreeMap<String, usize>,
    /// Each warehouse.
    integrations: Vec<Warehouse>,
}

/// How a warehouse stands.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct Warehouse {
    /// As a whole.
    #[serde(flatten)]
    whole: State,
    /// The engine.
    engine: &'static str,
    /// Whether it has everything up to the last change of the catalog.
    enforced: bool,
    /// How many data sources are in each state.
    data_sources: BTreeMap<String, u64>,
    /// The first of those that are not as they should be.
    troubled: Vec<State>,
}

/// So many of them are told by name.
const TROUBLED: usize = 20;

pub(crate) async fn run(Of(app): Of<App>, caller: Caller) -> Result<Json<Status>, Problem> {
    let asked = caller.doing("status");
    let by = permit(&app, &caller, &asked, Action::SeeSync).await?;
    note(&app, &asked, by, Value::Null).await;
    let world = app.registry().world();
    let mut integrations = Vec::new();
    for (name, integration) in &world.catalog.integrations {
        // Of thousands, no more is read than the state of each, and why those are not well that are told by name.
        let mut words = app.store().sync_words(name).await?;
        words.remove(WHOLE);
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for word in words.values() {
            *counts.entry(word.as_str().to_owned()).or_default() += 1;
        }
        let bad = |word: SyncWord| matches!(word, SyncWord::Failed | SyncWord::Closed | SyncWord::Retrying);
        let troubled = words.iter().filter(|(_, word)| bad(**word)).map(|(subject, _)| subject.as_str());
        let troubled: Vec<&str> = troubled.collect::<BTreeSet<_>>().into_iter().take(TROUBLED).collect();
        let troubled = app.store().sync_states_of(name, &troubled).await?;
        let whole = app.store().sync_state(name, WHOLE).await?;
        integrations.push(Warehouse {
            whole: state(name, whole.as_ref(), world.sequence),
            engine: match integration.engine {
                scrim_catalog::documents::Engine::Redshift => "redshift",
                scrim_catalog::documents::Engine::Postgresql => "postgresql",
            },
            enforced: whole
                .as_ref()
                .and_then(|whole| whole.pushed_sequence)
                .is_some_and(|pushed| pushed >= world.changed),
            data_sources: counts,
            troubled: troubled.iter().map(|one| state(&one.subject, Some(one), world.sequence)).collect(),
        });
    }
    let documents = Kind::ALL.iter().map(|kind| (kind.plural().to_owned(), world.catalog.count(*kind)));
    Ok(Json(Status {
        version: env!("CARGO_PKG_VERSION"),
        sequence: world.sequence,
        documents: documents.filter(|(_, count)| *count > 0).collect(),
        integrations,
    }))
}
