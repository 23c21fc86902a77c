//! Deleting a document; what would open by it is told first.

use axum::response::Response;
use http::{Method, StatusCode};
use maud::html;
use serde_json::Value;

use crate::api::with_query;
use crate::form::Form;
use crate::parts::{anyway, head};
use crate::problem::Problem;
use crate::visit::{Visit, done};

/// Deletes what stands at a path of the API, and goes to `list`. `page` is where it is shown.
pub(crate) async fn deleted(
    visit: &Visit,
    path: &str,
    form: &Form,
    page: &str,
    list: &str,
) -> Result<Response, Problem> {
    let confirm = if form.has("confirm") { "true" } else { "" };
    match visit.api.send(Method::DELETE, with_query(path, &[("confirm", confirm)]), &Value::Null).await {
        Ok(_) => Ok(done(list, "It is deleted.")),
        // What names it is told as what would no longer be valid.
        Err(problem) if problem.status == 422 => {
            let main = html! {
                (head("It is still in use", "", html! { a.button href=(page) { "Back" } }))
                p { "Each of these names it. Change them first, so that they do not, and delete it then." }
                (problem.told())
            };
            Ok(visit.answer(StatusCode::UNPROCESSABLE_ENTITY, "It is still in use", main))
        }
        Err(problem) => opening(visit, "Delete it?", &format!("{page}/delete"), form, problem, page),
    }
}

/// What a change was refused with: where it opens something, the way to do it all the same.
///
/// # Errors
/// When it is something else.
pub(crate) fn opening(
    visit: &Visit,
    title: &str,
    action: &str,
    form: &Form,
    problem: Problem,
    back: &str,
) -> Result<Response, Problem> {
    if !problem.is("opens") {
        return Err(problem);
    }
    let main = html! { (head(title, "", html! {})) (anyway(action, form, &problem, back)) };
    let status = problem.code();
    Ok(visit.answer(status, title, main))
}
