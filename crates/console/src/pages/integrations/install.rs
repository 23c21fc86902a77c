//! Making what Scrim needs in a warehouse: by the service, or by a script that an administrator runs.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::header;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::json;

use super::frame::beginning;
use crate::api::to;
use crate::form::{Form, Secret};
use crate::parts::{password, section, sentences};
use crate::problem::Problem;
use crate::visit::Visit;

#[derive(Deserialize)]
struct Script {
    sql: String,
}

#[derive(Deserialize)]
struct Installed {
    warnings: Vec<String>,
}

pub(super) async fn show(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    let main = content(&visit, &name, html! {}).await?;
    Ok(visit.page(&name, main))
}

async fn content(visit: &Visit, name: &str, told: Markup) -> Result<Markup, Problem> {
    let path = to!("/api/v1/integrations/{}/bootstrap-script", name);
    let script = visit.api.get::<Script>(&path).await?;
    Ok(html! {
        (beginning(visit, name, "Install"))
        (told)
        p { "The second of three steps: describe the warehouse, install what Scrim needs there, check it. Either of both ways does; each may be done again." }
        div.halves {
            (section("By the service", html! {
                p { "An administrator of the warehouse signs in this once: Scrim makes its login, its schemas and its procedures." }
                form.stacked method="post" action=(to!("/integrations/{}/install", name)) {
                    (password(Secret::AdminUrl, "Administrator: postgresql://user:password@host/database", "off"))
                    div { button.main { "Install" } }
                }
                p.muted { "The address is used once, and neither kept nor logged." }
            }))
            (section("By a script", html! {
                ol {
                    li { "Read the script: all of it is below, and no secret is in it." }
                    li { "Run it as an administrator of the warehouse: " code { "psql -f bootstrap.sql" } "." }
                    li { "Give the login its password, as the script says, and put it where the service looks for it." }
                    li { a href=(to!("/integrations/{}/check", name)) { "Check it" } ", the third step." }
                }
                p { a.button href=(to!("/integrations/{}/bootstrap.sql", name)) download="bootstrap.sql" { "Download bootstrap.sql" } }
                details {
                    summary { "The script" }
                    button.small type="button" data-copy=(script.sql) hidden { "Copy" }
                    pre tabindex="0" { (script.sql) }
                }
            }))
        }
    })
}

/// The script as a file.
pub(super) async fn script(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    let script = visit.api.get::<Script>(to!("/api/v1/integrations/{}/bootstrap-script", name)).await?;
    let headers = [
        (header::CONTENT_TYPE, "application/sql; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"bootstrap.sql\""),
    ];
    Ok((headers, script.sql).into_response())
}

pub(super) async fn install(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    let administrator = json!({ "admin_url": form.secret(Secret::AdminUrl).trim() });
    match visit.api.post::<Installed>(to!("/api/v1/integrations/{}/install", name), &administrator).await {
        Ok(installed) => {
            let told = html! {
                div.notice.good role="status" {
                    strong { "It is installed." } " "
                    a href=(to!("/integrations/{}/check", name)) { "Check it" } ", or see "
                    a href=(to!("/integrations/{}", name)) { "how far it is" } "."
                }
                @if !installed.warnings.is_empty() { div.notice.warn { (sentences(&installed.warnings)) } }
            };
            Ok(visit.page(&name, content(&visit, &name, told).await?))
        }
        Err(problem) if matches!(problem.status, 401 | 403 | 404) => Err(problem),
        Err(problem) => {
            let main = content(&visit, &name, problem.told()).await?;
            let status = problem.code();
            Ok(visit.answer(status, &name, main))
        }
    }
}
