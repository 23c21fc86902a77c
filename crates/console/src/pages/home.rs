//! What waits for whoever looks, and how everything stands: each part for those whom the API tells it.

mod own;
mod standing;

use axum::response::Response;
use chrono::{DateTime, Utc};
use futures_util::future::try_join5;
use maud::{Markup, html};
use serde::Deserialize;

use crate::api::to;
use crate::frame::{later, waiting};
use crate::parts::{Page, empty, head, section, table};
use crate::problem::Problem;
use crate::route::Route;
use crate::time;
use crate::visit::Visit;
use own::Request;
use standing::Status;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/", show)]
}

/// Some data sources, and how many there are.
#[derive(Deserialize)]
struct Sources {
    items: Vec<Source>,
    total: u64,
}

#[derive(Deserialize)]
struct Source {
    data_source: String,
    #[serde(default)]
    columns_to_confirm: u64,
}

/// A change of a document.
#[derive(Deserialize)]
struct Change {
    at: DateTime<Utc>,
    #[serde(default)]
    actor: Option<String>,
    kind: String,
    name: String,
    action: String,
}

async fn show(visit: Visit) -> Result<Response, Problem> {
    let first = html! { (head("Home", "", html! {})) (waiting("Looking at what waits for you")) };
    let (own, api) = (visit.clone(), visit.api.clone());
    let cards = later(async move { cards(&own).await });
    let changes = later(async move {
        let changes = api.maybe::<Page<Change>>("/api/v1/changes?limit=10").await?;
        Ok(html! { @if let Some(changes) = &changes { (section("Changed lately", lately(&changes.items))) } })
    });
    Ok(visit.streamed("Home", first, vec![cards, changes]))
}

async fn cards(visit: &Visit) -> Result<Markup, Problem> {
    let api = &visit.api;
    let asked = try_join5(
        api.maybe::<Page<Request>>("/api/v1/requests?limit=100"),
        api.maybe::<Sources>("/api/v1/source-overview?protected=false&limit=5"),
        api.maybe::<Sources>("/api/v1/source-overview?waiting=true&mine=true&limit=5"),
        standing::asked(visit),
        own::reach(visit),
    );
    let (requests, open, columns, status, reach) = asked.await?;
    let requests = requests.map_or_else(Vec::new, |page| page.items);
    let (mine, others): (Vec<_>, Vec<_>) = requests.iter().partition(|one| one.roles.is_empty());
    Ok(html! {
        @if let Some(status) = &status { (standing::first_steps(visit, status)) }
        div.cards {
            (section("Waits for you", waits(visit, &others, columns.as_ref(), status.as_ref())))
            @if let Some(reach) = &reach { (section("What you can read", own::readable(reach))) }
            @if reach.is_some() || !mine.is_empty() || !visit.me.projects.is_empty() {
                (section("Yours", own::yours(visit, &mine)))
            }
            @if let Some(status) = &status { (section("Sync", standing::sync(status))) }
            @if let Some(open) = open.filter(|open| open.total > 0) { (section("Without a policy", unprotected(&open))) }
        }
    })
}

fn waits(visit: &Visit, requests: &[&Request], columns: Option<&Sources>, status: Option<&Status>) -> Markup {
    let columns = columns.filter(|columns| columns.total > 0);
    let troubled = status.map_or(0, Status::troubled);
    if requests.is_empty() && columns.is_none() && visit.me.unread == 0 && troubled == 0 {
        return empty("Nothing", html! { "Requests, new columns and failed pushes stand here when there are any." });
    }
    html! {
        ul.plain {
            @if !requests.is_empty() {
                li { a href="/requests" { (requests.len()) @if requests.len() == 1 { " request" } @else { " requests" } } " to decide" }
                @for one in requests.iter().take(5) { li.muted { (one.user) ": " (one.what) " of " (one.of) } }
            }
            @if let Some(columns) = columns {
                li { a href="/data-sources?waiting=true&mine=true" { (columns.total) " of your data sources" } " have columns to confirm" }
                @for one in &columns.items {
                    li.muted { a href=(to!("/data-sources/{}", one.data_source)) { (one.data_source) } ": " (one.columns_to_confirm) }
                }
            }
            @if troubled > 0 { li { a href="/integrations" { (troubled) } " not in sync as they should be: see the integrations" } }
            @if visit.me.unread > 0 { li { a href="/news" { (visit.me.unread) " unread" } " in the news" } }
        }
    }
}

fn unprotected(open: &Sources) -> Markup {
    html! {
        p { a href="/data-sources?protected=false" { (open.total) @if open.total == 1 { " data source" } @else { " data sources" } } " without a policy of both kinds" }
        ul.plain { @for one in &open.items { li { a href=(to!("/data-sources/{}", one.data_source)) { (one.data_source) } } } }
    }
}

fn lately(changes: &[Change]) -> Markup {
    if changes.is_empty() {
        return empty("Nothing yet", html! { "Changes of what you may know of stand here." });
    }
    table(&["When", "What", "Became", "By"], &changes.iter().map(|one| {
        let kind = one.kind.replace('-', " ");
        vec![
            time::moment(one.at),
            html! { (kind) " " @match page(&one.kind, &one.name).filter(|_| one.action != "delete") {
                Some(to) => { a href=(to) { (one.name) } }
                None => { code { (one.name) } }
            } },
            html! { (match one.action.as_str() { "create" => "made", "update" => "changed", "delete" => "deleted", other => other }) },
            html! { (one.actor.as_deref().unwrap_or("")) },
        ]
    }).collect::<Vec<_>>())
}

/// The page of a document, where it has one.
pub(super) fn page(kind: &str, name: &str) -> Option<String> {
    Some(match kind {
        "data-source" => to!("/data-sources/{}", name),
        "data-policy" | "subscription-policy" => to!("/policies/{}/{}", kind, name),
        "project" => to!("/projects/{}", name),
        "purpose" => to!("/purposes/{}", name),
        "identifier" => to!("/discovery/identifiers/{}", name),
        "user" => to!("/people/users/{}", name),
        "group" => to!("/people/groups/{}", name),
        "attribute" => to!("/people/attributes/{}", name),
        "tag" => to!("/tags?tag={}", name),
        "integration" => to!("/integrations/{}", name),
        "webhook" => to!("/webhooks/{}", name),
        _ => return None,
    })
}
