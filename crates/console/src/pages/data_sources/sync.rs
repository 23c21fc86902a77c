//! How far the warehouse is with a data source; looked at again by itself until it has everything.

use axum::extract::{Path, Query};
use axum::response::{Html, IntoResponse, Response};
use chrono::{DateTime, Utc};
use maud::{Markup, html};
use serde::Deserialize;

use super::source::{Source, Tab};
use crate::api::{to, with_query};
use crate::parts::{facts, installing, prose, section, state};
use crate::problem::Problem;
use crate::route::Route;
use crate::time;
use crate::visit::{Me, Visit};

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/data-sources/{name}/sync", show), Route::get("/data-sources/{name}/sync/now", now)]
}

#[derive(Deserialize)]
struct State {
    state: String,
    reason: Option<String>,
    attempts: u64,
    next_attempt: Option<DateTime<Utc>>,
    wanted: u64,
    pushed: Option<u64>,
    since: Option<DateTime<Utc>>,
}

/// Which integration the data source is of: the page knows it, and what is fetched again need not be asked for it each time.
#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    integration: String,
}

async fn show(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    let source = Source::find(&visit, &name).await?;
    let found = visit.api.get::<State>(to!("/api/v1/data-sources/{}/sync", name)).await?;
    let main = html! {
        (source.heading(&visit, Tab::Sync))
        (section("The warehouse", told(&visit.me, &name, &source.glance.integration, &found)))
    };
    Ok(visit.page(&format!("Sync of {name}"), main))
}

/// The part of the page that is fetched again.
async fn now(visit: Visit, Path(name): Path<String>, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let found = visit.api.get::<State>(to!("/api/v1/data-sources/{}/sync", name)).await?;
    Ok(Html(told(&visit.me, &name, &asked.integration, &found).into_string()).into_response())
}

fn told(me: &Me, name: &str, integration: &str, found: &State) -> Markup {
    let content = html! {
        (facts(&[
            ("State", html! { (state(&found.state)) }),
            ("Since", time::maybe(found.since)),
            ("Why", html! { @if let Some(reason) = &found.reason { (prose(reason)) (installing(me, integration, reason)) } @else { span.muted { "–" } } }),
            ("Failed attempts", html! { (found.attempts) }),
            ("Next attempt", time::maybe(found.next_attempt)),
            ("Has the change", html! { @if let Some(pushed) = found.pushed { (pushed) } @else { "none yet" } " of " (found.wanted) }),
        ]))
    };
    let again = with_query(&to!("/data-sources/{}/sync/now", name), &[("integration", integration)]);
    html! {
        @if found.state == "in_sync" { div { (content) p.muted { "The view is as the policies want it." } } }
        @else {
            div hx-get=(again) hx-trigger="every 3s" hx-swap="outerHTML" aria-live="polite" {
                (content) p.muted { "This is looked at again every 3 seconds." }
            }
        }
    }
}
