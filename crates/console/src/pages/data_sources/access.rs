//! Giving and taking access to a data source: requests, subscriptions, grants.

use std::collections::BTreeMap;

use axum::extract::Path;
use axum::response::Response;
use chrono::{DateTime, Utc};
use http::{Method, StatusCode};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Value, json};

use super::source::Source;
use super::subscribers::{Grant, Subscription};
use crate::api::{Expected, to, with_query};
use crate::form::Form;
use crate::pages::deleting::opening;
use crate::parts::{Page, choice, empty, facts, group, head, hidden, input, lookup, state, table, until, user};
use crate::problem::Problem;
use crate::route::Route;
use crate::time;
use crate::visit::{Visit, done};

/// How many characters of a name stand in that of a grant: names have an end, and a character has up to four bytes.
const NAMED: usize = 12;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post("/data-sources/{name}/subscribers/decide", decide),
        Route::post("/data-sources/{name}/grants", grant),
        Route::post("/data-sources/{name}/grants/remove", remove),
    ]
}

/// A request that waits for whoever looks, and as which approvers they can say yes.
#[derive(Deserialize)]
struct Waiting {
    what: String,
    name: String,
    #[serde(rename = "as")]
    roles: Vec<String>,
}

/// As which approvers whoever looks can say yes to requests for a data source, by the names of their subscriptions.
pub(super) async fn roles(visit: &Visit, source: &str) -> Result<Roles, Problem> {
    let list = with_query("/api/v1/requests", &[("mine", "false"), ("data_source", source), ("limit", "1000")]);
    let waiting = visit.api.get::<Page<Waiting>>(list).await?.items.into_iter();
    Ok(waiting.filter(|one| one.what == "subscription").map(|one| (one.name, one.roles)).collect())
}

pub(super) type Roles = BTreeMap<String, Vec<String>>;

/// Subscriptions in whatever state, with what can be done about each.
pub(super) fn subscriptions(visit: &Visit, source: &Source, page: &Page<Subscription>, roles: &Roles) -> Markup {
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
            html! { @if one.user != visit.me.user { (decisions(visit, source, one, roles.get(&one.name).map_or(&[], Vec::as_slice))) } },
        ]
    };
    table(&["User", "State", "Why", "Asked", "Expires", ""], &page.items.iter().map(row).collect::<Vec<_>>())
}

fn decisions(visit: &Visit, source: &Source, one: &Subscription, roles: &[String]) -> Markup {
    let to = to!("/data-sources/{}/subscribers/decide", source.name());
    let reason = html! { input name="reason" placeholder="Reason" aria-label=(format!("Reason for {}", one.user)) maxlength="4096"; };
    let as_whom: Vec<_> = roles.iter().map(|role| (role.as_str(), role.as_str())).collect();
    // Each in a form of its own: Enter does what is beside the field, and nothing else.
    let deciding = |decision: &str, fields: Markup, button: Markup| {
        html! {
            form.inline method="post" action=(to) {
                (hidden("subscription", &one.name)) (hidden("decision", decision)) (fields) (button)
            }
        }
    };
    let yes = || html! { (choice("as", "As", "", &as_whom)) (until("expires", "Until", "")) };
    html! {
        @match one.state.as_str() {
            "requested" => {
                @if !roles.is_empty() { (deciding("approve", yes(), html! { button.small.main { "Approve" } })) }
                @if !roles.is_empty() || source.governed(visit) { (deciding("deny", reason, html! { button.small.danger { "Deny" } })) }
            }
            "active" if source.governed(visit) => { (deciding("revoke", reason, html! { button.small.danger { "Revoke" } })) }
            _ => {}
        }
    }
}

#[derive(Deserialize)]
struct Decided {
    state: String,
    reads: bool,
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
    let answer =
        visit.api.send(Method::POST, to!("/api/v1/subscriptions/{}/{}", subscription, decision), &body).await?;
    let became = answer.read::<Decided>()?;
    let told = match decision {
        "approve" if became.state == "active" && !became.reads => {
            "The request is approved. That alone does not let them read it: policies of it want more."
        }
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
        @if source.governed(visit) { (granting(source, &Form::default(), None)) }
    }
}

