//! Looking for a name among everything that one may know of.

use axum::extract::Query;
use axum::response::Response;
use futures_util::future::try_join_all;
use maud::html;
use serde::Deserialize;

use crate::api::{encoded, with_query};
use crate::parts::{Page, empty, head, section};
use crate::problem::Problem;
use crate::route::Route;
use crate::visit::Visit;

/// How many of each kind are shown.
const SHOWN: &str = "10";
/// What is looked through: what it is called, where the API lists it, and where it has a page.
const KINDS: &[(&str, &str, &str)] = &[
    ("Data sources", "data-sources", "/data-sources/"),
    ("Data policies", "data-policies", "/policies/data-policy/"),
    ("Subscription policies", "subscription-policies", "/policies/subscription-policy/"),
    ("Projects", "projects", "/projects/"),
    ("Purposes", "purposes", "/purposes/"),
    ("Users", "users", "/people/users/"),
    ("Groups", "groups", "/people/groups/"),
    ("Attributes", "attributes", "/people/attributes/"),
    // Also those that no document describes.
    ("Tags", "used-tags", "/tags?tag="),
    ("Integrations", "integrations", "/integrations/"),
    ("Webhooks", "webhooks", "/webhooks/"),
];

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/search", show)]
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    q: String,
}

#[derive(Deserialize)]
struct Named {
    #[serde(alias = "tag")]
    name: String,
    #[serde(default)]
    description: Option<String>,
}

async fn show(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let text = asked.q.trim();
    let found = match text {
        "" => vec![],
        text => {
            let lists = KINDS.iter().map(|(_, kind, _)| {
                let list = with_query(&format!("/api/v1/{kind}"), &[("search", text), ("limit", SHOWN)]);
                let api = visit.api.clone();
                async move { api.get::<Page<Named>>(list).await }
            });
            try_join_all(lists).await?
        }
    };
    let main = html! {
        (head("Search", "", html! {}))
        form.filters method="get" action="/search" {
            input type="search" name="q" value=(asked.q) aria-label="Search" autofocus;
            button.main { "Search" }
        }
        @if text.is_empty() {
            (empty("Nothing to look for yet", html! { "Write a part of a name or of a description." }))
        } @else if found.iter().all(|page| page.items.is_empty()) {
            (empty("Nothing found", html! { "Nothing that you may know of has " code { (text) } " in its name or description." }))
        }
        @for ((title, kind, to), page) in KINDS.iter().zip(&found).filter(|(_, page)| !page.items.is_empty()) {
            (section(title, html! {
                ul.plain {
                    @for one in &page.items {
                        li { a href=(format!("{to}{}", encoded(&one.name))) { (one.name) }
                            @if let Some(description) = &one.description { " " span.muted { (description) } } }
                    }
                    @if page.next.is_some() { li.muted { "and more " (kind.replace('-', " ")) ": write more of the name" } }
                }
            }))
        }
    };
    Ok(visit.page("Search", main))
}
