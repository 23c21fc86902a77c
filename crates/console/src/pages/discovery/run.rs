//! Looking into a data source now.

use axum::response::Response;
use maud::html;
use serde::Deserialize;

use super::{Asked, proposed, share};
use crate::api::{to, with_query};
use crate::form::Form;
use crate::parts::{Kept, empty, head, prose, section, table, tag};
use crate::problem::Problem;
use crate::route::Route;
use crate::visit::Visit;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::post("/discovery/run", run)]
}

#[derive(Deserialize)]
struct Discovered {
    columns: Vec<Column>,
    left_out: Vec<String>,
}

#[derive(Deserialize)]
struct Column {
    column: String,
    findings: Vec<Finding>,
    applied: Vec<String>,
    refused: Vec<String>,
}

#[derive(Deserialize)]
struct Finding {
    tag: String,
    confidence: f64,
    why: String,
}

async fn run(visit: Visit, form: Form) -> Result<Response, Problem> {
    match looked_into(&visit, &form).await {
        Ok(found) => Ok(shown(&visit, form.text("data_source"), &found)),
        Err(problem) => {
            let kept = Kept::of("run", form, problem)?;
            let page = proposed(&visit, &Asked::default(), &kept).await;
            kept.answer(page)
        }
    }
}

async fn looked_into(visit: &Visit, form: &Form) -> Result<Discovered, Problem> {
    let name = form.some("data_source").ok_or_else(|| Problem::malformed("no data source is named"))?;
    let path = with_query(&to!("/api/v1/data-sources/{}/discover", name), &[("rows", form.text("rows"))]);
    visit.api.post(path, &serde_json::Value::Null).await
}

fn shown(visit: &Visit, name: &str, found: &Discovered) -> Response {
    let rows: Vec<_> = found
        .columns
        .iter()
        .flat_map(|column| {
            column.findings.iter().map(move |finding| {
                let became = if column.applied.contains(&finding.tag) {
                    "tagged"
                } else if column.refused.contains(&finding.tag) {
                    "refused before"
                } else {
                    "proposed"
                };
                vec![
                    html! { code { (column.column) } },
                    tag(&finding.tag),
                    share(finding.confidence),
                    prose(&finding.why),
                    html! { (became) },
                ]
            })
        })
        .collect();
    let proposals = with_query("/discovery", &[("data_source", name)]);
    let main = html! {
        (head(&format!("Discovery in {name}"), "", html! { a.button.main href=(proposals) { "Decide about the proposals" } a.button href=(to!("/data-sources/{}", name)) { "The data source" } }))
        @if rows.is_empty() { (empty("Nothing found", html! { "No identifier fits what the sample has." })) }
        @else { (section("What was found", table(&["Column", "Tag", "Sure", "Why", ""], &rows))) }
        @if !found.left_out.is_empty() {
            (section("Left out", html! { ul.plain { @for one in &found.left_out { li { (prose(one)) } } } }))
        }
    };
    visit.page(&format!("Discovery in {name}"), main)
}
