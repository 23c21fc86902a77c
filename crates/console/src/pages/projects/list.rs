//! All projects, and making one.

use axum::extract::Query;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::json;

use super::lists;
use super::model::Project;
use crate::api::{Expected, to, with_query};
use crate::form::Form;
use crate::parts::{Kept, Page, badge, check, empty, filters, head, input, pager, section, table};
use crate::problem::Problem;
use crate::route::Route;
use crate::visit::{Visit, done};

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/projects", show), Route::post("/projects", make)]
}

#[derive(Default, Deserialize)]
struct Asked {
    #[serde(default)]
    search: String,
    #[serde(default)]
    mine: String,
    #[serde(default)]
    cursor: String,
}

async fn show(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let main = content(&visit, &asked, &Kept::default()).await?;
    Ok(visit.page("Projects", main))
}

async fn content(visit: &Visit, asked: &Asked, kept: &Kept) -> Result<Markup, Problem> {
    let form = kept.form("make");
    let given = [("search", asked.search.as_str()), ("mine", &asked.mine)];
    let owner = if asked.mine.is_empty() { "" } else { &visit.me.user };
    let list = [("search", asked.search.as_str()), ("user", owner), ("cursor", &asked.cursor), ("limit", "50")];
    let projects = visit.api.get::<Page<Project>>(with_query("/api/v1/projects", &list)).await?;
    let rows: Vec<_> = projects.items.iter().map(|one| row(visit, one)).collect();
    Ok(html! {
        (head("Projects", "Members read the data of a project for its purposes, while they act under it.", html! {}))
        (lists("Projects"))
        (filters("/projects", html! {
            input type="search" name="search" value=(asked.search) placeholder="Part of a name or a description" aria-label="Search projects";
            (check("mine", "yes", "owned by me", !asked.mine.is_empty()))
        }))
        div #list {
            @if rows.is_empty() { (empty("No project", html! { "None that you may know of fits. Shorten the search, or ask the owner of a project to add you." })) }
            @else { (table(&["Project", "About", "Purposes", "Data sources", "Members", "You"], &rows)) }
            (pager("/projects", &given, &asked.cursor, projects.next.as_deref()))
        }
        @if visit.me.has(&["CREATE_PROJECT"]) {
            (section("Create a project", html! {
                (form.told())
                form.row method="post" action="/projects" {
                    (input("name", "Name", form.text("name", ""), "you own it, and can add others"))
                    (input("description", "About", form.text("description", ""), "for people"))
                    button.main { "Create the project" }
                }
            }))
        }
    })
}

fn row(visit: &Visit, one: &Project) -> Vec<Markup> {
    vec![
        html! { a href=(to!("/projects/{}", one.name)) { (one.name) } },
        html! { (one.description.as_deref().unwrap_or("")) },
        html! {
            @for purpose in &one.purposes { a.tag href=(to!("/purposes/{}", purpose)) { (purpose) } " " }
            @if !one.requested_purposes.is_empty() { (badge("warn", &format!("{} requested", one.requested_purposes.len()))) }
        },
        html! { (one.data_sources.len()) },
        html! { (one.members.len()) },
        html! {
            @if visit.me.current_project.as_ref() == Some(&one.name) { (badge("good", "current")) }
            @else if visit.me.projects.contains(&one.name) { (badge("", "member")) }
            @if one.owned_by(&visit.me) { " " (badge("", "owner")) }
        },
    ]
}

async fn make(visit: Visit, form: Form) -> Result<Response, Problem> {
    let name = form.text("name");
    let body = match form.some("description") {
        Some(description) => json!({ "description": description }),
        None => json!({}),
    };
    let made = match name {
        "" => Err(Problem::malformed("a project needs a name")),
        name => visit.api.put(to!("/api/v1/projects/{}", name), &body, Expected::Absent).await,
    };
    match made {
        Ok(_) => {
            Ok(done(&to!("/projects/{}", name), "The project is created: add its data sources, purposes and members."))
        }
        Err(problem) => {
            let kept = Kept::of("make", form, problem)?;
            let main = content(&visit, &Asked::default(), &kept).await;
            kept.answer(main.map(|main| visit.page("Projects", main)))
        }
    }
}
