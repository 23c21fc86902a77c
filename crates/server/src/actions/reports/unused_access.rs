//! `GET /api/v1/reports/unused-access`.

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use schemars::JsonSchema;
use scrim_catalog::documents::{SourceStatus, SubscriptionState};
use scrim_catalog::{Catalog, Name};
use serde::Serialize;

use super::answer::{Wanted, answer, whole};
use crate::caller::Caller;
use crate::json::Query;
use crate::past::Then;
use crate::table::Row;
use crate::{App, Problem};

/// Access that is of no use to anybody.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct Unused {
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
    /// Why nobody reads anything by it.
    because: Vec<String>,
}

impl Row for Unused {
    const COLUMNS: &'static [&'static str] = &["kind", "name", "user", "group", "data_source", "because"];
}

pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    answer(&app, &caller, "unused-access", wanted, &headers, |then| whole(unused(then))).await
}

fn unused(then: &Then) -> Vec<Unused> {
    let catalog = &*then.catalog;
    let grants = catalog.grants.values().map(|grant| Unused {
        kind: "grant",
        name: grant.name.value().clone(),
        user: grant.user.as_ref().map(|user| user.value().clone()),
        group: grant.group.as_ref().map(|group| group.value().clone()),
        data_source: grant.data_source.value().clone(),
        because: expired(grant.expires.is_some_and(|expires| expires <= then.at)),
    });
    let standing = catalog.subscriptions.values().filter(|one| one.state == SubscriptionState::Active);
    let subscriptions = standing.map(|one| Unused {
        kind: "subscription",
        name: one.name.value().clone(),
        user: Some(one.user.value().clone()),
        group: None,
        data_source: one.data_source.value().clone(),
        because: expired(one.expires.is_some_and(|expires| expires <= then.at)),
    });
    let all = grants.chain(subscriptions).map(|mut access| {
        access.because.extend(reasons(catalog, &access, then));
        access
    });
    all.filter(|access| !access.because.is_empty()).collect()
}

fn expired(expired: bool) -> Vec<String> {
    if expired { vec!["it is expired".to_owned()] } else { vec![] }
}

fn reasons(catalog: &Catalog, access: &Unused, then: &Then) -> Vec<String> {
    let mut because = Vec::new();
    let Some(source) = catalog.data_sources.get(&access.data_source) else { return because };
    if source.status == SourceStatus::Disabled {
        because.push("the data source is disabled".to_owned());
    }
    if let Some(user) = access.user.as_ref().and_then(|user| catalog.users.get(user)) {
        if user.disabled {
            because.push("the user is disabled".to_owned());
        } else if user.login(&source.integration).is_none() {
            because.push("the user has no name in the warehouse".to_owned());
        } else if access.kind == "subscription" && !scrim_policy::decide(catalog, source, user, then.at).granted {
            because.push("the policies do not let the user read it".to_owned());
        }
    }
    if let Some(group) = &access.group {
        let mut members = catalog.users.values().filter(|user| user.groups.iter().any(|one| one.value() == group));
        if !members.any(|user| !user.disabled && user.login(&source.integration).is_some()) {
            because.push("the group has no active member with a name in the warehouse".to_owned());
        }
    }
    because
}
