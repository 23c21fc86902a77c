//! Who reads a data source, and by what: who sees it, subscriptions, requests, grants.

use axum::extract::{Path, Query};
use axum::response::Response;
use chrono::{DateTime, Utc};
use futures_util::future::try_join3;
use maud::{Markup, html};
use serde::Deserialize;

use super::access;
use super::source::{Source, Tab};
use crate::api::{to, with_query};
use crate::frame;
use crate::parts::{Page, empty, pager_of, section, sentences, table, user};
use crate::problem::Problem;
use crate::route::Route;
use crate::visit::{Me, Visit};

/// How many people stand on the page: the others are found by a part of their name.
const SHOWN: usize = 50;
/// How many subscriptions and grants stand on the page.
const LISTED: &str = "100";

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/data-sources/{name}/subscribers", show)]
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    search: String,
    /// Where the list of subscriptions begins.
    subscriptions: String,
    /// Where the list of grants begins.
    grants: String,
}

#[derive(Deserialize)]
struct Viewers {
    readers: Vec<Person>,
    others: Vec<Person>,
    columns: Vec<Column>,
}

#[derive(Deserialize)]
struct Person {
    user: String,
    because: Vec<String>,
}

#[derive(Deserialize)]
struct Column {
    name: String,
    clear: Vec<Somebody>,
    mixed: Vec<Somebody>,
    masked: Vec<Somebody>,
}

/// Whoever is only counted.
#[derive(Deserialize)]
struct Somebody {}

#[derive(Deserialize)]
pub(super) struct Subscription {
    pub(super) name: String,
    pub(super) user: String,
    #[serde(default = "active")]
    pub(super) state: String,
    pub(super) reason: Option<String>,
    pub(super) answer: Option<String>,
    pub(super) requested: Option<DateTime<Utc>>,
    pub(super) expires: Option<DateTime<Utc>>,
}

fn active() -> String {
    "active".to_owned()
}

#[derive(Deserialize)]
pub(super) struct Grant {
    pub(super) name: String,
    pub(super) user: Option<String>,
    pub(super) group: Option<String>,
    pub(super) description: Option<String>,
    pub(super) expires: Option<DateTime<Utc>>,
}

async fn show(visit: Visit, Path(name): Path<String>, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let source = Source::find(&visit, &name).await?;
    if !source.watched_by(&visit) {
        // The API says who may.
        visit.api.get::<serde_json::Value>(to!("/api/v1/data-sources/{}/who-sees", name)).await?;
    }
    let list = |kind: &str, cursor: &str| {
        with_query(&format!("/api/v1/{kind}"), &[("data_source", &name), ("limit", LISTED), ("cursor", cursor)])
    };
    let (subscriptions, grants, roles) = try_join3(
        visit.api.get::<Page<Subscription>>(list("subscriptions", &asked.subscriptions)),
        visit.api.get::<Page<Grant>>(list("grants", &asked.grants)),
        access::roles(&visit, &name),
    )
    .await?;
    let page = to!("/data-sources/{}/subscribers", name);
    let main = html! {
        (source.heading(&visit, Tab::Subscribers))
        (section("Subscriptions and requests", html! {
            (access::subscriptions(&visit, &source, &subscriptions, &roles))
            (pager_of("subscriptions", &page, &[("grants", &asked.grants), ("search", &asked.search)], &asked.subscriptions, subscriptions.next.as_deref()))
        }))
        (section("Grants", html! {
            (access::grants(&visit, &source, &grants))
            (pager_of("grants", &page, &[("subscriptions", &asked.subscriptions), ("search", &asked.search)], &asked.grants, grants.next.as_deref()))
        }))
        h2 { "Who sees it" }
        (filter(&source, &asked.search))
        (frame::waiting("Asking who sees what"))
    };
    let (api, me) = (visit.api.clone(), visit.me.clone());
    let title = format!("Subscribers of {name}");
    let later = frame::later(async move {
        let viewers = api.get::<Viewers>(to!("/api/v1/data-sources/{}/who-sees", name)).await?;
        Ok(seen(&me, &name, &viewers, &asked.search))
    });
    Ok(visit.streamed(&title, main, vec![later]))
}

fn filter(source: &Source, search: &str) -> Markup {
    html! {
        form.filters method="get" action=(to!("/data-sources/{}/subscribers", source.name())) {
            input type="search" name="search" value=(search) placeholder="A part of a user's name" aria-label="Search people";
            button { "Filter" }
        }
    }
}

/// Everybody, in numbers; the first of them by name.
fn seen(me: &Me, name: &str, viewers: &Viewers, search: &str) -> Markup {
    let row = |column: &Column| {
        let count = |people: &[Somebody]| html! { (people.len()) };
        vec![html! { code { (column.name) } }, count(&column.clear), count(&column.mixed), count(&column.masked)]
    };
    html! {
        (section(&format!("{} read it", viewers.readers.len()), people(me, name, &viewers.readers, search, "Because")))
        (section("What they see", table(&["Column", "As it is", "Masked in some rows", "Masked"], &viewers.columns.iter().map(row).collect::<Vec<_>>())))
        (section(&format!("{} do not", viewers.others.len()), people(me, name, &viewers.others, search, "They lack")))
    }
}

fn people(me: &Me, name: &str, all: &[Person], search: &str, why: &str) -> Markup {
    let wanted = search.trim().to_lowercase();
    let fitting: Vec<_> = all.iter().filter(|person| person.user.to_lowercase().contains(&wanted)).collect();
    if fitting.is_empty() {
        return empty(
            "Nobody",
            html! { @if wanted.is_empty() { "There is no such user." } @else { "Write less of the name." } },
        );
    }
    let row = |person: &&Person| {
        let to = with_query(&to!("/data-sources/{}/why", name), &[("user", &person.user)]);
        vec![
            html! { (user(me, &person.user)) },
            sentences(&person.because),
            html! { a href=(to) { "Why, and what they see" } },
        ]
    };
    html! {
        (table(&["User", why, ""], &fitting.iter().take(SHOWN).map(row).collect::<Vec<_>>()))
        @if fitting.len() > SHOWN {
            p.muted { (SHOWN) " of " (fitting.len()) " are shown: write a part of a name above to find the others." }
        }
    }
}
