//! `GET /api/v1/reports/unprotected-sources`.

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use schemars::JsonSchema;
use scrim_catalog::Name;
use scrim_catalog::documents::SourceStatus;
use serde::Serialize;

use super::answer::{Wanted, answer, whole};
use crate::caller::Caller;
use crate::json::Query;
use crate::past::Then;
use crate::protection::{InForce, counting};
use crate::table::Row;
use crate::{App, Problem};

/// A data source on which policies are missing.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct Unprotected {
    /// The data source.
    data_source: Name,
    /// Its integration.
    integration: Name,
    /// How many data policies are in force on it: without one, every reader sees everything.
    data_policies: usize,
    /// How many subscription policies give access to it: without one, only owners and grants do.
    subscription_policies: usize,
    /// Its tags, and those of its columns.
    tags: Vec<Name>,
    /// Which kinds of policy are missing.
    lacks: Vec<&'static str>,
}

impl Row for Unprotected {
    const COLUMNS: &'static [&'static str] =
        &["data_source", "integration", "data_policies", "subscription_policies", "tags", "lacks"];
}

pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    answer(&app, &caller, "unprotected-sources", wanted, &headers, |then| whole(unprotected(then))).await
}

fn unprotected(then: &Then) -> Vec<Unprotected> {
    let catalog = &*then.catalog;
    let in_force = counting(catalog);
    let mut found = Vec::new();
    for source in catalog.data_sources.values().filter(|source| source.status == SourceStatus::Active) {
        let InForce { data_policies, subscription_policies } = in_force(source);
        let missing = [(data_policies, "data-policy"), (subscription_policies, "subscription-policy")];
        let lacks: Vec<_> = missing.iter().filter(|(count, _)| *count == 0).map(|(_, kind)| *kind).collect();
        if lacks.is_empty() {
            continue;
        }
        let columns = source.columns.iter().flat_map(|column| &column.tags);
        let tags: std::collections::BTreeSet<Name> =
            source.tags.iter().chain(columns).map(|tag| tag.value().clone()).collect();
        found.push(Unprotected {
            data_source: source.name.value().clone(),
            integration: source.integration.value().clone(),
            data_policies,
            subscription_policies,
            tags: tags.into_iter().collect(),
            lacks,
        });
    }
    found
}
