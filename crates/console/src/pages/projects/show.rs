//! A project: its data, its purposes, who is a member of it, and who has acknowledged what.

use axum::extract::{Path, Query};
use axum::response::Response;
use futures_util::future::try_join_all;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::Value;

use super::model::{Acknowledged, Member, Project};
use crate::api::{to, with_query};
use crate::parts::{
    Kept, Page, Version, badge, button, check, choice, deleting, empty, facts, head, hidden, history, input, lookup,
    meanwhile, pager, section, table, tabs, undecided, user,
};
use crate::problem::Problem;
use crate::route::Route;
use crate::time;
use crate::visit::Visit;

/// Who runs every project.
const RUNNING: &[&str] = &["PROJECT_MANAGEMENT", "GOVERNANCE"];

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/projects/{name}", show), Route::get("/projects/{name}/history", versions)]
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    cursor: String,
}

#[derive(Deserialize)]
struct Purpose {
    #[serde(default)]
    acknowledgement: Option<String>,
}

/// What of a project depends on who looks.
struct Seen<'a> {
    visit: &'a Visit,
    name: &'a str,
    page: String,
    /// Whether they may change it.
    may: bool,
    /// Whether they own it.
    owner: bool,
    /// The form that they sent and that was refused.
    kept: &'a Kept,
}

pub(super) fn parts(shown: &str, name: &str) -> Markup {
    tabs(shown, &[("Project", to!("/projects/{}", name)), ("History", to!("/projects/{}/history", name))])
}

async fn show(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    project_page(&visit, &name, &Kept::default()).await
}

/// Its page; forms that were refused stand there as they were sent.
pub(super) async fn project_page(visit: &Visit, name: &str, kept: &Kept) -> Result<Response, Problem> {
    let document = visit.api.versioned(to!("/api/v1/projects/{}", name)).await?;
    let version = document.version;
    let project: Project = serde_json::from_value(Value::Object(document.body))
        .map_err(|error| Problem::broken(format!("a project as the API tells it: {error}")))?;
    let owner = project.owned_by(&visit.me);
    let may = owner || visit.me.has(RUNNING);
    let seen = Seen { visit, name, page: to!("/projects/{}", name), may, owner, kept };
    let own = project.members.iter().find(|member| member.user == visit.me.user);
    let texts = match own {
        Some(own) => missing(&seen, &project, own).await?,
        None => html! {},
    };
    let main = html! {
        (head(name, project.description.as_deref().unwrap_or(""), standing(&seen, own, project.joinable())))
        (parts("Project", name))
        (texts)
        div.cards {
            (section("Purposes", purposes(&seen, &project, own.is_some())))
            (section("Data sources", sources(&seen, &project)))
            (section("About", about(&seen, &project, &version)))
        }
        (section("Members", members(&seen, &project)))
    };
    Ok(visit.page("Project", main))
}

/// What whoever looks is to it, and what they can do about that.
fn standing(seen: &Seen<'_>, own: Option<&Member>, joinable: bool) -> Markup {
    html! {
        @if own.is_some() {
            @if seen.visit.me.current_project.as_deref() == Some(seen.name) { (badge("good", "your current project")) }
            @else {
                form.inline method="post" action="/current-project" {
                    (hidden("to", &seen.page)) (hidden("project", seen.name))
                    button.main { "Switch to it" }
                }
            }
            (button(&format!("{}/leave", seen.page), "Leave", ""))
        } @else if joinable || seen.may { (button(&format!("{}/join", seen.page), "Join", "main")) }
        @else { span.muted { (badge("", "not a member")) } }
    }
}

/// The texts that a member has not yet acknowledged, each with a way to do that.
async fn missing(seen: &Seen<'_>, project: &Project, own: &Member) -> Result<Markup, Problem> {
    let open = project.purposes.iter().filter(|purpose| !own.acknowledged.has(purpose));
    let texts = open.map(|purpose| async move {
        let text = seen.visit.api.get::<Purpose>(to!("/api/v1/purposes/{}", purpose)).await?.acknowledgement;
        Ok::<_, Problem>((purpose, text))
    });
    let texts = try_join_all(texts).await?;
    Ok(html! {
        @for (purpose, text) in texts {
            div.notice.warn {
                strong { "Acknowledge the purpose " (purpose) }
                p { "Until you do, the project opens nothing to you for it." }
                @if let Some(text) = &text { blockquote { (text) } }
                form.row method="post" action=(format!("{}/acknowledge", seen.page)) {
                    (hidden("purpose", purpose))
                    @if let Some(text) = &text { (hidden("text", text)) }
                    label.check { input type="checkbox" name="accepted" value="yes" required; " " "I have read this, and I act by it" }
                    button.main { "Acknowledge" }
                }
            }
        }
    })
}

