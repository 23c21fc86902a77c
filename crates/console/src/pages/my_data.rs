//! What somebody can read, and where; what they could ask for, and what became of what they asked for.

mod asked;
mod unmask;

use std::collections::BTreeMap;

use axum::extract::{Path, Query};
use axum::response::Response;
use futures_util::future::try_join;
use http::Method;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::api::{Api, to, with_query};
use crate::form::Form;
use crate::frame;
use crate::parts::{badge, copied, empty, head, hidden, prose, section, sentences, table};
use crate::problem::Problem;
use crate::route::Route;
use crate::visit::{Visit, done, own};

/// How many data sources are shown of each list: the search finds the others.
const SHOWN: usize = 200;

pub(super) fn routes() -> Vec<Route> {
    let mut all = vec![
        Route::get("/my-data", show),
        Route::post("/data-sources/{name}/subscribe", subscribe),
        Route::post("/data-sources/{name}/unsubscribe", unsubscribe),
    ];
    all.extend(unmask::routes());
    all
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    search: String,
    /// The data source and the column that another page proposes to ask for a value of.
    #[serde(default)]
    source: String,
    #[serde(default)]
    column: String,
}

#[derive(Deserialize)]
struct Reach {
    readable: Vec<Readable>,
    discoverable: Vec<Discoverable>,
}

#[derive(Deserialize)]
struct Readable {
    data_source: String,
    view: String,
    because: Vec<String>,
}

#[derive(Deserialize)]
struct Discoverable {
    data_source: String,
    needs: Vec<String>,
    asking: bool,
}

/// What became of a wish.
#[derive(Deserialize)]
struct Subscribed {
    state: String,
    waits_for: Vec<String>,
    /// Whether they read it now.
    reads: bool,
}

async fn show(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let main = html! {
        (head("My data", "Query these views with your own login of the warehouse: what you see there is already what you may see.", html! {}))
        @if !visit.me.projects.is_empty() { (section("My projects", projects(&visit))) }
        form.filters method="get" action="/my-data" {
            input type="search" name="search" value=(asked.search) placeholder="Part of the name of a data source" aria-label="Search my data";
            button { "Filter" }
        }
        (frame::waiting("Working out what you can read"))
    };
    let (api, user) = (visit.api.clone(), visit.me.user.clone());
    let later = frame::later(async move { content(&api, &user, &asked).await });
    Ok(visit.streamed("My data", main, vec![later]))
}

async fn content(api: &Api, user: &str, asked: &Asked) -> Result<Markup, Problem> {
    let reach = api.get::<Reach>(to!("/api/v1/users/{}/reach", user));
    let (mut reach, mine) = try_join(reach, asked::mine(api, user)).await?;
    let wanted = asked.search.trim().to_lowercase();
    reach.readable.retain(|one| one.data_source.to_lowercase().contains(&wanted));
    reach.discoverable.retain(|one| one.data_source.to_lowercase().contains(&wanted));
    Ok(html! {
        (section("What I can read", readable(&reach.readable, &mine, !wanted.is_empty())))
        (section("What I could ask for", discoverable(&reach.discoverable, &mine, !wanted.is_empty())))
        (section("What I asked for", mine.shown()))
        (section("A value behind a token", html! {
            p.muted { (prose("A column with a `reversible` mask shows tokens. Where you need the value behind one, ask for it: somebody else decides, and you can fetch it once, within a day.")) }
            (mine.values())
            (unmask::form(&[&asked.source, &asked.column, "", ""]))
        }))
    })
}

/// The projects somebody is a member of, each with a way to act under it.
fn projects(visit: &Visit) -> Markup {
    html! {
        ul.plain {
            @for project in &visit.me.projects {
                @let current = visit.me.current_project.as_ref() == Some(project);
                li {
                    form.inline method="post" action="/current-project" {
                        (hidden("to", "/my-data"))
                        @if !current { (hidden("project", project)) }
                        a href=(to!("/projects/{}", project)) { (project) }
                        @if current { (badge("good", "current")) button.small { "Act under none" } }
                        @else { button.small { "Switch to it" } }
                    }
                }
            }
        }
        p.muted { "What a project opens, and its purposes, are yours while you act under it." }
    }
}

