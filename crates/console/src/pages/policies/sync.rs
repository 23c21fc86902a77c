//! Whether the warehouses are at what was saved.

use axum::extract::Query;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;

use super::kind::Of;
use crate::api::{Api, to, with_query};
use crate::parts::{head, state, table};
use crate::problem::Problem;
use crate::route::Route;
use crate::visit::Visit;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/policies/{kind}/{name}/sync", show)]
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    sequence: String,
}

#[derive(Deserialize)]
struct Status {
    integrations: Vec<Warehouse>,
}

/// How far a warehouse is.
#[derive(Deserialize)]
struct Warehouse {
    name: String,
    state: String,
    reason: Option<String>,
    pushed: Option<u64>,
    enforced: bool,
    data_sources: std::collections::BTreeMap<String, u64>,
}

impl Warehouse {
    /// Whether everything up to an event is there.
    fn is_at(&self, sequence: u64) -> bool {
        let others = self.data_sources.keys().any(|word| word != "in_sync" && word != "closed");
        self.state == "in_sync" && self.pushed.is_some_and(|pushed| pushed >= sequence) && !others
    }
}

async fn show(visit: Visit, of: Of, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let main = html! {
        (head("Warehouses", "", html! { a.button href=(of.kind.page(&of.name)) { "Back to " (of.name) } }))
        (section(&visit.api, &of, &asked.sequence).await?)
    };
    Ok(visit.page("Warehouses", main))
}

/// How far the warehouses are with a change; it asks again by itself until they are there.
pub(super) async fn section(api: &Api, of: &Of, sequence: &str) -> Result<Markup, Problem> {
    let Ok(sequence) = sequence.parse::<u64>() else { return Ok(html! {}) };
    let here = format!("{}/sync", of.kind.page(&of.name));
    let here = with_query(&here, &[("sequence", &sequence.to_string())]);
    let again = with_query(&of.kind.page(&of.name), &[("sequence", &sequence.to_string())]);
    let Some(status) = api.maybe::<Status>("/api/v1/status").await? else { return Ok(html! {}) };
    let warehouses: Vec<_> = status.integrations.iter().filter(|one| one.enforced).collect();
    let behind = warehouses.iter().filter(|one| !one.is_at(sequence)).count();
    // What is tried again takes its time.
    let held_up = warehouses.iter().any(|one| matches!(one.state.as_str(), "failed" | "retrying"));
    let soon = if held_up { "load delay:10s" } else { "load delay:2s" };
    let row = |one: &&Warehouse| {
        let there = one.is_at(sequence);
        vec![
            html! { a href=(to!("/integrations/{}", one.name)) { (one.name) } },
            html! { @if there { (state("in_sync")) } @else if one.state == "in_sync" { (state("pushing")) } @else { (state(&one.state)) } },
            html! {
                @if let Some(reason) = &one.reason { (reason) " " }
                @for (word, count) in one.data_sources.iter().filter(|(word, _)| *word != "in_sync") { (count) " data sources: " (state(word)) " " }
            },
        ]
    };
    Ok(html! {
        section.card id="sync" hx-get=[(behind > 0).then_some(here.as_str())] hx-trigger=[(behind > 0).then_some(soon)]
            hx-select="#sync" hx-swap="outerHTML" aria-live="polite" {
            h2 { "Saved as event " (sequence) }
            @if behind == 0 { p { "Every warehouse has it." } }
            @else {
                p { (behind) " of " (warehouses.len()) " warehouses do not have it yet. " a href=(again) { "Look again" } }
                (table(&["Integration", "State", "Why"], &warehouses.iter().map(row).collect::<Vec<_>>()))
            }
        }
    })
}
