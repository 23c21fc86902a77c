//! Identifiers: by what sensitive data is known.

use axum::extract::{Path, Query};
use axum::response::Response;
use futures_util::future::try_join;
use http::StatusCode;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::parts;
use crate::api::{Expected, Versioned, to, with_query};
use crate::form::Form;
use crate::pages::deleting::deleted;
use crate::parts::{
    Page, area, badge, deleting, empty, facts, filters, head, hidden, input, meanwhile, pager, section, table, tag,
};
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
    /// Of how many words a value must have one, of those that everybody has.
    #[serde(default)]
    words: usize,
}

/// An identifier that everybody has.
#[derive(Deserialize)]
struct BuiltIn {
    #[serde(flatten)]
    identifier: Identifier,
    replaced: bool,
}

async fn list(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let given = [("search", asked.search.as_str())];
    let list =
        with_query("/api/v1/identifiers", &[&given[..], &[("limit", "100"), ("cursor", &asked.cursor)]].concat());
    let own = async { visit.api.get::<Page<Identifier>>(list).await };
    let built_in = async { visit.api.get::<Vec<BuiltIn>>("/api/v1/built-in-identifiers").await };
    let (found, built_in) = try_join(own, built_in).await?;
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
            @if found.items.is_empty() { (empty("No identifier of your own", html! { "Those that are built in work without a document." })) }
            @else { (table(&["Identifier", "Tag", "Column's name", "Values"], &found.items.iter().map(row).collect::<Vec<_>>())) }
            (pager("/discovery/identifiers", &given, &asked.cursor, found.next.as_deref()))
        }
        @if visit.me.has(&["GOVERNANCE"]) { (section("A new identifier", making("", EXAMPLE))) }
        (section("Built in", html! {
            p { "Sensitive data is known by these, too, without a document; one of the same name takes the place of one of them." }
            (table(&["Identifier", "Tag", "Its values", "Known by"], &built_in.iter().map(BuiltIn::row).collect::<Vec<_>>()))
        }))
    };
    Ok(visit.page("Identifiers", main))
}

impl BuiltIn {
    /// What it is known by in a word: the expressions are on its own page.
    fn row(&self) -> Vec<Markup> {
        let one = &self.identifier;
        let words = (one.words > 0).then(|| format!("one of {} words", one.words));
        let checked = one.checksum.as_ref().map(|checksum| format!("the check of {}", checksum.replace('_', " ")));
        let known = [
            one.column_name.as_ref().map(|_| "the column's name".to_owned()),
            one.value.as_ref().map(|_| "the form of the value".to_owned()),
            checked,
            words,
        ];
        vec![
            html! {
                div.roomy { a href=(to!("/discovery/identifiers/{}", one.name)) { (one.name) } @if self.replaced { " " (badge("warn", "replaced")) } }
            },
            tag(&one.tag),
            html! { (one.description.as_deref().unwrap_or("")) },
            html! { (known.into_iter().flatten().collect::<Vec<_>>().join(", ")) },
        ]
    }

    /// A document that says the same, but for the words.
    fn written(&self) -> String {
        let one = &self.identifier;
        let document = json!({ "tag": one.tag, "description": one.description, "column_name": one.column_name,
            "value": one.value, "checksum": one.checksum });
        let said = document.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
        format!("{:#}", said.map(|(field, value)| (field.clone(), value.clone())).collect::<Value>())
    }

