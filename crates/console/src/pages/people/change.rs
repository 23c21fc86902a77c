//! What can be done about a user: each changes one thing, and leaves the rest of the document as it is.

use axum::extract::Path;
use axum::response::Response;
use http::Method;
use serde_json::{Map, Value, json};

use super::{user, values};
use crate::api::{Expected, to};
use crate::form::Form;
use crate::parts::Kept;
use crate::problem::Problem;
use crate::route::Route;
use crate::visit::{Visit, done};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post("/people/users/{name}/groups", add_group),
        Route::post("/people/users/{name}/groups/remove", remove_group),
        Route::post("/people/users/{name}/attributes", give),
        Route::post("/people/users/{name}/attributes/remove", take),
        Route::post("/people/users/{name}/profile", profile),
        Route::post("/people/users/{name}/permissions", permissions),
        Route::post("/people/users/{name}/disable", disable),
        Route::post("/people/users/{name}/enable", enable),
        Route::post("/people/users/{name}/confirm", confirm),
        Route::post("/people/users/{name}/delete", delete),
    ]
}

fn page(name: &str) -> String {
    to!("/people/users/{}", name)
}

/// Goes on after a form of their page; one that was refused is shown there again, with what was written.
async fn ended(
    visit: &Visit,
    name: String,
    (which, form): (&'static str, Form),
    became: Result<String, Problem>,
) -> Result<Response, Problem> {
    match became {
        Ok(told) => Ok(done(form.some("to").map_or(&page(&name), crate::visit::own), &told)),
        Err(problem) => {
            let kept = Kept::of(which, form, problem)?;
            let page = user::profile_page(visit, name, "", &kept).await;
            kept.answer(page)
        }
    }
}

async fn add_group(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    let added = async {
        let group = form.some("group").ok_or_else(|| Problem::malformed("no group is named: write its name"))?;
        visit.api.send(Method::PUT, to!("/api/v1/users/{}/groups/{}", name, group), &Value::Null).await?;
        Ok(format!("{name} is in {group}."))
    };
    let added = added.await;
    ended(&visit, name, ("groups", form), added).await
}

async fn remove_group(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    let group = form.some("group").ok_or_else(|| Problem::malformed("no group is named"))?;
    visit.api.send(Method::DELETE, to!("/api/v1/users/{}/groups/{}", name, group), &Value::Null).await?;
    Ok(done(form.some("to").map_or(&page(&name), crate::visit::own), &format!("{name} is no longer in {group}.")))
}

async fn give(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    let given = values::set(&visit.api, Method::PUT, &to!("/api/v1/users/{}", name), &form).await;
    ended(&visit, name, ("attributes", form), given).await
}

async fn take(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    let told = values::set(&visit.api, Method::DELETE, &to!("/api/v1/users/{}", name), &form).await?;
    Ok(done(&page(&name), &told))
}

/// Writes the user with something changed, if they are still as the form showed them.
async fn rewrite(
    visit: &Visit,
    name: &str,
    form: &Form,
    change: impl FnOnce(&mut Map<String, Value>),
) -> Result<(), Problem> {
    let path = to!("/api/v1/users/{}", name);
    let mut user = visit.api.versioned(&path).await?;
    change(&mut user.body);
    let version = form.some("version").unwrap_or(&user.version);
    visit.api.put(path, &user.body, Expected::Version(version)).await.map(drop)
}

async fn profile(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    let change = |user: &mut Map<String, Value>| {
        // A field that the form does not have stays as it is.
        for field in ["description", "warehouse_user"].into_iter().filter(|field| form.has(field)) {
            match form.some(field) {
                Some(text) => drop(user.insert(field.to_owned(), json!(text))),
                None => drop(user.remove(field)),
            }
        }
    };
    let saved = rewrite(&visit, &name, &form, change).await.map(|()| "The profile is saved.".to_owned());
    ended(&visit, name, ("profile", form), saved).await
}

async fn permissions(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    let wanted = json!(form.all("permission"));
    let saved = rewrite(&visit, &name, &form, |user| drop(user.insert("permissions".to_owned(), wanted))).await;
    ended(&visit, name, ("permissions", form), saved.map(|()| "The permissions are saved.".to_owned())).await
}

async fn disable(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    visit.api.send(Method::POST, to!("/api/v1/users/{}/disable", name), &Value::Null).await?;
    Ok(done(&page(&name), &format!("{name} is disabled, and reads nothing once the warehouse is told.")))
}

async fn enable(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    visit.api.send(Method::POST, to!("/api/v1/users/{}/enable", name), &Value::Null).await?;
    Ok(done(&page(&name), &format!("{name} is enabled again.")))
}

async fn confirm(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    let wanted = json!({ "integration": form.text("integration") });
    let confirmed = visit.api.send(Method::POST, to!("/api/v1/users/{}/confirm", name), &wanted).await;
    ended(&visit, name, ("confirm", form), confirmed.map(|_| "The login is confirmed.".to_owned())).await
}

async fn delete(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    crate::pages::deleting::deleted(&visit, &to!("/api/v1/users/{}", name), &form, &page(&name), "/people/users").await
}
