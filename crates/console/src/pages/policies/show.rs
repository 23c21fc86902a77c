//! One policy: what it says, where it applies, what it does today.

use axum::extract::Query;
use axum::response::Response;
use futures_util::future::try_join;
use http::StatusCode;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Value, json};

use super::document::{Policy, Read, status};
use super::effects::{Effect, effects};
use super::kind::Of;
use super::{history, sync, yaml};
use crate::api::{Api, to, with_query};
use crate::frame::{later, waiting};
use crate::parts::{facts, hidden, prose, section, sentences, state};
use crate::problem::Problem;
use crate::route::Route;
use crate::time;
use crate::visit::Visit;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/policies/{kind}/{name}", show)]
}

#[derive(Deserialize)]
struct Asked {
    /// The number of the event that a change was: until the warehouses are there.
    #[serde(default)]
    sequence: String,
}

#[derive(Deserialize)]
struct Covered {
    items: Vec<Source>,
    total: usize,
}

#[derive(Deserialize)]
struct Source {
    data_source: String,
}

#[derive(Deserialize)]
struct Plan {
    effects: Vec<Effect>,
}

async fn show(visit: Visit, of: Of, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let Of { kind, name } = &of;
    let policy = Policy::get(&visit.api, *kind, name).await?;
    let versions = history::versions(&visit.api, &of, "");
    let (read, versions) = try_join(Read::document(&visit.api, &policy.document), versions).await?;
    let standing = status(&policy.document);
    let text = |field: &str| policy.document.get(field).and_then(Value::as_str);
    let moment = |field: &str| policy.document.pointer(field).and_then(Value::as_str).and_then(|at| at.parse().ok());
    let first = html! {
        (crate::parts::head(name, text("description").unwrap_or(""), html! { @if visit.me.has(&["GOVERNANCE"]) || visit.me.owner { (actions(&of, standing, &policy.version)) } }))
        (sync::section(&visit.api, &of, &asked.sequence).await?)
        div.halves {
            div {
                (section("What it says", html! {
                    (sentences(&read.sentences))
                    @for wrong in &read.problems { div class=(if wrong.severity == "error" { "notice bad" } else { "notice warn" }) { (prose(&wrong.detail)) @if let Some(help) = &wrong.help { " " span.muted { "(" (prose(help)) ")" } } } }
                }))
                (section("How it stands", facts(&[
                    ("Kind", html! { (kind.called()) }),
                    ("Status", state(standing)),
                    ("In force from", time::maybe(moment("/valid/from"))),
                    ("In force until", time::maybe(moment("/valid/until"))),
                    ("Written", time::maybe(moment("/created").or_else(|| versions.items.last().map(|first| first.at)))),
                    ("Changed", html! { @if let Some(last) = versions.items.first() { (time::moment(last.at)) " by " (last.actor) } }),
                ])))
            }
            (section("As a file", html! { pre tabindex="0" { (yaml::write(&policy.document)) } }))
        }
        (section("What it was", history::table(&of, &versions)))
    };
    let (api, asked) = (visit.api.clone(), of.clone());
    let reach = later(async move { reach(&api, &asked).await });
    let (api, document) = (visit.api.clone(), policy.document);
    let kept = later(async move { today(&api, document).await });
    let first = html! { (first) (waiting("Asking what it does today")) };
    Ok(visit.streamed(name, first, vec![reach, kept]))
}

/// What can be done with it. What is not allowed the API refuses.
fn actions(of: &Of, standing: &str, version: &str) -> Markup {
    let page = of.kind.page(&of.name);
    let ways = [("active", "Activate", "main"), ("staged", "Stage", ""), ("disabled", "Disable", "")];
    html! {
        @for (word, label, class) in ways.into_iter().filter(|(word, ..)| *word != standing) {
            form.inline method="post" action=(format!("{page}/status")) { (hidden("status", word)) (hidden("version", version)) button class=(class) { (label) } }
        }
        a.button href=(format!("{page}/edit")) { "Edit" }
        a.button href=(with_query("/policies/new", &[("kind", of.kind.word()), ("clone", &of.name)])) { "Clone" }
        a.button href=(format!("{page}/delete")) { "Delete" }
    }
}

/// The data sources that it covers, of those that whoever looks may know of.
async fn reach(api: &Api, of: &Of) -> Result<Markup, Problem> {
    let filter = ("policy", format!("{}/{}", of.kind.plural(), of.name));
    let filter = (filter.0, filter.1.as_str());
    let covered = with_query("/api/v1/source-overview", &[filter, ("limit", "20")]);
    let covered = api.get::<Covered>(covered).await?;
    Ok(section(
        "Where it applies",
        html! {
            @if covered.items.is_empty() { p.muted { "No data source that you may know of: nothing fits what it says of them." } }
            @else {
                p { @for (at, one) in covered.items.iter().enumerate() { @if at > 0 { ", " } a href=(to!("/data-sources/{}", one.data_source)) { (one.data_source) } } }
                @if covered.total > covered.items.len() { p { a href=(with_query("/data-sources", &[filter])) { "All " (covered.total) } } }
            }
        },
    ))
}

/// What would be otherwise without it: what it does now.
async fn today(api: &Api, mut document: Value) -> Result<Markup, Problem> {
    let active = status(&document) == "active";
    if let Some(fields) = document.as_object_mut() {
        fields.insert("status".to_owned(), json!(if active { "disabled" } else { "active" }));
    }
    let title = if active { "Without it" } else { "If it were active" };
    let plan = api.post::<Plan>("/api/v1/plan", &json!({ "documents": [document] })).await;
    Ok(match plan {
        Ok(plan) => section(title, effects(&plan.effects)),
        // Who may not change it is not told what a change would mean.
        Err(problem) if problem.status == StatusCode::FORBIDDEN => html! {},
        Err(problem) => section(title, problem.told()),
    })
}
