//! Who could see what of a data source at a past moment, and what a user could reach then.

use axum::extract::Query;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;

use super::{moment, ways};
use crate::api::{to, with_query};
use crate::parts::{empty, head, input, prose, section, sentences, table};
use crate::problem::Problem;
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
    let as_of = moment::asked(&asked.as_of)?;
    let mut found = html! {};
    if !asked.data_source.is_empty() {
        let path = with_query(&to!("/api/v1/data-sources/{}/who-sees", asked.data_source), &[("as_of", &as_of)]);
        let seen = visit.api.get::<Viewers>(path).await?;
        found = html! { (found) (section(&format!("Who could see {}", asked.data_source), viewers(&seen))) };
    }
    if !asked.user.is_empty() {
        let path = with_query(&to!("/api/v1/users/{}/reach", asked.user), &[("as_of", &as_of)]);
        let reach = visit.api.get::<Reach>(path).await?;
        found = html! { (found) (section(&format!("What {} could read", asked.user), readable(&reach))) };
    }
    let main = html! {
        (head("Audit", "By the policies, people and projects as they were then.", html! {}))
        (ways("Who saw what"))
        form.row method="get" action="/audit/who-saw" {
            (input("data_source", "Data source", &asked.data_source, "who could see what of it"))
            (input("user", "or user", &asked.user, "what they could read"))
            label.field { span { "At, in UTC" } input type="datetime-local" name="as_of" value=(asked.as_of); small { "empty: now" } }
            button.main { "Show" }
        }
        (found)
        @if asked.data_source.is_empty() && asked.user.is_empty() {
            (empty("Nothing asked yet", html! { "Name a data source, a user, or both." }))
        }
    };
    Ok(visit.page("Who saw what", main))
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
