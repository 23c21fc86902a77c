//! `GET /api/v1/webhooks/{name}/deliveries`.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use scrim_store::Attempt as Tried;
use serde::Serialize;
use serde_json::json;

use super::allowed;
use crate::caller::{Caller, note};
use crate::json::{InPath, Query};
use crate::page::{Page, Paging};
use crate::{App, Problem};

/// An event on its way to a webhook.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Delivery {
    /// Its number.
    id: u64,
    /// The number of the event.
    sequence: u64,
    /// `waiting`, `delivered`, or `dead` when it was given up.
    state: String,
    /// When it was put into the queue.
    created: DateTime<Utc>,
    /// When it is tried next, while it is waiting.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_attempt: Option<DateTime<Utc>>,
    /// When it was delivered or given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    finished: Option<DateTime<Utc>>,
    /// Every attempt, the first one first.
    attempts: Vec<Attempt>,
}

/// A try to deliver.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Attempt {
    /// When.
    at: DateTime<Utc>,
    /// The status of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    /// Why it was not taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// The beginning of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<String>,
    /// How long it took, in milliseconds.
    milliseconds: u64,
}

pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    InPath(text): InPath<String>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Delivery>>, Problem> {
    let (asked, name, by) = allowed(&app, &caller, "webhook.deliveries", &text).await?;
    let (limit, before) = (paging.limit()?, paging.before()?);
    let found = app.store().deliveries(&name, before, limit).await?;
    let mut items = Vec::with_capacity(found.entries.len());
    for delivery in found.entries {
        let attempts = app.store().attempts(delivery.id).await?;
        items.push(Delivery {
            id: delivery.id,
            sequence: delivery.sequence,
            state: delivery.state.as_str().to_owned(),
            created: delivery.created,
            next_attempt: delivery.finished.is_none().then_some(delivery.due),
            finished: delivery.finished,
            attempts: attempts.into_iter().map(attempt).collect(),
        });
    }
    note(&app, &asked, by, json!({ "count": items.len() })).await;
    Ok(Json(Page::before(items, found.next)))
}

fn attempt(tried: Tried) -> Attempt {
    let tried = tried.tried;
    Attempt {
        at: tried.at,
        status: tried.status,
        error: tried.error,
        answer: tried.answer.filter(|answer| !answer.is_empty()),
        milliseconds: u64::try_from(tried.duration.as_millis()).unwrap_or(u64::MAX),
    }
}
