//! Purposes: for what data is used. One stands for those below it, which dots in the name say.

use axum::extract::{Path, Query};
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::deleting::deleted;
use super::projects::lists;
use super::uses::{Used, uses};
use crate::api::{Expected, to, with_query};
use crate::form::Form;
use crate::frame;
use crate::parts::{Again, Kept, Page, area, deleting, empty, filters, head, input, meanwhile, pager, section, table};
use crate::problem::Problem;
use crate::route::Route;
use crate::visit::{Visit, done};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/purposes", show),
        Route::post("/purposes", make),
        Route::get("/purposes/{name}", one),
        Route::post("/purposes/{name}", change),
        Route::post("/purposes/{name}/delete", delete),
    ]
}

#[derive(Default, Deserialize)]
struct Asked {
    #[serde(default)]
    search: String,
    #[serde(default)]
    cursor: String,
}

#[derive(Deserialize)]
struct Purpose {
    #[serde(default)]
    name: String,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    acknowledgement: Option<String>,
}

async fn show(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let main = content(&visit, &asked, &Kept::default()).await?;
    Ok(visit.page("Purposes", main))
}

async fn content(visit: &Visit, asked: &Asked, kept: &Kept) -> Result<Markup, Problem> {
    let form = kept.form("make");
    let given = [("search", asked.search.as_str())];
    let list = with_query("/api/v1/purposes", &[&given[..], &[("cursor", &asked.cursor), ("limit", "100")]].concat());
    let purposes = visit.api.get::<Page<Purpose>>(list).await?;
    let row = |one: &Purpose| {
        // Those below a purpose follow it, as names are in order.
        let below = one.name.matches('.').count();
        vec![
            html! { span.muted aria-hidden="true" { @for _ in 0..below { "· " } } a href=(to!("/purposes/{}", one.name)) { (one.name) } },
            html! { (one.description.as_deref().unwrap_or("")) },
            html! { (one.acknowledgement.as_deref().unwrap_or("")) },
        ]
    };
    Ok(html! {
        (head("Purposes", "For what data is used. A policy for Fraud holds for Fraud.Refunds, too.", html! {}))
        (lists("Purposes"))
        (filters("/purposes", html! {
            input type="search" name="search" value=(asked.search) placeholder="Part of a name or a description" aria-label="Search purposes";
        }))
        div #list {
            @if purposes.items.is_empty() { (empty("No purpose", html! { "None fits. GOVERNANCE makes them; policies and projects name them." })) }
            @else { (table(&["Purpose", "About", "What members acknowledge"], &purposes.items.iter().map(row).collect::<Vec<_>>())) }
            (pager("/purposes", &given, &asked.cursor, purposes.next.as_deref()))
        }
        @if visit.me.has(&["GOVERNANCE"]) {
            (section("Create a purpose", html! {
                (form.told())
                form.row method="post" action="/purposes" {
                    (input("name", "Name", form.text("name", ""), "with dots below another: Fraud.Refunds"))
                    (fields(form.text("description", ""), form.text("acknowledgement", "")))
                    button.main { "Create the purpose" }
                }
            }))
        }
    })
}

fn fields(description: &str, acknowledgement: &str) -> Markup {
    html! {
        (input("description", "About", description, "for people"))
        (area("acknowledgement", "What members acknowledge", acknowledgement, 3, "each member reads it and agrees before the purpose is theirs"))
    }
}

fn fill(body: &mut Map<String, Value>, form: &Form) {
    for field in ["description", "acknowledgement"] {
        match form.some(field) {
            Some(text) => drop(body.insert(field.to_owned(), json!(text))),
            None => drop(body.remove(field)),
        }
    }
}

async fn make(visit: Visit, form: Form) -> Result<Response, Problem> {
    let (name, mut body) = (form.text("name"), Map::new());
    fill(&mut body, &form);
    let made = match name {
        "" => Err(Problem::malformed("a purpose needs a name")),
        name => visit.api.put(to!("/api/v1/purposes/{}", name), &body, Expected::Absent).await,
    };
    match made {
        Ok(_) => Ok(done(&to!("/purposes/{}", name), "The purpose is created.")),
        Err(problem) => {
            let kept = Kept::of("make", form, problem)?;
            let main = content(&visit, &Asked::default(), &kept).await;
            kept.answer(main.map(|main| visit.page("Purposes", main)))
        }
    }
}

async fn one(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    purpose_page(&visit, name, &Kept::default()).await
}

/// Its page; a form that was refused stands there as it was sent.
async fn purpose_page(visit: &Visit, name: String, kept: &Kept) -> Result<Response, Problem> {
    let document = visit.api.versioned(to!("/api/v1/purposes/{}", name)).await?;
    let version = document.version;
    let purpose: Purpose = serde_json::from_value(Value::Object(document.body))
        .map_err(|error| Problem::broken(format!("a purpose as the API tells it: {error}")))?;
    let (about, text) =
        (purpose.description.as_deref().unwrap_or(""), purpose.acknowledgement.as_deref().unwrap_or(""));
    let main = html! {
        (head(&name, about, html! { a.button href="/purposes" { "All purposes" } }))
        @if visit.me.has(&["GOVERNANCE"]) { (editor(&name, &version, about, text, kept.form("change"))) }
        @else {
            (section("What members acknowledge", html! {
                @if text.is_empty() { p.muted { "No text: members acknowledge the purpose by its name." } } @else { blockquote { (text) } }
            }))
        }
        h2 { "What names it" }
        (frame::waiting("Looking through policies, grants and projects"))
    };
    let api = visit.api.clone();
    let later =
        frame::later(
            async move { uses(&api, Used::Purpose(&name)).await.map(|found| html! { section.card { (found) } }) },
        );
    Ok(visit.streamed("Purpose", main, vec![later]))
}

fn editor(name: &str, version: &str, about: &str, text: &str, form: Again<'_>) -> Markup {
    section(
        "Text",
        html! {
            (form.told())
            @if form.overtaken() { (meanwhile(&[("About", about), ("What members acknowledge", text)])) }
            form.row method="post" action=(to!("/purposes/{}", name)) {
                (form.version(version))
                (fields(form.text("description", about), form.text("acknowledgement", text)))
                button { "Save" }
            }
            (deleting(&to!("/purposes/{}/delete", name), "this purpose", "It is taken out of the projects that have it. A purpose that a policy names cannot be deleted."))
        },
    )
}

async fn change(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    let path = to!("/api/v1/purposes/{}", name);
    let mut document = visit.api.versioned(&path).await?;
    fill(&mut document.body, &form);
    let version = form.some("version").unwrap_or(&document.version);
    match visit.api.put(path, &document.body, Expected::Version(version)).await {
        Ok(_) => Ok(done(&to!("/purposes/{}", name), "The purpose is saved.")),
        Err(problem) => {
            let kept = Kept::of("change", form, problem)?;
            let page = purpose_page(&visit, name, &kept).await;
            kept.answer(page)
        }
    }
}

async fn delete(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    deleted(&visit, &to!("/api/v1/purposes/{}", name), &form, &to!("/purposes/{}", name), "/purposes").await
}
