//! Tags: the tree of them, where each is used, and what each is for.

use std::collections::BTreeMap;

use axum::extract::{Path, Query};
use axum::response::Response;
use chrono::{DateTime, Utc};
use futures_util::future::try_join3;
use http::Method;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Value, json};

use super::deleting::opening;
use super::uses::{Used as Named, uses};
use crate::api::{Expected, Versioned, to, with_query};
use crate::form::Form;
use crate::frame;
use crate::parts::{Page, area, badge, deleting, empty, filters, head, hidden, input, pager, section, table, tag};
use crate::problem::Problem;
use crate::route::Route;
use crate::time;
use crate::visit::{Visit, done};

/// How many places of a tag are named: the list of data sources has the others.
const SHOWN: usize = 100;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/tags", show),
        Route::post("/tags", make),
        Route::post("/tags/{name}/describe", describe),
        Route::post("/tags/{name}/delete", delete),
    ]
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    tag: String,
    search: String,
    cursor: String,
}

#[derive(Deserialize)]
struct Used {
    tag: String,
    described: bool,
    data_sources: Vec<String>,
    columns: Vec<Place>,
}

#[derive(Deserialize)]
struct Place {
    data_source: String,
    column: String,
}

#[derive(Deserialize)]
struct Version {
    version: u64,
    at: DateTime<Utc>,
    actor: String,
}

async fn show(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    match asked.tag.trim() {
        "" => all(&visit, &asked).await,
        tag => one(&visit, tag).await,
    }
}

async fn all(visit: &Visit, asked: &Asked) -> Result<Response, Problem> {
    let given = [("search", asked.search.as_str())];
    let list = with_query("/api/v1/used-tags", &[&given[..], &[("limit", "200"), ("cursor", &asked.cursor)]].concat());
    let found = visit.api.get::<Page<Used>>(list).await?;
    let main = html! {
        (head("Tags", "What columns and tables are about. Policies are written for tags: whoever tags a column decides what applies to it.",
            html! { a.button href="/discovery" { "Discovery" } }))
        (filters("/tags", html! { input type="search" name="search" value=(asked.search) placeholder="A part of a tag" aria-label="Search tags"; }))
        div.card #list {
            @if found.items.is_empty() { (empty("No tag", html! { "Tags appear here as soon as one is on a column or a data source, or is described below." })) }
            @else { (tree(&found.items)) }
            (pager("/tags", &given, &asked.cursor, found.next.as_deref()))
        }
        @if visit.me.has(&["GOVERNANCE"]) {
            (section("A new tag", html! {
                form.row method="post" action="/tags" {
                    (input("name", "Name", "", "a dot puts it below another: PII.Email"))
                    (input("description", "What it is for", "", ""))
                    button { "Make the tag" }
                }
            }))
        }
    };
    Ok(visit.page("Tags", main))
}

/// The tags in the order of their names, each below the one that it begins with, whether or not that is a tag itself.
fn tree(tags: &[Used]) -> Markup {
    let mut counts: BTreeMap<Vec<&str>, Counts> = BTreeMap::new();
    for used in tags {
        let steps: Vec<&str> = used.tag.split('.').collect();
        // Nothing is written before the dot that a name begins with.
        let first = if used.tag.starts_with('.') { steps.len() } else { 1 };
        for length in first..=steps.len() {
            let above: Vec<&str> = steps.iter().take(length).copied().collect();
            let counts = counts.entry(above).or_default();
            counts.columns += used.columns.len();
            counts.sources += used.data_sources.len();
            counts.described |= length == steps.len() && used.described;
        }
    }
    let row = |(steps, counts): (&Vec<&str>, &Counts)| {
        vec![
            html! {
                span.muted aria-hidden="true" { ("\u{2003}\u{2003}".repeat(steps.len().saturating_sub(1))) }
                (tag(&steps.join(".")))
            },
            html! { (counts.columns) },
            html! { (counts.sources) },
            html! { @if !counts.described { span.muted { "not described" } } },
        ]
    };
    table(&["Tag", "Columns", "Data sources", ""], &counts.iter().map(row).collect::<Vec<_>>())
}

/// How often a tag and those below it are used.
#[derive(Default)]
struct Counts {
    columns: usize,
    sources: usize,
    described: bool,
}

