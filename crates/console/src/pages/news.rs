//! What somebody was told: notifications.

use axum::extract::Query;
use axum::response::Response;
use chrono::{DateTime, Utc};
use http::Method;
use maud::html;
use serde::Deserialize;
use serde_json::json;

use crate::api::{to, with_query};
use crate::parts::{Page, button, empty, head, pager, prose};
use crate::problem::Problem;
use crate::route::Route;
use crate::time;
use crate::visit::{Visit, done};

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/news", show), Route::post("/news/read", read)]
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    cursor: String,
}

#[derive(Deserialize)]
struct Notification {
    at: DateTime<Utc>,
    kind: String,
    text: String,
    object: Option<Object>,
    read: Option<DateTime<Utc>>,
}

#[derive(Deserialize)]
struct Object {
    kind: String,
    name: String,
}

impl Notification {
    /// The page where something can be done about it.
    fn page(&self) -> Option<String> {
        let object = self.object.as_ref()?;
        Some(match (self.kind.as_str(), object.kind.as_str()) {
            ("subscription.requested" | "project.purpose_requested" | "unmask_request.created", _) => {
                "/requests".to_owned()
            }
            (_, "subscription" | "unmask-request") => "/my-data".to_owned(),
            (_, "project") => to!("/projects/{}", object.name),
            (_, "integration") => to!("/integrations/{}", object.name),
            (_, "data-source") => to!("/data-sources/{}", object.name),
            (_, "webhook") => to!("/webhooks/{}", object.name),
            _ => return None,
        })
    }
}

async fn show(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let list = with_query("/api/v1/notifications", &[("cursor", &asked.cursor), ("limit", "50")]);
    let news = visit.api.get::<Page<Notification>>(list).await?;
    let read_all = html! { @if visit.me.unread > 0 { (button("/news/read", "Mark all as read", "")) } };
    let main = html! {
        (head("News", "What happened to what is yours, newest first.", read_all))
        @if news.items.is_empty() {
            (empty("No news", html! { "Requests, decisions, new columns of your tables and failed pushes are told here." }))
        } @else {
            ol.news {
                @for one in &news.items {
                    li.unread[one.read.is_none()] {
                        (time::moment(one.at)) " " span { (prose(&one.text)) }
                        @if let Some(page) = one.page() { " " a href=(page) { "See" } }
                    }
                }
            }
        }
        (pager("/news", &[], &asked.cursor, news.next.as_deref()))
    };
    Ok(visit.page("News", main))
}

async fn read(visit: Visit) -> Result<Response, Problem> {
    visit.api.send(Method::POST, "/api/v1/notifications/read", &json!({})).await?;
    Ok(done("/news", "All is marked as read."))
}
