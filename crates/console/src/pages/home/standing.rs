//! How the service and its warehouses stand, and what comes first where there is nothing yet.

use std::collections::BTreeMap;

use maud::{Markup, html};
use serde::Deserialize;

use crate::api::to;
use crate::parts::{badge, empty, section, state, table};
use crate::problem::Problem;
use crate::visit::Visit;

/// How everything stands.
#[derive(Deserialize)]
pub(super) struct Status {
    documents: BTreeMap<String, u64>,
    integrations: Vec<Warehouse>,
}

#[derive(Deserialize)]
struct Warehouse {
    name: String,
    state: String,
    wanted: u64,
    pushed: Option<u64>,
    data_sources: BTreeMap<String, u64>,
}

impl Status {
    /// How many warehouses and data sources are not as they should be.
    pub(super) fn troubled(&self) -> u64 {
        let bad = |word: &str| matches!(word, "failed" | "closed" | "retrying");
        let of = |one: &Warehouse| {
            let sources = one.data_sources.iter().filter(|(word, _)| bad(word)).map(|(_, count)| count);
            sources.sum::<u64>() + u64::from(bad(&one.state))
        };
        self.integrations.iter().map(of).sum()
    }

    fn count(&self, kind: &str) -> u64 {
        self.documents.get(kind).copied().unwrap_or(0)
    }
}

/// How everything stands, for those who are told: a refusal of what nobody wished to know would stand in the audit trail.
pub(super) async fn asked(visit: &Visit) -> Result<Option<Status>, Problem> {
    match visit.me.has(&["APPLICATION_ADMIN", "GOVERNANCE", "AUDIT"]) {
        true => visit.api.maybe("/api/v1/status").await,
        false => Ok(None),
    }
}

/// The way from nothing to a policy at work, until it is gone.
pub(super) fn first_steps(visit: &Visit, status: &Status) -> Markup {
    let installed = status.integrations.iter().any(|one| one.pushed.is_some());
    let install = status.integrations.first().map(|one| to!("/integrations/{}/install", one.name));
    let policies = status.count("data-policies") + status.count("subscription-policies");
    let steps = [
        ("Connect a warehouse", Some("/new-integration".to_owned()), status.count("integrations") > 0),
        ("Install what Scrim needs there", install, installed),
        ("Register its tables", Some("/register".to_owned()), status.count("data-sources") > 0),
        ("Tag what is sensitive", Some("/tags".to_owned()), status.count("tags") > 0),
        ("Write a policy", Some("/policies".to_owned()), policies > 0),
    ];
    if steps.iter().all(|(_, _, done)| *done) {
        return html! {};
    }
    section(
        "First steps",
        html! {
            @if status.integrations.is_empty() && !visit.me.has(&["APPLICATION_ADMIN"]) {
                p { "No integration yet: somebody with APPLICATION_ADMIN connects a warehouse." }
            }
            ol {
                @for (label, to, done) in &steps {
                    li {
                        @match to { Some(to) if !done => { a href=(to) { (label) } } _ => (label) }
                        @if *done { " " (badge("good", "done")) }
                    }
                }
            }
        },
    )
}

pub(super) fn sync(status: &Status) -> Markup {
    if status.integrations.is_empty() {
        return empty("No integration yet", html! { a href="/new-integration" { "Connect a warehouse" } "." });
    }
    table(
        &["Integration", "State", "Behind", "Data sources"],
        &status
            .integrations
            .iter()
            .take(50)
            .map(|one| {
                vec![
                    html! { a href=(to!("/integrations/{}", one.name)) { (one.name) } },
                    state(&one.state),
                    html! { (one.wanted.saturating_sub(one.pushed.unwrap_or(0))) },
                    html! { @for (word, count) in &one.data_sources { (count) " " (state(word)) " " } },
                ]
            })
            .collect::<Vec<_>>(),
    )
}