/// The form for a grant, with what was written into it. `replaces`: the one that it takes the place of.
fn granting(source: &Source, form: &Form, replaces: Option<&Held>) -> Markup {
    html! {
        form.row method="post" action=(to!("/data-sources/{}/grants", source.name())) {
            (lookup("user", "User", "users", form.text("user"), ""))
            (lookup("group", "or group", "groups", form.text("group"), ""))
            (until("expires", "Until", form.text("expires")))
            (input("description", "Why", form.text("description"), ""))
            @if let Some(held) = replaces { (hidden("grant", &held.name)) (hidden("version", &held.version)) }
            button { @if replaces.is_some() { "Replace it" } @else { "Grant access" } }
        }
    }
}

/// A grant that somebody has already.
struct Held {
    name: String,
    version: String,
    description: String,
    expires: Option<DateTime<Utc>>,
}

async fn grant(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    let (title, source) = (format!("Grant access to {name}"), Source::find(&visit, &name).await?);
    let again = |status: StatusCode, told: Markup, held: Option<&Held>| {
        let main = html! { (head(&title, "", html! {})) (told) (granting(&source, &form, held)) };
        Ok(visit.answer(status, &title, main))
    };
    match granted(&visit, &name, &form).await {
        Ok(Granted::Made(whom)) => {
            Ok(done(&to!("/data-sources/{}/subscribers", name), &format!("{whom} has a grant.")))
        }
        Ok(Granted::Held(whom, held)) => {
            let told = html! {
                div.notice.warn role="alert" {
                    p { strong { (whom) } " has a grant already: replace it, or leave it as it is." }
                    (facts(&[("Until", time::maybe(held.expires)), ("Why", html! { (held.description) })]))
                }
            };
            again(StatusCode::CONFLICT, told, Some(&held))
        }
        Err(problem) => again(problem.code(), problem.told(), None),
    }
}

/// What came of a form for a grant.
enum Granted<'a> {
    Made(&'a str),
    /// They have one, which the form did not mean to replace.
    Held(&'a str, Held),
}

async fn granted<'a>(visit: &Visit, name: &str, form: &'a Form) -> Result<Granted<'a>, Problem> {
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
    match (held(visit, name, key, whom).await?, form.some("version")) {
        (Some(held), Some(version)) if form.text("grant") == held.name => {
            visit.api.put(to!("/api/v1/grants/{}", held.name), &body, Expected::Version(version)).await?;
        }
        (Some(held), _) => return Ok(Granted::Held(whom, held)),
        (None, _) => {
            // Told apart from those of others, whatever these are called.
            let short = |text: &str| text.chars().take(NAMED).collect::<String>();
            let id = format!("{}-{}-{:x}", short(name), short(whom), Utc::now().timestamp_micros());
            visit.api.put(to!("/api/v1/grants/{}", id), &body, Expected::Absent).await?;
        }
    }
    Ok(Granted::Made(whom))
}

/// The grant that a user or a group has to a data source.
async fn held(visit: &Visit, name: &str, key: &str, whom: &str) -> Result<Option<Held>, Problem> {
    let mut cursor = String::new();
    loop {
        let list = with_query("/api/v1/grants", &[("data_source", name), ("limit", "1000"), ("cursor", &cursor)]);
        let page = visit.api.get::<Page<Grant>>(list).await?;
        let is = |grant: &&Grant| if key == "user" { &grant.user } else { &grant.group }.as_deref() == Some(whom);
        if let Some(found) = page.items.iter().find(is) {
            let document = visit.api.versioned(to!("/api/v1/grants/{}", found.name)).await?;
            return Ok(Some(Held {
                name: found.name.clone(),
                version: document.version,
                description: found.description.clone().unwrap_or_default(),
                expires: found.expires,
            }));
        }
        match page.next {
            Some(next) => cursor = next,
            None => return Ok(None),
        }
    }
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
