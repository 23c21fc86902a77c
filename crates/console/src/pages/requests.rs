//! What waits for somebody's yes: access, purposes, values of masks. One by one, or many at once.

use axum::extract::Query;
use axum::response::Response;
use chrono::{DateTime, NaiveDate, Utc};
use http::Method;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::json;

use crate::api::{to, with_query};
use crate::form::Form;
use crate::parts::{Page, badge, empty, head, pager, section, table};
use crate::problem::Problem;
use crate::route::Route;
use crate::time;
use crate::visit::{Visit, done};

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/requests", show), Route::post("/requests/decide", decide)]
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    cursor: String,
}

/// Something that waits to be decided.
#[derive(Deserialize)]
struct Request {
    what: String,
    name: String,
    of: String,
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
}

async fn show(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let list = with_query("/api/v1/requests", &[("cursor", &asked.cursor), ("limit", "100")]);
    let requests = visit.api.get::<Page<Request>>(list).await?;
    let (mine, others): (Vec<_>, Vec<_>) = requests.items.iter().partition(|one| one.roles.is_empty());
    let main = html! {
        (head("Requests", "Nobody decides about their own.", html! {}))
        (section("Waiting for me", waiting(&others)))
        @if !mine.is_empty() {
            (section("Asked by me", table(&["What", "Of", "Why", "Asked", "Waits for"], &mine.iter().map(|one| vec![
                what(one), html! { (one.of) }, html! { (one.reason.as_deref().unwrap_or("")) }, time::maybe(one.requested),
                html! { (one.waits_for.join(", ")) },
            ]).collect::<Vec<_>>())))
        }
        (pager("/requests", &[], Some(asked.cursor.as_str()).filter(|cursor| !cursor.is_empty()), requests.next.as_deref()))
    };
    Ok(visit.page("Requests", main))
}

fn waiting(requests: &[&Request]) -> Markup {
    if requests.is_empty() {
        return empty(
            "Nothing waits for you",
            html! { "Whoever asks for what you own or govern stands here, and you are told." },
        );
    }
    let row = |one: &&Request| {
        let (key, of) = (one.key(one.roles.first().map_or("", String::as_str)), format!("{} for {}", one.of, one.user));
        vec![
            html! { input type="checkbox" name="request" value=(key) aria-label=(of); },
            what(one),
            html! { a href=(to!("/people/users/{}", one.user)) { (one.user) } },
            html! { @if one.what == "purpose" { (one.of) " of " (one.name) } @else { a href=(to!("/data-sources/{}", one.of)) { (one.of) } } },
            html! { (one.reason.as_deref().unwrap_or("no reason given")) },
            time::maybe(one.requested),
            html! { (one.roles.join(" or ")) },
        ]
    };
    html! {
        form method="post" action="/requests/decide" {
            (table(&["", "What", "Who", "Of", "Why", "Asked", "You decide as"], &requests.iter().map(row).collect::<Vec<_>>()))
            div.decide {
                label.field { span { "Access until" } input type="date" name="expires"; small { "empty: until it is taken away" } }
                button.main name="decision" value="approve" { "Approve the ticked" }
                label.field { span { "Reason for a no" } input name="reason" maxlength="4096"; }
                button.danger name="decision" value="deny" { "Deny the ticked" }
            }
        }
    }
}

fn what(request: &Request) -> Markup {
    match request.what.as_str() {
        "subscription" => badge("", "access"),
        "unmask" => badge("warn", "unmask a value"),
        other => badge("", other),
    }
}

async fn decide(visit: Visit, form: Form) -> Result<Response, Problem> {
    let approve = match form.text("decision") {
        "approve" => true,
        "deny" => false,
        _ => return Err(Problem::malformed("neither a yes nor a no")),
    };
    let chosen = form.all("request");
    if chosen.is_empty() {
        return Err(Problem::malformed("no request is ticked: tick those you decide about"));
    }
    let expires = form.some("expires").map(end_of).transpose()?;
    let (mut decided, mut failed) = (0_usize, Vec::new());
    for key in chosen {
        let parts: [String; 4] =
            serde_json::from_str(key).map_err(|_| Problem::malformed("which request is meant cannot be read"))?;
        // Those that can be decided are, whatever becomes of the others.
        match one(&visit, &parts, approve, expires, form.text("reason")).await {
            Ok(()) => decided += 1,
            Err(problem) => failed.push((parts, problem)),
        }
    }
    let word = if approve { "approved" } else { "denied" };
    if failed.is_empty() {
        return Ok(done("/requests", &format!("{decided} {word}.")));
    }
    let main = html! {
        (head("Requests", "", html! { a.button href="/requests" { "Back to the requests" } }))
        @if decided > 0 { div.notice.good role="status" { (decided) " " (word) "." } }
        @for ([what, name, of, _], problem) in &failed {
            p { "Not " (word) ": " (what) " " code { (name) } " " (of) }
            (problem.told())
        }
    };
    let status = failed.first().and_then(|(_, problem)| http::StatusCode::from_u16(problem.status).ok());
    Ok(visit.answer(status.unwrap_or(http::StatusCode::CONFLICT), "Requests", main))
}

async fn one(
    visit: &Visit,
    [what, name, of, role]: &[String; 4],
    approve: bool,
    expires: Option<DateTime<Utc>>,
    reason: &str,
) -> Result<(), Problem> {
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
    visit.api.send(Method::POST, to, &body).await.map(drop)
}

/// The end of a day, as a form writes days.
fn end_of(day: &str) -> Result<DateTime<Utc>, Problem> {
    let day: NaiveDate = day.parse().map_err(|_| Problem::malformed(format!("`{day}` is no day, as 2027-12-31")))?;
    let end = day.succ_opt().and_then(|next| next.and_hms_opt(0, 0, 0));
    end.map(|end| end.and_utc()).ok_or_else(|| Problem::malformed("that day is too far away"))
}
