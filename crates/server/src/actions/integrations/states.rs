//! `GET /api/v1/integrations/<name>/sync` and `GET /api/v1/data-sources/<name>/sync`.

use axum::Json;
use axum::extract::State as Of;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use scrim_catalog::Kind;
use scrim_reconciler::WHOLE;
use scrim_store::{SyncState, SyncWord};
use serde::Serialize;
use serde_json::Value;

use crate::actions::objects::change::name;
use crate::caller::{Caller, note, permit};
use crate::json::InPath;
use crate::rights::{Action, may};
use crate::{App, Problem};

/// How far a warehouse is.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct Sync {
    /// The integration.
    integration: String,
    /// The number of the last event.
    sequence: u64,
    /// The warehouse as a whole.
    whole: State,
    /// Each data source.
    data_sources: Vec<State>,
}

/// How far the warehouse is with one thing.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct State {
    /// The data source; the integration for the warehouse as a whole.
    pub(super) name: String,
    /// `in_sync`, `pushing`, `retrying`, `failed`, `closed` (nobody sees it), or `waiting` (its turn has not come).
    pub(super) state: &'static str,
    /// Why, and what to do.
    pub(super) reason: Option<String>,
    /// How often it was tried since it last succeeded.
    pub(super) attempts: u64,
    /// When it is tried next.
    pub(super) next_attempt: Option<DateTime<Utc>>,
    /// The number of the event whose consequences are wanted there.
    pub(super) wanted: u64,
    /// The number of the last event whose consequences are there.
    pub(super) pushed: Option<u64>,
    /// Since when it has been in this state.
    pub(super) since: Option<DateTime<Utc>>,
}

/// A state, where one was written.
pub(super) fn state(name: &str, written: Option<&SyncState>, wanted: u64) -> State {
    State {
        name: name.to_owned(),
        state: written.map_or(SyncWord::Waiting, |state| state.state).as_str(),
        reason: written.and_then(|state| state.reason.clone()),
        attempts: written.map_or(0, |state| state.attempts),
        next_attempt: written.and_then(|state| state.next_attempt),
        wanted: written.map_or(wanted, |state| state.wanted_sequence),
        pushed: written.and_then(|state| state.pushed_sequence),
        since: written.map(|state| state.since),
    }
}

pub(crate) async fn of_integration(
    Of(app): Of<App>,
    caller: Caller,
    InPath(text): InPath<String>,
) -> Result<Json<Sync>, Problem> {
    let integration = name(&text)?;
    let asked = caller.about("integration.sync", Kind::Integration, &integration);
    let by = permit(&app, &caller, &asked, Action::SeeSync).await?;
    let world = app.registry().world();
    if !world.catalog.integrations.contains_key(&integration) {
        return Err(Problem::not_found(format!("there is no integration `{integration}`")));
    }
    note(&app, &asked, by, Value::Null).await;
    let states = app.store().sync_states(&integration).await?;
    let written = |subject: &str| states.iter().find(|state| state.subject == subject);
    let sources = world.catalog.data_sources.values().filter(|source| *source.integration == integration);
    let by_name: std::collections::BTreeMap<&str, &SyncState> =
        states.iter().map(|state| (state.subject.as_str(), state)).collect();
    let sequence = world.sequence;
    Ok(Json(Sync {
        integration: integration.to_string(),
        sequence,
        whole: state(&integration, written(WHOLE), sequence),
        data_sources: sources
            .map(|source| state(&source.name, by_name.get(source.name.as_str()).copied(), sequence))
            .collect(),
    }))
}

pub(crate) async fn of_source(
    Of(app): Of<App>,
    caller: Caller,
    InPath(text): InPath<String>,
) -> Result<Json<State>, Problem> {
    let source = name(&text)?;
    let asked = caller.about("data-source.sync", Kind::DataSource, &source);
    let world = app.registry().world();
    // Owners see how their own stand.
    let by = match may(&caller.actor, &world.catalog, Action::WhoSees(&source)).required() {
        Ok(by) => by,
        Err(_) => permit(&app, &caller, &asked, Action::SeeSync).await?,
    };
    let found = world.catalog.data_sources.get(&source);
    let found = found.ok_or_else(|| Problem::not_found(format!("there is no data source `{source}`")))?;
    note(&app, &asked, by, Value::Null).await;
    let written = app.store().sync_state(&found.integration, &source).await?;
    Ok(Json(state(&source, written.as_ref(), world.sequence)))
}
