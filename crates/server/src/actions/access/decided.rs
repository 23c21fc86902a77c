//! `GET /api/v1/decided-requests`.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use scrim_catalog::documents::{Project, RefusedPurpose, Subscription, SubscriptionState, UnmaskRequest, UnmaskState};
use scrim_catalog::{Catalog, Kind};
use serde::Serialize;
use serde_json::json;

use super::requests::Wish;
use crate::caller::{Caller, note};
use crate::json::Query;
use crate::page::{Page, Paging};
use crate::rights::Reader;
use crate::{App, Problem};

/// What became of something that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Became {
    /// Somebody has access; a value may be fetched.
    Approved,
    /// Somebody said no.
    Denied,
    /// It was taken away.
    Revoked,
    /// It was approved, for a time that is over.
    Ended,
    /// The value was fetched.
    Used,
}

/// Something that was asked for, and decided about.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct Decided {
    #[serde(flatten)]
    wish: Wish,
    /// What became of it.
    became: Became,
    /// Who decided.
    by: Vec<String>,
    /// What they answered.
    answer: Option<String>,
    /// When, as far as it is known.
    at: Option<DateTime<Utc>>,
    /// Until when it stands.
    expires: Option<DateTime<Utc>>,
}

impl Decided {
    /// Where it stands in the list: the last decision comes first.
    fn key(&self) -> String {
        let ago = i64::MAX - self.at.map_or(0, |at| at.timestamp_micros().max(0));
        // No name has a line feed.
        format!("{ago:020}\n{}\n{}", self.wish.name, self.wish.of)
    }

    /// What somebody approved, at a moment.
    fn at(mut self, now: DateTime<Utc>) -> Self {
        if self.became == Became::Approved && self.expires.is_some_and(|expires| expires <= now) {
            self.became = Became::Ended;
        }
        self
    }
}

pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Decided>>, Problem> {
    let (limit, after) = (paging.limit()?, paging.after()?);
    let (world, now) = (app.registry().world(), app.now());
    let reader = Reader::new(&caller.actor, &world.catalog, now);
    let mut all: Vec<_> = decided(&world.catalog, &reader).into_iter().map(|one| one.at(now)).collect();
    all.retain(|one| one.key() > after);
    all.sort_by_cached_key(Decided::key);
    let page = Page::cut(all, limit, Decided::key);
    note(&app, &caller.doing("request.decided"), "what each of them allows", json!({ "count": page.items.len() }))
        .await;
    Ok(Json(page))
}

/// What was decided, of the documents that the caller may read. That somebody of the caller's name decided allows nothing: it may
/// have been another who had the name before.
fn decided(catalog: &Catalog, reader: &Reader<'_>) -> Vec<Decided> {
    let may = |kind: Kind, name: &str| reader.may(kind, name).is_allowed();
    let subscriptions = catalog.subscriptions.values().filter_map(|one| subscription(one));
    let subscriptions = subscriptions.filter(|one| may(Kind::Subscription, &one.wish.name));
    let values = catalog.unmask_requests.values().filter_map(|one| value(one));
    let values = values.filter(|one| may(Kind::UnmaskRequest, &one.wish.name));
    let projects = catalog.projects.values().filter(|project| !project.refused_purposes.is_empty());
    let projects = projects.filter(|project| may(Kind::Project, &project.name));
    let purposes = projects.flat_map(|project| project.refused_purposes.iter().map(|one| purpose(project, one)));
    subscriptions.chain(values).chain(purposes).collect()
}

fn subscription(one: &Subscription) -> Option<Decided> {
    let became = match one.state {
        SubscriptionState::Requested => return None,
        SubscriptionState::Active => Became::Approved,
        SubscriptionState::Denied => Became::Denied,
        SubscriptionState::Revoked => Became::Revoked,
    };
    let approvers = one.approvals.iter().map(|approval| approval.by.to_string());
    let last = one.approvals.iter().map(|approval| approval.at).chain(one.decided).chain(one.revoked).max();
    Some(Decided {
        wish: Wish::access(one),
        became,
        by: approvers.chain(one.decided_by.iter().map(ToString::to_string)).collect(),
        answer: one.answer.clone(),
        at: last.or(one.requested),
        expires: one.expires,
    })
}

fn value(one: &UnmaskRequest) -> Option<Decided> {
    let became = match one.state {
        UnmaskState::Requested => return None,
        UnmaskState::Approved => Became::Approved,
        UnmaskState::Denied => Became::Denied,
        UnmaskState::Used => Became::Used,
    };
    Some(Decided {
        wish: Wish::value(one),
        became,
        by: one.decided_by.iter().map(ToString::to_string).collect(),
        answer: one.answer.clone(),
        at: one.decided.or(Some(one.requested)),
        expires: one.expires,
    })
}

fn purpose(project: &Project, one: &RefusedPurpose) -> Decided {
    Decided {
        wish: Wish::purpose(project, &one.purpose, &one.by, None),
        became: Became::Denied,
        by: vec![one.refused_by.to_string()],
        answer: one.answer.clone(),
        at: Some(one.at),
        expires: None,
    }
}
