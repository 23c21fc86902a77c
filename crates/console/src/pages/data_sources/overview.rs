//! What a data source is: its view, owners, columns, and the way to ask for it.

use axum::extract::Path;
use axum::response::Response;
use futures_util::future::try_join3;
use maud::{Markup, html};
use serde::Deserialize;

use super::columns::{self, Effective};
use super::source::{Source, Tab, owners};
use super::tagging::tagging;
use crate::api::{to, with_query};
use crate::parts::{Page, button, copied, facts, hidden, integration, prose, section, tags};
use crate::problem::Problem;
use crate::route::Route;
use crate::visit::Visit;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/data-sources/{name}", show)]
}

/// The document, as far as this page shows it.
#[derive(Default, Deserialize)]
pub(super) struct Document {
    #[serde(default)]
    pub(super) columns: Vec<columns::Column>,
    #[serde(default)]
    tags: Vec<String>,
    gone: Option<Gone>,
}

#[derive(Deserialize)]
struct Gone {
    reason: String,
}

#[derive(Deserialize)]
struct Policies {
    effective: Effective,
}

/// A subscription of whoever looks.
#[derive(Deserialize)]
struct Subscription {
    #[serde(default = "active")]
    state: String,
    user: String,
}

fn active() -> String {
    "active".to_owned()
}

async fn show(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    let source = Source::find(&visit, &name).await?;
    let mine = [("user", visit.me.user.as_str())];
    let seen = visit.api.maybe::<columns::Seen>(with_query(&to!("/api/v1/data-sources/{}/explain", name), &mine));
    let policies = async {
        match source.watched_by(&visit) {
            true => visit.api.maybe::<Policies>(to!("/api/v1/data-sources/{}/policies", name)).await,
            false => Ok(None),
        }
    };
    let subscriptions = with_query("/api/v1/subscriptions", &[("data_source", &name), ("user", &visit.me.user)]);
    let (seen, policies, subscriptions) =
        try_join3(seen, policies, visit.api.get::<Page<Subscription>>(subscriptions)).await?;
    let document = source.document.clone().map(serde_json::from_value::<Document>).transpose();
    let document = document.map_err(|error| Problem::broken(error.to_string()))?;
    let effective = policies.map(|policies| policies.effective);
    let mine = subscriptions.items.iter().find(|one| one.user == visit.me.user).map(|one| one.state.as_str());
    let main = html! {
        (source.heading(&visit, Tab::Overview))
        @if let Some(gone) = document.as_ref().and_then(|document| document.gone.as_ref()) {
            div.notice.bad { strong { "The table is gone." } p { (prose(&gone.reason)) } }
        }
        @if let Some(document) = &document { (columns::to_confirm(&source, &visit, &document.columns)) }
        div.cards {
            (section("What it is", what(&visit, &source, document.as_ref())))
            (section("Your access", access(&source, mine)))
        }
        (section("Columns", columns::listed(&visit, &source, document.as_ref(), seen.as_ref(), effective.as_ref())))
    };
    Ok(visit.page(&name, main))
}

fn what(visit: &Visit, source: &Source, document: Option<&Document>) -> Markup {
    let glance = &source.glance;
    let mut told = Vec::new();
    if let Some(view) = &glance.view {
        told.push(("View", copied(view)));
    }
    told.extend([
        ("Table", html! { code { (glance.table) } }),
        ("Integration", integration(&visit.me, &glance.integration)),
        ("Owners", owners(&visit.me, &glance.owners)),
        (
            "Tags",
            html! {
                @match document {
                    Some(document) if source.changed_by(visit) => { (tagging(source, None, &document.tags)) }
                    Some(document) => { (tags(&document.tags)) @if document.tags.is_empty() { span.muted { "none" } } }
                    None => { (tags(&glance.tags)) @if glance.tags.is_empty() { span.muted { "none" } } }
                }
            },
        ),
    ]);
    if let Some(word) = &glance.state {
        let reason = glance.reason.as_deref();
        told.push((
            "Warehouse",
            html! { (word.replace('_', " ")) @if let Some(reason) = reason { ": " (prose(reason)) } },
        ));
    }
    facts(&told)
}

/// How whoever looks stands to it, and what they can do about that.
fn access(source: &Source, subscription: Option<&str>) -> Markup {
    let name = source.name();
    let here = to!("/data-sources/{}", name);
    let (ask, end) = (to!("/data-sources/{}/subscribe", name), to!("/data-sources/{}/unsubscribe", name));
    html! {
        @match (source.glance.access.as_deref(), subscription) {
            (Some("owner"), _) => { p { "You own it." } }
            (Some("reader"), _) => { p { "You read it: query the view with your own login of the warehouse." } }
            (Some("asked"), Some("active")) => { p { "You are subscribed, and its policies want more: below, Why says what you lack." } }
            (Some("asked"), _) => { p { "You asked for it, and somebody has to decide." } }
            _ => { p { "You do not read it." } }
        }
        @match (source.glance.access.as_deref(), subscription) {
            (_, Some("active")) => {
                form.inline method="post" action=(end) { (hidden("to", &here)) button data-asks="End your subscription?" { "End my subscription" } }
            }
            (Some("asked"), _) => {
                form.inline method="post" action=(end) { (hidden("to", &here)) button { "Take the request back" } }
            }
            (Some("owner" | "reader"), _) => {}
            _ if !source.glance.asking => p.muted { "Asking does not help: nobody's yes is wanted, but what its policies say. Its owners can give you a grant." },
            _ => {
                form.row method="post" action=(ask) {
                    (hidden("to", &here))
                    label.field { span { "Why you need it" } input name="reason" maxlength="4096"; }
                    button.main { "Ask for access" }
                }
            }
        }
        p { a href=(with_why(source)) { "Why do I see what I see?" } }
    }
}

/// The explanation for whoever looks, who is meant where nobody is named.
fn with_why(source: &Source) -> String {
    to!("/data-sources/{}/why", source.name())
}

/// A button that confirms one column, or all of them.
pub(super) fn confirming(source: &Source, column: Option<&str>, label: &str) -> Markup {
    let to = to!("/data-sources/{}/confirm", source.name());
    match column {
        None => button(&to, label, ""),
        Some(column) => html! {
            form.inline method="post" action=(to) { (hidden("column", column)) button.small { (label) } }
        },
    }
}
