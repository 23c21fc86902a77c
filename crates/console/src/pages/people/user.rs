//! A user: what they can read and why, what is known of them, and what they were.

use axum::extract::{Path, Query};
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::Value;

use super::ADMINS;
use super::values::{Values, editor};
use crate::api::{Api, to, with_query};
use crate::frame;
use crate::parts::{
    Again, Kept, Page, Version, at, badge, button, check, copied, deleting, empty, head, hidden, history, input,
    lookup, meanwhile, pager, section, sentences, table, tabs,
};
use crate::problem::Problem;
use crate::route::Route;
use crate::time;
use crate::visit::Visit;

/// How many data sources are shown of what somebody reaches: nobody reads more of them in one page.
const SHOWN: usize = 200;
/// What somebody may do in Scrim, and what it is for.
const PERMISSIONS: [(&str, &str); 8] = [
    ("APPLICATION_ADMIN", "integrations, sign-in, permissions"),
    ("USER_ADMIN", "users, groups, attributes"),
    ("GOVERNANCE", "policies, purposes, tags"),
    ("AUDIT", "reads everything, and the audit trail"),
    ("CREATE_DATA_SOURCE", "registers tables"),
    ("CREATE_PROJECT", "makes projects"),
    ("PROJECT_MANAGEMENT", "runs every project"),
    ("IMPERSONATE_USER", "sees a view as somebody else"),
];

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/people/users/{name}", show), Route::get("/people/users/{name}/history", versions)]
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    as_of: String,
    #[serde(default)]
    cursor: String,
}

#[derive(Deserialize)]
struct User {
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
    #[serde(default)]
    warehouse_user: Option<Value>,
    #[serde(default)]
    current_project: Option<String>,
    #[serde(default)]
    external: Option<Value>,
}

#[derive(Deserialize)]
struct Reach {
    readable: Vec<Readable>,
    discoverable: Vec<Discoverable>,
}

#[derive(Deserialize)]
struct Readable {
    data_source: String,
    view: String,
    because: Vec<String>,
}

#[derive(Deserialize)]
struct Discoverable {
    data_source: String,
    needs: Vec<String>,
}

async fn show(visit: Visit, Path(name): Path<String>, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    profile_page(&visit, name, &time::asked(&asked.as_of)?, &Kept::default()).await
}

/// Their page; forms that were refused stand there as they were sent. `as_of` is the moment that is asked about, if not now.
pub(super) async fn profile_page(visit: &Visit, name: String, as_of: &str, kept: &Kept) -> Result<Response, Problem> {
    let document = visit.api.versioned(to!("/api/v1/users/{}", name)).await?;
    let version = document.version;
    let user: User = serde_json::from_value(Value::Object(document.body))
        .map_err(|error| Problem::broken(format!("a user as the API tells it: {error}")))?;
    let (page, may) = (to!("/people/users/{}", name), visit.me.has(ADMINS));
    let decides = visit.me.has(&["APPLICATION_ADMIN"]);
    let as_of = as_of.to_owned();
    let main = html! {
        (heading(&name, &user, may))
        (parts("Profile", &name))
        div.cards {
            (section("Groups", groups(&user, &page, may, kept.form("groups"))))
            (section("Attributes", editor(&user.attributes, &page, may, kept.form("attributes"))))
            (section("Profile", profile(&user, &page, &version, may, kept)))
            (section("Permissions in Scrim", permissions(&user, &page, &version, decides, kept.form("permissions"))))
        }
        h2 { "What they can read" }
        form.filters method="get" action=(page) {
            (at("as_of", "As it was at", &as_of))
            button { "Show" }
            @if !as_of.is_empty() { a href=(page) { "as it is now" } }
        }
        (frame::waiting("Working out what they reach"))
    };
    let api = visit.api.clone();
    let later = frame::later(async move { reach(&api, &name, &as_of).await });
    Ok(visit.streamed("User", main, vec![later]))
}

fn heading(name: &str, user: &User, may: bool) -> Markup {
    let page = to!("/people/users/{}", name);
    html! {
        (head(name, user.description.as_deref().unwrap_or(""), html! {
            @if user.disabled { (badge("bad", "disabled")) } @else { (badge("good", "active")) }
            @if user.external.is_some() { (badge("", "known to a provider")) }
            @if may {
                @if user.disabled { (button(&format!("{page}/enable"), "Enable", "")) }
                @else { (button(&format!("{page}/disable"), "Disable", "danger")) }
            }
        }))
        @if user.disabled { div.notice.warn { "A disabled user reads nothing and cannot sign in." } }
    }
}

/// The pages of a user.
pub(super) fn parts(shown: &str, name: &str) -> Markup {
    tabs(
        shown,
        &[
            ("Profile", to!("/people/users/{}", name)),
            ("Sign-in and tokens", to!("/people/users/{}/account", name)),
            ("History", to!("/people/users/{}/history", name)),
        ],
    )
}

fn groups(user: &User, page: &str, may: bool, form: Again<'_>) -> Markup {
    html! {
        @if user.groups.is_empty() { p.muted { "In no group." } }
        ul.plain {
            @for group in &user.groups {
                li {
                    form.inline method="post" action=(format!("{page}/groups/remove")) {
                        (hidden("group", group))
                        a href=(to!("/people/groups/{}", group)) { (group) }
                        @if may { button.small aria-label=(format!("Remove from {group}")) { "Remove" } }
                    }
                }
            }
        }
        @if may {
            (form.told())
            form.row method="post" action=(format!("{page}/groups")) { (lookup("group", "Group", "groups", form.text("group", ""), "")) button { "Add" } }
        }
    }
}

