//! `GET /api/v1/notifications`.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use crate::caller::{Caller, note};
use crate::json::Query;
use crate::page::{Page, Paging};
use crate::{App, Problem};

/// The news of the caller.
#[derive(Serialize, JsonSchema)]
pub(crate) struct News {
    /// How many were not read yet, on all pages.
    unread: u64,
    #[serde(flatten)]
    page: Page<Notification>,
}

/// Something to know.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Notification {
    /// Its number.
    id: u64,
    /// When it happened.
    at: DateTime<Utc>,
    /// The event it is of, such as `subscription.requested`.
    kind: String,
    /// What is told.
    text: String,
    /// What it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<Object>,
    /// When it was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    read: Option<DateTime<Utc>>,
}

/// What a notification is about.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Object {
    /// The kind.
    kind: String,
    /// The name.
    name: String,
}

pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    Query(paging): Query<Paging>,
) -> Result<Json<News>, Problem> {
    let (limit, before) = (paging.limit()?, paging.before()?);
    let user = caller.actor.name.as_str();
    let found = app.store().notifications(user, before, limit).await?;
    let items = found.entries.into_iter().map(|news| Notification {
        id: news.id,
        at: news.told.at,
        kind: news.told.kind,
        text: news.told.text,
        object: news.told.object.map(|(kind, name)| Object { kind, name }),
        read: news.read_at,
    });
    let page = Page::before(items.collect(), found.next);
    let unread = app.store().unread(user).await?;
    note(&app, &caller.doing("notification.list"), "the user's own", json!({ "count": page.items.len() })).await;
    Ok(Json(News { unread, page }))
}
