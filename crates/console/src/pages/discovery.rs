//! What looking for sensitive data proposed: tags to put on columns, or to refuse.

mod identifiers;
mod run;

use axum::extract::Query;
use axum::response::Response;
use http::{Method, StatusCode};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::api::{to, with_query};
use crate::form::Form;
use crate::parts::{
    Again, Kept, Page, empty, filters, head, hidden, input, lookup, pager, prose, section, table, tabs, tag, undecided,
};
use crate::problem::Problem;
use crate::route::Route;
use crate::visit::{Visit, done};

pub(super) fn routes() -> Vec<Route> {
    let mut routes = vec![Route::get("/discovery", show), Route::post("/discovery/decide", decide)];
    routes.extend(run::routes());
    routes.extend(identifiers::routes());
    routes
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    data_source: String,
    integration: String,
    cursor: String,
}

/// How many are shown, and can be decided about at once.
const MOST: usize = 100;

#[derive(Deserialize)]
struct Proposed {
    data_source: String,
    column: String,
    tag: String,
    identifier: String,
    confidence: f64,
    why: String,
}

impl Proposed {
    /// What a form sends to say which one it is about.
    fn key(&self) -> String {
        json!([self.data_source, self.column, self.tag]).to_string()
    }
}

/// The two parts of discovery.
fn parts(shown: &str) -> Markup {
    tabs(shown, &[("Proposals", "/discovery".to_owned()), ("Identifiers", "/discovery/identifiers".to_owned())])
}

/// How sure something is.
fn share(confidence: f64) -> Markup {
    html! { (format!("{:.0}%", confidence * 100.0)) }
}

async fn show(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    proposed(&visit, &asked, &Kept::default()).await
}

/// The proposals; a form that was refused stands among them as it was sent.
async fn proposed(visit: &Visit, asked: &Asked, kept: &Kept) -> Result<Response, Problem> {
    let given = [("data_source", asked.data_source.trim()), ("integration", asked.integration.trim())];
    let list = with_query(
        "/api/v1/discoveries",
        &[&given[..], &[("limit", &MOST.to_string()), ("cursor", &asked.cursor)]].concat(),
    );
    let found = visit.api.get::<Page<Proposed>>(list).await?;
    let main = html! {
        (head("Discovery", "Tags that a sample of the values speaks for. Samples are looked at inside the warehouse: no value is kept or shown.", html! {}))
        (parts("Proposals"))
        (filters("/discovery", html! {
            input type="search" name="data_source" value=(asked.data_source) placeholder="Only of this data source" aria-label="Data source";
            input name="integration" value=(asked.integration) placeholder="Only of this integration" aria-label="Integration";
        }))
        div.card #list {
            @if found.items.is_empty() { (empty("Nothing is proposed", html! { "Look into a data source below; data sources are also looked into when they are registered." })) }
            @else { (proposals(&found.items, asked, kept.form("decide"))) }
            (pager("/discovery", &given, &asked.cursor, found.next.as_deref()))
        }
        @if visit.me.owner || visit.me.has(&["GOVERNANCE"]) { (section("Look into a data source", running(&asked.data_source, kept.form("run")))) }
    };
    Ok(visit.page("Discovery", main))
}

fn proposals(found: &[Proposed], asked: &Asked, form: Again<'_>) -> Markup {
    let row = |one: &Proposed| {
        vec![
            html! { input type="checkbox" name="proposal" value=(one.key()) checked[form.ticked("proposal", &one.key(), false)] aria-label=(format!("{} for {} of {}", one.tag, one.column, one.data_source)); },
            html! { a href=(to!("/data-sources/{}", one.data_source)) { (one.data_source) } },
            html! { div.roomy { code { (one.column) } } },
            html! { div.roomy { (tag(&one.tag)) } },
            share(one.confidence),
            prose(&one.why),
            html! { a href=(to!("/discovery/identifiers/{}", one.identifier)) { (one.identifier) } },
        ]
    };
    html! {
        (form.told())
        form method="post" action="/discovery/decide" {
            (undecided())
            (hidden("data_source", &asked.data_source)) (hidden("integration", &asked.integration)) (hidden("cursor", &asked.cursor))
            label.check.scripts-only { input type="checkbox" data-tick-all="proposal"; " All of this page" }
            (table(&["", "Data source", "Column", "Tag", "Sure", "Why", "Found by"], &found.iter().map(row).collect::<Vec<_>>()))
            div.decide {
                button.main name="decision" value="accept" { "Tag the ticked columns" }
                button.danger name="decision" value="refuse" { "Refuse the ticked" }
                small { "What is refused is not proposed again." }
            }
        }
    }
}

