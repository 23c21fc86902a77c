//! A webhook: its document, its secret, trying it, and what was sent.

use axum::extract::{Path, Query};
use axum::response::Response;
use chrono::{DateTime, Utc};
use futures_util::future::try_join;
use http::StatusCode;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Value, json};

use super::deliveries::{self, Delivery};
use super::document::{Written, fields};
use crate::api::{to, with_query};
use crate::form::Form;
use crate::parts::{Page, badge, button, choice, copied, deleting, head, section};
use crate::problem::Problem;
use crate::time;
use crate::visit::Visit;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    cursor: String,
}

#[derive(Deserialize)]
struct Made {
    secret: String,
    earlier_until: Option<DateTime<Utc>>,
}

#[derive(Deserialize)]
struct Outcome {
    delivered: bool,
    status: Option<u16>,
    error: Option<String>,
    answer: Option<String>,
    milliseconds: u64,
}

pub(super) async fn show(
    visit: Visit,
    Path(name): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let main = content(&visit, &name, &asked, None, html! {}).await?;
    Ok(visit.page(&name, main))
}

/// The whole page; `written` is what somebody wrote and could not be saved.
pub(super) async fn content(
    visit: &Visit,
    name: &str,
    asked: &Asked,
    written: Option<&Written>,
    told: Markup,
) -> Result<Markup, Problem> {
    let sent = with_query(&to!("/api/v1/webhooks/{}/deliveries", name), &[("limit", "50"), ("cursor", &asked.cursor)]);
    let document = visit.api.versioned(to!("/api/v1/webhooks/{}", name));
    let admin = visit.me.has(&["APPLICATION_ADMIN"]);
    // Whoever is not told of them is not refused them either: that would stand in the audit trail.
    let sent = async {
        match admin {
            true => visit.api.maybe::<Page<Delivery>>(sent).await,
            false => Ok(None),
        }
    };
    let (document, sent) = try_join(document, sent).await?;
    let stands = Written::of(&document);
    let disabled = document.body.get("disabled").and_then(Value::as_bool).unwrap_or(false);
    let actions = html! {
        @if admin {
            (button(&to!("/webhooks/{}/test", name), "Send a test", ""))
            form.inline method="post" action=(to!("/webhooks/{}/switch", name)) {
                button name="disabled" value=(!disabled) { @if disabled { "Enable" } @else { "Disable" } }
            }
        }
    };
    Ok(html! {
        (head(name, "Webhook", actions))
        (told)
        p { @if disabled { (badge("warn", "disabled")) " nothing is sent to it" } @else { (badge("good", "active")) } }
        (section("Settings", html! {
            form.stacked method="post" action=(to!("/webhooks/{}", name)) {
                fieldset disabled[!admin] { legend { "What is sent where" } (fields(written.unwrap_or(&stands))) }
                @if admin { div { button.main { "Save" } } }
            }
        }))
        @if admin {
            (section("Secret", html! {
                p { "Messages are signed with it. A new one is shown once." }
                form.row method="post" action=(to!("/webhooks/{}/secret", name)) {
                    (choice("hours", "The one before counts for", "24", &[("24", "a day"), ("1", "an hour"), ("168", "a week"), ("0", "no longer: somebody found it")]))
                    button { "Make a new secret" }
                }
            }))
        }
        @if let Some(sent) = &sent { (section("Deliveries", deliveries::list(name, sent, &asked.cursor))) }
        @if admin {
            (section("Delete", deleting(&to!("/webhooks/{}/delete", name), name, "Nothing is sent there any more, and what waits to be sent goes with it.")))
        }
    })
}

pub(super) async fn test(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    let found = visit.api.post::<Outcome>(to!("/api/v1/webhooks/{}/test", name), &Value::Null).await;
    let (status, told) = match found {
        Ok(came) => (StatusCode::OK, outcome(&came)),
        Err(problem) if matches!(problem.status, 401 | 403 | 404) => return Err(problem),
        Err(problem) => (problem.code(), problem.told()),
    };
    let main = content(&visit, &name, &Asked::default(), None, told).await?;
    Ok(visit.answer(status, &name, main))
}

fn outcome(came: &Outcome) -> Markup {
    html! {
        div class=(if came.delivered { "notice good" } else { "notice bad" }) role="status" {
            strong { @if came.delivered { "The receiver took the test." } @else { "The receiver did not take the test." } }
            " " @if let Some(status) = came.status { "It answered " (status) ", after " } @else { "After " } (came.milliseconds) " ms."
            @if let Some(error) = &came.error { p { (error) } }
            @if let Some(answer) = &came.answer { pre tabindex="0" { (answer) } }
        }
    }
}

pub(super) async fn secret(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    let hours = form.some("hours").unwrap_or("24").parse::<u32>();
    let hours = hours.map_err(|_| Problem::malformed("for how many hours the secret before counts is no number"))?;
    let made = visit
        .api
        .post::<Made>(to!("/api/v1/webhooks/{}/secret", name), &json!({ "keep_earlier_hours": hours }))
        .await?;
    let told = html! {
        div.notice.good role="status" {
            strong { "The secret is made. It is shown now, and never again:" } " " (copied(&made.secret))
            @if let Some(until) = made.earlier_until { p { "The one before counts until " (time::moment(until)) "." } }
        }
    };
    let main = content(&visit, &name, &Asked::default(), None, told).await?;
    Ok(visit.answer(StatusCode::CREATED, &name, main))
}
