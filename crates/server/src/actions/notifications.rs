//! What the caller is told of.

mod list;
mod read;

use http::StatusCode;

use crate::endpoint::Endpoint;

const TAG: &str = "Notifications";

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/notifications", "list_notifications", list::run)
            .about(
                TAG,
                "Lists the caller's own news, newest first: requests, decisions, failures, new columns, endings",
            )
            .query::<crate::page::Paging>()
            .answers::<list::News>(StatusCode::OK, "A page of news."),
        Endpoint::post("/api/v1/notifications/read", "mark_notifications_read", read::run)
            .about(TAG, "Notes that the caller read one of their news, or all of them")
            .body::<read::Which>()
            .answers_nothing(StatusCode::NO_CONTENT, "It is noted."),
    ]
}
