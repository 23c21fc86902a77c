//! What was sent to a webhook, and what was answered.

use axum::extract::Path;
use axum::response::Response;
use chrono::{DateTime, Utc};
use http::Method;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::Value;

use crate::api::to;
use crate::parts::{Page, button, empty, pager, prose, state, table};
use crate::problem::Problem;
use crate::time;
use crate::visit::{Visit, done};

#[derive(Deserialize)]
pub(super) struct Delivery {
    id: u64,
    sequence: u64,
    state: String,
    created: DateTime<Utc>,
    next_attempt: Option<DateTime<Utc>>,
    finished: Option<DateTime<Utc>>,
    attempts: Vec<Attempt>,
}

#[derive(Deserialize)]
struct Attempt {
    at: DateTime<Utc>,
    status: Option<u16>,
    error: Option<String>,
    answer: Option<String>,
    milliseconds: u64,
}

pub(super) fn list(name: &str, sent: &Page<Delivery>, cursor: &str) -> Markup {
    if sent.items.is_empty() {
        return empty("Nothing was sent yet", html! { "It is told of what happens after it was made." });
    }
    html! {
        (table(&["Event", "Queued", "State", "Answered", "Ended, or tried next", ""], &sent.items.iter().map(|one| vec![
            html! { (one.sequence) },
            time::moment(one.created),
            state(if one.state == "dead" { "failed" } else { &one.state }),
            attempts(&one.attempts),
            time::maybe(one.finished.or(one.next_attempt)),
            button(&to!("/webhooks/{}/deliveries/{}/redeliver", name, one.id.to_string()), "Deliver once more", "small"),
        ]).collect::<Vec<_>>()))
        (pager(&to!("/webhooks/{}", name), &[], cursor, sent.next.as_deref()))
    }
}

fn attempts(attempts: &[Attempt]) -> Markup {
    let Some(last) = attempts.last() else { return html! { span.muted { "not tried yet" } } };
    html! {
        @if let Some(error) = &last.error { p { (prose(error)) } }
        details {
            summary {
                @match last.status { Some(status) => (status), None => "no answer" }
                @if attempts.len() > 1 { ", after " (attempts.len()) " attempts" }
            }
            @for one in attempts {
                div {
                    (time::moment(one.at)) " " @if let Some(status) = one.status { (status) " " } "in " (one.milliseconds) " ms"
                    @if let Some(error) = &one.error { p { (prose(error)) } }
                    @if let Some(answer) = &one.answer { pre tabindex="0" { (answer) } }
                }
            }
        }
    }
}

pub(super) async fn redeliver(visit: Visit, Path((name, number)): Path<(String, String)>) -> Result<Response, Problem> {
    let path = to!("/api/v1/webhooks/{}/deliveries/{}/redeliver", name, number);
    visit.api.send(Method::POST, path, &Value::Null).await?;
    Ok(done(&to!("/webhooks/{}", name), "It is in the queue once more, under the same id."))
}