fn readable(sources: &[Readable], mine: &asked::Mine, searched: bool) -> Markup {
    if sources.is_empty() {
        return match searched {
            true => empty("Nothing fits", html! { "Shorten the search." }),
            false => empty("Nothing yet", html! { "Ask for a data source below, or have its owner grant it to you." }),
        };
    }
    let ends: BTreeMap<&str, _> = mine.ends();
    let row = |one: &Readable| {
        vec![
            html! { a href=(to!("/data-sources/{}", one.data_source)) { (one.data_source) } },
            copied(&one.view),
            html! {
                (sentences(&one.because))
                @if let Some(end) = ends.get(one.data_source.as_str()) { p { (badge("warn", "ends")) " " (crate::time::moment(*end)) } }
            },
            html! { a href=(with_query(&to!("/data-sources/{}/why", one.data_source), &[("user", mine.user())])) { "Why I see what I see" } },
        ]
    };
    html! {
        (table(&["Data source", "Its view", "Because", ""], &sources.iter().take(SHOWN).map(row).collect::<Vec<_>>()))
        (more(sources.len()))
    }
}

fn discoverable(sources: &[Discoverable], mine: &asked::Mine, searched: bool) -> Markup {
    if sources.is_empty() {
        return match searched {
            true => empty("Nothing fits", html! { "Shorten the search." }),
            false => empty(
                "Nothing",
                html! { "Data sources stand here that their policies let everybody find, and that you cannot read." },
            ),
        };
    }
    let row = |one: &Discoverable| {
        vec![
            html! { a href=(to!("/data-sources/{}", one.data_source)) { (one.data_source) } },
            sentences(&one.needs),
            html! {
                @if mine.asks_for(&one.data_source) { (badge("warn", "asked for")) }
                @else if mine.has(&one.data_source) { (badge("", "approved")) " which is not enough" }
                @else if !one.asking { span.muted { "Nobody's yes is wanted: its owners can give a grant." } }
                @else {
                    form.inline method="post" action=(to!("/data-sources/{}/subscribe", one.data_source)) {
                        input name="reason" placeholder="Why you need it" aria-label=(format!("Why you need {}", one.data_source));
                        button.small { "Ask for it" }
                    }
                }
            },
        ]
    };
    html! {
        (table(&["Data source", "You lack", ""], &sources.iter().take(SHOWN).map(row).collect::<Vec<_>>()))
        (more(sources.len()))
    }
}

fn more(all: usize) -> Markup {
    html! { @if all > SHOWN { p.muted { "The first " (SHOWN) " of " (all) ": search for the others." } } }
}

async fn subscribe(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    let wish = json!({ "reason": form.some("reason") });
    let answer = visit.api.send(Method::PUT, to!("/api/v1/data-sources/{}/subscription", name), &wish).await?;
    let became = answer.read::<Subscribed>()?;
    let told = match became.state.as_str() {
        "active" if became.reads => format!("You can read {name} as soon as the warehouse is told."),
        "active" => format!("You are subscribed to {name}, and do not read it yet: its page says what you lack."),
        _ => format!("You asked for {name}. It waits for {}.", became.waits_for.join(" and ")),
    };
    Ok(done(back(&form), &told))
}

async fn unsubscribe(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    visit.api.send(Method::DELETE, to!("/api/v1/data-sources/{}/subscription", name), &Value::Null).await?;
    Ok(done(back(&form), &format!("You have no subscription to {name} any more, and ask for none.")))
}

/// The page that the form was on.
fn back(form: &Form) -> &str {
    form.some("to").map_or("/my-data", own)
}
