//! The audit trail: looked up, counted over time, written out, examined; and who could see what at a past moment.

mod chart;
mod verify;
mod who_saw;

use axum::extract::Query;
use axum::response::Response;
use chrono::{DateTime, Utc};
use futures_util::future::try_join;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::Value;

use crate::api::with_query;
use crate::pages::home::page;
use crate::parts::{Page, empty, filters, head, pager, section, state, table, tabs};
use crate::problem::Problem;
use crate::route::Route;
use crate::time;
use crate::visit::Visit;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/audit", show),
        Route::get("/audit/verify", verify::show),
        Route::get("/audit/who-saw", who_saw::show),
    ]
}

/// Which entries, as a form says it.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    text: String,
    actor: String,
    action: String,
    object_kind: String,
    object_name: String,
    outcome: String,
    changes: String,
    from: String,
    to: String,
    cursor: String,
}

impl Asked {
    /// What narrows the trail, with the moments as they are to be written.
    fn filters<'a>(&'a self, from: &'a str, to: &'a str) -> [(&'static str, &'a str); 9] {
        [
            ("text", &self.text),
            ("actor", &self.actor),
            ("action", &self.action),
            ("object_kind", &self.object_kind),
            ("object_name", &self.object_name),
            ("outcome", &self.outcome),
            ("changes", &self.changes),
            ("from", from),
            ("to", to),
        ]
    }
}

/// The way to older entries.
fn pages(asked: &Asked, next: Option<&str>) -> Markup {
    let cursor = &asked.cursor;
    pager("/audit", &asked.filters(&asked.from, &asked.to), cursor, next)
}

#[derive(Deserialize)]
struct Entry {
    number: u64,
    at: DateTime<Utc>,
    actor: String,
    actor_kind: String,
    via: String,
    request: String,
    action: String,
    object_kind: Option<String>,
    object_name: Option<String>,
    outcome: String,
    decided_by: Option<String>,
    details: Value,
    address: Option<String>,
}

/// The ways to the other pages of the audit trail.
fn ways(shown: &str) -> Markup {
    tabs(
        shown,
        &[
            ("Entries", "/audit".to_owned()),
            ("Verify", "/audit/verify".to_owned()),
            ("Who saw what", "/audit/who-saw".to_owned()),
        ],
    )
}

async fn show(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let (from, to) = (time::asked(&asked.from)?, time::asked(&asked.to)?);
    let exact = asked.filters(&from, &to);
    let list =
        with_query("/api/v1/audit", &[&exact[..], &[("cursor", asked.cursor.as_str()), ("limit", "50")]].concat());
    let activity = chart::address(&exact, &from, &to);
    let export = |format| with_query("/api/v1/audit/export", &[&exact[..], &[("format", format)]].concat());
    let exports = html! {
        p { "Export these: " a href=(export("csv")) download { "CSV" } " · " a href=(export("jsonl")) download { "JSON, an entry a line" } }
    };
    let first = html! {
        (head("Audit", "What was done and tried, newest first.", html! {}))
        (ways("Entries"))
        (filters("/audit", form(&asked)))
    };
    let api = visit.api.clone();
    let found = async move {
        let counted = api.maybe::<Vec<chart::Counted>>(activity);
        let (found, counted) = try_join(api.get::<Page<Entry>>(list), counted).await?;
        Ok(html! {
            div id="list" {
                (exports)
                @if let Some(counted) = &counted { (section("Activity", chart::drawn(counted))) }
                @if found.items.is_empty() { (empty("No entry fits", html! { "Take a filter away, or a longer time." })) }
                @else {
                    (table(&["When", "Who", "What", "Object", "Outcome", "Decided by", "More"], &found.items.iter().map(row).collect::<Vec<_>>()))
                }
                (pages(&asked, found.next.as_deref()))
            }
        })
    };
    visit.told(&["AUDIT"], "Audit", (first, "Looking through the trail"), found).await
}

fn form(asked: &Asked) -> Markup {
    let field = |name: &str, label: &str, value: &str| html! { input name=(name) value=(value) placeholder=(label) aria-label=(label) autocomplete="off"; };
    html! {
        input type="search" name="text" value=(asked.text) placeholder="Text in the entry" aria-label="Text in the entry";
        (field("actor", "Who", &asked.actor))
        (field("action", "What was done", &asked.action))
        (field("object_kind", "Kind of object", &asked.object_kind))
        (field("object_name", "Name of object", &asked.object_name))
        select name="outcome" aria-label="Outcome" {
            option value="" { "any outcome" }
            @for word in ["allowed", "refused", "failed", "attempted"] { option value=(word) selected[asked.outcome == word] { (word) } }
        }
        select name="changes" aria-label="Everything or changes" {
            option value="" { "everything" }
            option value="true" selected[asked.changes == "true"] { "changes only" }
        }
        label { "From " input type="datetime-local" name="from" value=(asked.from); }
        label { "before " input type="datetime-local" name="to" value=(asked.to); " UTC" }
    }
}

fn row(one: &Entry) -> Vec<Markup> {
    vec![
        time::moment(one.at),
        html! { (one.actor) @if one.actor_kind != "user" { " " span.muted { (one.actor_kind) } } },
        html! { code { (one.action) } },
        html! {
            @if let (Some(kind), Some(name)) = (&one.object_kind, &one.object_name) {
                (kind.replace('-', " ")) " "
                @match page(kind, name) { Some(to) => { a href=(to) { (name) } } None => { code { (name) } } }
            }
        },
        state(&one.outcome),
        html! { (one.decided_by.as_deref().unwrap_or("")) },
        html! {
            details {
                summary { "Entry " (one.number) }
                p.muted { "by " (one.via) @if let Some(address) = &one.address { ", from " (address) } ", request " code { (one.request) } }
                @if !one.details.is_null() { pre tabindex="0" { (format!("{:#}", one.details)) } }
            }
        },
    ]
}
