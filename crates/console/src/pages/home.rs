//! What waits for whoever looks, and how everything stands: each part for those whom the API tells it.

mod own;
mod standing;

use axum::response::Response;
use chrono::{DateTime, Utc};
use futures_util::future::{try_join, try_join4};
use maud::{Markup, html};
use serde::Deserialize;

use crate::api::{Api, to, with_query};
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

/// Proposals of tags: so many are counted.
#[derive(Deserialize)]
struct Proposal {}

/// Who decides about every data source: what waits of any of them waits for these.
const GOVERNS: &[&str] = &["GOVERNANCE"];
/// So many proposals are counted.
const COUNTED: usize = 100;

/// A change of a document.
#[derive(Deserialize)]
struct Change {
    at: DateTime<Utc>,
    #[serde(default)]
    actor: Option<String>,
    kind: String,
    name: String,
    action: String,
    #[serde(default)]
    user: Option<String>,
    #[serde(default)]
    group: Option<String>,
    #[serde(default)]
    data_source: Option<String>,
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
    let asked = try_join4(
        requests(api),
        waiting_for(visit),
        async {
            try_join(api.maybe::<Sources>("/api/v1/source-overview?protected=false&limit=5"), standing::asked(visit))
                .await
        },
        own::reach(visit),
    );
    let ((mine, others), waiting, (open, status), reach) = asked.await?;
    let only_reads = visit.me.permissions().is_empty();
    Ok(html! {
        @if let Some(status) = &status { (standing::first_steps(visit, status)) }
        div.cards {
            (section("Waits for you", waits(visit, &others, &waiting, status.as_ref())))
            @if let Some(reach) = reach.filter(|reach| only_reads || reach.reads()) {
                (section("What you can read", own::readable(&reach)))
            }
            @if only_reads || !mine.items.is_empty() || !visit.me.projects.is_empty() {
                (section("Yours", own::yours(visit, &mine)))
            }
            @if let Some(status) = &status { (section("Sync", standing::sync(status))) }
            @if let Some(open) = open.filter(|open| open.total > 0) { (section("Without a policy", unprotected(&open))) }
            @if visit.me.has(&["USER_ADMIN"]) { (section("People", people(status.as_ref()))) }
        }
    })
}

/// What whoever looks asked for, and what waits for them.
async fn requests(api: &Api) -> Result<(Page<Request>, Page<Request>), Problem> {
    let list = |mine: &str| with_query("/api/v1/requests", &[("mine", mine), ("limit", &COUNTED.to_string())]);
    try_join(api.get(list("true")), api.get(list("false"))).await
}

/// What waits for a decision about data sources.
struct Waiting {
    /// Data sources with columns that nobody has looked at.
    columns: Option<Sources>,
    /// Tags that are proposed.
    proposals: Option<Page<Proposal>>,
}

/// What waits of the data sources that whoever looks decides about: all of them, or their own.
async fn waiting_for(visit: &Visit) -> Result<Waiting, Problem> {
    let (api, governs) = (&visit.api, visit.me.has(GOVERNS));
    let mine = if governs { "" } else { "true" };
    let columns = with_query("/api/v1/source-overview", &[("waiting", "true"), ("mine", mine), ("limit", "5")]);
    let proposals = with_query("/api/v1/discoveries", &[("limit", &COUNTED.to_string())]);
    let proposals = async {
        // Auditors read the proposals, and decide about none.
        match governs || (visit.me.owner && !visit.me.has(&["AUDIT"])) {
            true => api.maybe(proposals).await,
            false => Ok(None),
        }
    };
    let (columns, proposals) = try_join(api.maybe(columns), proposals).await?;
    Ok(Waiting { columns, proposals })
}

fn waits(visit: &Visit, requests: &Page<Request>, waiting: &Waiting, status: Option<&Status>) -> Markup {
    let columns = waiting.columns.as_ref().filter(|columns| columns.total > 0);
    let proposals = waiting.proposals.as_ref().filter(|page| !page.items.is_empty());
    let troubled = status.map(standing::troubled).filter(|troubled| !troubled.is_empty());
    if requests.items.is_empty()
        && columns.is_none()
        && proposals.is_none()
        && visit.me.unread == 0
        && troubled.is_none()
    {
        return empty("Nothing", html! { "Requests, new columns and failed pushes stand here when there are any." });
    }
    let mine = if visit.me.has(GOVERNS) { "" } else { "true" };
    html! {
        ul.plain {
            @if !requests.items.is_empty() {
                li { a href="/requests" { (requests.count(requests.items.len())) @if requests.items.len() == 1 { " request" } @else { " requests" } } " to decide" }
                @for one in requests.items.iter().take(5) { li.muted { (one.user) ": " (one.what) " of " (one.of) } }
            }
            @if let Some(columns) = columns {
                li {
                    a href=(with_query("/data-sources", &[("waiting", "true"), ("mine", mine)])) {
                        (columns.total) @if !mine.is_empty() { " of your data sources" } @else if columns.total == 1 { " data source" } @else { " data sources" }
                    }
                    @if columns.total == 1 { " has" } @else { " have" } " columns to confirm"
                }
                @for one in &columns.items {
                    li.muted { a href=(to!("/data-sources/{}", one.data_source)) { (one.data_source) } ": " (one.columns_to_confirm) }
                }
            }
            @if let Some(proposals) = proposals {
                li {
                    a href="/discovery" {
                        (proposals.count(proposals.items.len())) @if proposals.items.len() == 1 { " tag" } @else { " tags" }
                    }
                    " proposed by discovery, to accept or refuse"
                }
            }
            @if let Some(troubled) = troubled { (troubled.told()) }
            @if visit.me.unread > 0 { li { a href="/news" { (visit.me.unread) " unread" } " in the news" } }
        }
    }
}

/// Where whoever administers people begins, with how many there are, as far as they are told.
fn people(status: Option<&Status>) -> Markup {
    let ways = [
        ("users", "Users", "their groups, attributes, logins and passwords"),
        ("groups", "Groups", "who is in them, and what their members have"),
        ("attributes", "Attributes", "what policies ask of people, and who has which value"),
    ];
    html! {
        ul.plain {
            @for (kind, label, about) in ways {
                li {
                    a href=(format!("/people/{kind}")) { (label) } " "
                    @if let Some(status) = status { span.count { (status.count(kind)) } " " }
                    span.muted { (about) }
                }
            }
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
            html! { (kind) " " @match (page(&one.kind, &one.name).filter(|_| one.action != "delete"), &one.data_source) {
                (Some(to), _) => { a href=(to) { (one.name) } }
                (None, Some(source)) => {
                    "of " (one.user.as_deref().or(one.group.as_deref()).unwrap_or(&one.name))
                    " to " a href=(to!("/data-sources/{}", source)) { (source) }
                }
                (None, None) => { code { (one.name) } }
            } },
            html! { (match one.action.as_str() { "create" => "made", "update" => "changed", "delete" => "deleted", other => other }) },
            html! { @match &one.actor { Some(actor) => (actor), None => span.muted { "somebody else" } } },
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
