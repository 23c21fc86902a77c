//! `GET /api/v1/audit/export`.

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use futures_util::{StreamExt, stream};
use http::{HeaderMap, HeaderValue, header};
use schemars::JsonSchema;
use scrim_store::{AuditQuery, StoreError};
use serde::Deserialize;

use super::entry::Entry;
use super::search;
use crate::caller::{Caller, note, permit};
use crate::json::Query;
use crate::rights::Action;
use crate::table::{self, Format};
use crate::{App, Problem};

/// How many entries are read at once.
const BLOCK: usize = 1000;

/// Which entries, and how.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub(crate) struct Wanted {
    /// How they are written; by default what `Accept` says.
    format: Option<Lines>,
    /// Not before this moment.
    from: Option<chrono::DateTime<chrono::Utc>>,
    /// Before this moment.
    to: Option<chrono::DateTime<chrono::Utc>>,
    /// By this actor.
    actor: Option<String>,
    /// This action.
    action: Option<String>,
    /// `true` for changes, made or tried, without what was merely read; everything unless it is said.
    changes: Option<bool>,
    /// On an object of this kind.
    object_kind: Option<String>,
    /// On an object of this name.
    object_name: Option<String>,
    /// With this outcome: `allowed`, `refused`, `failed`, `attempted`.
    #[schemars(with = "Option<crate::forms::OutcomeName>")]
    outcome: Option<String>,
    /// With this text in it, in either case.
    text: Option<String>,
}

/// How an export is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Lines {
    /// As an object a line.
    Jsonl,
    /// As comma-separated values.
    Csv,
}

/// Where an export is.
struct At {
    app: App,
    query: AuditQuery,
    csv: bool,
    begun: bool,
    done: bool,
}

pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let asked = caller.doing("audit.export");
    let by = permit(&app, &caller, &asked, Action::ReadAudit).await?;
    let csv = match wanted.format {
        Some(format) => format == Lines::Csv,
        None => Format::accepted(&headers) == Format::Csv,
    };
    let search = search::Wanted {
        from: wanted.from,
        to: wanted.to,
        actor: wanted.actor,
        action: wanted.action,
        changes: wanted.changes,
        object_kind: wanted.object_kind,
        object_name: wanted.object_name,
        outcome: wanted.outcome,
        text: wanted.text,
        ..search::Wanted::default()
    };
    let query = AuditQuery { limit: BLOCK, ..search.query()? };
    note(&app, &asked, by, search.details()).await;
    let at = At { app, query, csv, begun: false, done: false };
    // What cannot be looked up is told as such, while that can still be told.
    let (begins, rest) = match block(at).await? {
        Some((begins, at)) => (Some(Ok(begins)), Some(at)),
        None => (None, None),
    };
    let rest = stream::iter(rest).flat_map(|at| stream::try_unfold(at, block));
    let mut response = Response::new(Body::from_stream(stream::iter(begins).chain(rest)));
    let (kind, name) = if csv { ("text/csv; charset=utf-8", "csv") } else { ("application/x-ndjson", "jsonl") };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"audit.{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

/// The next block of an export. One that fails ends the answer before its end, which the client notices.
async fn block(mut at: At) -> Result<Option<(String, At)>, StoreError> {
    if at.done {
        return Ok(None);
    }
    let page = at.app.store().audit_search(&at.query).await.inspect_err(|error| {
        tracing::error!(%error, "an export of the audit trail broke off");
    })?;
    let mut text = if at.csv && !at.begun { table::heading::<Entry>() } else { String::new() };
    for entry in page.entries.into_iter().map(Entry::from) {
        if at.csv {
            text.push_str(&table::line(&entry));
        } else if let Ok(line) = serde_json::to_string(&entry) {
            text.push_str(&line);
            text.push('\n');
        }
    }
    at.begun = true;
    at.done = page.next.is_none();
    at.query.before = page.next;
    Ok(Some((text, at)))
}