async fn one(visit: &Visit, tag: &str) -> Result<Response, Problem> {
    let used = with_query("/api/v1/used-tags", &[("search", tag), ("limit", "500")]);
    let versions = with_query(&to!("/api/v1/tags/{}/versions", tag), &[("limit", "20")]);
    let (used, note, versions) =
        try_join3(visit.api.get::<Page<Used>>(used), described(visit, tag), visit.api.maybe::<Page<Version>>(versions))
            .await?;
    let below_it = format!("{tag}.");
    let below: Vec<_> = used.items.iter().filter(|one| one.tag.starts_with(&below_it)).collect();
    let here = used.items.iter().find(|one| one.tag == tag);
    let word = |note: &Versioned| note.body.get("description").and_then(Value::as_str).map(str::to_owned);
    let description = note.as_ref().and_then(word).unwrap_or_default();
    let governs = visit.me.has(&["GOVERNANCE"]);
    let sources = with_query("/data-sources", &[("tag", tag)]);
    let main = html! {
        (head(tag, &description, html! { a.button href="/tags" { "All tags" } a.button href=(sources) { "Data sources with it" } }))
        @if here.is_none() && note.is_none() && below.is_empty() {
            (empty("Nobody uses this tag", html! { "As far as you may know it is on nothing, and not described." }))
        }
        @if let Some(here) = here { (places(here)) }
        @if !below.is_empty() {
            (section("Below it", html! {
                p.muted { "Policies for this tag apply to these as well." }
                ul.plain { @for one in &below { li { (crate::parts::tag(&one.tag)) " " span.muted { (one.columns.len()) " columns, " (one.data_sources.len()) " data sources" } } } }
            }))
        }
        @if governs {
            (section("What it is for", html! {
                form.stacked method="post" action=(to!("/tags/{}/describe", tag)) {
                    (hidden("version", note.as_ref().map_or("", |note| &note.version)))
                    (area("description", "Description", &description, 2, ""))
                    div { button { "Save" } }
                }
                @if note.is_some() { (deleting(&to!("/tags/{}/delete", tag), tag, "Its description is deleted. Columns and data sources keep the tag until it is taken from them.")) }
            }))
        }
        @if let Some(versions) = versions.filter(|versions| !versions.items.is_empty()) {
            (section("Who described it", table(&["Version", "When", "By"], &versions.items.iter().map(|one| vec![
                html! { (one.version) }, time::moment(one.at), html! { (one.actor) },
            ]).collect::<Vec<_>>())))
        }
    };
    let main = html! { (main) h2 { "What names it" } (frame::waiting("Looking through policies and identifiers")) };
    let (api, name) = (visit.api.clone(), tag.to_owned());
    let named = async move { uses(&api, Named::Tag(&name)).await.map(|found| html! { section.card { (found) } }) };
    Ok(visit.streamed(tag, main, vec![frame::later(named)]))
}

/// What is written of a tag, where anything is.
async fn described(visit: &Visit, tag: &str) -> Result<Option<Versioned>, Problem> {
    match visit.api.versioned(to!("/api/v1/tags/{}", tag)).await {
        Ok(note) => Ok(Some(note)),
        Err(problem) if problem.status == 404 => Ok(None),
        Err(problem) => Err(problem),
    }
}

/// Where a tag is, as far as the looker may know.
fn places(used: &Used) -> Markup {
    let source = |name: &str| html! { a href=(to!("/data-sources/{}", name)) { (name) } };
    let history = |name: &str| html! { a href=(to!("/data-sources/{}/history", name)) { "Who changed it" } };
    let tables = used.data_sources.iter().map(|name| vec![source(name), badge("", "the data source"), history(name)]);
    let columns = used.columns.iter();
    let columns =
        columns.map(|one| vec![source(&one.data_source), html! { code { (one.column) } }, history(&one.data_source)]);
    let rows: Vec<_> = tables.chain(columns).take(SHOWN).collect();
    let all = used.data_sources.len() + used.columns.len();
    section(
        "Where it is",
        html! {
            @if rows.is_empty() { (empty("Nowhere", html! { "It is described, and on nothing that you may know of." })) }
            @else { (table(&["Data source", "On", ""], &rows)) }
            @if all > SHOWN { p.muted { (SHOWN) " of " (all) " are shown: the list of data sources has the others." } }
        },
    )
}

async fn make(visit: Visit, form: Form) -> Result<Response, Problem> {
    let name = form.some("name").ok_or_else(|| Problem::malformed("the tag has no name"))?;
    let body = json!({ "description": form.some("description") });
    visit.api.put(to!("/api/v1/tags/{}", name), &body, Expected::Absent).await?;
    Ok(done(&with_query("/tags", &[("tag", name)]), "The tag is made."))
}

async fn describe(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    let body = json!({ "description": form.some("description") });
    // The form says which version it began from, or that there was none; who sends no form of the page means the one that stands.
    let stands = described(&visit, &name).await?;
    let stands = stands.as_ref().map(|note| note.version.as_str()).filter(|_| !form.has("version"));
    let expected = form.some("version").or(stands).map_or(Expected::Absent, Expected::Version);
    visit.api.put(to!("/api/v1/tags/{}", name), &body, expected).await?;
    Ok(done(&with_query("/tags", &[("tag", &name)]), "It is saved."))
}

async fn delete(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    let confirm = if form.has("confirm") { "true" } else { "" };
    match visit
        .api
        .send(Method::DELETE, with_query(&to!("/api/v1/tags/{}", name), &[("confirm", confirm)]), &Value::Null)
        .await
    {
        Ok(_) => Ok(done("/tags", &format!("{name} is described no more."))),
        Err(problem) => {
            let back = with_query("/tags", &[("tag", &name)]);
            opening(&visit, "Delete the tag?", &to!("/tags/{}/delete", name), &form, problem, &back)
        }
    }
}
