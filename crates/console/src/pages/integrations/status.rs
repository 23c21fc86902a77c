//! How far a warehouse is, and what waits to be pushed to it. The part that changes is fetched again and again.

use std::collections::BTreeMap;

use axum::extract::Path;
use axum::response::Response;
use chrono::{DateTime, Utc};
use futures_util::future::try_join;
use maud::{Markup, html};
use serde::Deserialize;

use super::frame::beginning;
use crate::api::{to, with_query};
use crate::parts::{empty, facts, installing, prose, section, state, table};
use crate::problem::Problem;
use crate::time;
use crate::visit::Visit;

/// How all warehouses stand.
#[derive(Deserialize)]
pub(super) struct Status {
    integrations: Vec<Warehouse>,
}

impl Status {
    pub(super) fn of(&self, name: &str) -> Option<&Warehouse> {
        self.integrations.iter().find(|one| one.name == name)
    }
}

/// How a warehouse stands, or a data source in it.
#[derive(Deserialize)]
pub(super) struct Warehouse {
    name: String,
    pub(super) state: String,
    reason: Option<String>,
    attempts: u64,
    next_attempt: Option<DateTime<Utc>>,
    wanted: u64,
    pushed: Option<u64>,
    since: Option<DateTime<Utc>>,
    #[serde(default)]
    enforced: bool,
    #[serde(default)]
    data_sources: BTreeMap<String, u64>,
    #[serde(default)]
    troubled: Vec<Warehouse>,
}

/// How all of them stand, for those who are told: a refusal of what nobody wished to know would stand in the audit trail.
pub(super) async fn asked(visit: &Visit) -> Result<Option<Status>, Problem> {
    match visit.me.has(&["APPLICATION_ADMIN", "GOVERNANCE", "AUDIT"]) {
        true => visit.api.maybe("/api/v1/status").await,
        false => Ok(None),
    }
}

impl Warehouse {
    /// How many data sources in it are not as they should be, and will not be by themselves at once.
    fn held_up(&self) -> u64 {
        BAD.iter().filter_map(|word| self.data_sources.get(*word)).sum()
    }
}

/// The states of what is not as it should be.
pub(in crate::pages) const BAD: [&str; 3] = ["failed", "closed", "retrying"];

/// By how much a warehouse is behind.
pub(super) fn behind(one: &Warehouse) -> Markup {
    let events = one.wanted.saturating_sub(one.pushed.unwrap_or(0));
    html! {
        @match (one.pushed, events) {
            (None, _) => "nothing pushed yet",
            (_, 0) => "up to date",
            (_, 1) => "1 event",
            (_, events) => { (events) " events" }
        }
        @if one.pushed.is_some() { (except(one)) }
    }
}

/// What does not hold of all of a warehouse: the data sources in it that are held up.
fn except(one: &Warehouse) -> Markup {
    let held_up = one.held_up();
    html! { @if held_up > 0 { ", except for " (held_up) @if held_up == 1 { " data source" } @else { " data sources" } } }
}

/// Whether what the catalog says is in force.
fn in_force(one: &Warehouse) -> Markup {
    html! {
        @if one.enforced { "every change of the catalog is in force" } @else { "changes of the catalog are not in force yet" }
        @if one.enforced { (except(one)) }
        @if one.held_up() > 0 {
            ": "
            @for word in BAD {
                @if let Some(count) = one.data_sources.get(word) {
                    a href=(with_query("/data-sources", &[("integration", &one.name), ("state", word)])) { (count) " " (state(word)) } " "
                }
            }
        }
    }
}

/// How many data sources are in each state, as ways to them.
pub(super) fn counts(one: &Warehouse) -> Markup {
    html! {
        @if one.data_sources.is_empty() { span.muted { "none" } }
        @for (word, count) in &one.data_sources {
            a href=(with_query("/data-sources", &[("integration", &one.name), ("state", word)])) { (count) " " (state(word)) } " "
        }
    }
}

