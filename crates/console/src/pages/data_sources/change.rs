//! Changing what a data source is, disabling it, deleting it.

use axum::extract::Path;
use axum::response::Response;
use http::Method;
use maud::{Markup, html};
use serde_json::{Map, Value, json};

use super::source::{Source, Tab};
use super::tagging::opening;
use crate::api::{Expected, Versioned, to, with_query};
use crate::form::Form;
use crate::parts::{anyway, area, choice, deleting, hidden, section};
use crate::problem::Problem;
use crate::route::Route;
use crate::visit::{Visit, done};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/data-sources/{name}/edit", show),
        Route::post("/data-sources/{name}/edit", save),
        Route::post("/data-sources/{name}/delete", delete),
    ]
}

async fn show(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    let Versioned { body: document, version } = visit.api.versioned(to!("/api/v1/data-sources/{}", name)).await?;
    let source = Source::find(&visit, &name).await?;
    let word = |field: &str| document.get(field).and_then(Value::as_str).unwrap_or("").to_owned();
    let written = Written {
        version,
        description: word("description"),
        owners: owners(&document),
        status: word("status"),
        new_columns: word("new_columns"),
    };
    let main = html! {
        (source.heading(&visit, Tab::Change))
        (section("What it is", editing(&name, &written)))
        (section("Delete", deleting(&to!("/data-sources/{}/delete", name), &name,
            "Its view is dropped, and nobody reads it any more. The table stays as it is. Policies that name it stay; grants and subscriptions to it end.")))
    };
    Ok(visit.page(&format!("Edit {name}"), main))
}

/// What is written into the form.
struct Written {
    /// The version that it began from.
    version: String,
    description: String,
    owners: String,
    status: String,
    new_columns: String,
}

impl Written {
    fn sent(form: &Form) -> Self {
        let text = |field: &str| form.text(field).to_owned();
        Self {
            version: text("version"),
            description: text("description"),
            owners: text("owners"),
            status: text("status"),
            new_columns: text("new_columns"),
        }
    }
}

/// The form, with what is written into it.
fn editing(name: &str, written: &Written) -> Markup {
    html! {
        form.stacked method="post" action=(to!("/data-sources/{}/edit", name)) {
            (hidden("version", &written.version))
            (area("description", "Description", &written.description, 3, "for people who look for data"))
            (area("owners", "Owners", &written.owners, 3, "one a line: the name of a user, or a group as group: stewards"))
            div.row {
                (choice("status", "Status", &written.status, &[("active", "active"), ("disabled", "disabled: its view is dropped until it is active again")]))
                (choice("new_columns", "Columns that appear later", &written.new_columns, &[("hide", "stay out of the view until somebody looked at them"), ("mask", "are in the view, always NULL"), ("show", "are in the view as they are")]))
            }
            div { button.main { "Save" } }
        }
    }
}

/// The owners of a document, one a line.
fn owners(document: &Map<String, Value>) -> String {
    let listed = document.get("owners").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let one = |owner: &Value| match owner {
        Value::String(user) => Some(user.clone()),
        owner => match (owner.get("user").and_then(Value::as_str), owner.get("group").and_then(Value::as_str)) {
            (Some(user), _) => Some(user.to_owned()),
            (None, Some(group)) => Some(format!("group: {group}")),
            (None, None) => None,
        },
    };
    listed.iter().filter_map(one).collect::<Vec<_>>().join("\n")
}

/// Owners as they are written, one a line.
pub(in crate::pages) fn owners_of(text: &str) -> Vec<Value> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines
        .map(|line| match line.strip_prefix("group:") {
            Some(group) => json!({ "group": group.trim() }),
            None => json!(line),
        })
        .collect()
}

async fn save(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    let page = to!("/data-sources/{}", name);
    match saved(&visit, &name, &form).await {
        Ok(()) => Ok(done(&page, "It is saved.")),
        Err(problem) if matches!(problem.status, 401 | 403 | 404) => Err(problem),
        Err(problem) => {
            let action = to!("/data-sources/{}/edit", name);
            let source = Source::find(&visit, &name).await?;
            let main = html! {
                (source.heading(&visit, Tab::Change))
                @if problem.is("opens") { (anyway(&action, &form, &problem, &page)) } @else { (problem.told()) }
                (section("What it is", editing(&name, &Written::sent(&form))))
            };
            let status = problem.code();
            Ok(visit.answer(status, &format!("Edit {name}"), main))
        }
    }
}

/// Reads the document, changes what the form has, and leaves the rest as it is; not where somebody changed it since the form
/// was shown.
async fn saved(visit: &Visit, name: &str, form: &Form) -> Result<(), Problem> {
    let Versioned { body: mut document, version } = visit.api.versioned(to!("/api/v1/data-sources/{}", name)).await?;
    match form.some("description") {
        Some(description) => drop(document.insert("description".to_owned(), json!(description))),
        None => drop(document.remove("description")),
    }
    if form.has("owners") {
        document.insert("owners".to_owned(), Value::Array(owners_of(form.text("owners"))));
    }
    for field in ["status", "new_columns"] {
        if let Some(value) = form.some(field) {
            document.insert(field.to_owned(), json!(value));
        }
    }
    let confirm = if form.has("confirm") { "true" } else { "" };
    let path = with_query(&to!("/api/v1/data-sources/{}", name), &[("confirm", confirm)]);
    let version = form.some("version").unwrap_or(&version);
    visit.api.put(path, &document, Expected::Version(version)).await.map(drop)
}

async fn delete(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    let confirm = if form.has("confirm") { "true" } else { "" };
    let path = with_query(&to!("/api/v1/data-sources/{}", name), &[("confirm", confirm)]);
    match visit.api.send(Method::DELETE, path, &Value::Null).await {
        Ok(_) => Ok(done("/data-sources", &format!("{name} is deleted."))),
        Err(problem) => {
            let (action, back) = (to!("/data-sources/{}/delete", name), to!("/data-sources/{}/edit", name));
            opening(&visit, &format!("Delete {name}?"), &action, &form, problem, &back)
        }
    }
}
