//! What waits for somebody's yes: access, purposes, values of masks. One by one, or many at once.

mod decided;

use axum::extract::Query;
use axum::response::Response;
use chrono::{DateTime, Utc};
use futures_util::future::try_join;
use http::{Method, StatusCode};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::json;

use crate::api::{to, with_query};
use crate::form::Form;
use crate::parts::{Page, badge, empty, head, hidden, pager, section, table, tabs, undecided, until, user};
use crate::problem::Problem;
use crate::route::Route;
use crate::time;
use crate::visit::{Me, Visit, done};

pub(super) fn routes() -> Vec<Route> {
    let mut all = vec![Route::get("/requests", show), Route::post("/requests/decide", decide)];
    all.extend(decided::routes());
    all
}

/// How many are shown, and can be decided about at once.
const MOST: usize = 100;

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    cursor: String,
}

/// What became of a request.
#[derive(Deserialize)]
struct Decided {
    state: String,
    reads: bool,
}

/// How a request stands after somebody said yes.
enum Standing {
    /// It is over and done with.
    Done,
    /// It waits for somebody else's yes.
    Waits,
    /// Nobody's yes is wanted any more, and policies want something else.
    Lacks,
}

/// Something that waits to be decided.
#[derive(Deserialize)]
struct Request {
    what: String,
    name: String,
    of: String,
    column: Option<String>,
    user: String,
    reason: Option<String>,
    requested: Option<DateTime<Utc>>,
    #[serde(rename = "as")]
    roles: Vec<String>,
    waits_for: Vec<String>,
}

impl Request {
    /// What a form sends to say which one it is about.
    fn key(&self, role: &str) -> String {
        json!([self.what, self.name, self.of, role]).to_string()
    }

    fn about(&self) -> Markup {
        of(&self.what, &self.name, &self.of, self.column.as_deref())
    }
}

/// What a form had, and what is to be said above it.
#[derive(Default)]
struct Kept {
    form: Form,
    told: Markup,
}

async fn show(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let main = content(&visit, &asked.cursor, &Kept::default()).await?;
    Ok(visit.page("Requests", main))
}

async fn content(visit: &Visit, cursor: &str, kept: &Kept) -> Result<Markup, Problem> {
    let most = MOST.to_string();
    let list = |mine: &str, cursor: &str| {
        with_query("/api/v1/requests", &[("mine", mine), ("cursor", cursor), ("limit", &most)])
    };
    let (others, mine) = try_join(
        visit.api.get::<Page<Request>>(list("false", cursor)),
        visit.api.get::<Page<Request>>(list("true", "")),
    )
    .await?;
    Ok(html! {
        (head("Requests", "Nobody decides about their own.", html! {}))
        (lists("Open"))
        (kept.told)
        (section("Waiting for me", html! {
            (waiting(&visit.me, &others.items, cursor, &kept.form))
            (pager("/requests", &[], cursor, others.next.as_deref()))
        }))
        @if !mine.items.is_empty() {
            (section("Asked by me", html! {
                (table(&["What", "Of", "Why", "Asked", "Waits for"], &mine.items.iter().map(|one| vec![
                    what(&one.what), one.about(), html! { (one.reason.as_deref().unwrap_or("")) }, time::maybe(one.requested),
                    html! { (one.waits_for.join(", ")) },
                ]).collect::<Vec<_>>()))
                @if mine.next.is_some() { p.muted { "There are more: these have waited longest." } }
                p { a href="/my-data" { "Take one back, or see what became of others" } }
            }))
        }
    })
}

/// What is open, and what was decided.
fn lists(shown: &str) -> Markup {
    tabs(shown, &[("Open", "/requests".to_owned()), ("Decided", "/requests/decided".to_owned())])
}

fn waiting(me: &Me, requests: &[Request], cursor: &str, form: &Form) -> Markup {
    if requests.is_empty() {
        return empty(
            "Nothing waits for you",
            html! { "Whoever asks for what you own or govern stands here, and you are told." },
        );
    }
    let ticked = form.all("request");
    let row = |one: &Request| {
        let key = one.key(one.roles.first().map_or("", String::as_str));
        vec![
            html! { input type="checkbox" name="request" value=(key) checked[ticked.contains(&key.as_str())] aria-label=(format!("{} for {}", one.of, one.user)); },
            what(&one.what),
            html! { (user(me, &one.user)) },
            one.about(),
            html! { (one.reason.as_deref().unwrap_or("no reason given")) },
            time::maybe(one.requested),
            html! { (one.roles.join(" or ")) },
        ]
    };
    html! {
        form method="post" action="/requests/decide" {
            (undecided()) (hidden("cursor", cursor))
            label.check.scripts-only { input type="checkbox" data-tick-all="request"; " Tick all" }
            (table(&["", "What", "Who", "Of", "Why", "Asked", "You decide as"], &requests.iter().map(row).collect::<Vec<_>>()))
            div.decide {
                (until("expires", "Access until", form.text("expires")))
                button.main name="decision" value="approve" { "Approve the ticked" }
                label.field { span { "Reason for a no" } input name="reason" maxlength="4096" value=(form.text("reason")); small { "who asked reads it" } }
                button.danger name="decision" value="deny" { "Deny the ticked" }
                small { "The end is that of access: a value is read once, a purpose stays." }
            }
        }
    }
}

