//! Tables of the warehouse, registered as data sources: an integration, then a schema, then as many tables as are ticked.

use axum::extract::{Path, Query};
use axum::response::Response;
use http::StatusCode;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::json;

use super::data_sources::{owner_fields, owners_of};
use crate::api::{to, with_query};
use crate::form::Form;
use crate::frame;
use crate::parts::{
    Again, Kept, Page, area, badge, choice, empty, head, hidden, installing, pager, prose, section, table,
};
use crate::problem::Problem;
use crate::route::Route;
use crate::visit::{Me, Visit};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/register", integrations),
        Route::get("/register/{name}", schemas),
        Route::get("/register/{name}/tables", tables),
        Route::post("/register/{name}", register),
    ]
}

/// The form that tables are ticked in.
const FORM: &str = "register";

#[derive(Deserialize)]
struct Integration {
    name: String,
    #[serde(default)]
    engine: String,
    description: Option<String>,
}

#[derive(Deserialize)]
struct Schema {
    database: Option<String>,
    schema: String,
    owner: String,
}

#[derive(Deserialize)]
struct Found {
    table: String,
    relation: String,
    owner: Option<String>,
    data_source: Option<String>,
    granted: bool,
    allowed: bool,
    columns: Vec<Column>,
}

#[derive(Deserialize)]
struct Column {
    name: String,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct Registered {
    tables: Vec<Outcome>,
}

#[derive(Deserialize)]
struct Outcome {
    table: String,
    data_source: Option<String>,
    reason: Option<String>,
    #[serde(default)]
    remarks: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    cursor: String,
    schema: String,
    database: String,
}

async fn integrations(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let list = with_query("/api/v1/integrations", &[("limit", "100"), ("cursor", &asked.cursor)]);
    let found = visit.api.get::<Page<Integration>>(list).await?;
    let main = html! {
        (head("Register tables", "First the integration that the tables are in.", html! {}))
        @if !visit.me.has(&["CREATE_DATA_SOURCE", "APPLICATION_ADMIN"]) {
            div.notice.warn { "To register tables takes the permission CREATE_DATA_SOURCE or APPLICATION_ADMIN: ask an administrator for it." }
        } @else if found.items.is_empty() {
            (empty("No integration yet", html! { "An administrator connects a warehouse under " a href="/integrations" { "Integrations" } "." }))
        } @else {
            (table(&["Integration", "Engine", ""], &found.items.iter().map(|one| vec![
                html! { a href=(to!("/register/{}", one.name)) { (one.name) } }, html! { (one.engine) },
                html! { (one.description.as_deref().unwrap_or("")) },
            ]).collect::<Vec<_>>()))
            (pager("/register", &[], &asked.cursor, found.next.as_deref()))
        }
    };
    Ok(visit.page("Register tables", main))
}

async fn schemas(visit: Visit, Path(name): Path<String>, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    permitted(&visit, &name).await?;
    let main = html! {
        (head(&format!("Register tables of {name}"), "Then the schema, as the warehouse has them now.", html! { a.button href="/register" { "Another integration" } }))
        (frame::waiting("Asking the warehouse"))
    };
    let api = visit.api.clone();
    let later = frame::later(async move {
        let list = [("limit", "500"), ("cursor", asked.cursor.as_str())];
        let found = api.get::<Page<Schema>>(with_query(&to!("/api/v1/integrations/{}/schemas", name), &list)).await?;
        let row = |one: &Schema| {
            let place = [("schema", one.schema.as_str()), ("database", one.database.as_deref().unwrap_or(""))];
            let to = with_query(&to!("/register/{}/tables", name), &place);
            vec![
                html! { a href=(to) { @if let Some(database) = &one.database { (database) "." } (one.schema) } },
                html! { (one.owner) },
            ]
        };
        Ok(html! {
            @if found.items.is_empty() { (empty("No schema", html! { "The warehouse has none that Scrim's login may use." })) }
            @else { (table(&["Schema", "Its owner in the warehouse"], &found.items.iter().map(row).collect::<Vec<_>>())) }
            (pager(&to!("/register/{}", name), &[], &asked.cursor, found.next.as_deref()))
        })
    });
    Ok(visit.streamed("Register tables", main, vec![later]))
}

/// Refuses before anything is sent what the API would refuse after it: whoever may not register, and what is not there.
async fn permitted(visit: &Visit, integration: &str) -> Result<(), Problem> {
    if visit.me.has(&["CREATE_DATA_SOURCE", "APPLICATION_ADMIN"]) {
        return visit.api.get::<Integration>(to!("/api/v1/integrations/{}", integration)).await.map(drop);
    }
    let body = json!({
        "title": "This is not permitted", "status": 403,
        "detail": "to register tables takes the permission CREATE_DATA_SOURCE or APPLICATION_ADMIN",
    });
    Err(Problem::of(StatusCode::FORBIDDEN, body.to_string().as_bytes()))
}

async fn tables(visit: Visit, Path(name): Path<String>, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    of_schema(&visit, name, asked, Kept::default()).await
}

/// The tables of a schema; a form that was refused stands around them as it was sent.
async fn of_schema(visit: &Visit, name: String, asked: Asked, kept: Kept) -> Result<Response, Problem> {
    permitted(visit, &name).await?;
    let back = to!("/register/{}", name);
    let main = html! {
        (head(&format!("Register tables of {}", asked.schema), &format!("In {name}, as the warehouse has them now. Tick as many as you like."), html! { a.button href=(back) { "Another schema" } }))
        (kept.form(FORM).told())
        (frame::waiting("Asking the warehouse"))
    };
    let api = visit.api.clone();
    let me = visit.me.clone();
    let later = frame::later(async move {
        let place = [("schema", asked.schema.as_str()), ("database", asked.database.as_str())];
        let list = [&place[..], &[("limit", "200"), ("cursor", asked.cursor.as_str())]].concat();
        let found = api.get::<Page<Found>>(with_query(&to!("/api/v1/integrations/{}/tables", name), &list)).await?;
        Ok(html! {
            @if found.items.is_empty() { (empty("No table", html! { "The schema has none that could be registered." })) }
            @else { (choosing(&name, &me, &asked, &found.items, kept.form(FORM))) }
            (pager(&to!("/register/{}/tables", name), &place, &asked.cursor, found.next.as_deref()))
        })
    });
    Ok(visit.streamed("Register tables", main, vec![later]))
}

fn choosing(name: &str, me: &Me, asked: &Asked, found: &[Found], form: Again<'_>) -> Markup {
    let row = |one: &Found| {
        let free = one.data_source.is_none() && one.allowed;
        vec![
            html! { @if free { input type="checkbox" name="table" value=(one.table) checked[form.ticked("table", &one.table, false)] aria-label=(one.table); } },
            html! { code { (one.table) } },
            html! { (one.relation.replace('_', " ")) },
            html! { (one.owner.as_deref().unwrap_or("")) },
            html! {
                details {
                    summary { (one.columns.len()) }
                    ul.plain { @for column in &one.columns { li { code { (column.name) } " " span.muted { (column.kind) } } } }
                }
            },
            html! {
                @if let Some(source) = &one.data_source {
                    (badge("good", "registered")) " as " a href=(to!("/data-sources/{}", source)) { (source) }
                } @else if !one.allowed {
                    (badge("bad", "not for you")) " you may not read it in the warehouse"
                } @else if !one.granted {
                    (badge("warn", "not granted"))
                }
            },
        ]
    };
    let to = to!("/register/{}", name);
    html! {
        form method="post" action=(to) {
            (hidden("schema", &asked.schema)) (hidden("database", &asked.database)) (hidden("cursor", &asked.cursor))
            @if found.iter().any(|one| one.allowed && !one.granted) {
                p { "Not granted: the role that owns the views may not read the table yet. Once it is registered, " (granting(me, name)) "." }
            }
            label.check.scripts-only { input type="checkbox" data-tick-all="table"; " All of this page" }
            (table(&["", "Table", "Kind", "Owner", "Columns", ""], &found.iter().map(row).collect::<Vec<_>>()))
            div.decide {
                (owner_fields(form.text("owners", &me.user), form.text("owner_groups", "")))
                (area("tags", "Tags for all of them", form.text("tags", ""), 2, "one a line"))
                (choice("new_columns", "Columns that appear later", form.text("new_columns", "hide"), &[("hide", "stay out of the view until somebody looked at them"), ("mask", "are in the view, always NULL"), ("show", "are in the view as they are")]))
                button.main { "Register the ticked tables" }
            }
        }
    }
}

async fn register(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    let tags: Vec<_> = form.text("tags").lines().map(str::trim).filter(|tag| !tag.is_empty()).collect();
    let new_columns = form.some("new_columns").unwrap_or("hide");
    let body = json!({
        "tables": form.all("table"), "tags": tags, "owners": owners_of(&form), "new_columns": new_columns,
    });
    match visit.api.post::<Registered>(to!("/api/v1/integrations/{}/register", name), &body).await {
        Ok(answer) => Ok(became(&visit, &name, &form, &answer)),
        // Without a schema there is no page to show it on.
        Err(problem) if form.some("schema").is_none() => Err(problem),
        Err(problem) => {
            let text = |field: &str| form.text(field).to_owned();
            let asked = Asked { cursor: text("cursor"), schema: text("schema"), database: text("database") };
            let status = problem.code();
            let mut page = of_schema(&visit, name, asked, Kept::of(FORM, form, problem)?).await?;
            *page.status_mut() = status;
            Ok(page)
        }
    }
}

/// What became of each table.
fn became(visit: &Visit, name: &str, form: &Form, answer: &Registered) -> Response {
    let again = match form.some("schema") {
        Some(schema) => with_query(
            &to!("/register/{}/tables", name),
            &[("schema", schema), ("database", form.text("database")), ("cursor", form.text("cursor"))],
        ),
        None => to!("/register/{}", name),
    };
    let row = |one: &Outcome| {
        vec![
            html! { code { (one.table) } },
            html! {
                @match (&one.data_source, &one.reason) {
                    (_, Some(_)) | (None, None) => { (badge("bad", "not registered")) }
                    (Some(source), None) => { (badge("good", "registered")) " as " a href=(to!("/data-sources/{}", source)) { (source) } }
                }
            },
            html! {
                @if let Some(reason) = &one.reason { (prose(reason)) (installing(&visit.me, name, reason)) }
                @for remark in &one.remarks { p { (prose(remark)) (installing(&visit.me, name, remark)) } }
            },
        ]
    };
    let main = html! {
        (head("Register tables", "", html! { a.button href=(again) { "Back to the tables" } }))
        (table(&["Table", "What became of it", "Why"], &answer.tables.iter().map(row).collect::<Vec<_>>()))
        @if answer.tables.iter().any(|one| one.data_source.is_some()) { (section("What comes next", next(&visit.me, name))) }
    };
    visit.page("Register tables", main)
}

/// Scrim reads a table only where an administrator of the warehouse lets it: nothing is shown of it before.
fn next(me: &Me, integration: &str) -> Markup {
    html! {
        ol {
            li { "Let Scrim read the tables, where it may not yet: " (granting(me, integration)) "." }
            li { "Tag what is sensitive, or have it " a href="/discovery" { "discovered" } "." }
            li { "Write " a href="/policies" { "policies" } " that say who may read it, and what they see. Until then its view shows rows to nobody but its owners." }
        }
    }
}

/// How the role that owns the views is let read tables.
fn granting(me: &Me, integration: &str) -> Markup {
    html! {
        @if me.has(&["APPLICATION_ADMIN"]) {
            a href=(to!("/integrations/{}/install", integration)) { "install again" }
            ", by the service or by the script, which names the role and the statement"
        } @else { "somebody with APPLICATION_ADMIN installs again, or runs the script, which names the role and the statement" }
    }
}