fn profile(user: &User, page: &str, version: &str, may: bool, kept: &Kept) -> Markup {
    let login = match &user.warehouse_user {
        Some(Value::String(login)) => login.as_str(),
        _ => "",
    };
    let by = user.warehouse_user.as_ref().and_then(Value::as_object);
    let about = user.description.as_deref().unwrap_or("");
    let (form, confirm) = (kept.form("profile"), kept.form("confirm"));
    html! {
        @if let Some(project) = &user.current_project { p { "Acts under the project " a href=(to!("/projects/{}", project)) { (project) } "." } }
        @if let Some(by) = by {
            p { "Login by integration: " @for (integration, login) in by { code { (integration) ": " (login.as_str().unwrap_or("")) } " " } }
        } @else if !may && !login.is_empty() { p { "Login in the warehouse: " code { (login) } } }
        @if may {
            (form.told())
            @if form.overtaken() { (meanwhile(&[("About", about), ("Login in the warehouse", login)])) }
            form.row method="post" action=(format!("{page}/profile")) {
                (form.version(version))
                (input("description", "About", form.text("description", about), ""))
                @if by.is_none() { (input("warehouse_user", "Login in the warehouse", form.text("warehouse_user", login), "empty: the same as the name")) }
                button { "Save" }
            }
            details open[confirm.refused()] {
                summary { "A login that was made anew" }
                (confirm.told())
                p { "Where a login was dropped in a warehouse and made anew under the same name, the views stay closed to it until somebody confirms that it is the same person." }
                form.row method="post" action=(format!("{page}/confirm")) { (input("integration", "Integration", confirm.text("integration", ""), "")) button { "Confirm the login" } }
            }
            (deleting(&format!("{page}/delete"), "this user", "Takes everything from them, and the user out of every list they stand in. Disable them instead if they may come back."))
        }
    }
}

fn permissions(user: &User, page: &str, version: &str, may: bool, form: Again<'_>) -> Markup {
    if !may {
        return html! {
            @if user.permissions.is_empty() { p.muted { "None: they read data, and ask for it." } }
            @else { ul.plain { @for held in &user.permissions { li { (held) } } } }
        };
    }
    let held = |permission: &str| user.permissions.iter().any(|held| held == permission);
    html! {
        (form.told())
        @if form.overtaken() { (meanwhile(&[("Permissions", &user.permissions.join(", "))])) }
        form method="post" action=(format!("{page}/permissions")) {
            (form.version(version))
            ul.plain {
                @for (permission, about) in PERMISSIONS {
                    li { (check("permission", permission, permission, form.ticked("permission", permission, held(permission)))) span.muted { (about) } }
                }
            }
            button { "Save the permissions" }
        }
    }
}

async fn reach(api: &Api, name: &str, as_of: &str) -> Result<Markup, Problem> {
    let path = with_query(&to!("/api/v1/users/{}/reach", name), &[("as_of", as_of)]);
    let Some(reach) = api.maybe::<Reach>(path).await? else {
        return Ok(
            html! { p.muted { "GOVERNANCE and AUDIT are told what others can read, and everybody what they can read themselves." } },
        );
    };
    let more = |all: usize| html! { @if all > SHOWN { p.muted { "The first " (SHOWN) " of " (all) "." } } };
    let source = |name: &str| html! { a href=(to!("/data-sources/{}", name)) { (name) } };
    let why = |of: &str| with_query(&to!("/data-sources/{}/why", of), &[("user", name)]);
    let readable = reach.readable.iter().take(SHOWN).map(|one| {
        vec![
            source(&one.data_source),
            copied(&one.view),
            sentences(&one.because),
            html! { a href=(why(&one.data_source)) { "What they see of it" } },
        ]
    });
    let lacking = reach.discoverable.iter().take(SHOWN).map(|one| {
        vec![source(&one.data_source), sentences(&one.needs), html! { a href=(why(&one.data_source)) { "Why not" } }]
    });
    Ok(html! {
        @if reach.readable.is_empty() { (empty("Nothing", html! { "No data source is open to them." })) }
        @else { (section(&format!("Can read {}", reach.readable.len()), html! {
            (table(&["Data source", "Its view", "Because", ""], &readable.collect::<Vec<_>>())) (more(reach.readable.len()))
        })) }
        @if !reach.discoverable.is_empty() { (section(&format!("Knows of, and cannot read: {}", reach.discoverable.len()), html! {
            (table(&["Data source", "Lacks", ""], &lacking.collect::<Vec<_>>())) (more(reach.discoverable.len()))
        })) }
    })
}

async fn versions(visit: Visit, Path(name): Path<String>, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let list = with_query(&to!("/api/v1/users/{}/versions", name), &[("cursor", &asked.cursor), ("limit", "50")]);
    let versions = visit.api.get::<Page<Version>>(list).await?;
    let main = html! {
        (head(&name, "", html! {}))
        (parts("History", &name))
        (section("History", history(&visit.me, &versions.items)))
        (pager(&to!("/people/users/{}/history", name), &[], &asked.cursor, versions.next.as_deref()))
    };
    Ok(visit.page("History of a user", main))
}
