//! What is chosen in the bar at the top: the theme, and the project under which somebody acts.

use axum::response::{IntoResponse, Redirect, Response};
use http::Method;
use serde_json::{Value, json};

use crate::form::Form;
use crate::problem::Problem;
use crate::route::Route;
use crate::visit::{THEME, Visit, done, own, set_cookie};

/// How long a theme is remembered, in seconds: a year.
const REMEMBERED: u64 = 365 * 24 * 3600;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::post("/theme", theme), Route::post("/current-project", project)]
}

async fn theme(form: Form) -> Response {
    let mut response = Redirect::to(own(form.text("to"))).into_response();
    match form.text("theme") {
        theme @ ("light" | "dark") => set_cookie(&mut response, THEME, theme, REMEMBERED),
        _ => set_cookie(&mut response, THEME, "", 0),
    }
    response
}

async fn project(visit: Visit, form: Form) -> Result<Response, Problem> {
    const PATH: &str = "/api/v1/me/current-project";
    let told = match form.some("project") {
        Some(project) => {
            visit.api.send(Method::PUT, PATH, &json!({ "project": project })).await?;
            format!("You act under the project {project} now.")
        }
        None => {
            visit.api.send(Method::DELETE, PATH, &Value::Null).await?;
            "You act under no project now.".to_owned()
        }
    };
    Ok(done(own(form.text("to")), &told))
}
