//! What can be done with a policy as it stands: in force or not, and away with it.

use axum::response::Response;
use http::{HeaderValue, Method, header};
use maud::html;
use serde::Deserialize;
use serde_json::{Value, json};

use super::document::{Policy, status};
use super::effects::{Effect, effects};
use super::kind::Of;
use crate::api::{Api, Expected, with_query};
use crate::form::Form;
use crate::frame::{Later, later, waiting};
use crate::parts::{head, hidden, section};
use crate::problem::Problem;
use crate::route::Route;
use crate::visit::{Visit, done};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post("/policies/{kind}/{name}/status", set_status),
        Route::get("/policies/{kind}/{name}/delete", ask),
        Route::post("/policies/{kind}/{name}/delete", delete),
    ]
}

/// What was done.
#[derive(Deserialize)]
pub(super) struct Done {
    pub(super) sequence: u64,
}

/// `If-Match`, for a version that the API told.
///
/// # Errors
/// When it is none.
fn only(version: &str) -> Result<Option<(header::HeaderName, HeaderValue)>, Problem> {
    let value = HeaderValue::from_str(version).map_err(|_| Problem::malformed("the version cannot be read"))?;
    Ok(Some((header::IF_MATCH, value)))
}

/// Where a policy is shown after a change, and until the warehouses are there.
pub(super) fn after(of: &Of, sequence: u64) -> String {
    with_query(&of.kind.page(&of.name), &[("sequence", &sequence.to_string())])
}

async fn set_status(visit: Visit, of: Of, form: Form) -> Result<Response, Problem> {
    let told = match form.text("status") {
        "active" => "is active",
        "staged" => "is staged: it is not in force",
        "disabled" => "is disabled",
        _ => return Err(Problem::malformed("a policy is `active`, `staged` or `disabled`")),
    };
    let mut policy = Policy::get(&visit.api, of.kind, &of.name).await?;
    let in_force = status(&policy.document) == "active";
    if let Some(fields) = policy.document.as_object_mut() {
        fields.insert("status".to_owned(), json!(form.text("status")));
    }
    // What is no longer in force restricts nobody any more: that is read before it is done.
    if in_force && form.text("status") != "active" && !form.has("confirm") {
        return Ok(out_of_force(&visit, of, policy, form.text("status")));
    }
    let expected = Expected::Version(form.some("version").unwrap_or(&policy.version));
    let answer = visit.api.put(of.kind.one(&of.name), &policy.document, expected).await?;
    let saved = answer.read::<Done>()?;
    Ok(done(&after(&of, saved.sequence), &format!("{} {told}.", of.name)))
}

/// Asks whether a policy that is in force is to be so no more, and says what that means.
fn out_of_force(visit: &Visit, of: Of, policy: Policy, to: &str) -> Response {
    let page = of.kind.page(&of.name);
    let first = html! {
        (head(&format!("Take {} out of force?", of.name), "What it gives and what it restricts ends with it: who sees more or less is below.", html! {}))
        form.row method="post" action=(format!("{page}/status")) {
            (hidden("version", &policy.version)) (hidden("status", to)) (hidden("confirm", "true"))
            button.danger { @if to == "staged" { "Stage it" } @else { "Disable it" } }
            a.button href=(page) { "Keep it in force" }
        }
        (waiting("Asking what that means"))
    };
    visit.streamed("Take a policy out of force", first, vec![without(visit.api.clone(), policy.document)])
}

/// What it means that a policy is as a document says, told later.
fn without(api: Api, document: Value) -> Later {
    later(async move {
        let found = api.post::<Vec<Effect>>("/api/v1/impact", &json!({ "documents": [document] })).await?;
        Ok(section("Without it", effects(&found)))
    })
}

async fn ask(visit: Visit, of: Of) -> Result<Response, Problem> {
    let policy = Policy::get(&visit.api, of.kind, &of.name).await?;
    let here = format!("{}/delete", of.kind.page(&of.name));
    let first = html! {
        (head(&format!("Delete {}?", of.name), "What it was stays in its history; who sees more without it is below.", html! {}))
        form.row method="post" action=(here) {
            (hidden("version", &policy.version))
            button.danger { "Delete the " (of.kind.called()) }
            a.button href=(of.kind.page(&of.name)) { "Keep it" }
        }
        (waiting("Asking what that means"))
    };
    let mut document = policy.document;
    if let Some(fields) = document.as_object_mut() {
        fields.insert("status".to_owned(), json!("disabled"));
    }
    Ok(visit.streamed("Delete a policy", first, vec![without(visit.api.clone(), document)]))
}

async fn delete(visit: Visit, of: Of, form: Form) -> Result<Response, Problem> {
    let condition = match form.some("version") {
        Some(version) => only(version)?,
        None => None,
    };
    let answer = visit.api.send_where(Method::DELETE, of.kind.one(&of.name), &Value::Null, condition).await?;
    let deleted = answer.read::<Done>()?;
    Ok(done("/policies", &format!("{} is deleted (event {}).", of.name, deleted.sequence)))
}
