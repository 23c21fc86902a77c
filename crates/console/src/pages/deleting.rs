//! Deleting a document; what would open by it is told first.

use std::collections::BTreeSet;

use axum::response::Response;
use http::{Method, StatusCode};
use maud::{Markup, html};
use serde_json::Value;

use super::home::page as page_of;
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
                (naming(&problem))
            };
            Ok(visit.answer(StatusCode::UNPROCESSABLE_ENTITY, "It is still in use", main))
        }
        Err(problem) => opening(visit, "Delete it?", &format!("{page}/delete"), form, problem, page),
    }
}

/// The documents that would no longer be valid, each once; the problem, where it is about something else.
fn naming(problem: &Problem) -> Markup {
    let documents: Option<BTreeSet<&str>> = problem.errors.iter().map(|error| error.document.as_deref()).collect();
    let documents: Option<Vec<_>> =
        documents.map(|all| all.into_iter().filter_map(|one| one.split_once('/')).collect());
    match documents {
        Some(documents) if !documents.is_empty() => html! {
            ul {
                @for (kinds, name) in documents {
                    @let kind = singular(kinds);
                    li { (kind.replace('-', " ")) " " @match page_of(&kind, name) { Some(to) => { a href=(to) { (name) } } None => { code { (name) } } } }
                }
            }
        },
        _ => problem.told(),
    }
}

/// A kind of documents, as one of it is called.
fn singular(kinds: &str) -> String {
    match kinds.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => kinds.strip_suffix('s').unwrap_or(kinds).to_owned(),
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_names_it_is_told_once() {
        let error = |document: &str| json!({ "document": document, "pointer": "", "detail": "there is no group `hr`" });
        let errors = [error("data-policies/pay"), error("data-policies/pay"), error("policy-tests/a/b")];
        let problem = json!({ "title": "x", "status": 422, "errors": errors });
        let told = naming(&Problem::of(StatusCode::UNPROCESSABLE_ENTITY, problem.to_string().as_bytes())).into_string();
        assert_eq!(
            told,
            "<ul><li>data policy <a href=\"/policies/data-policy/pay\">pay</a></li><li>policy test <code>a/b</code></li></ul>"
        );
        assert_eq!(singular("purposes"), "purpose");
    }
}
