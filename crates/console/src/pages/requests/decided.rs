//! What was decided: access that was asked for, and values of masks.

use axum::response::Response;
use chrono::{DateTime, Utc};
use futures_util::future::try_join_all;
use maud::{Markup, html};
use serde::Deserialize;

use super::lists;
use crate::api::{to, with_query};
use crate::parts::{Page, badge, empty, head, section, state, table, user};
use crate::problem::Problem;
use crate::route::Route;
use crate::time;
use crate::visit::{Me, Visit};

/// How many of each state are looked at.
const LOOKED: &str = "100";
/// How many are shown.
const SHOWN: usize = 100;
/// Where decisions stand: the kind, and the state that it has then.
const DECIDED: [(&str, &str); 6] = [
    ("subscriptions", "active"),
    ("subscriptions", "denied"),
    ("subscriptions", "revoked"),
    ("unmask-requests", "approved"),
    ("unmask-requests", "denied"),
    ("unmask-requests", "used"),
];

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/requests/decided", show)]
}

/// A subscription or an unmask request that was decided about.
#[derive(Deserialize)]
struct Decided {
    user: String,
    data_source: String,
    #[serde(default)]
    column: Option<String>,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    answer: Option<String>,
    #[serde(default)]
    requested: Option<DateTime<Utc>>,
    #[serde(default)]
    revoked: Option<DateTime<Utc>>,
    #[serde(default)]
    expires: Option<DateTime<Utc>>,
    #[serde(default)]
    decided_by: Option<String>,
    #[serde(default)]
    decided: Option<DateTime<Utc>>,
    #[serde(default)]
    approvals: Vec<Approval>,
}

#[derive(Deserialize)]
struct Approval {
    by: String,
    at: DateTime<Utc>,
}

impl Decided {
    /// When it last changed, as far as it says.
    fn at(&self) -> Option<DateTime<Utc>> {
        let last = self.approvals.iter().map(|approval| approval.at).max();
        self.decided.into_iter().chain(self.revoked).chain(last).max().or(self.requested)
    }

    fn row(&self, me: &Me, state_now: &str) -> Vec<Markup> {
        let by: Vec<&str> =
            self.approvals.iter().map(|one| one.by.as_str()).chain(self.decided_by.as_deref()).collect();
        vec![
            html! { @if self.column.is_some() { (badge("warn", "unmask a value")) } @else { (badge("", "access")) } },
            html! { (user(me, &self.user)) },
            html! { a href=(to!("/data-sources/{}", self.data_source)) { (self.data_source) } @if let Some(column) = &self.column { "." (column) } },
            html! {
                (state(state_now))
                @if let (Some(end), "active" | "approved") = (self.expires, state_now) { " until " (time::moment(end)) }
            },
            html! { (by.join(", ")) },
            html! { (self.reason.as_deref().unwrap_or("")) @if let Some(answer) = &self.answer { p { "Answer: " (answer) } } },
            time::maybe(self.at()),
        ]
    }
}

async fn show(visit: Visit) -> Result<Response, Problem> {
    let lists_of = DECIDED.map(|(kind, state)| {
        let list = with_query(&format!("/api/v1/{kind}"), &[("status", state), ("limit", LOOKED)]);
        let api = visit.api.clone();
        async move { Ok::<_, Problem>((state, api.get::<Page<Decided>>(list).await?)) }
    });
    let found = try_join_all(lists_of).await?;
    let cut = found.iter().any(|(_, page)| page.next.is_some());
    let mut all: Vec<_> =
        found.iter().flat_map(|(state, page)| page.items.iter().map(move |one| (*state, one))).collect();
    all.sort_by_key(|(_, one)| std::cmp::Reverse(one.at()));
    let rows: Vec<_> = all.iter().take(SHOWN).map(|(state, one)| one.row(&visit.me, state)).collect();
    let main = html! {
        (head("Requests", "What was decided, as far as you may know of it.", html! {}))
        (lists("Decided"))
        (section("Decided", html! {
            @if rows.is_empty() { (empty("Nothing was decided yet", html! { "What you or others say yes or no to stands here." })) }
            @else { (table(&["What", "Who", "Of", "Became", "By", "Why", "When"], &rows)) }
            @if cut || all.len() > SHOWN { p.muted { "There are more than are shown: the audit trail has all of them." } }
        }))
    };
    Ok(visit.page("Decided requests", main))
}
