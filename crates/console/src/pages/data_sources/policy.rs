//! What the policies of a data source say, and come to.

use axum::extract::Path;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;

use super::choosing::{choosing, may_be_off, others_off, switching};
use super::columns::Effective;
use super::source::{Source, Tab};
use crate::api::to;
use crate::frame::{later, waiting};
use crate::parts::{badge, empty, prose, section, sentences, state, table};
use crate::problem::Problem;
use crate::route::Route;
use crate::visit::Visit;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/data-sources/{name}/policy", show)]
}

#[derive(Deserialize)]
struct Policies {
    policies: Vec<Policy>,
    effective: Effective,
    unknown: Option<String>,
}

#[derive(Deserialize)]
struct Policy {
    kind: String,
    name: String,
    status: String,
    local: bool,
    sentences: Vec<String>,
    columns: Vec<Touched>,
    remarks: Vec<String>,
}

#[derive(Deserialize)]
struct Touched {
    column: String,
    rule: u64,
    gives: String,
    to: String,
}

async fn show(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    let source = Source::find(&visit, &name).await?;
    let told = visit.api.get::<Policies>(to!("/api/v1/data-sources/{}/policies", name)).await?;
    let decides = source.changed_by(&visit);
    let policies: Vec<_> =
        told.policies.iter().filter(|_| decides).map(|one| (one.kind.as_str(), one.name.as_str())).collect();
    let may_be_off = may_be_off(&visit.api, &policies).await?;
    let first = html! {
        (source.heading(&visit, Tab::Policy))
        @if let Some(unknown) = &told.unknown {
            div.notice.bad { strong { "What the policies come to cannot be told." } p { (prose(unknown)) } }
        }
        (section("What they come to", effective(&told.effective)))
        h2 { "The policies" }
        @if told.policies.is_empty() {
            (empty("No policy covers it", html! { "Whoever reads it sees every value. " a href="/policies" { "Write one" } "." }))
        }
        @for (at, policy) in told.policies.iter().enumerate() {
            (one(policy, html! { @if may_be_off.get(at) == Some(&true) { (switching(&source, &policy.name)) } }))
        }
        @if decides { (others_off(&source, &policies.iter().map(|(_, name)| *name).collect::<Vec<_>>())) }
    };
    let title = format!("Policy of {name}");
    if !decides {
        return Ok(visit.page(&title, first));
    }
    let first = html! { (first) (waiting("Looking for policies that owners choose")) };
    let looking = visit.clone();
    let chosen = later(async move { choosing(&looking, &source).await });
    Ok(visit.streamed(&title, first, vec![chosen]))
}

fn effective(effective: &Effective) -> Markup {
    let masked: Vec<_> = effective.columns.iter().filter(|column| column.masked).collect();
    let clear: Vec<_> = effective.columns.iter().filter(|column| !column.masked).map(|column| &column.name).collect();
    html! {
        h3 { "Who may read" }
        (sentences(&effective.access))
        h3 { "Which rows" }
        @if effective.rows.is_empty() { p { "Every row." } } @else { (sentences(&effective.rows)) }
        h3 { "Which values" }
        @if masked.is_empty() { p { "Every value as it is." } }
        @else { (table(&["Column", "What readers see"], &masked.iter().map(|one| vec![html! { code { (one.name) } }, prose(one.told())]).collect::<Vec<_>>())) }
        @if !masked.is_empty() && !clear.is_empty() {
            p.muted { "As they are: " @for name in &clear { code { (name) } " " } }
        }
    }
}

fn one(policy: &Policy, decisions: Markup) -> Markup {
    let row =
        |one: &Touched| vec![html! { code { (one.column) } }, html! { (one.rule) }, prose(&one.gives), prose(&one.to)];
    html! {
        section.card {
            h3 {
                a href=(format!("/policies/{}/{}", policy.kind, crate::api::encoded(&policy.name))) { (policy.name) } " "
                span.muted { (policy.kind.replace('-', " ")) } " " (state(&policy.status))
                @if policy.local { " " (badge("", "for this data source alone")) }
            }
            (sentences(&policy.sentences))
            @if !policy.columns.is_empty() {
                details {
                    summary { @if policy.status == "staged" { "What it would give here" } @else { "What it gives here" } }
                    (table(&["Column", "Rule", "Shows", "To"], &policy.columns.iter().map(row).collect::<Vec<_>>()))
                }
            }
            (decisions)
            @for remark in &policy.remarks { div.notice.warn { (prose(remark)) } }
        }
    }
}
