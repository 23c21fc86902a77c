//! Every policy that one may know of, of both kinds.

use axum::extract::Query;
use axum::response::Response;
use chrono::{DateTime, Utc};
use futures_util::future::{join, join_all};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::Value;

use super::document::{Read, status};
use super::kind::PolicyKind;
use crate::api::{Api, with_query};
use crate::frame::{later, waiting};
use crate::parts::{Page, empty, filters, hidden, pager, prose, state, table};
use crate::problem::Problem;
use crate::route::Route;
use crate::time;
use crate::visit::Visit;

/// How many are shown at once: each is read for its sentences.
const SHOWN: usize = 25;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/policies", show)]
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    search: String,
    #[serde(default)]
    cursor: String,
}

/// A version, as far as it says who changed something last.
#[derive(Deserialize)]
struct Change {
    at: DateTime<Utc>,
    actor: String,
}

async fn show(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let (found, next) = found(&visit.api, &asked).await?;
    let own = [("kind", asked.kind.as_str()), ("status", asked.status.as_str()), ("search", asked.search.as_str())];
    let narrowed = !asked.status.is_empty() || !asked.search.is_empty();
    let cursor = &asked.cursor;
    let pages = pager("/policies", &own, cursor, next.as_deref());
    let first = html! {
        (heading(&visit))
        (kinds(&asked))
        (filters("/policies", html! {
            (hidden("kind", &asked.kind))
            input type="search" name="search" value=(asked.search) placeholder="Name or description" aria-label="Search policies";
            select name="status" aria-label="Status" {
                @for (word, called) in [("", "any status"), ("active", "active"), ("staged", "staged"), ("disabled", "disabled")] {
                    option value=(word) selected[word == asked.status] { (called) }
                }
            }
        }))
        @if !found.is_empty() { (waiting("Reading the policies")) }
    };
    let (api, none) = (visit.api.clone(), found.is_empty());
    let rows = later(async move {
        let rows = join_all(found.iter().map(|(kind, document)| row(&api, *kind, document))).await;
        Ok(html! {
            div id="list" {
                @if none { (nothing(narrowed)) }
                @else { (table(&["Name", "Status", "Where it applies", "What it does", "Changed"], &rows.into_iter().collect::<Result<Vec<_>, _>>()?)) }
                (pages)
            }
        })
    });
    Ok(visit.streamed("Policies", first, vec![rows]))
}

/// The heading, with the ways to new policies.
fn heading(visit: &Visit) -> Markup {
    crate::parts::head(
        "Policies",
        "Subscription policies say who may read, data policies what they see.",
        html! {
            @if visit.me.has(&["GOVERNANCE"]) || visit.me.owner {
                a.button href="/policies/new?kind=subscription-policy" { "New subscription policy" }
                a.button.main href="/policies/new?kind=data-policy" { "New data policy" }
            }
        },
    )
}

fn kinds(asked: &Asked) -> Markup {
    let to =
        |kind: &str| with_query("/policies", &[("kind", kind), ("status", &asked.status), ("search", &asked.search)]);
    let ways = [("All", ""), ("Subscription policies", "subscription-policy"), ("Data policies", "data-policy")];
    let shown = ways.iter().find(|(_, kind)| *kind == asked.kind).map_or("", |(label, _)| label);
    crate::parts::tabs(shown, &ways.map(|(label, kind)| (label, to(kind))))
}

fn nothing(narrowed: bool) -> Markup {
    if narrowed {
        return empty(
            "No policy fits",
            html! { "Take a filter away, or " a href="/policies" { "see all of them" } "." },
        );
    }
    empty(
        "No policy that you may know of",
        html! { "Governors and auditors see all of them, owners those of their data sources. Before a subscription policy lets them, nobody reads anything." },
    )
}

/// A page of the list, and where the next begins: both kinds stand one after the other, each in the API's order.
async fn found(api: &Api, asked: &Asked) -> Result<(Vec<(PolicyKind, Value)>, Option<String>), Problem> {
    let (from, mut cursor) = match asked.cursor.split_once(':') {
        Some((kind, cursor)) => (PolicyKind::of(kind), cursor),
        None => (None, ""),
    };
    let only = PolicyKind::of(&asked.kind);
    let wanted = PolicyKind::ALL.into_iter().filter(|kind| only.is_none_or(|only| only == *kind));
    let kinds: Vec<_> = wanted.skip_while(|kind| from.is_some_and(|from| from != *kind)).collect();
    let mut found = Vec::new();
    for kind in kinds {
        let left = SHOWN.saturating_sub(found.len());
        if left == 0 {
            return Ok((found, Some(format!("{}:", kind.word()))));
        }
        let asked = [
            ("search", asked.search.trim()),
            ("status", &asked.status),
            ("cursor", cursor),
            ("limit", &left.to_string()),
        ];
        let page = api.get::<Page<Value>>(with_query(&kind.list(), &asked)).await?;
        found.extend(page.items.into_iter().map(|document| (kind, document)));
        if let Some(next) = page.next {
            return Ok((found, Some(format!("{}:{next}", kind.word()))));
        }
        cursor = "";
    }
    Ok((found, None))
}

async fn row(api: &Api, kind: PolicyKind, document: &Value) -> Result<Vec<Markup>, Problem> {
    let name = document.get("name").and_then(Value::as_str).unwrap_or("");
    let versions = with_query(&format!("{}/versions", kind.one(name)), &[("limit", "1")]);
    let (read, changes) = join(Read::document(api, document), api.maybe::<Page<Change>>(versions)).await;
    let (read, changes) = (read?, changes?);
    let (covers, says) = read.parts();
    let errors = read.problems.iter().filter(|one| one.severity == "error").count();
    Ok(vec![
        html! { div.named { a href=(kind.page(name)) { (name) } div.muted { (kind.called()) } } },
        html! { (state(status(document))) @if errors > 0 { " " (crate::parts::badge("bad", "does not hold")) } },
        html! { @if let Some(covers) = covers { (prose(covers)) } },
        html! {
            @if let [first, rest @ ..] = says { (prose(first)) @if !rest.is_empty() { " " span.muted { "and " (rest.len()) " more" } } }
        },
        html! {
            @if let Some(last) = changes.as_ref().and_then(|page| page.items.first()) { (time::moment(last.at)) br; span.muted { "by " (last.actor) } }
        },
    ])
}