/// What a request is about, and the way there.
fn of(what: &str, name: &str, of: &str, column: Option<&str>) -> Markup {
    html! {
        @if what == "purpose" { a href=(to!("/purposes/{}", of)) { (of) } " of " a href=(to!("/projects/{}", name)) { (name) } }
        @else { a href=(to!("/data-sources/{}", of)) { (of) } @if let Some(column) = column { "." code { (column) } } }
    }
}

fn what(what: &str) -> Markup {
    match what {
        "subscription" => badge("", "access"),
        "unmask" => badge("warn", "unmask a value"),
        other => badge("", other),
    }
}

async fn decide(visit: Visit, form: Form) -> Result<Response, Problem> {
    let approve = match form.text("decision") {
        "approve" => true,
        "deny" => false,
        _ => {
            let problem = Problem::malformed("neither a yes nor a no: press Approve or Deny");
            return again(&visit, form, problem.told(), StatusCode::BAD_REQUEST).await;
        }
    };
    let chosen: Result<Vec<[String; 4]>, _> = form.all("request").into_iter().map(serde_json::from_str).collect();
    let chosen = chosen.map_err(|_| Problem::malformed("which requests are meant cannot be read"))?;
    if chosen.len() > MOST {
        return Err(Problem::malformed(format!("those are more than {MOST} requests: decide about fewer at once")));
    }
    if chosen.is_empty() {
        let problem = Problem::malformed("no request is ticked: tick those you decide about");
        return again(&visit, form, problem.told(), StatusCode::BAD_REQUEST).await;
    }
    if !approve && form.some("reason").is_none() {
        let problem = Problem::malformed("a no needs a reason, which who asked reads");
        return again(&visit, form, problem.told(), StatusCode::BAD_REQUEST).await;
    }
    let expires = match form.some("expires").map(time::until).transpose() {
        Ok(expires) => expires,
        Err(problem) => return again(&visit, form, problem.told(), StatusCode::BAD_REQUEST).await,
    };
    let (mut decided, mut waits, mut lacking, mut failed) = (0_usize, 0_usize, Vec::new(), Vec::new());
    for parts in chosen {
        // Those that can be decided are, whatever becomes of the others.
        match one(&visit, &parts, approve, expires, form.text("reason")).await {
            Ok(standing) => {
                decided += 1;
                match standing {
                    Standing::Done => {}
                    Standing::Waits => waits += 1,
                    Standing::Lacks => lacking.push(parts[2].clone()),
                }
            }
            Err(problem) => failed.push((parts, problem)),
        }
    }
    let word = if approve { "approved" } else { "denied" };
    let mut told = match waits {
        0 => format!("{decided} {word}."),
        waits => format!("{decided} {word}; {waits} of them still wait for somebody else's yes."),
    };
    if !lacking.is_empty() {
        told += &format!(" That alone lets nobody read {}: policies of it want more.", lacking.join(", "));
    }
    let Some((_, first)) = failed.first() else { return Ok(done("/requests", &told)) };
    let status = first.code();
    let told = html! {
        @if decided > 0 { div.notice.good role="status" { (told) } }
        @for ([what, name, of, _], problem) in &failed {
            p { "Not " (word) ": " (if what == "subscription" { "access to" } else { what.as_str() }) " " code { (of) } " " span.muted { (name) } }
            (problem.told())
        }
    };
    again(&visit, form, told, status).await
}

/// The list once more, with what was ticked and written; what was decided meanwhile is no longer there.
async fn again(visit: &Visit, form: Form, told: Markup, status: StatusCode) -> Result<Response, Problem> {
    let cursor = form.text("cursor").to_owned();
    let main = content(visit, &cursor, &Kept { form, told }).await?;
    Ok(visit.answer(status, "Requests", main))
}

/// Decides about one.
async fn one(
    visit: &Visit,
    [what, name, of, role]: &[String; 4],
    approve: bool,
    expires: Option<DateTime<Utc>>,
    reason: &str,
) -> Result<Standing, Problem> {
    let verb = if approve { "approve" } else { "deny" };
    let to = match what.as_str() {
        "subscription" => to!("/api/v1/subscriptions/{}/{}", name, verb),
        "purpose" => to!("/api/v1/projects/{}/requested-purposes/{}/{}", name, of, verb),
        "unmask" => to!("/api/v1/unmask-requests/{}/{}", name, verb),
        _ => return Err(Problem::malformed("which request is meant cannot be read")),
    };
    let body = match (approve, what.as_str()) {
        (false, _) => json!({ "reason": reason }),
        (true, "subscription") => match expires {
            Some(expires) => json!({ "as": role, "expires": expires }),
            None => json!({ "as": role }),
        },
        (true, _) => serde_json::Value::Null,
    };
    let answer = visit.api.send(Method::POST, to, &body).await?;
    if what != "subscription" {
        return Ok(Standing::Done);
    }
    let became = answer.read::<Decided>()?;
    Ok(match became.state.as_str() {
        "requested" => Standing::Waits,
        "active" if !became.reads => Standing::Lacks,
        _ => Standing::Done,
    })
}
