//! Changing a project: one thing at a time, over the version that was read.

use axum::extract::Path;
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::show::project_page;
use crate::api::{Expected, to};
use crate::form::Form;
use crate::pages::deleting::deleted;
use crate::parts::Kept;
use crate::problem::Problem;
use crate::route::Route;
use crate::visit::{Visit, done};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post("/projects/{name}/add", add),
        Route::post("/projects/{name}/remove", remove),
        Route::post("/projects/{name}/edit", edit),
        Route::post("/projects/{name}/delete", delete),
    ]
}

fn page(name: &str) -> String {
    to!("/projects/{}", name)
}

async fn rewrite(
    visit: &Visit,
    name: &str,
    form: &Form,
    change: impl FnOnce(&mut Map<String, Value>) -> Result<(), Problem>,
) -> Result<(), Problem> {
    let path = to!("/api/v1/projects/{}", name);
    let mut project = visit.api.versioned(&path).await?;
    change(&mut project.body)?;
    let version = form.some("version").unwrap_or(&project.version);
    visit.api.put(path, &project.body, Expected::Version(version)).await.map(drop)
}

/// A list of a project by the word that forms have for it, and an entry of it.
fn entry(list: &str, value: &str) -> Result<(&'static str, Value), Problem> {
    if value.is_empty() {
        return Err(Problem::malformed("nothing is named: write a name"));
    }
    match list {
        "members" => Ok(("members", json!({ "user": value }))),
        "data_sources" => Ok(("data_sources", json!(value))),
        "purposes" => Ok(("purposes", json!(value))),
        "owner_users" => Ok(("owners", json!(value))),
        "owner_groups" => Ok(("owners", json!({ "group": value }))),
        _ => Err(Problem::malformed("which list of the project is meant cannot be read")),
    }
}

/// Whether two entries are about the same: a member is, whatever they have acknowledged.
fn same(one: &Value, other: &Value) -> bool {
    let user = |entry: &Value| entry.get("user").or(Some(entry)).and_then(Value::as_str).map(str::to_owned);
    one == other || user(one).is_some_and(|name| user(other).as_ref() == Some(&name))
}

fn items<'a>(project: &'a mut Map<String, Value>, list: &str) -> Result<&'a mut Vec<Value>, Problem> {
    let items = project.entry(list).or_insert_with(|| json!([]));
    items.as_array_mut().ok_or_else(|| Problem::broken(format!("`{list}` of a project is no list")))
}

/// Goes on after a form of the page; one that was refused is shown there again, with what was written.
pub(super) async fn ended(
    visit: &Visit,
    name: &str,
    (which, form): (&'static str, Form),
    became: Result<String, Problem>,
) -> Result<Response, Problem> {
    match became {
        Ok(told) => Ok(done(&page(name), &told)),
        Err(problem) => {
            let kept = Kept::of(which, form, problem)?;
            let page = project_page(visit, name, &kept).await;
            kept.answer(page)
        }
    }
}

async fn add(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    let added = added(&visit, &name, &form).await;
    ended(&visit, &name, ("add", form), added).await
}

async fn added(visit: &Visit, name: &str, form: &Form) -> Result<String, Problem> {
    let value = form.text("value");
    let (list, wanted) = entry(form.text("list"), value)?;
    let change = |project: &mut Map<String, Value>| {
        let items = items(project, list)?;
        if !items.iter().any(|one| same(one, &wanted)) {
            items.push(wanted);
        }
        Ok(())
    };
    rewrite(visit, name, form, change).await?;
    Ok(format!("{value} is added."))
}

async fn remove(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    let value = form.text("value");
    let (list, gone) = entry(form.text("list"), value)?;
    let change = |project: &mut Map<String, Value>| {
        items(project, list)?.retain(|one| !same(one, &gone));
        Ok(())
    };
    rewrite(&visit, &name, &form, change).await?;
    Ok(done(&page(&name), &format!("{value} is removed.")))
}

async fn edit(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    let change = |project: &mut Map<String, Value>| {
        match form.some("description") {
            Some(text) => drop(project.insert("description".to_owned(), json!(text))),
            None => drop(project.remove("description")),
        }
        // Conditions and approvals are written as documents: the form leaves them alone.
        if let Some(access) = form.some("access") {
            project.insert("access".to_owned(), json!(access));
        }
        for field in ["equalized", "masked_joins"] {
            project.insert(field.to_owned(), json!(form.has(field)));
        }
        Ok(())
    };
    let saved = rewrite(&visit, &name, &form, change).await.map(|()| "The project is saved.".to_owned());
    ended(&visit, &name, ("edit", form), saved).await
}

async fn delete(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    deleted(&visit, &to!("/api/v1/projects/{}", name), &form, &page(&name), "/projects").await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_is_the_same_whatever_they_acknowledged_and_a_group_is_no_user() {
        let (_, anna) = entry("members", "anna").unwrap_or_default();
        assert!(same(&json!({ "user": "anna", "acknowledged": true }), &anna));
        assert!(!same(&json!({ "group": "anna" }), &json!("anna")));
        assert!(same(&json!({ "user": "anna" }), &json!("anna")));
    }
}
