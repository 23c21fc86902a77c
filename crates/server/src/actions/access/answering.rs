//! What is said about one subscription, and what is answered.

use axum::Json;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use scrim_catalog::documents::{DataSource, Subscription, SubscriptionState};
use scrim_catalog::{Catalog, Kind, Name};
use scrim_registry::Planned;
use serde::{Deserialize, Serialize};

use super::standing::{deciders, missing, reads};
use crate::Problem;
use crate::actions::objects::Done;
use crate::actions::objects::change::done;
use crate::actions::objects::known;
use crate::actor::Actor;
use crate::rights::may_read;

/// Why somebody decides as they do.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reason {
    /// The reason; the user reads it.
    #[schemars(with = "crate::forms::Words")]
    pub(crate) reason: String,
}

/// What became of a subscription.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Subscribed {
    /// Its name.
    name: String,
    /// What became of it.
    state: SubscriptionState,
    /// Whose yes it waits for.
    waits_for: Vec<String>,
    /// Whether the user reads the data source now: policies may want more than a subscription.
    reads: bool,
    #[serde(flatten)]
    done: Done,
}

/// Answers what became of a subscription.
///
/// # Errors
/// When there is none.
pub(crate) fn answered(planned: &Planned, name: &Name, dry_run: bool, now: DateTime<Utc>) -> Result<Response, Problem> {
    let catalog = &planned.applied.catalog;
    let subscription = catalog.subscriptions.get(name).ok_or_else(known::missing)?;
    let source = catalog.data_sources.get(subscription.data_source.value()).ok_or_else(known::missing)?;
    let waits_for = match subscription.state {
        SubscriptionState::Requested => waits_for(catalog, source, subscription, now),
        _ => vec![],
    };
    let (reads, done) = (reads(catalog, source, subscription, now), done(planned, dry_run));
    Ok(Json(Subscribed { name: name.to_string(), state: subscription.state, waits_for, reads, done }).into_response())
}

/// Whose yes a request waits for; when no policy wants one, anybody's who can give it.
pub(crate) fn waits_for(
    catalog: &Catalog,
    source: &DataSource,
    subscription: &Subscription,
    now: DateTime<Utc>,
) -> Vec<String> {
    let mut names = missing(catalog, source, subscription, now);
    if names.is_empty() {
        names = deciders(catalog, source, now);
    }
    names.iter().map(ToString::to_string).collect()
}

/// A subscription that somebody decides about, and its data source. Whoever may not know of it is told that it is not there,
/// unless they `decide` about it.
///
/// # Errors
/// When there is none, or it may not be known of.
pub(crate) fn about<'a>(
    actor: &Actor,
    catalog: &'a Catalog,
    name: &str,
    decides: impl FnOnce(&Subscription, &DataSource) -> bool,
    now: DateTime<Utc>,
) -> Result<(&'a Subscription, &'a DataSource), Problem> {
    let subscription = catalog.subscriptions.get(name).ok_or_else(known::missing)?;
    let source = catalog.data_sources.get(subscription.data_source.value()).ok_or_else(known::missing)?;
    let knows = || may_read(actor, catalog, Kind::Subscription, name, now).is_allowed();
    if decides(subscription, source) || knows() {
        return Ok((&subscription.item, &source.item));
    }
    Err(known::missing())
}
