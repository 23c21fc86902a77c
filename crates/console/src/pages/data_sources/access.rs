//! Giving and taking access to a data source: requests, subscriptions, grants.

use axum::extract::Path;
use axum::response::Response;
use http::Method;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::source::Source;
use super::subscribers::{Grant, Subscription};
use super::tagging::opening;
use crate::api::{to, with_query};
use crate::form::Form;
use crate::parts::{Page, choice, empty, group, head, hidden, input, lookup, state, table, until, user};
use crate::problem::Problem;
use crate::route::Route;
use crate::time;
use crate::visit::{Visit, done};

/// How much of a name stands in that of a grant: names have an end.
const NAMED: usize = 50;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post("/data-sources/{name}/subscribers/decide", decide),
        Route::post("/data-sources/{name}/grants", grant),
        Route::post("/data-sources/{name}/grants/remove", remove),
    ]
}

/// Subscriptions in whatever state, with what can be done about each.
pub(super) fn subscriptions(visit: &Visit, source: &Source, page: &Page<Subscription>) -> Markup {
    if page.items.is_empty() {
        return empty(
            "No subscription",
            html! { "Nobody subscribed or asked; policies and grants may let in people all the same." },
        );
    }
    let row = |one: &Subscription| {
        vec![
            html! { (user(&visit.me, &one.user)) },
            html! { (state(&one.state)) },
            html! {
                (one.reason.as_deref().unwrap_or("")) @if let Some(answer) = &one.answer { br; small { "answered: " (answer) } }
            },
            time::maybe(one.requested),
            time::maybe(one.expires),
            html! { @if one.user != visit.me.user { (decisions(visit, source, one)) } },
        ]
    };
    html! {
        (table(&["User", "State", "Why", "Asked", "Expires", ""], &page.items.iter().map(row).collect::<Vec<_>>()))
        @if page.next.is_some() { p.muted { "These are the first 200." } }
    }
}

fn decisions(visit: &Visit, source: &Source, one: &Subscription) -> Markup {
    let to = to!("/data-sources/{}/subscribers/decide", source.name());
    let reason = html! { input name="reason" placeholder="Reason" aria-label=(format!("Reason for {}", one.user)) maxlength="4096"; };
    let mut roles: Vec<(&str, &str)> = vec![];
    if source.owned() {
        roles.push(("OWNER", "owner"));
    }
    roles.extend(visit.me.permissions().iter().map(|role| (role.as_str(), role.as_str())));
    html! {
        form.inline method="post" action=(to) {
            (hidden("subscription", &one.name))
            @match one.state.as_str() {
                "requested" => {
                    @if !roles.is_empty() {
                        (choice("as", "As", "OWNER", &roles))
                        (until("expires", "Until", ""))
                        button.small.main name="decision" value="approve" { "Approve" }
                    }
                    (reason) button.small.danger name="decision" value="deny" { "Deny" }
                }
                "active" => { (reason) button.small.danger name="decision" value="revoke" { "Revoke" } }
                _ => {}
            }
        }
    }
}

async fn decide(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    let subscription = form.text("subscription");
    let decision = form.text("decision");
    let body = match decision {
        "approve" => match form.some("expires").map(time::until).transpose()? {
            Some(expires) => json!({ "as": form.text("as"), "expires": expires }),
            None => json!({ "as": form.text("as") }),
        },
        "deny" | "revoke" => json!({ "reason": form.text("reason") }),
        _ => return Err(Problem::malformed("neither a yes nor a no")),
    };
    visit.api.send(Method::POST, to!("/api/v1/subscriptions/{}/{}", subscription, decision), &body).await?;
    let told = match decision {
        "approve" => "The request is approved.",
        "deny" => "The request is denied.",
        _ => "The subscription is revoked.",
    };
    Ok(done(&to!("/data-sources/{}/subscribers", name), told))
}

