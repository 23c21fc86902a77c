//! Identifiers: by what sensitive data is known.

use axum::extract::{Path, Query};
use axum::response::Response;
use http::{Method, StatusCode};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::parts;
use crate::api::{to, with_query};
use crate::form::Form;
use crate::pages::deleting::opening;
use crate::parts::{Page, anyway, area, deleting, empty, filters, head, input, pager, section, table, tag};
use crate::problem::Problem;
use crate::route::Route;
use crate::visit::{Visit, done};

/// What stands in the form for a new one.
const EXAMPLE: &str =
    "{\n  \"tag\": \"PII.Badge\",\n  \"column_name\": \"(^|_)badge(_|$)\",\n  \"value\": \"^B[0-9]{6}$\"\n}";

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/discovery/identifiers", list),
        Route::post("/discovery/identifiers", make),
        Route::get("/discovery/identifiers/{name}", show),
        Route::post("/discovery/identifiers/{name}", save),
        Route::post("/discovery/identifiers/{name}/delete", delete),
    ]
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    search: String,
    cursor: String,
}

#[derive(Deserialize)]
struct Identifier {
    name: String,
    tag: String,
    description: Option<String>,
    column_name: Option<String>,
    value: Option<String>,
    checksum: Option<String>,
}

async fn list(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let given = [("search", asked.search.as_str())];
    let list =
        with_query("/api/v1/identifiers", &[&given[..], &[("limit", "100"), ("cursor", &asked.cursor)]].concat());
    let found = visit.api.get::<Page<Identifier>>(list).await?;
    let row = |one: &Identifier| {
        vec![
            html! { div.roomy { a href=(to!("/discovery/identifiers/{}", one.name)) { (one.name) } } @if let Some(about) = &one.description { br; small { (about) } } },
            tag(&one.tag),
            html! { @if let Some(name) = &one.column_name { code { (name) } } },
            html! { @if let Some(value) = &one.value { code { (value) } } @if let Some(checksum) = &one.checksum { " checked by " code { (checksum) } } },
        ]
    };
    let main = html! {
        (head("Discovery", "By what sensitive data is known: the name of a column, its values, or both.", html! {}))
        (parts("Identifiers"))
        (filters("/discovery/identifiers", html! { input type="search" name="search" value=(asked.search) placeholder="A part of a name" aria-label="Search identifiers"; }))
        div.card #list {
            @if found.items.is_empty() { (empty("No identifier of your own", html! { "The identifiers that Scrim brings along work without a document; a document of the same name replaces one." })) }
            @else { (table(&["Identifier", "Tag", "Column's name", "Values"], &found.items.iter().map(row).collect::<Vec<_>>())) }
            (pager("/discovery/identifiers", &given, &asked.cursor, found.next.as_deref()))
        }
        @if visit.me.has(&["GOVERNANCE"]) { (section("A new identifier", making("", EXAMPLE))) }
    };
    Ok(visit.page("Identifiers", main))
}

/// The form for a new one, with what was written into it.
fn making(name: &str, document: &str) -> Markup {
    html! {
        form.stacked method="post" action="/discovery/identifiers" {
            (input("name", "Name", name, ""))
            (area("document", "Document", document, 7, "JSON, as the documentation of identifiers says"))
            div { button { "Make the identifier" } }
        }
    }
}

fn editing(name: &str, document: &str) -> Markup {
    html! {
        form.stacked method="post" action=(to!("/discovery/identifiers/{}", name)) {
            (area("document", "Document", document, 16, "JSON, as the documentation of identifiers says"))
            div { button.main { "Save" } }
        }
    }
}

async fn show(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    let governs = visit.me.has(&["GOVERNANCE"]);
    let back = html! { a.button href="/discovery/identifiers" { "All identifiers" } };
    let Some(document) = visit.api.maybe::<Map<String, Value>>(to!("/api/v1/identifiers/{}", name)).await? else {
        let main = html! {
            (head(&name, "", back))
            (empty("No document says anything of it", html! { "It is one of those that Scrim brings along, or there is none of this name." }))
            @if governs { (section("Replace it", editing(&name, EXAMPLE))) }
        };
        return Ok(visit.answer(StatusCode::NOT_FOUND, &name, main));
    };
    let about = document.get("description").and_then(Value::as_str).unwrap_or("");
    let text = serde_json::to_string_pretty(&document).map_err(|error| Problem::broken(error.to_string()))?;
    let main = html! {
        (head(&name, about, back))
        @if governs {
            (section("The identifier", editing(&name, &text)))
            (section("Delete", deleting(&to!("/discovery/identifiers/{}/delete", name), &name, "Nothing is proposed by it any more. Tags that were set stay.")))
        } @else { (section("The identifier", html! { pre tabindex="0" { (text) } })) }
    };
    Ok(visit.page(&name, main))
}

async fn make(visit: Visit, form: Form) -> Result<Response, Problem> {
    let name = form.text("name");
    let page = making(name, form.exact("document"));
    written(&visit, name, &form, "/discovery/identifiers", page).await
}

async fn save(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    let page = editing(&name, form.exact("document"));
    written(&visit, &name, &form, &to!("/discovery/identifiers/{}", name), page).await
}

/// Sends a document; what is wrong is told above the form, with everything that was written.
async fn written(visit: &Visit, name: &str, form: &Form, action: &str, page: Markup) -> Result<Response, Problem> {
    match put(visit, name, form).await {
        Ok(()) => Ok(done(&to!("/discovery/identifiers/{}", name), "It is saved.")),
        Err(problem) if matches!(problem.status, 401 | 403 | 404) => Err(problem),
        Err(problem) => {
            let main = html! {
                (head("Identifier", "", html! { a.button href="/discovery/identifiers" { "All identifiers" } }))
                @if problem.is("opens") { (anyway(action, form, &problem, "/discovery/identifiers")) } @else { (problem.told()) }
                (page)
            };
            let status = problem.code();
            Ok(visit.answer(status, "Identifier", main))
        }
    }
}

async fn put(visit: &Visit, name: &str, form: &Form) -> Result<(), Problem> {
    if name.is_empty() {
        return Err(Problem::malformed("the identifier has no name"));
    }
    let document: Map<String, Value> = serde_json::from_str(form.exact("document"))
        .map_err(|error| Problem::malformed(format!("the document is no JSON object: {error}")))?;
    let confirm = if form.has("confirm") { "true" } else { "" };
    let path = with_query(&to!("/api/v1/identifiers/{}", name), &[("confirm", confirm)]);
    visit.api.send(Method::PUT, path, &document).await.map(drop)
}

async fn delete(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    let confirm = if form.has("confirm") { "true" } else { "" };
    let path = with_query(&to!("/api/v1/identifiers/{}", name), &[("confirm", confirm)]);
    match visit.api.send(Method::DELETE, path, &Value::Null).await {
        Ok(_) => Ok(done("/discovery/identifiers", &format!("{name} is deleted."))),
        Err(problem) => {
            let action = to!("/discovery/identifiers/{}/delete", name);
            opening(&visit, "Delete the identifier?", &action, &form, problem, "/discovery/identifiers")
        }
    }
}
