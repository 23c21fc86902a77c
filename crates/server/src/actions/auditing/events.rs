//! `GET /api/v1/events`.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::caller::{Caller, note, permit};
use crate::json::Query;
use crate::page::Paging;
use crate::rights::Action;
use crate::{App, Problem};

/// Which events.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
pub(crate) struct Wanted {
    /// Those after the event of this number.
    #[serde(default)]
    after: u64,
    /// How many at most; 1 to 1000.
    #[schemars(range(min = 1, max = 1000))]
    limit: Option<usize>,
}

/// What happened.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct Happened {
    /// The events, oldest first.
    items: Vec<Event>,
    /// The number of the last event there is: when the last of these has it, there are no more yet.
    last: u64,
}

/// An event.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct Event {
    /// Its number: each is one more than the one before.
    sequence: u64,
    /// When.
    at: DateTime<Utc>,
    /// Who did it.
    actor: String,
    /// In which request.
    request: String,
    /// What happened, such as `user.updated`.
    kind: String,
    /// The kind of the object.
    object_kind: String,
    /// The name of the object.
    object_name: String,
    /// More about it.
    payload: Value,
}

pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Happened>, Problem> {
    let asked = caller.doing("event.list");
    let by = permit(&app, &caller, &asked, Action::ReadAudit).await?;
    let limit = Paging { cursor: None, limit: wanted.limit }.limit()?;
    // Larger than every number there can be.
    let after = wanted.after.min(i64::MAX.unsigned_abs());
    note(&app, &asked, by, json!({ "after": after })).await;
    let last = app.store().last_sequence().await?;
    let events = app.store().events(after, limit).await?.into_iter().map(|event| Event {
        sequence: event.sequence,
        at: event.at,
        actor: event.actor,
        request: event.request,
        kind: event.kind,
        object_kind: event.object_kind,
        object_name: event.object_name,
        payload: event.payload,
    });
    Ok(Json(Happened { items: events.collect(), last }))
}
