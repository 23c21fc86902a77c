//! Who is told of events over HTTP: which webhooks there are, what was sent to them, and what came of it.

mod deliveries;
mod document;
mod one;

use axum::extract::Query;
use axum::response::Response;
use maud::html;
use serde::Deserialize;

use crate::api::{to, with_query};
use crate::parts::{Page, badge, empty, filters, head, pager, table};
use crate::problem::Problem;
use crate::route::Route;
use crate::visit::Visit;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/webhooks", show),
        Route::get("/new-webhook", document::new),
        Route::post("/new-webhook", document::make),
        Route::get("/webhooks/{name}", one::show),
        Route::post("/webhooks/{name}", document::change),
        Route::post("/webhooks/{name}/test", one::test),
        Route::post("/webhooks/{name}/secret", one::secret),
        Route::post("/webhooks/{name}/switch", document::switch),
        Route::post("/webhooks/{name}/delete", document::delete),
        Route::post("/webhooks/{name}/deliveries/{number}/redeliver", deliveries::redeliver),
    ]
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    search: String,
    #[serde(default)]
    cursor: String,
}

/// A webhook, as its document says.
#[derive(Deserialize)]
struct Webhook {
    name: String,
    url: String,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    events: Vec<String>,
    #[serde(default)]
    disabled: bool,
}

async fn show(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let list = [("search", asked.search.as_str()), ("cursor", &asked.cursor), ("limit", "100")];
    let found = visit.api.get::<Page<Webhook>>(with_query("/api/v1/webhooks", &list)).await?;
    let add =
        html! { @if visit.me.has(&["APPLICATION_ADMIN"]) { a.button.main href="/new-webhook" { "Add a webhook" } } };
    let main = html! {
        (head("Webhooks", "Other programs that are told of what happens here.", add))
        (filters("/webhooks", html! {
            input type="search" name="search" value=(asked.search) placeholder="Name or description" aria-label="Search webhooks";
        }))
        div id="list" {
            @if found.items.is_empty() { (empty("No webhook", html! { "Whoever has APPLICATION_ADMIN can add one, and sees it." })) }
            @else {
                (table(&["Webhook", "Address", "Events", "State"], &found.items.iter().map(|one| vec![
                    html! { a href=(to!("/webhooks/{}", one.name)) { (one.name) } @if let Some(text) = &one.description { br; span.muted { (text) } } },
                    html! { code { (one.url) } },
                    html! { @if one.events.is_empty() { "all" } @else { code { (one.events.join(", ")) } } },
                    html! { @if one.disabled { (badge("warn", "disabled")) } @else { (badge("good", "active")) } },
                ]).collect::<Vec<_>>()))
            }
            (pager("/webhooks", &[("search", &asked.search)], &asked.cursor, found.next.as_deref()))
        }
    };
    Ok(visit.page("Webhooks", main))
}
