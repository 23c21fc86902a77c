//! What somebody changed by hand in a warehouse, and mending it.

use axum::extract::Path;
use axum::response::Response;
use http::Method;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Value, json};

use super::frame::beginning;
use crate::api::to;
use crate::form::Form;
use crate::pages::answering;
use crate::parts::{check, empty, prose, section, table};
use crate::problem::Problem;
use crate::visit::{Visit, done};

/// So many differences are shown.
const SHOWN: usize = 500;

#[derive(Deserialize)]
struct Difference {
    object: String,
    difference: String,
}

pub(super) async fn show(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    // Whether there is such an integration, and who may know.
    visit.api.get::<Value>(to!("/api/v1/integrations/{}/monitoring", name)).await?;
    Ok(visit.page(&name, first(&visit, &name)))
}

fn first(visit: &Visit, name: &str) -> Markup {
    html! {
        (beginning(visit, name, "Drift"))
        p { "Compares views, rights and profiles of the warehouse with what the policies say. It changes nothing." }
        form.row method="post" action=(to!("/integrations/{}/drift", name)) { button.main { "Look for drift" } }
    }
}

pub(super) async fn look(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    let (api, path) = (visit.api.clone(), to!("/api/v1/integrations/{}/drift", name));
    let call = async move { api.post::<Vec<Difference>>(path, &Value::Null).await };
    let admin = visit.me.has(&["APPLICATION_ADMIN"]);
    let first = first(&visit, &name);
    let title = name.clone();
    answering::page(&visit, &title, first, "Asking the warehouse", call, move |found| {
        section("What differs", differences(&name, &found, admin))
    })
    .await
}

fn differences(name: &str, found: &[Difference], admin: bool) -> Markup {
    if found.is_empty() {
        return empty("No drift", html! { "The warehouse is as the policies say." });
    }
    html! {
        p { strong { (found.len()) @if found.len() == 1 { " difference" } @else { " differences" } } }
        (table(&["Object", "Difference"], &found.iter().take(SHOWN).map(|one| vec![
            html! { code { (one.object) } }, prose(&one.difference),
        ]).collect::<Vec<_>>()))
        @if found.len() > SHOWN { p.muted { "The first " (SHOWN) " are shown." } }
        @if admin {
            form.row method="post" action=(to!("/integrations/{}/reconcile", name)) {
                (check("allow_drop", "true", "Also drop every view that no data source has any more, and the profile of every user who is gone, however many those are", false))
                button.main { "Repair" }
            }
            p.muted { "Without the tick, a service that has not pushed to this warehouse before stops where that would be more than a tenth of them: the catalog may be the wrong one." }
        } @else { p.muted { "Somebody with APPLICATION_ADMIN can repair it; the service does so by itself as well." } }
    }
}

pub(super) async fn repair(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    let drop = if form.has("allow_drop") { "?allow_drop=true" } else { "" };
    let path = to!("/api/v1/integrations/{}/reconcile", name) + drop;
    visit.api.send(Method::POST, path, &json!(null)).await?;
    Ok(done(&to!("/integrations/{}", name), "A push is asked for: below stands when it is in sync."))
}