fn purposes(seen: &Seen<'_>, project: &Project, member: bool) -> Markup {
    let decides = seen.visit.me.has(RUNNING);
    let request = seen.kept.form("request");
    html! {
        @if project.purposes.is_empty() { p.muted { "None: its members read nothing for a purpose yet." } }
        @for purpose in &project.purposes { (entry(seen, "purposes", purpose, &to!("/purposes/{}", purpose))) }
        @if seen.visit.me.has(RUNNING) { (adding(seen, "purposes", "Purpose", "purposes")) }
        @for one in &project.requested_purposes {
            div.notice.warn {
                (badge("warn", "requested")) " " strong { (one.purpose) } " by " (one.by) ", " (time::moment(one.at))
                p { (one.reason.as_deref().unwrap_or("No reason given.")) }
                @if decides && one.by != seen.visit.me.user {
                    @let decide = seen.kept.form("decide").about("purpose", &one.purpose);
                    (decide.told())
                    form.row method="post" action=(format!("{}/decide", seen.page)) {
                        (undecided())
                        (hidden("purpose", &one.purpose))
                        button.main name="decision" value="approve" { "Approve" }
                        (input("reason", "Reason for a no", decide.text("reason", ""), ""))
                        button.danger name="decision" value="deny" { "Deny" }
                    }
                } @else if one.by != seen.visit.me.user && !seen.owner { p.muted { "GOVERNANCE or PROJECT_MANAGEMENT decides." } }
                @if one.by == seen.visit.me.user || seen.owner {
                    form.inline method="post" action=(format!("{}/withdraw", seen.page)) { (hidden("purpose", &one.purpose)) button.small { "Take the request back" } }
                }
            }
        }
        @for one in &project.refused_purposes {
            div.notice {
                (badge("bad", "refused")) " " strong { (one.purpose) } ": " (one.by) " asked, " (one.refused_by) " said no, " (time::moment(one.at))
                @if let Some(answer) = &one.answer { p { (answer) } }
            }
        }
        @if member || seen.owner {
            details open[request.refused()] {
                summary { "Ask for a purpose" }
                (request.told())
                form.row method="post" action=(format!("{}/request", seen.page)) {
                    (lookup("purpose", "Purpose", "purposes", request.text("purpose", ""), ""))
                    (input("reason", "Why", request.text("reason", ""), "who decides reads it"))
                    button { "Ask for it" }
                }
            }
        }
    }
}

fn sources(seen: &Seen<'_>, project: &Project) -> Markup {
    html! {
        @if project.data_sources.is_empty() { p.muted { "None yet." } }
        @for source in &project.data_sources { (entry(seen, "data_sources", source, &to!("/data-sources/{}", source))) }
        @if seen.may { (adding(seen, "data_sources", "Data source", "data-sources")) }
    }
}

/// A name in a list of the project, with a way to take it out.
fn entry(seen: &Seen<'_>, list: &str, value: &str, to: &str) -> Markup {
    html! {
        form.inline.entry method="post" action=(format!("{}/remove", seen.page)) {
            (hidden("list", list)) (hidden("value", value))
            a href=(to) { (value) }
            @if seen.may { button.small aria-label=(format!("Remove {value}")) { "Remove" } }
        }
    }
}

fn adding(seen: &Seen<'_>, list: &str, label: &str, kind: &str) -> Markup {
    let form = seen.kept.form("add").about("list", list);
    html! {
        (form.told())
        form.row method="post" action=(format!("{}/add", seen.page)) {
            (hidden("list", list)) (lookup("value", label, kind, form.text("value", ""), "")) button { "Add" }
        }
    }
}

