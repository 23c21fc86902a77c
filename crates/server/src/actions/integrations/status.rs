//! `GET /api/v1/status`.

use std::collections::BTreeMap;

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
        let states = app.store().sync_states(name).await?;
        let whole = states.iter().find(|state| state.subject == WHOLE);
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for one in states.iter().filter(|state| state.subject != WHOLE) {
            *counts.entry(one.state.as_str().to_owned()).or_default() += 1;
        }
        let troubled = states.iter().filter(|one| {
            one.subject != WHOLE && matches!(one.state, SyncWord::Failed | SyncWord::Closed | SyncWord::Retrying)
        });
        integrations.push(Warehouse {
            whole: state(name, whole, world.sequence),
            engine: match integration.engine {
                scrim_catalog::documents::Engine::Redshift => "redshift",
                scrim_catalog::documents::Engine::Postgresql => "postgresql",
            },
            enforced: whole.and_then(|whole| whole.pushed_sequence).is_some_and(|pushed| pushed >= world.changed),
            data_sources: counts,
            troubled: troubled.take(TROUBLED).map(|one| state(&one.subject, Some(one), world.sequence)).collect(),
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
