//! A group: who is in it, what they have by it, and what names it.

use axum::extract::{Path, Query};
use axum::response::Response;
use futures_util::future::try_join;
use http::Method;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Value, json};

use super::ADMINS;
use super::values::{self, Values, editor};
use crate::api::{Expected, to, with_query};
use crate::form::Form;
use crate::frame;
use crate::pages::deleting::deleted;
use crate::pages::uses::{Used, uses};
use crate::parts::{
    Again, Kept, Page, Version, badge, deleting, empty, head, hidden, history, input, lookup, meanwhile, pager,
    section, table, tabs,
};
use crate::problem::Problem;
use crate::route::Route;
use crate::visit::{Visit, done};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/people/groups/{name}", show),
        Route::get("/people/groups/{name}/history", versions),
        Route::post("/people/groups/{name}/members", add_member),
        Route::post("/people/groups/{name}/attributes", give),
        Route::post("/people/groups/{name}/attributes/remove", take),
        Route::post("/people/groups/{name}/describe", describe),
        Route::post("/people/groups/{name}/delete", delete),
    ]
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    cursor: String,
}

#[derive(Deserialize)]
struct Group {
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    attributes: Values,
    #[serde(default)]
    external: Option<Value>,
}

#[derive(Deserialize)]
struct Member {
    user: String,
    disabled: bool,
}

fn page(name: &str) -> String {
    to!("/people/groups/{}", name)
}

fn parts(shown: &str, name: &str) -> Markup {
    tabs(shown, &[("Group", page(name)), ("History", to!("/people/groups/{}/history", name))])
}

async fn show(visit: Visit, Path(name): Path<String>, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    group_page(&visit, name, &asked.cursor, &Kept::default()).await
}

/// Its page; forms that were refused stand there as they were sent.
async fn group_page(visit: &Visit, name: String, cursor: &str, kept: &Kept) -> Result<Response, Problem> {
    let list = with_query(&to!("/api/v1/groups/{}/members", name), &[("cursor", cursor), ("limit", "50")]);
    let group = visit.api.versioned(to!("/api/v1/groups/{}", name));
    let (document, members) = try_join(group, visit.api.get::<Page<Member>>(list)).await?;
    let version = document.version;
    let group: Group = serde_json::from_value(Value::Object(document.body))
        .map_err(|error| Problem::broken(format!("a group as the API tells it: {error}")))?;
    let (page, may) = (page(&name), visit.me.has(&["USER_ADMIN"]));
    let (about, form) = (group.description.as_deref().unwrap_or(""), kept.form("describe"));
    let main = html! {
        (head(&name, about, html! {
            @if group.external.is_some() { (badge("", "known to a provider")) }
        }))
        (parts("Group", &name))
        div.halves {
            (section("Members", html! {
                (listed(&name, &members.items, visit.me.has(ADMINS), kept.form("members")))
                (pager(&page, &[], cursor, members.next.as_deref()))
            }))
            div {
                (section("Attributes of its members", editor(&group.attributes, &page, may, kept.form("attributes"))))
                @if may {
                    (section("About", html! {
                        (form.told())
                        @if form.overtaken() { (meanwhile(&[("Description", about)])) }
                        form.row method="post" action=(format!("{page}/describe")) {
                            (form.version(&version))
                            (input("description", "Description", form.text("description", about), "for people"))
                            button { "Save" }
                        }
                        (deleting(&format!("{page}/delete"), "this group", "Its members lose what they have by it, and it is taken out of the lists it stands in. A group that a policy names cannot be deleted."))
                    }))
                }
            }
        }
        h2 { "What names it" }
        (frame::waiting("Looking through policies, grants and projects"))
    };
    let api = visit.api.clone();
    let later =
        frame::later(
            async move { uses(&api, Used::Group(&name)).await.map(|found| html! { section.card { (found) } }) },
        );
    Ok(visit.streamed("Group", main, vec![later]))
}

fn listed(name: &str, members: &[Member], may: bool, form: Again<'_>) -> Markup {
    let row = |member: &Member| {
        vec![
            html! { a href=(to!("/people/users/{}", member.user)) { (member.user) } @if member.disabled { " " (badge("bad", "disabled")) } },
            html! {
                @if may {
                    form.inline method="post" action=(to!("/people/users/{}/groups/remove", member.user)) {
                        (hidden("group", name)) (hidden("to", &page(name)))
                        button.small aria-label=(format!("Remove {}", member.user)) { "Remove" }
                    }
                }
            },
        ]
    };
    html! {
        @if members.is_empty() { (empty("Nobody", html! { "Nobody that you may know of is in the group." })) }
        @else { (table(&["User", ""], &members.iter().map(row).collect::<Vec<_>>())) }
        @if may {
            (form.told())
            form.row method="post" action=(format!("{}/members", page(name))) { (lookup("user", "User", "users", form.text("user", ""), "")) button { "Add" } }
        }
    }
}

/// Goes on after a form of the page; one that was refused is shown there again, with what was written.
async fn ended(
    visit: &Visit,
    name: String,
    (which, form): (&'static str, Form),
    became: Result<String, Problem>,
) -> Result<Response, Problem> {
    match became {
        Ok(told) => Ok(done(&page(&name), &told)),
        Err(problem) => {
            let kept = Kept::of(which, form, problem)?;
            let page = group_page(visit, name, "", &kept).await;
            kept.answer(page)
        }
    }
}

async fn add_member(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    let added = async {
        let user = form.some("user").ok_or_else(|| Problem::malformed("no user is named: write their name"))?;
        visit.api.send(Method::PUT, to!("/api/v1/users/{}/groups/{}", user, name), &Value::Null).await?;
        Ok(format!("{user} is in the group."))
    };
    let added = added.await;
    ended(&visit, name, ("members", form), added).await
}

async fn give(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    let given = values::set(&visit.api, Method::PUT, &to!("/api/v1/groups/{}", name), &form).await;
    ended(&visit, name, ("attributes", form), given).await
}

async fn take(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    let told = values::set(&visit.api, Method::DELETE, &to!("/api/v1/groups/{}", name), &form).await?;
    Ok(done(&page(&name), &told))
}

async fn describe(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    let described = described(&visit, &name, &form).await.map(|()| "The description is saved.".to_owned());
    ended(&visit, name, ("describe", form), described).await
}

async fn described(visit: &Visit, name: &str, form: &Form) -> Result<(), Problem> {
    let path = to!("/api/v1/groups/{}", name);
    let mut group = visit.api.versioned(&path).await?;
    match form.some("description") {
        Some(text) => drop(group.body.insert("description".to_owned(), json!(text))),
        None => drop(group.body.remove("description")),
    }
    let version = form.some("version").unwrap_or(&group.version);
    visit.api.put(path, &group.body, Expected::Version(version)).await.map(drop)
}

async fn delete(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    deleted(&visit, &to!("/api/v1/groups/{}", name), &form, &page(&name), "/people/groups").await
}

async fn versions(visit: Visit, Path(name): Path<String>, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let list = with_query(&to!("/api/v1/groups/{}/versions", name), &[("cursor", &asked.cursor), ("limit", "50")]);
    let versions = visit.api.get::<Page<Version>>(list).await?;
    let main = html! {
        (head(&name, "", html! {}))
        (parts("History", &name))
        (section("History", history(&visit.me, &versions.items)))
        (pager(&to!("/people/groups/{}/history", name), &[], &asked.cursor, versions.next.as_deref()))
    };
    Ok(visit.page("History of a group", main))
}
