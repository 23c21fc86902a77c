//! All groups, and making one.

use axum::extract::Query;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::json;

use super::lists;
use super::values::{Values, line};
use crate::api::{Expected, to, with_query};
use crate::form::Form;
use crate::parts::{Kept, Page, empty, filters, head, input, pager, section, table};
use crate::problem::Problem;
use crate::route::Route;
use crate::visit::{Visit, done};

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/people/groups", show), Route::post("/people/groups", make)]
}

#[derive(Default, Deserialize)]
struct Asked {
    #[serde(default)]
    search: String,
    #[serde(default)]
    cursor: String,
}

#[derive(Deserialize)]
struct Group {
    name: String,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    attributes: Values,
}

async fn show(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let main = content(&visit, &asked, &Kept::default()).await?;
    Ok(visit.page("Groups", main))
}

async fn content(visit: &Visit, asked: &Asked, kept: &Kept) -> Result<Markup, Problem> {
    let form = kept.form("make");
    let given = [("search", asked.search.as_str())];
    let list = with_query("/api/v1/groups", &[&given[..], &[("cursor", &asked.cursor), ("limit", "50")]].concat());
    let groups = visit.api.get::<Page<Group>>(list).await?;
    let row = |group: &Group| {
        vec![
            html! { a href=(to!("/people/groups/{}", group.name)) { (group.name) } },
            html! { (group.description.as_deref().unwrap_or("")) },
            line(&group.attributes),
        ]
    };
    Ok(html! {
        (head("People", "Who is in a group has its attributes; policies and grants name groups.", html! {}))
        (lists("Groups"))
        (filters("/people/groups", html! {
            input type="search" name="search" value=(asked.search) placeholder="Part of a name or a description" aria-label="Search groups";
        }))
        div #list {
            @if groups.items.is_empty() { (empty("No group", html! { "No group that you may know of fits. Shorten the search." })) }
            @else { (table(&["Group", "About", "Attributes of its members"], &groups.items.iter().map(row).collect::<Vec<_>>())) }
            (pager("/people/groups", &given, &asked.cursor, groups.next.as_deref()))
        }
        @if visit.me.has(&["USER_ADMIN"]) {
            (section("Create a group", html! {
                (form.told())
                form.row method="post" action="/people/groups" {
                    (input("name", "Name", form.text("name", ""), ""))
                    (input("description", "About", form.text("description", ""), "for people"))
                    button.main { "Create the group" }
                }
            }))
        }
    })
}

async fn make(visit: Visit, form: Form) -> Result<Response, Problem> {
    let name = form.text("name");
    let body = match form.some("description") {
        Some(description) => json!({ "description": description }),
        None => json!({}),
    };
    let made = match name {
        "" => Err(Problem::malformed("a group needs a name")),
        name => visit.api.put(to!("/api/v1/groups/{}", name), &body, Expected::Absent).await,
    };
    match made {
        Ok(_) => Ok(done(&to!("/people/groups/{}", name), "The group is created: add its members.")),
        Err(problem) => {
            let kept = Kept::of("make", form, problem)?;
            let main = content(&visit, &Asked::default(), &kept).await;
            kept.answer(main.map(|main| visit.page("Groups", main)))
        }
    }
}
