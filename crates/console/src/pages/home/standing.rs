//! How the service and its warehouses stand, and what comes first where there is nothing yet.

use std::collections::BTreeMap;

use futures_util::future::try_join;
use maud::{Markup, html};
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::api::{to, with_query};
use crate::pages::integrations::BAD;
use crate::parts::{Page, badge, empty, section, state, table};
use crate::problem::Problem;
use crate::visit::Visit;

/// How everything stands.
#[derive(Deserialize)]
pub(super) struct Status {
    documents: BTreeMap<String, u64>,
    integrations: Vec<Warehouse>,
    /// Whether anything carries a tag, or a tag is described.
    #[serde(skip)]
    tagged: bool,
}

#[derive(Deserialize)]
struct Warehouse {
    name: String,
    state: String,
    wanted: u64,
    pushed: Option<u64>,
    data_sources: BTreeMap<String, u64>,
}

/// What is not as it should be.
pub(super) struct Troubled<'a> {
    /// How many data sources.
    sources: u64,
    /// The warehouses that are held up as a whole, and not by data sources of theirs.
    warehouses: Vec<&'a Warehouse>,
}

pub(super) fn troubled(status: &Status) -> Troubled<'_> {
    let sources = |one: &Warehouse| BAD.iter().filter_map(|word| one.data_sources.get(*word)).sum::<u64>();
    let warehouses = status.integrations.iter().filter(|one| BAD.contains(&one.state.as_str()) && sources(one) == 0);
    Troubled { sources: status.integrations.iter().map(sources).sum(), warehouses: warehouses.collect() }
}

impl Troubled<'_> {
    pub(super) fn is_empty(&self) -> bool {
        self.sources == 0 && self.warehouses.is_empty()
    }

    /// The lines that tell it.
    pub(super) fn told(&self) -> Markup {
        html! {
            @if self.sources > 0 {
                li {
                    a href=(with_query("/data-sources", &[("state", &BAD.join(","))])) {
                        (self.sources) @if self.sources == 1 { " data source" } @else { " data sources" }
                    }
                    " failed, closed or tried again"
                }
            }
            @for one in &self.warehouses {
                li { "The integration " a href=(to!("/integrations/{}", one.name)) { (one.name) } " is " (state(&one.state)) }
            }
        }
    }
}

impl Status {
    /// How many documents of a kind there are.
    pub(super) fn count(&self, kind: &str) -> u64 {
        self.documents.get(kind).copied().unwrap_or(0)
    }
}

/// How everything stands, for those who are told: a refusal of what nobody wished to know would stand in the audit trail.
pub(super) async fn asked(visit: &Visit) -> Result<Option<Status>, Problem> {
    if !visit.me.has(&["APPLICATION_ADMIN", "GOVERNANCE", "AUDIT"]) {
        return Ok(None);
    }
    let tags = visit.api.maybe::<Page<IgnoredAny>>("/api/v1/used-tags?limit=1");
    let (status, tags) = try_join(visit.api.maybe::<Status>("/api/v1/status"), tags).await?;
    let tagged = tags.is_some_and(|page| !page.items.is_empty());
    Ok(status.map(|status| Status { tagged, ..status }))
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
        ("Tag what is sensitive", Some("/tags".to_owned()), status.tagged),
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn status(state: &str, sources: &serde_json::Value) -> Status {
        let one = json!({ "name": "w", "state": state, "wanted": 2, "pushed": 1, "data_sources": sources });
        serde_json::from_value(json!({ "documents": {}, "integrations": [one] })).unwrap()
    }

    #[test]
    fn data_sources_are_counted_and_a_warehouse_only_where_it_is_held_up_itself() {
        let one = status("retrying", &json!({ "failed": 2, "in_sync": 5, "waiting": 1 }));
        let found = troubled(&one);
        assert_eq!((found.sources, found.warehouses.len()), (2, 0));
        let one = status("failed", &json!({ "in_sync": 5 }));
        let found = troubled(&one);
        assert_eq!((found.sources, found.warehouses.len()), (0, 1));
        assert!(troubled(&status("in_sync", &json!({ "pushing": 1 }))).is_empty());
    }
}
