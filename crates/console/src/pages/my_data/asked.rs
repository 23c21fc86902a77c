//! What somebody asked for, and what became of it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use futures_util::future::try_join4;
use maud::{Markup, html};
use serde::Deserialize;

use crate::api::{Api, to, with_query};
use crate::parts::{Page, button, empty, hidden, state, table};
use crate::problem::Problem;
use crate::time;

/// How many of each kind are shown.
const SHOWN: &str = "200";

/// What one asked for, or was given for a time.
pub(super) struct Mine {
    user: String,
    open: Vec<Open>,
    subscriptions: Vec<Subscription>,
    grants: Vec<Grant>,
    values: Vec<Unmask>,
}

/// Something that waits for others.
#[derive(Deserialize)]
struct Open {
    what: String,
    name: String,
    of: String,
    user: String,
    reason: Option<String>,
    requested: Option<DateTime<Utc>>,
    waits_for: Vec<String>,
}

#[derive(Deserialize)]
struct Subscription {
    data_source: String,
    #[serde(default = "active")]
    state: String,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    answer: Option<String>,
    #[serde(default)]
    requested: Option<DateTime<Utc>>,
    #[serde(default)]
    expires: Option<DateTime<Utc>>,
}

/// What a subscription is where nothing else is said.
fn active() -> String {
    "active".to_owned()
}

#[derive(Deserialize)]
struct Grant {
    data_source: String,
    #[serde(default)]
    expires: Option<DateTime<Utc>>,
}

#[derive(Deserialize)]
struct Unmask {
    name: String,
    data_source: String,
    column: String,
    token: String,
    reason: String,
    #[serde(default)]
    state: Option<String>,
    requested: DateTime<Utc>,
    #[serde(default)]
    answer: Option<String>,
    #[serde(default)]
    expires: Option<DateTime<Utc>>,
}

/// What a user asked for: all of it is their own to know.
pub(super) async fn mine(api: &Api, user: &str) -> Result<Mine, Problem> {
    let list = |kind: &str| with_query(&format!("/api/v1/{kind}"), &[("user", user), ("limit", SHOWN)]);
    let (open, subscriptions, grants, values) = try_join4(
        api.get::<Page<Open>>("/api/v1/requests?mine=true&limit=1000"),
        api.get::<Page<Subscription>>(list("subscriptions")),
        api.get::<Page<Grant>>(list("grants")),
        api.get::<Page<Unmask>>(list("unmask-requests")),
    )
    .await?;
    let open = open.items.into_iter().filter(|one| one.user == user).collect();
    let user = user.to_owned();
    Ok(Mine { user, open, subscriptions: subscriptions.items, grants: grants.items, values: values.items })
}

impl Mine {
    pub(super) fn user(&self) -> &str {
        &self.user
    }

    /// Whether a request for a data source is open.
    pub(super) fn asks_for(&self, source: &str) -> bool {
        self.subscriptions.iter().any(|one| one.state == "requested" && one.data_source == source)
    }

    /// Whether one is subscribed to a data source.
    pub(super) fn has(&self, source: &str) -> bool {
        self.subscriptions.iter().any(|one| one.state == "active" && one.data_source == source)
    }

    /// When access ends that was given for a time.
    pub(super) fn ends(&self) -> BTreeMap<&str, DateTime<Utc>> {
        let subscribed = self.subscriptions.iter().filter(|one| one.state == "active");
        let subscribed = subscribed.filter_map(|one| Some((one.data_source.as_str(), one.expires?)));
        let granted = self.grants.iter().filter_map(|one| Some((one.data_source.as_str(), one.expires?)));
        let still = |(_, end): &(&str, DateTime<Utc>)| *end > Utc::now();
        let mut ends = BTreeMap::new();
        for (source, end) in subscribed.chain(granted).filter(still) {
            let last = ends.entry(source).or_insert(end);
            *last = end.max(*last);
        }
        ends
    }

    fn waits_for(&self, what: &str, of: &str) -> String {
        let open = self.open.iter().find(|one| one.what == what && one.of == of);
        open.map_or_else(String::new, |one| one.waits_for.join(", "))
    }

    /// Access and purposes, with what they wait for and a way to take them back.
    pub(super) fn shown(&self) -> Markup {
        let purposes = self.open.iter().filter(|one| one.what == "purpose").map(|one| {
            vec![
                html! { "purpose " (one.of) " of " a href=(to!("/projects/{}", one.name)) { (one.name) } },
                state("requested"),
                html! { (one.reason.as_deref().unwrap_or("")) },
                time::maybe(one.requested),
                html! { (one.waits_for.join(", ")) },
                html! {
                    form.inline method="post" action=(to!("/projects/{}/withdraw", one.name)) {
                        (hidden("purpose", &one.of)) (hidden("to", "/my-data"))
                        button.small { "Take the request back" }
                    }
                },
            ]
        });
        let rows: Vec<_> = self.subscriptions.iter().map(|one| self.subscription(one)).chain(purposes).collect();
        if rows.is_empty() {
            return empty("Nothing", html! { "What you ask for stands here until it is decided, and afterwards." });
        }
        table(&["What", "State", "Why", "Asked", "Waits for, or was told", ""], &rows)
    }

    fn subscription(&self, one: &Subscription) -> Vec<Markup> {
        let source = &one.data_source;
        vec![
            html! { "access to " a href=(to!("/data-sources/{}", source)) { (source) } },
            html! {
                (state(&one.state))
                @if let (Some(end), "active") = (one.expires, one.state.as_str()) { " until " (time::moment(end)) }
            },
            html! { (one.reason.as_deref().unwrap_or("")) },
            time::maybe(one.requested),
            html! { @match &one.answer { Some(answer) => (answer), None => (self.waits_for("subscription", source)) } },
            html! {
                @match one.state.as_str() {
                    "requested" => (button(&to!("/data-sources/{}/unsubscribe", source), "Take the request back", "small")),
                    "active" => (button(&to!("/data-sources/{}/unsubscribe", source), "End it", "small danger")),
                    _ => {},
                }
            },
        ]
    }

    /// The values behind tokens.
    pub(super) fn values(&self) -> Markup {
        let row = |one: &Unmask| {
            let stands = one.state.as_deref().unwrap_or("requested");
            let over = stands == "approved" && one.expires.is_some_and(|end| end <= Utc::now());
            vec![
                html! { (one.data_source) "." (one.column) },
                html! { code { (one.token) } },
                html! { @if over { (state("expired")) } @else { (state(stands)) } },
                html! { (one.reason) },
                time::moment(one.requested),
                html! {
                    @if stands == "approved" && !over {
                        (button(&to!("/unmask-requests/{}/value", one.name), "Show the value, once", "small main"))
                        @if let Some(end) = one.expires { " until " (time::moment(end)) }
                    } @else if over { "ask for it again" }
                    @else if let Some(answer) = &one.answer { (answer) }
                    @else { (self.waits_for("unmask", &one.data_source)) }
                },
            ]
        };
        html! {
            @if !self.values.is_empty() {
                (table(&["Column", "Token", "State", "Why", "Asked", ""], &self.values.iter().map(row).collect::<Vec<_>>()))
            }
        }
    }
}
