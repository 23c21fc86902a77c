//! Who could see what of a data source at a past moment, and what a user could reach then.

use axum::extract::Query;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;

use chrono::{DateTime, Utc};
use http::StatusCode;
use serde_json::Value;

use super::ways;
use crate::api::{to, with_query};
use crate::parts::{at, empty, head, input, prose, section, sentences, table};
use crate::problem::Problem;
use crate::time;
use crate::visit::Visit;

/// So many people and data sources are shown.
const SHOWN: usize = 200;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    data_source: String,
    user: String,
    as_of: String,
}

#[derive(Deserialize)]
struct Viewers {
    readers: Vec<Person>,
    columns: Vec<Column>,
    row_rules: Vec<RowRule>,
}

#[derive(Deserialize)]
struct Person {
    user: String,
    because: Vec<String>,
}

#[derive(Deserialize)]
struct Column {
    name: String,
    clear: Vec<Person>,
    mixed: Vec<Person>,
    masked: Vec<Person>,
}

#[derive(Deserialize)]
struct RowRule {
    policy: String,
    rule: String,
}

#[derive(Deserialize)]
struct Reach {
    readable: Vec<Readable>,
}

#[derive(Deserialize)]
struct Readable {
    data_source: String,
    view: String,
    because: Vec<String>,
}

pub(super) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let as_of = time::asked(&asked.as_of)?;
    let (mut found, mut status) = (html! {}, StatusCode::OK);
    if !asked.data_source.is_empty() {
        let stands = to!("/api/v1/data-sources/{}", asked.data_source);
        match visit.api.get::<Viewers>(with_query(&format!("{stands}/who-sees"), &[("as_of", &as_of)])).await {
            Ok(seen) => {
                found = html! { (section(&format!("Who could see {}", asked.data_source), viewers(&seen))) };
            }
            Err(problem) => {
                status = problem.code();
                found = unknown(&visit, "data source", &asked.data_source, &stands, &as_of, problem).await?;
            }
        }
    }
    if !asked.user.is_empty() {
        let stands = to!("/api/v1/users/{}", asked.user);
        match visit.api.get::<Reach>(with_query(&format!("{stands}/reach"), &[("as_of", &as_of)])).await {
            Ok(reach) => {
                found = html! { (found) (section(&format!("What {} could read", asked.user), readable(&reach))) };
            }
            Err(problem) => {
                status = problem.code();
                let told = unknown(&visit, "user", &asked.user, &stands, &as_of, problem).await?;
                found = html! { (found) (told) };
            }
        }
    }
    let main = html! {
        (head("Audit", "By the policies, people and projects as they were then.", html! {}))
        @if visit.me.has(&["AUDIT"]) { (ways("Who saw what")) } @else { p { a href="/reports" { "All reports" } } }
        form.row method="get" action="/audit/who-saw" {
            (input("data_source", "Data source", &asked.data_source, "who could see what of it"))
            (input("user", "or user", &asked.user, "what they could read"))
            (at("as_of", "At", &as_of))
            button.main { "Show" }
        }
        (found)
        @if asked.data_source.is_empty() && asked.user.is_empty() {
            (empty("Nothing asked yet", html! { "Name a data source, a user, or both." }))
        }
    };
    Ok(visit.answer(status, "Who saw what", main))
}

/// What is said of a name that nothing had at that moment. `stands` is where the API has what is called so now.
///
/// # Errors
/// When whoever looks may not, or something else is wrong.
async fn unknown(
    visit: &Visit,
    kind: &str,
    name: &str,
    stands: &str,
    as_of: &str,
    problem: Problem,
) -> Result<Markup, Problem> {
    if problem.status != 404 {
        return Err(problem);
    }
    let Ok(then) = as_of.parse::<DateTime<Utc>>() else { return Ok(problem.told()) };
    let now = visit.api.maybe::<Value>(stands).await?.is_some();
    Ok(html! {
        div.notice.warn role="alert" {
            strong { "There was no " (kind) " " code { (name) } " at " (time::moment(then)) }
            @if now { p { "It exists now: it was made, or got this name, after that moment. Choose a later one." } }
            @else { p { "Nor is there one now that you may know of: see how its name is written." } }
        }
    })
}

fn viewers(seen: &Viewers) -> Markup {
    if seen.readers.is_empty() {
        return empty("Nobody", html! { "Nobody could read it then." });
    }
    html! {
        (table(&["Reader", "Because"], &seen.readers.iter().take(SHOWN).map(|one| vec![
            html! { a href=(to!("/people/users/{}", one.user)) { (one.user) } }, sentences(&one.because),
        ]).collect::<Vec<_>>()))
        (more(seen.readers.len()))
        h3 { "Columns" }
        (table(&["Column", "In the clear", "Masked in some rows", "Masked"], &seen.columns.iter().map(|one| vec![
            html! { code { (one.name) } }, names(&one.clear), names(&one.mixed), names(&one.masked),
        ]).collect::<Vec<_>>()))
        @if !seen.row_rules.is_empty() {
            h3 { "Row filters" }
            ul.plain { @for one in &seen.row_rules { li { code { (one.policy) } ": " (prose(&one.rule)) } } }
        }
    }
}

fn names(people: &[Person]) -> Markup {
    html! {
        @for one in people.iter().take(8) { (one.user) " " }
        @if people.len() > 8 { span.muted { "and " (people.len() - 8) " more" } }
        @if people.is_empty() { span.muted { "nobody" } }
    }
}

fn readable(reach: &Reach) -> Markup {
    if reach.readable.is_empty() {
        return empty("Nothing", html! { "They could read nothing then." });
    }
    html! {
        (table(&["Data source", "Its view", "Because"], &reach.readable.iter().take(SHOWN).map(|one| vec![
            html! { a href=(to!("/data-sources/{}", one.data_source)) { (one.data_source) } }, html! { code { (one.view) } }, sentences(&one.because),
        ]).collect::<Vec<_>>()))
        (more(reach.readable.len()))
    }
}

fn more(all: usize) -> Markup {
    html! { @if all > SHOWN { p.muted { "The first " (SHOWN) " of " (all) " are shown." } } }
}