    /// All of it.
    fn told(&self) -> Markup {
        let one = &self.identifier;
        let expression = |expression: &Option<String>| html! { @match expression { Some(text) => code { (text) }, None => "not looked at" } };
        facts(&[
            ("Proposes", tag(&one.tag)),
            ("Its values", html! { (one.description.as_deref().unwrap_or("")) }),
            ("Column's name", expression(&one.column_name)),
            ("Form of a value", expression(&one.value)),
            ("Check", html! { (one.checksum.as_deref().unwrap_or("none")) }),
            ("Words", html! { @if one.words > 0 { "a value has one of " (one.words) } @else { "none" } }),
        ])
    }
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

/// The form for what one says. `version`: that of the document which it began from, if there is one.
fn editing(name: &str, document: &str, version: &str) -> Markup {
    html! {
        form.stacked method="post" action=(to!("/discovery/identifiers/{}", name)) {
            (hidden("version", version))
            (area("document", "Document", document, 16, "JSON, as the documentation of identifiers says"))
            div { button.main { "Save" } }
        }
    }
}

async fn show(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    let governs = visit.me.has(&["GOVERNANCE"]);
    let back = html! { a.button href="/discovery/identifiers" { "All identifiers" } };
    let Some((text, version)) = standing(&visit, &name).await? else {
        let built_in = visit.api.get::<Vec<BuiltIn>>("/api/v1/built-in-identifiers").await?;
        let built_in = built_in.into_iter().find(|one| one.identifier.name == name);
        let (status, label) = match built_in {
            Some(_) => (StatusCode::OK, "Replace it"),
            None => (StatusCode::NOT_FOUND, "Make it"),
        };
        let begun = built_in.as_ref().map_or_else(|| EXAMPLE.to_owned(), BuiltIn::written);
        let main = html! {
            (head(&name, "", back))
            @match built_in {
                Some(one) => (section("Built in", one.told())),
                None => (empty("There is none of this name", html! {})),
            }
            @if governs { (section(label, editing(&name, &begun, ""))) }
        };
        return Ok(visit.answer(status, &name, main));
    };
    let main = html! {
        (head(&name, "", back))
        @if governs {
            (section("The identifier", editing(&name, &text, &version)))
            (section("Delete", deleting(&to!("/discovery/identifiers/{}/delete", name), &name, "Nothing is proposed by it any more. Tags that were set stay.")))
        } @else { (section("The identifier", html! { pre tabindex="0" { (text) } })) }
    };
    Ok(visit.page(&name, main))
}

/// The document of an identifier as it stands, and its version; nothing where there is none.
async fn standing(visit: &Visit, name: &str) -> Result<Option<(String, String)>, Problem> {
    match visit.api.versioned(to!("/api/v1/identifiers/{}", name)).await {
        Ok(Versioned { body, version }) => {
            let text = serde_json::to_string_pretty(&body).map_err(|error| Problem::broken(error.to_string()))?;
            Ok(Some((text, version)))
        }
        Err(problem) if problem.status == 404 => Ok(None),
        Err(problem) => Err(problem),
    }
}

async fn make(visit: Visit, form: Form) -> Result<Response, Problem> {
    let name = form.text("name");
    match put(&visit, name, &form).await {
        Ok(()) => Ok(done(&to!("/discovery/identifiers/{}", name), "It is made.")),
        Err(problem) => refused(&visit, &problem, html! {}, making(name, form.exact("document"))),
    }
}

async fn save(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    let problem = match put(&visit, &name, &form).await {
        Ok(()) => return Ok(done(&to!("/discovery/identifiers/{}", name), "It is saved.")),
        Err(problem) => problem,
    };
    // Whoever sends it once more has read what somebody else wrote meanwhile.
    let stands = if problem.status == 412 { standing(&visit, &name).await? } else { None };
    let version = stands.as_ref().map_or(form.text("version"), |(_, version)| version);
    let told = html! { @if let Some((text, _)) = &stands { (meanwhile(&[("Document", text)])) } };
    refused(&visit, &problem, told, editing(&name, form.exact("document"), version))
}

/// The form once more, with everything that was written, below what is wrong.
fn refused(visit: &Visit, problem: &Problem, told: Markup, form: Markup) -> Result<Response, Problem> {
    if matches!(problem.status, 401 | 403) {
        return Err(problem.clone());
    }
    let main = html! {
        (head("Identifier", "", html! { a.button href="/discovery/identifiers" { "All identifiers" } }))
        (problem.told())
        (told)
        (form)
    };
    Ok(visit.answer(problem.code(), "Identifier", main))
}

/// Writes a document over the version that the form began from; a new one over none.
async fn put(visit: &Visit, name: &str, form: &Form) -> Result<(), Problem> {
    if name.is_empty() {
        return Err(Problem::malformed("the identifier has no name"));
    }
    let document: Map<String, Value> = serde_json::from_str(form.exact("document"))
        .map_err(|error| Problem::malformed(format!("the document is no JSON object: {error}")))?;
    let expected = form.some("version").map_or(Expected::Absent, Expected::Version);
    visit.api.put(to!("/api/v1/identifiers/{}", name), &document, expected).await.map(drop)
}

async fn delete(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    let page = to!("/discovery/identifiers/{}", name);
    deleted(&visit, &to!("/api/v1/identifiers/{}", name), &form, &page, "/discovery/identifiers").await
}
