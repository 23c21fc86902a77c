//! Changing what a data source is, disabling it, deleting it.

use axum::extract::Path;
use axum::response::Response;
use http::Method;
use maud::{Markup, html};
use serde_json::{Map, Value, json};

use super::source::{Source, Tab};
use crate::api::{Expected, Versioned, to, with_query};
use crate::form::Form;
use crate::pages::deleting::opening;
use crate::parts::{anyway, area, choice, deleting, hidden, meanwhile, section};
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
    let written = Written::of(&document, version)?;
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
    owner_groups: String,
    status: String,
    new_columns: String,
}

impl Written {
    fn of(document: &Map<String, Value>, version: String) -> Result<Self, Problem> {
        let word = |field: &str, usual: &str| document.get(field).and_then(Value::as_str).unwrap_or(usual).to_owned();
        Ok(Self {
            version,
            description: word("description", ""),
            owners: owners(document, None)?,
            owner_groups: owners(document, Some("group"))?,
            status: word("status", "active"),
            new_columns: word("new_columns", "hide"),
        })
    }

    fn sent(form: &Form) -> Self {
        let text = |field: &str| form.text(field).to_owned();
        Self {
            version: text("version"),
            description: text("description"),
            owners: text("owners"),
            owner_groups: text("owner_groups"),
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
            (owner_fields(&written.owners, &written.owner_groups))
            div.row {
                (choice("status", "Status", &written.status, &[("active", "active"), ("disabled", "disabled: its view is dropped until it is active again")]))
                (choice("new_columns", "Columns that appear later", &written.new_columns, &[("hide", "stay out of the view until somebody looked at them"), ("mask", "are in the view, always NULL"), ("show", "are in the view as they are")]))
            }
            div { button.main { "Save" } }
        }
    }
}

/// The fields that owners are written into. A user may be called whatever a group is: each has a field.
pub(in crate::pages) fn owner_fields(users: &str, groups: &str) -> Markup {
    html! {
        div.row {
            (area("owners", "Owners", users, 3, "users, one a line"))
            (area("owner_groups", "Groups that own it", groups, 3, "one a line: all their members are owners"))
        }
    }
}

/// The owners of a document that are users, or those of a field, one a line.
fn owners(document: &Map<String, Value>, field: Option<&str>) -> Result<String, Problem> {
    let listed = document.get("owners").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    if let Some(unknown) = listed.iter().find(|owner| !owner.is_string() && !owner["group"].is_string()) {
        return Err(Problem::broken(format!("an owner as the API tells it: {unknown}")));
    }
    let named = listed.iter().filter_map(|owner| field.map_or(Some(owner), |field| owner.get(field))?.as_str());
    Ok(named.collect::<Vec<_>>().join("\n"))
}

/// The owners that a form has.
pub(in crate::pages) fn owners_of(form: &Form) -> Vec<Value> {
    let lines = |field| form.text(field).lines().map(str::trim).filter(|line| !line.is_empty());
    let groups = lines("owner_groups").map(|group| json!({ "group": group }));
    lines("owners").map(|user| json!(user)).chain(groups).collect()
}

async fn save(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    let page = to!("/data-sources/{}", name);
    match saved(&visit, &name, &form).await {
        Ok(()) => Ok(done(&page, "It is saved.")),
        Err(problem) if matches!(problem.status, 401 | 403 | 404) => Err(problem),
        Err(problem) => {
            let action = to!("/data-sources/{}/edit", name);
            let source = Source::find(&visit, &name).await?;
            let mut written = Written::sent(&form);
            let stands = if problem.status == 412 {
                let Versioned { body, version } = visit.api.versioned(to!("/api/v1/data-sources/{}", name)).await?;
                written.version.clone_from(&version);
                Some(Written::of(&body, version)?)
            } else {
                None
            };
            let main = html! {
                (source.heading(&visit, Tab::Change))
                @if problem.is("opens") { (anyway(&action, &form, &problem, &page)) } @else { (problem.told()) }
                @if let Some(stands) = &stands {
                    (meanwhile(&[
                        ("Description", &stands.description), ("Owners", &stands.owners), ("Groups that own it", &stands.owner_groups),
                        ("Status", &stands.status), ("Columns that appear later", &stands.new_columns),
                    ]))
                }
                (section("What it is", editing(&name, &written)))
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
    if form.has("owners") && form.has("owner_groups") {
        document.insert("owners".to_owned(), Value::Array(owners_of(form)));
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
