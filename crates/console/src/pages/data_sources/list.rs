//! The data sources that somebody may know of: looked through, narrowed by what they have in common.

use axum::extract::Query;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;

use super::source::{Glance, owners, protection};
use crate::api::{to, with_query};
use crate::parts::{Facet, badge, choice, copied, empty, facets, filters, head, hidden, pager, state, table, tag};
use crate::problem::Problem;
use crate::route::Route;
use crate::visit::{Me, Visit};

/// How many tags of a data source stand in its row.
const TAGS_SHOWN: usize = 6;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/data-sources", show)]
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    search: String,
    integration: String,
    schema: String,
    tag: String,
    owner: String,
    protected: String,
    state: String,
    status: String,
    policy: String,
    waiting: String,
    mine: String,
    cursor: String,
}

impl Asked {
    /// What narrows the list.
    fn filters(&self) -> [(&str, &str); 11] {
        [
            ("search", &self.search),
            ("integration", &self.integration),
            ("schema", &self.schema),
            ("tag", &self.tag),
            ("owner", &self.owner),
            ("protected", &self.protected),
            ("state", &self.state),
            ("status", &self.status),
            ("policy", &self.policy),
            ("waiting", &self.waiting),
            ("mine", &self.mine),
        ]
    }
}

#[derive(Deserialize)]
struct Overview {
    items: Vec<Glance>,
    next: Option<String>,
    total: u64,
    facets: Facets,
}

#[derive(Deserialize)]
struct Facets {
    integration: Vec<Facet>,
    schema: Vec<Facet>,
    tag: Vec<Facet>,
    owner: Vec<Facet>,
    protected: Vec<Facet>,
    state: Vec<Facet>,
}

async fn show(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let given = asked.filters();
    let list =
        with_query("/api/v1/source-overview", &[&given[..], &[("cursor", &asked.cursor), ("limit", "50")]].concat());
    let found = visit.api.get::<Overview>(list).await?;
    let actions = html! {
        @if visit.me.has(&["CREATE_DATA_SOURCE", "APPLICATION_ADMIN"]) { a.button.main href="/register" { "Register tables" } }
        @if visit.me.owner || visit.me.has(&["GOVERNANCE", "AUDIT"]) { a.button href="/discovery" { "Discovery" } }
    };
    let main = html! {
        (head("Data sources", "Tables of the warehouse, each read through a view that its policies make.", actions))
        (narrowing(&visit, &asked))
        div.columns #list {
            aside aria-label="Narrow the list" {
                details.sides open data-folds { summary { "Narrow the list" } (sides(&found.facets, &given)) }
            }
            div {
                p.muted { (found.total) @if found.total == 1 { " data source" } @else { " data sources" } }
                @if found.items.is_empty() { (none(&given)) } @else { (rows(&visit.me, &found.items)) }
                (pager("/data-sources", &given, &asked.cursor, found.next.as_deref()))
            }
        }
    };
    Ok(visit.page("Data sources", main))
}

/// What is typed and chosen; what the facets chose is carried along.
fn narrowing(visit: &Visit, asked: &Asked) -> Markup {
    let carried = [
        ("integration", &asked.integration),
        ("schema", &asked.schema),
        ("tag", &asked.tag),
        ("owner", &asked.owner),
        ("protected", &asked.protected),
        ("state", &asked.state),
        ("policy", &asked.policy),
    ];
    filters(
        "/data-sources",
        html! {
            input type="search" name="search" value=(asked.search) placeholder="Name, table or description" aria-label="Search data sources";
            @for (name, value) in carried { @if !value.is_empty() { (hidden(name, value)) } }
            (choice("waiting", "Columns", &asked.waiting, &[("", "all"), ("true", "some wait for an owner")]))
            (choice("status", "Status", &asked.status, &[("", "any"), ("active", "active"), ("disabled", "disabled")]))
            @if visit.me.owner { (choice("mine", "Owner", &asked.mine, &[("", "anybody"), ("true", "me")])) }
        },
    )
}