#[derive(Deserialize)]
struct Integration {
    engine: String,
    database: String,
    #[serde(default)]
    description: Option<String>,
}

pub(super) async fn show(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    let known = visit.api.get::<Integration>(to!("/api/v1/integrations/{}", name));
    let (known, status) = try_join(known, asked(&visit)).await?;
    let main = html! {
        (beginning(&visit, &name, "Status"))
        @if let Some(text) = &known.description { p { (text) } }
        p.muted { (known.engine) ", database " code { (known.database) } }
        @match status.as_ref().and_then(|status| status.of(&name)) {
            Some(one) => (live(&visit, one)),
            None => (empty("How it stands is not for you to see", html! { "APPLICATION_ADMIN, GOVERNANCE and AUDIT see it." })),
        }
    };
    Ok(visit.page(&name, main))
}

fn live(visit: &Visit, one: &Warehouse) -> Markup {
    let here = to!("/integrations/{}", one.name);
    // Each look stands in the audit trail: where all is well, fewer are taken.
    let settled = one.state == "in_sync" && one.troubled.is_empty() && one.pushed == Some(one.wanted);
    let often = if settled { "every 10s" } else { "every 2s" };
    html! {
        div id="sync" hx-get=(here) hx-select="#sync" hx-swap="outerHTML" hx-trigger=(often) {
            (section("Sync", html! {
                (facts(&[
                    ("State", html! { (state(&one.state)) " " (in_force(one)) }),
                    ("Behind", behind(one)),
                    ("Events", html! { "pushed " (one.pushed.map_or_else(|| "none".to_owned(), |number| number.to_string())) " of " (one.wanted) }),
                    ("Since", time::maybe(one.since)),
                    ("Attempts since it last succeeded", html! { (one.attempts) }),
                    ("Next attempt", time::maybe(one.next_attempt)),
                    ("Data sources", counts(one)),
                ]))
                @if let Some(reason) = &one.reason { div.notice.warn { (prose(reason)) (installing(&visit.me, &one.name, reason)) } }
                @if one.pushed.is_none() && visit.me.has(&["APPLICATION_ADMIN"]) {
                    p { "Nothing was pushed yet. " a href=(to!("/integrations/{}/install", one.name)) { "Install what Scrim needs in the warehouse" } ", if that was not done." }
                }
            }))
            (section("Queue", queue(visit, one)))
        }
        @if visit.me.has(&["APPLICATION_ADMIN"]) {
            form.inline method="post" action=(to!("/integrations/{}/reconcile", one.name)) { button { "Compare and push now" } }
        }
    }
}

/// The data sources that are not as they should be: the first of them, however many there are.
fn queue(visit: &Visit, one: &Warehouse) -> Markup {
    let open = |word: &&str| !matches!(*word, "in_sync");
    let waiting: u64 = one.data_sources.iter().filter(|(word, _)| open(&word.as_str())).map(|(_, count)| count).sum();
    let told = u64::try_from(one.troubled.len()).unwrap_or(u64::MAX);
    html! {
        @if waiting == 0 { (empty("No data source waits by itself", html! { "What holds up the warehouse as a whole stands above." })) }
        @if !one.troubled.is_empty() {
            (table(&["Data source", "State", "Why", "Attempts", "Next attempt", "Since"], &one.troubled.iter().map(|source| vec![
                html! { a href=(to!("/data-sources/{}", source.name)) { (source.name) } },
                state(&source.state),
                html! { @if let Some(reason) = &source.reason { (prose(reason)) (installing(&visit.me, &one.name, reason)) } },
                html! { (source.attempts) },
                time::maybe(source.next_attempt),
                time::maybe(source.since),
            ]).collect::<Vec<_>>()))
        }
        @if waiting > told {
            p { (waiting - told) " more wait: "
                @for word in one.data_sources.keys().filter(|word| open(&word.as_str())) {
                    a href=(with_query("/data-sources", &[("integration", &one.name), ("state", word)])) { "all that are " (word.replace('_', " ")) } " "
                }
            }
        }
    }
}
