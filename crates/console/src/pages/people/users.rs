//! All users, and making one.

use axum::extract::Query;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::values::{Values, line};
use super::{ADMINS, lists};
use crate::api::{Expected, to, with_query};
use crate::form::Form;
use crate::parts::{Again, Kept, Page, badge, choice, empty, filters, head, input, lookup, pager, section, table};
use crate::problem::Problem;
use crate::route::Route;
use crate::visit::{Visit, done};

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/people", show), Route::get("/people/users", show), Route::post("/people/users", make)]
}

#[derive(Default, Deserialize)]
struct Asked {
    #[serde(default)]
    search: String,
    #[serde(default)]
    group: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    cursor: String,
}

#[derive(Deserialize)]
struct User {
    name: String,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    disabled: bool,
    #[serde(default)]
    groups: Vec<String>,
    #[serde(default)]
    attributes: Values,
    #[serde(default)]
    permissions: Vec<String>,
}

async fn show(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let main = content(&visit, &asked, &Kept::default()).await?;
    Ok(visit.page("Users", main))
}

async fn content(visit: &Visit, asked: &Asked, kept: &Kept) -> Result<Markup, Problem> {
    let form = kept.form("make");
    let given = [("search", asked.search.as_str()), ("group", &asked.group), ("status", &asked.status)];
    let list = with_query("/api/v1/users", &[&given[..], &[("cursor", &asked.cursor), ("limit", "50")]].concat());
    let users = visit.api.get::<Page<User>>(list).await?;
    Ok(html! {
        (head("People", "Who they are, which groups they are in, and what is known of them: policies decide by it.", html! {}))
        (lists("Users"))
        (filters("/people/users", html! {
            input type="search" name="search" value=(asked.search) placeholder="Part of a name or a description" aria-label="Search users";
            (lookup("group", "In the group", "groups", &asked.group, ""))
            (choice("status", "State", &asked.status, &[("", "any"), ("active", "active"), ("disabled", "disabled")]))
        }))
        div #list {
            @if users.items.is_empty() { (empty("No user", html! { "Nobody that you may know of fits. Shorten the search, or leave out a filter." })) }
            @else { (table(&["User", "About", "Groups", "Attributes", "Permissions"], &users.items.iter().map(row).collect::<Vec<_>>())) }
            (pager("/people/users", &given, &asked.cursor, users.next.as_deref()))
        }
        @if visit.me.has(ADMINS) { (making(form)) }
    })
}

fn row(user: &User) -> Vec<Markup> {
    vec![
        html! { a href=(to!("/people/users/{}", user.name)) { (user.name) } @if user.disabled { " " (badge("bad", "disabled")) } },
        html! { (user.description.as_deref().unwrap_or("")) },
        html! { @for group in &user.groups { a.tag href=(to!("/people/groups/{}", group)) { (group) } " " } },
        line(&user.attributes),
        html! { (user.permissions.join(", ")) },
    ]
}

fn making(form: Again<'_>) -> Markup {
    section(
        "Create a user",
        html! {
            (form.told())
            form.row method="post" action="/people/users" {
                (input("name", "Name", form.text("name", ""), "as they sign in; also their login in the warehouse"))
                (input("description", "About", form.text("description", ""), "for people"))
                (lookup("group", "Group", "groups", form.text("group", ""), "more of them afterwards"))
                (input("warehouse_user", "Login in the warehouse", form.text("warehouse_user", ""), "only where it is another name"))
                button.main { "Create the user" }
            }
        },
    )
}

async fn make(visit: Visit, form: Form) -> Result<Response, Problem> {
    let name = form.text("name");
    let mut body = Map::new();
    for field in ["description", "warehouse_user"] {
        if let Some(text) = form.some(field) {
            body.insert(field.to_owned(), json!(text));
        }
    }
    if let Some(group) = form.some("group") {
        body.insert("groups".to_owned(), json!([group]));
    }
    let made = match name {
        "" => Err(Problem::malformed("a user needs a name")),
        name => visit.api.put(to!("/api/v1/users/{}", name), &Value::Object(body), Expected::Absent).await,
    };
    match made {
        Ok(_) => Ok(done(
            &to!("/people/users/{}", name),
            "The user is created. They can sign in once they have a password, or by single sign-on.",
        )),
        Err(problem) => {
            let kept = Kept::of("make", form, problem)?;
            let main = content(&visit, &Asked::default(), &kept).await;
            kept.answer(main.map(|main| visit.page("Users", main)))
        }
    }
}