fn sides(found: &Facets, given: &[(&str, &str)]) -> Markup {
    let one = |heading, name, values: &[Facet]| facets("/data-sources", heading, name, values, given);
    let protected: Vec<(&str, u64)> =
        found.protected.iter().map(|facet| (protection(facet.value == "true"), facet.count)).collect();
    html! {
        (one("Integration", "integration", &found.integration))
        (one("Schema", "schema", &found.schema))
        @if !protected.is_empty() { (protected_facet(&found.protected, given)) }
        (one("Warehouse", "state", &found.state))
        (one("Owner", "owner", &found.owner))
        (one("Tag", "tag", &found.tag))
        (one("Covered by", "policy", &[]))
    }
}

/// Whether policies of both kinds are in force, in words.
fn protected_facet(values: &[Facet], given: &[(&str, &str)]) -> Markup {
    let others: Vec<_> = given.iter().copied().filter(|(name, _)| *name != "protected").collect();
    let chosen = given.iter().find(|(name, _)| *name == "protected").map_or("", |(_, value)| *value);
    html! {
        details.facet open {
            summary { "Policies" }
            ul {
                @for facet in values {
                    li {
                        @if facet.value == chosen {
                            a.chosen href=(with_query("/data-sources", &others)) { (protection(chosen == "true")) " " span aria-label="remove" { "×" } }
                        } @else {
                            a href=(with_query("/data-sources", &[&others[..], &[("protected", facet.value.as_str())]].concat())) { (protection(facet.value == "true")) }
                            span.count { (facet.count) }
                        }
                    }
                }
            }
        }
    }
}

fn none(given: &[(&str, &str)]) -> Markup {
    if given.iter().any(|(_, value)| !value.is_empty()) {
        return empty(
            "Nothing fits",
            html! { a href="/data-sources" { "Take all filters away" } ", or write less of the name." },
        );
    }
    empty(
        "No data source yet",
        html! { "Whoever may register tables brings them here; you see those that you may know of." },
    )
}

fn rows(me: &Me, found: &[Glance]) -> Markup {
    let policies = found.iter().any(|one| one.protected.is_some());
    let states = found.iter().any(|one| one.state.is_some());
    let mut columns = vec!["Name", "View, and its table", "Tags", "Owners"];
    if policies {
        columns.push("Policies");
    }
    if states {
        columns.push("Warehouse");
    }
    let rows: Vec<_> = found.iter().map(|one| row(me, one, policies, states)).collect();
    table(&columns, &rows)
}

fn row(me: &Me, one: &Glance, policies: bool, states: bool) -> Vec<Markup> {
    let mut cells = vec![
        html! {
            a href=(to!("/data-sources/{}", one.data_source)) { strong { (one.data_source) } }
            @if one.status != "active" { " " (badge("", &one.status)) }
            @if let Some(access) = one.standing() { " " (badge("", access)) }
            @if one.columns_to_confirm > 0 { " " (badge("warn", &format!("{} to confirm", one.columns_to_confirm))) }
            @if let Some(description) = &one.description { br; small { (description) } }
        },
        html! {
            div.roomy {
                @if let Some(view) = &one.view { (copied(view)) br; }
                small { "of " code { (one.table) } }
            }
        },
        html! {
            @for name in one.tags.iter().take(TAGS_SHOWN) { (tag(name)) " " }
            @if one.tags.len() > TAGS_SHOWN { span.muted { "and " (one.tags.len() - TAGS_SHOWN) " more" } }
        },
        owners(me, &one.owners),
    ];
    if policies {
        cells.push(html! {
            @match one.protected {
                Some(true) => { (badge("good", "protected")) }
                Some(false) => { (badge("warn", one.lacking())) }
                None => { span.muted { "–" } }
            }
        });
    }
    if states {
        cells.push(html! { @if let Some(word) = &one.state { (state(word)) } @else { span.muted { "–" } } });
    }
    cells
}
