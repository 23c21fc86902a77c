//! What somebody does for themselves in a project, and what is decided about its purposes.

use axum::extract::Path;
use axum::response::Response;
use http::Method;
use serde_json::{Value, json};

use super::change::ended;
use crate::api::to;
use crate::form::Form;
use crate::problem::Problem;
use crate::route::Route;
use crate::visit::{Visit, done};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post("/projects/{name}/join", join),
        Route::post("/projects/{name}/leave", leave),
        Route::post("/projects/{name}/acknowledge", acknowledge),
        Route::post("/projects/{name}/request", request),
        Route::post("/projects/{name}/withdraw", withdraw),
        Route::post("/projects/{name}/decide", decide),
    ]
}

fn page(name: &str) -> String {
    to!("/projects/{}", name)
}

fn purpose(form: &Form) -> Result<&str, Problem> {
    form.some("purpose").ok_or_else(|| Problem::malformed("no purpose is named: write its name"))
}

async fn join(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    visit.api.send(Method::PUT, to!("/api/v1/projects/{}/membership", name), &Value::Null).await?;
    Ok(done(&page(&name), "You are a member. Acknowledge its purposes, then switch to it."))
}

async fn leave(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    visit.api.send(Method::DELETE, to!("/api/v1/projects/{}/membership", name), &Value::Null).await?;
    // Whoever has left may not know of it any more.
    Ok(done("/projects", &format!("You have left {name}.")))
}

async fn acknowledge(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    let purpose = purpose(&form)?;
    if !form.has("accepted") {
        return Err(Problem::malformed("the box is not ticked: read the text, and tick it if you act by it"));
    }
    // Browsers send line feeds in their own way; the text is acknowledged as it stands.
    let text = form.has("text").then(|| form.exact("text"));
    let read = json!({ "text": text });
    visit.api.send(Method::PUT, to!("/api/v1/projects/{}/acknowledgements/{}", name, purpose), &read).await?;
    Ok(done(&page(&name), &format!("You have acknowledged {purpose}.")))
}

async fn request(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    let asked = async {
        let purpose = purpose(&form)?;
        let wish = json!({ "reason": form.some("reason") });
        visit.api.send(Method::PUT, to!("/api/v1/projects/{}/requested-purposes/{}", name, purpose), &wish).await?;
        Ok(format!("You asked for {purpose}. It waits for GOVERNANCE or PROJECT_MANAGEMENT."))
    };
    let asked = asked.await;
    ended(&visit, &name, ("request", form), asked).await
}

async fn withdraw(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    let purpose = purpose(&form)?;
    let path = to!("/api/v1/projects/{}/requested-purposes/{}", name, purpose);
    visit.api.send(Method::DELETE, path, &Value::Null).await?;
    let back = page(&name);
    Ok(done(form.some("to").map_or(&back, crate::visit::own), &format!("The request for {purpose} is taken back.")))
}

async fn decide(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    let decided = decided(&visit, &name, &form).await;
    ended(&visit, &name, ("decide", form), decided).await
}

async fn decided(visit: &Visit, name: &str, form: &Form) -> Result<String, Problem> {
    let purpose = purpose(form)?;
    let path = |verb: &str| to!("/api/v1/projects/{}/requested-purposes/{}/{}", name, purpose, verb);
    match form.text("decision") {
        "approve" => {
            visit.api.send(Method::POST, path("approve"), &Value::Null).await?;
            Ok(format!("{purpose} is approved. Each member has to acknowledge it."))
        }
        "deny" => {
            visit.api.send(Method::POST, path("deny"), &json!({ "reason": form.text("reason") })).await?;
            Ok(format!("{purpose} is denied."))
        }
        _ => Err(Problem::malformed("neither a yes nor a no: press Approve or Deny")),
    }
}
