//! `GET /api/v1/reports/expiring-grants`.

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, TimeDelta, Utc};
use http::HeaderMap;
use schemars::JsonSchema;
use scrim_catalog::Name;
use scrim_catalog::documents::SubscriptionState;
use serde::{Deserialize, Serialize};

use super::answer::{self, answer, whole};
use crate::caller::Caller;
use crate::json::Query;
use crate::past::Then;
use crate::table::{Format, Row};
use crate::{App, Problem};

/// How soon, and how.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub(crate) struct Wanted {
    /// How it is written; by default what `Accept` says.
    format: Option<Format>,
    /// As it was at this moment; as it is by default.
    as_of: Option<DateTime<Utc>>,
    /// Within so many days; 30 by default.
    days: Option<u16>,
}

/// Access that ends.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct Expiring {
    /// `grant` or `subscription`.
    kind: &'static str,
    /// Its name.
    name: Name,
    /// To whom it is, a user…
    user: Option<Name>,
    /// … or a group.
    group: Option<Name>,
    /// To what.
    data_source: Name,
    /// When it ends.
    expires: DateTime<Utc>,
}

impl Row for Expiring {
    const COLUMNS: &'static [&'static str] = &["kind", "name", "user", "group", "data_source", "expires"];
}

pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let days = TimeDelta::days(wanted.days.unwrap_or(30).into());
    let how = answer::Wanted { format: wanted.format, as_of: wanted.as_of };
    answer(&app, &caller, "expiring-grants", how, &headers, move |then| whole(expiring(then, days))).await
}

/// The next to end first.
fn expiring(then: &Then, days: TimeDelta) -> Vec<Expiring> {
    let soon = |expires: DateTime<Utc>| expires > then.at && expires - then.at <= days;
    let grants = then.catalog.grants.values().filter_map(|grant| {
        Some(Expiring {
            kind: "grant",
            name: grant.name.value().clone(),
            user: grant.user.as_ref().map(|user| user.value().clone()),
            group: grant.group.as_ref().map(|group| group.value().clone()),
            data_source: grant.data_source.value().clone(),
            expires: grant.expires.filter(|expires| soon(*expires))?,
        })
    });
    let standing = then.catalog.subscriptions.values().filter(|one| one.state == SubscriptionState::Active);
    let subscriptions = standing.filter_map(|one| {
        Some(Expiring {
            kind: "subscription",
            name: one.name.value().clone(),
            user: Some(one.user.value().clone()),
            group: None,
            data_source: one.data_source.value().clone(),
            expires: one.expires.filter(|expires| soon(*expires))?,
        })
    });
    let mut all: Vec<Expiring> = grants.chain(subscriptions).collect();
    all.sort_by(|one, other| (one.expires, &one.name).cmp(&(other.expires, &other.name)));
    all
}
