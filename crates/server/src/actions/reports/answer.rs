//! What all reports have in common: who may, when, and how they are written.

use axum::Json;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use http::{HeaderMap, HeaderValue};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::caller::{Caller, note, permit};
use crate::compute::compute;
use crate::page::Page;
use crate::past::{Then, at};
use crate::rights::Action;
use crate::table::{Format, Row, csv};
use crate::{App, Problem};

/// How, and as of when.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub(crate) struct Wanted {
    /// How it is written; by default what `Accept` says.
    pub(super) format: Option<Format>,
    /// As it was at this moment; as it is by default.
    pub(super) as_of: Option<DateTime<Utc>>,
}

/// Makes a report, and answers it. Of a CSV that goes on, the header `x-next-cursor` tells where.
///
/// # Errors
/// When the caller may not, or it cannot be made.
pub(super) async fn answer<T: Row + Send + 'static>(
    app: &App,
    caller: &Caller,
    name: &str,
    wanted: Wanted,
    headers: &HeaderMap,
    make: impl FnOnce(&Then) -> Page<T> + Send + 'static,
) -> Result<Response, Problem> {
    let asked = caller.doing(&format!("report.{name}"));
    let by = permit(app, caller, &asked, Action::Report).await?;
    let format = wanted.format.unwrap_or_else(|| Format::accepted(headers));
    let then = at(app, &caller.actor.name, wanted.as_of).await?;
    let page = compute(move || make(&then)).await?;
    note(app, &asked, by, json!({ "as_of": wanted.as_of, "rows": page.items.len() })).await;
    Ok(match format {
        Format::Json => Json(page).into_response(),
        Format::Csv => {
            let mut response = csv(&page.items);
            if let Some(next) = page.next.and_then(|next| HeaderValue::from_str(&next).ok()) {
                response.headers_mut().insert("x-next-cursor", next);
            }
            response
        }
    })
}

/// A report that is one page.
pub(super) fn whole<T>(items: Vec<T>) -> Page<T> {
    Page { items, next: None }
}
