//! All attributes that are declared, and declaring one.

use axum::extract::Query;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::lists;
use crate::api::{Expected, to, with_query};
use crate::form::Form;
use crate::parts::{Kept, Page, area, empty, filters, head, input, pager, section, table};
use crate::problem::Problem;
use crate::route::Route;
use crate::visit::{Visit, done};

/// Who declares attributes.
pub(super) const DECLARING: &[&str] = &["USER_ADMIN", "GOVERNANCE"];

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/people/attributes", show), Route::post("/people/attributes", declare)]
}

#[derive(Default, Deserialize)]
struct Asked {
    #[serde(default)]
    search: String,
    #[serde(default)]
    cursor: String,
}

/// An attribute that was declared.
#[derive(Deserialize)]
pub(super) struct Attribute {
    #[serde(default)]
    pub(super) name: String,
    #[serde(default)]
    pub(super) description: Option<String>,
    #[serde(default)]
    pub(super) values: Option<Vec<String>>,
}

async fn show(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let main = content(&visit, &asked, &Kept::default()).await?;
    Ok(visit.page("Attributes", main))
}

async fn content(visit: &Visit, asked: &Asked, kept: &Kept) -> Result<Markup, Problem> {
    let form = kept.form("make");
    let given = [("search", asked.search.as_str())];
    let list = with_query("/api/v1/attributes", &[&given[..], &[("cursor", &asked.cursor), ("limit", "50")]].concat());
    let attributes = visit.api.get::<Page<Attribute>>(list).await?;
    let row = |one: &Attribute| {
        vec![
            html! { a href=(to!("/people/attributes/{}", one.name)) { (one.name) } },
            html! { (one.description.as_deref().unwrap_or("")) },
            html! {
                @match &one.values {
                    Some(values) => @for value in values { code { (value) } " " },
                    None => span.muted { "any" },
                }
            },
        ]
    };
    Ok(html! {
        (head("People", "What is known of people beside their groups: policies compare it, also with columns.", html! {}))
        (lists("Attributes"))
        (filters("/people/attributes", html! {
            input type="search" name="search" value=(asked.search) placeholder="Part of a name or a description" aria-label="Search attributes";
        }))
        div #list {
            @if attributes.items.is_empty() { (empty("No attribute", html! { "None that is declared fits. Attributes can be given without being declared; a policy can name only those that are declared or given." })) }
            @else { (table(&["Attribute", "About", "Values allowed"], &attributes.items.iter().map(row).collect::<Vec<_>>())) }
            (pager("/people/attributes", &given, &asked.cursor, attributes.next.as_deref()))
        }
        @if visit.me.has(DECLARING) {
            (section("Declare an attribute", html! {
                (form.told())
                form.row method="post" action="/people/attributes" {
                    (input("name", "Name", form.text("name", ""), ""))
                    (input("description", "About", form.text("description", ""), "for people"))
                    (area("values", "Values allowed", form.text("values", ""), 3, "one a line; empty: any"))
                    button.main { "Declare the attribute" }
                }
            }))
        }
    })
}

/// Writes into a document what a form says of an attribute.
pub(super) fn fill(body: &mut Map<String, Value>, form: &Form) {
    match form.some("description") {
        Some(text) => drop(body.insert("description".to_owned(), json!(text))),
        None => drop(body.remove("description")),
    }
    let values: Vec<&str> = form.text("values").lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    match values.is_empty() {
        false => drop(body.insert("values".to_owned(), json!(values))),
        true => drop(body.remove("values")),
    }
}

async fn declare(visit: Visit, form: Form) -> Result<Response, Problem> {
    let (name, mut body) = (form.text("name"), Map::new());
    fill(&mut body, &form);
    let made = match name {
        "" => Err(Problem::malformed("an attribute needs a name")),
        name => visit.api.put(to!("/api/v1/attributes/{}", name), &body, Expected::Absent).await,
    };
    match made {
        Ok(_) => Ok(done(&to!("/people/attributes/{}", name), "The attribute is declared.")),
        Err(problem) => {
            let kept = Kept::of("make", form, problem)?;
            let main = content(&visit, &Asked::default(), &kept).await;
            kept.answer(main.map(|main| visit.page("Attributes", main)))
        }
    }
}
