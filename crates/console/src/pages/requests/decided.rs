//! What was decided: access, purposes and values that were asked for.

use axum::extract::Query;
use axum::response::Response;
use chrono::{DateTime, Utc};
use maud::{Markup, html};
use serde::Deserialize;

use super::{Asked, lists, of, what};
use crate::api::with_query;
use crate::parts::{Page, empty, head, pager, section, state, table, user};
use crate::problem::Problem;
use crate::route::Route;
use crate::time;
use crate::visit::{Me, Visit};

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/requests/decided", show)]
}

/// Something that was asked for, and decided about.
#[derive(Deserialize)]
struct Decided {
    what: String,
    name: String,
    of: String,
    column: Option<String>,
    user: String,
    reason: Option<String>,
    became: String,
    by: Vec<String>,
    answer: Option<String>,
    at: Option<DateTime<Utc>>,
    expires: Option<DateTime<Utc>>,
}

impl Decided {
    fn row(&self, me: &Me) -> Vec<Markup> {
        vec![
            what(&self.what),
            html! { (user(me, &self.user)) },
            of(&self.what, &self.name, &self.of, self.column.as_deref()),
            html! {
                (state(&self.became))
                @if let (Some(end), "approved") = (self.expires, self.became.as_str()) { " until " (time::moment(end)) }
            },
            html! { (self.by.join(", ")) },
            html! { (self.reason.as_deref().unwrap_or("")) @if let Some(answer) = &self.answer { p { "Answer: " (answer) } } },
            time::maybe(self.at),
        ]
    }
}

async fn show(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let list = with_query("/api/v1/decided-requests", &[("cursor", &asked.cursor), ("limit", "100")]);
    let found = visit.api.get::<Page<Decided>>(list).await?;
    let rows: Vec<_> = found.items.iter().map(|one| one.row(&visit.me)).collect();
    let main = html! {
        (head("Requests", "What was decided, as far as you may know of it.", html! {}))
        (lists("Decided"))
        (section("Decided", html! {
            @if rows.is_empty() { (empty("Nothing was decided yet", html! { "Access and values that were given or refused stand here, and purposes that were refused; one that was given stands in its project." })) }
            @else { (table(&["What", "Who", "Of", "Became", "By", "Why", "When"], &rows)) }
            (pager("/requests/decided", &[], &asked.cursor, found.next.as_deref()))
        }))
    };
    Ok(visit.page("Decided requests", main))
}