fn running(data_source: &str, form: Again<'_>) -> Markup {
    html! {
        (form.told())
        form.row method="post" action="/discovery/run" {
            (lookup("data_source", "Data source", "data-sources", form.text("data_source", data_source), ""))
            (input("rows", "Rows of the sample", form.text("rows", "1000"), "1 to 10,000"))
            button { "Look into it" }
        }
    }
}

async fn decide(visit: Visit, form: Form) -> Result<Response, Problem> {
    let text = |field: &str| form.text(field).to_owned();
    let asked = Asked { data_source: text("data_source"), integration: text("integration"), cursor: text("cursor") };
    let (accept, word) = match form.text("decision") {
        "accept" => (true, "tagged"),
        "refuse" => (false, "refused"),
        _ => {
            let problem = Problem::malformed("neither a yes nor a no: press one of the buttons");
            let kept = Kept::of("decide", form, problem)?;
            let page = proposed(&visit, &asked, &kept).await;
            return kept.answer(page);
        }
    };
    let chosen: Result<Vec<[String; 3]>, _> = form.all("proposal").into_iter().map(serde_json::from_str).collect();
    let chosen = chosen.map_err(|_| Problem::malformed("which proposals are meant cannot be read"))?;
    if chosen.len() > MOST {
        return Err(Problem::malformed(format!("those are more than {MOST} proposals: decide about fewer at once")));
    }
    if chosen.is_empty() {
        let kept = Kept::of("decide", form, Problem::malformed("no proposal is ticked: tick those you decide about"))?;
        let page = proposed(&visit, &asked, &kept).await;
        return kept.answer(page);
    }
    let back = with_query(
        "/discovery",
        &[("data_source", &asked.data_source), ("integration", &asked.integration), ("cursor", &asked.cursor)],
    );
    let (mut decided, mut failed) = (0_usize, Vec::new());
    for parts in chosen {
        // Those that can be decided are, whatever becomes of the others.
        match one(&visit, &parts, accept).await {
            Ok(()) => decided += 1,
            Err(problem) => failed.push((parts, problem)),
        }
    }
    if failed.is_empty() {
        return Ok(done(&back, &format!("{decided} {word}.")));
    }
    let main = html! {
        (head("Discovery", "", html! { a.button href=(back) { "Back to the proposals" } }))
        @if decided > 0 { div.notice.good role="status" { (decided) " " (word) "." } }
        @for ([source, column, tag], problem) in &failed {
            p { "Not " (word) ": " code { (tag) } " for " code { (column) } " of " (source) }
            (problem.told())
        }
    };
    let status = failed.first().map(|(_, problem)| problem.code());
    Ok(visit.answer(status.unwrap_or(StatusCode::CONFLICT), "Discovery", main))
}

async fn one(visit: &Visit, [source, column, tag]: &[String; 3], accept: bool) -> Result<(), Problem> {
    let answer = if accept {
        let place = to!("/api/v1/data-sources/{}/columns/{}/tags/{}", source, column, tag);
        visit.api.send(Method::PUT, place, &Value::Null).await
    } else {
        let body = json!({ "column": column, "tag": tag });
        visit.api.send(Method::POST, to!("/api/v1/data-sources/{}/discover/refuse", source), &body).await
    };
    answer.map(drop)
}