/// Grants, and a form for another one.
pub(super) fn grants(visit: &Visit, source: &Source, page: &Page<Grant>) -> Markup {
    let row = |one: &Grant| {
        vec![
            html! {
                @if let Some(name) = &one.user { (user(&visit.me, name)) }
                @if let Some(name) = &one.group { "group " (group(&visit.me, name)) }
            },
            html! { code { (one.name) } },
            html! { (one.description.as_deref().unwrap_or("")) },
            time::maybe(one.expires),
            html! {
                @if source.governed(visit) {
                    form.inline method="post" action=(to!("/data-sources/{}/grants/remove", source.name())) {
                        (hidden("grant", &one.name))
                        button.small.danger data-asks=(format!("Take the grant {} away?", one.name)) { "Remove" }
                    }
                }
            },
        ]
    };
    html! {
        @if page.items.is_empty() { (empty("No grant", html! { "A grant lets in one user or group, whatever the policies of access want." })) }
        @else { (table(&["To", "Grant", "Why", "Expires", ""], &page.items.iter().map(row).collect::<Vec<_>>())) }
        @if source.governed(visit) { (granting(source, &Form::default())) }
    }
}

/// The form for a grant, with what was written into it.
fn granting(source: &Source, form: &Form) -> Markup {
    html! {
        form.row method="post" action=(to!("/data-sources/{}/grants", source.name())) {
            (lookup("user", "User", "users", form.text("user"), ""))
            (lookup("group", "or group", "groups", form.text("group"), ""))
            (until("expires", "Until", form.text("expires")))
            (input("description", "Why", form.text("description"), ""))
            button { "Grant access" }
        }
    }
}

async fn grant(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    match granted(&visit, &name, &form).await {
        Ok(whom) => Ok(done(&to!("/data-sources/{}/subscribers", name), &format!("{whom} has a grant."))),
        Err(problem) => {
            let title = format!("Grant access to {name}");
            let Ok(source) = Source::find(&visit, &name).await else { return Err(problem) };
            let main = html! { (head(&title, "", html! {})) (problem.told()) (granting(&source, &form)) };
            let status = problem.code();
            Ok(visit.answer(status, &title, main))
        }
    }
}

async fn granted<'a>(visit: &Visit, name: &str, form: &'a Form) -> Result<&'a str, Problem> {
    let (key, whom) = match (form.some("user"), form.some("group")) {
        (Some(user), None) => ("user", user),
        (None, Some(group)) => ("group", group),
        _ => return Err(Problem::malformed("name a user or a group, and not both")),
    };
    let mut body = json!({ "data_source": name, key: whom });
    if let Some(body) = body.as_object_mut() {
        if let Some(expires) = form.some("expires").map(time::until).transpose()? {
            body.insert("expires".to_owned(), json!(expires));
        }
        if let Some(description) = form.some("description") {
            body.insert("description".to_owned(), json!(description));
        }
    }
    let id = free_name(visit, name, key, whom).await?;
    visit.api.send(Method::PUT, to!("/api/v1/grants/{}", id), &body).await?;
    Ok(whom)
}

/// Under which name a grant is kept: granting again prolongs it, and never takes the place of somebody else's.
async fn free_name(visit: &Visit, name: &str, key: &str, whom: &str) -> Result<String, Problem> {
    let short = |text: &str| text.chars().take(NAMED).collect::<String>();
    let base = format!("{}-{}", short(name), short(whom));
    let mut id = base.clone();
    for number in 2_u32.. {
        let Some(found) = visit.api.maybe::<Value>(to!("/api/v1/grants/{}", id)).await? else { break };
        let is = |field: &str, wanted: &str| found.get(field).and_then(Value::as_str) == Some(wanted);
        if is("data_source", name) && is(key, whom) {
            break;
        }
        id = format!("{base}-{number}");
    }
    Ok(id)
}

async fn remove(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    let page = to!("/data-sources/{}/subscribers", name);
    let confirm = if form.has("confirm") { "true" } else { "" };
    let path = with_query(&to!("/api/v1/grants/{}", form.text("grant")), &[("confirm", confirm)]);
    match visit.api.send(Method::DELETE, path, &Value::Null).await {
        Ok(_) => Ok(done(&page, "The grant is taken away.")),
        Err(problem) => {
            opening(&visit, "Take the grant away?", &to!("/data-sources/{}/grants/remove", name), &form, problem, &page)
        }
    }
}