fn members(seen: &Seen<'_>, project: &Project) -> Markup {
    let row = |member: &Member| {
        let open: Vec<_> = project.purposes.iter().filter(|purpose| !member.acknowledged.has(purpose)).collect();
        vec![
            html! { (user(&seen.visit.me, &member.user)) },
            html! {
                @if open.is_empty() { (badge("good", "acknowledged")) }
                @else { (badge("warn", "not acknowledged")) " " @if !matches!(&member.acknowledged, Acknowledged::All(false)) { @for purpose in open { code { (purpose) } " " } } }
            },
            html! {
                @if seen.may {
                    form.inline method="post" action=(format!("{}/remove", seen.page)) {
                        (hidden("list", "members")) (hidden("value", &member.user))
                        button.small aria-label=(format!("Remove {}", member.user)) { "Remove" }
                    }
                }
            },
        ]
    };
    html! {
        @if project.members.is_empty() { (empty("Nobody", html! { "Add members below: each acknowledges the purposes before the project opens anything to them." })) }
        @else { (table(&["Member", "Purposes", ""], &project.members.iter().map(row).collect::<Vec<_>>())) }
        @if seen.may { (adding(seen, "members", "User", "users")) }
    }
}

fn about(seen: &Seen<'_>, project: &Project, version: &str) -> Markup {
    let access = project.access.as_str().unwrap_or(if project.access.is_null() { "individuals" } else { "" });
    let about = project.description.as_deref().unwrap_or("");
    let (form, add) = (seen.kept.form("edit"), seen.kept.form("add"));
    let owner = if add.text("list", "") == "owner_groups" { add } else { add.about("list", "owner_users") };
    let switched = |on: bool| if on { "on" } else { "off" };
    html! {
        (facts(&[
            ("Owners", html! {
                @for owner in &project.owners {
                    @let (list, value) = owner.key();
                    form.inline.entry method="post" action=(format!("{}/remove", seen.page)) {
                        (hidden("list", list)) (hidden("value", value)) (owner.shown(&seen.visit.me))
                        @if seen.may { button.small aria-label=(format!("Remove {value}")) { "Remove" } }
                    }
                }
            }),
            ("Joining", html! { (project.joining()) }),
            ("Equalization", html! { @if project.equalized { "on: every member reads what all of them may read" } @else { "off" } }),
            ("Joins on masked values", html! { @if project.masked_joins { "on: a hash is the same in all its data sources" } @else { "off" } }),
        ]))
        @if seen.may {
            details open[form.refused() || owner.refused()] {
                summary { "Change" }
                (form.told())
                @if form.overtaken() { (meanwhile(&[
                    ("About", about), ("Joining", &project.joining()), ("Equalization", switched(project.equalized)), ("Joins on masked values", switched(project.masked_joins)),
                ])) }
                form.row method="post" action=(format!("{}/edit", seen.page)) {
                    (form.version(version))
                    (input("description", "About", form.text("description", about), "for people"))
                    (choice("access", "Joining", form.text("access", access), &[("individuals", "its owners add members"), ("anyone", "anyone may join"), ("", "as its document says")]))
                    (check("equalized", "yes", "Equalization", form.ticked("equalized", "yes", project.equalized)))
                    (check("masked_joins", "yes", "Joins on masked values", form.ticked("masked_joins", "yes", project.masked_joins)))
                    button { "Save" }
                }
                (owner.told())
                form.row method="post" action=(format!("{}/add", seen.page)) {
                    (choice("list", "Owner", owner.text("list", "owner_users"), &[("owner_users", "user"), ("owner_groups", "group")]))
                    (input("value", "Name", owner.text("value", ""), "")) button { "Add an owner" }
                }
            }
            (deleting(&format!("{}/delete", seen.page), "this project", "Whoever reads something by it alone no longer does."))
        }
    }
}

async fn versions(visit: Visit, Path(name): Path<String>, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let list = with_query(&to!("/api/v1/projects/{}/versions", name), &[("cursor", &asked.cursor), ("limit", "50")]);
    let versions = visit.api.get::<Page<Version>>(list).await?;
    let cursor = &asked.cursor;
    let main = html! {
        (head(&name, "", html! {}))
        (parts("History", &name))
        (section("History", history(&visit.me, &versions.items)))
        (pager(&to!("/projects/{}/history", name), &[], cursor, versions.next.as_deref()))
    };
    Ok(visit.page("History of a project", main))
}
