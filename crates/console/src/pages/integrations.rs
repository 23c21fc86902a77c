//! Warehouses: which there are, how they stand, and what an administrator does with them.

mod check;
mod drift;
mod frame;
mod history;
mod install;
mod monitoring;
mod settings;
mod status;

use axum::extract::Query;
use axum::response::Response;
use futures_util::future::try_join;
use maud::{Markup, html};
use serde::Deserialize;

use crate::api::{to, with_query};
use crate::parts::{Page, empty, filters, head, pager, state, table};
use crate::problem::Problem;
use crate::route::Route;
use crate::visit::Visit;
pub(super) use status::BAD;
use status::{Warehouse, behind, counts};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/integrations", show),
        Route::get("/new-integration", settings::new),
        Route::post("/new-integration", settings::make),
        Route::get("/integrations/{name}", status::show),
        Route::post("/integrations/{name}/reconcile", drift::repair),
        Route::get("/integrations/{name}/drift", drift::show),
        Route::post("/integrations/{name}/drift", drift::look),
        Route::get("/integrations/{name}/install", install::show),
        Route::post("/integrations/{name}/install", install::install),
        Route::get("/integrations/{name}/bootstrap.sql", install::script),
        Route::get("/integrations/{name}/check", check::show),
        Route::post("/integrations/{name}/check", check::check),
        Route::get("/integrations/{name}/monitoring", monitoring::show),
        Route::get("/integrations/{name}/history", history::show),
        Route::get("/integrations/{name}/settings", settings::show),
        Route::post("/integrations/{name}/settings", settings::change),
        Route::post("/integrations/{name}/delete", settings::delete),
    ]
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    search: String,
    #[serde(default)]
    cursor: String,
}

/// An integration, in a list.
#[derive(Deserialize)]
struct Listed {
    name: String,
    engine: String,
    database: String,
    #[serde(default)]
    description: Option<String>,
}

async fn show(visit: Visit, Query(wanted): Query<Asked>) -> Result<Response, Problem> {
    let list = [("search", wanted.search.as_str()), ("cursor", &wanted.cursor), ("limit", "100")];
    let list = visit.api.get::<Page<Listed>>(with_query("/api/v1/integrations", &list));
    let (found, standing) = try_join(list, status::asked(&visit)).await?;
    let connect = html! { @if visit.me.has(&["APPLICATION_ADMIN"]) { a.button.main href="/new-integration" { "Connect a warehouse" } } };
    let main = html! {
        (head("Integrations", "Each is a warehouse in which views show people what policies let them see.", connect))
        (filters("/integrations", html! {
            input type="search" name="search" value=(wanted.search) placeholder="Name or description" aria-label="Search integrations";
        }))
        div id="list" {
            @if found.items.is_empty() {
                @if wanted.search.is_empty() {
                    (none(&visit))
                } @else { (empty("Nothing found", html! { "No integration that you may know of has this in its name or description." })) }
            } @else {
                (table(&["Integration", "Engine", "Database", "State", "Behind", "Data sources", ""], &found.items.iter().map(|one| {
                    row(&visit, one, standing.as_ref().and_then(|status| status.of(&one.name)))
                }).collect::<Vec<_>>()))
            }
            (pager("/integrations", &[("search", &wanted.search)], &wanted.cursor, found.next.as_deref()))
        }
    };
    Ok(visit.page("Integrations", main))
}

/// What is shown to whoever knows of no integration.
fn none(visit: &Visit) -> Markup {
    if visit.me.has(&["APPLICATION_ADMIN"]) {
        return empty("No integration yet", html! { a href="/new-integration" { "Connect a warehouse" } "." });
    }
    if visit.me.has(&["GOVERNANCE", "AUDIT", "CREATE_DATA_SOURCE"]) {
        return empty(
            "No integration yet",
            html! { "Somebody with APPLICATION_ADMIN connects a warehouse; then it stands here." },
        );
    }
    empty(
        "Nothing here is for you to see",
        html! {
            "Those who administer, govern or register data see the warehouses. What you can read of them, and what you could ask for, stands in "
            a href="/my-data" { "My data" } "."
        },
    )
}

fn row(visit: &Visit, one: &Listed, stands: Option<&Warehouse>) -> Vec<Markup> {
    vec![
        html! { a href=(to!("/integrations/{}", one.name)) { (one.name) }
        @if let Some(text) = &one.description { br; span.muted { (text) } } },
        html! { (one.engine) },
        html! { code { (one.database) } },
        html! { @if let Some(stands) = stands { (state(&stands.state)) } },
        html! { @if let Some(stands) = stands { (behind(stands)) } },
        html! { @if let Some(stands) = stands { (counts(stands)) } },
        html! {
            @if visit.me.has(&["APPLICATION_ADMIN", "CREATE_DATA_SOURCE"]) {
                a href=(to!("/register/{}", one.name)) { "Register tables" }
            }
        },
    ]
}
