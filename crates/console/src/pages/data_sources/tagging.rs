//! Tags of a data source and of its columns; columns that an owner has looked at.

use axum::extract::Path;
use axum::response::Response;
use http::Method;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::source::Source;
use crate::api::{to, with_query};
use crate::form::Form;
use crate::pages::deleting::opening;
use crate::parts::{hidden, tag};
use crate::problem::Problem;
use crate::route::Route;
use crate::visit::{Visit, done};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post("/data-sources/{name}/tag", add),
        Route::post("/data-sources/{name}/untag", remove),
        Route::post("/data-sources/{name}/confirm", confirm),
    ]
}

/// The tags of a data source or of one of its columns, and the forms to change them.
pub(super) fn tagging(source: &Source, column: Option<&str>, tags: &[String]) -> Markup {
    let (add, remove) = (to!("/data-sources/{}/tag", source.name()), to!("/data-sources/{}/untag", source.name()));
    let of = column.unwrap_or("the data source");
    html! {
        @for name in tags { (tag(name)) " " }
        details.tagging {
            @if tags.is_empty() { summary aria-label=(format!("Add a tag to {of}")) { "Add a tag" } }
            @else { summary aria-label=(format!("Change the tags of {of}")) { "Change" } }
            form.inline method="post" action=(add) {
                @if let Some(column) = column { (hidden("column", column)) }
                input name="tag" required placeholder="A tag, as PII.Email" aria-label=(format!("A tag for {of}")) maxlength="128";
                button.small { "Add" }
            }
            @for name in tags {
                form.inline method="post" action=(remove) {
                    @if let Some(column) = column { (hidden("column", column)) }
                    (hidden("tag", name))
                    button.small { "Remove " (name) }
                }
            }
        }
    }
}

/// Where the API keeps a tag.
fn place(name: &str, form: &Form) -> Result<String, Problem> {
    let tag = form.some("tag").ok_or_else(|| Problem::malformed("no tag is named"))?;
    Ok(match form.some("column") {
        Some(column) => to!("/api/v1/data-sources/{}/columns/{}/tags/{}", name, column, tag),
        None => to!("/api/v1/data-sources/{}/tags/{}", name, tag),
    })
}

async fn add(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    visit.api.send(Method::PUT, place(&name, &form)?, &Value::Null).await?;
    let of = form.some("column").unwrap_or(&name);
    Ok(done(&to!("/data-sources/{}", name), &format!("{of} has the tag {}.", form.text("tag"))))
}

async fn remove(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    let confirm = if form.has("confirm") { "true" } else { "" };
    let removed =
        visit.api.send(Method::DELETE, with_query(&place(&name, &form)?, &[("confirm", confirm)]), &Value::Null);
    let page = to!("/data-sources/{}", name);
    match removed.await {
        Ok(_) => {
            let of = form.some("column").unwrap_or(&name);
            Ok(done(&page, &format!("{of} has the tag {} no more.", form.text("tag"))))
        }
        Err(problem) => {
            opening(&visit, "Take the tag away?", &to!("/data-sources/{}/untag", name), &form, problem, &page)
        }
    }
}

async fn confirm(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    let columns = form.all("column");
    let body = if columns.is_empty() { json!({}) } else { json!({ "columns": columns }) };
    visit.api.send(Method::POST, to!("/api/v1/data-sources/{}/confirm", name), &body).await?;
    let told = if columns.is_empty() {
        "Everything is confirmed.".to_owned()
    } else {
        format!("{} confirmed.", columns.join(", "))
    };
    Ok(done(&to!("/data-sources/{}", name), &told))
}
