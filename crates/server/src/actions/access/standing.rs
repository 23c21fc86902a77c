//! What a subscription waits for, by the policies as they are now: they may have changed since it was asked for.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use scrim_catalog::documents::{DataSource, Subscription, SubscriptionState};
use scrim_catalog::{At, Catalog, Kind, Mark, Name, Stored, place};
use scrim_policy::{AccessRules, Facts, decide_for};
use sha2::{Digest, Sha256};

use crate::Problem;
use crate::actor::Actor;
use crate::rights::{Action, Decision, may};

/// The owners of the data source, as a policy names them.
pub(crate) const OWNER: &str = "OWNER";

/// The one subscription of a user to a data source.
pub(crate) fn of<'a>(catalog: &'a Catalog, user: &Name, source: &Name) -> Option<&'a Subscription> {
    let theirs = |one: &&Arc<Stored<Subscription>>| one.user.value() == user && one.data_source.value() == source;
    // Files may have named it otherwise.
    let usual = name(user, source).ok().and_then(|name| catalog.subscriptions.get(&name)).filter(theirs);
    usual.or_else(|| catalog.subscriptions.values().find(theirs)).map(|stored| &stored.item)
}

/// The name of the subscription of a user to a data source: the same every time, and another for everybody else.
///
/// # Errors
/// None that is known.
pub(crate) fn name(user: &Name, source: &Name) -> Result<Name, Problem> {
    let mut hash = Sha256::new();
    for part in [user, source] {
        hash.update(part.len().to_be_bytes());
        hash.update(part.as_bytes());
    }
    let digits: String = hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    Name::new(format!("s-{digits}")).map_err(|error| Problem::internal(&error))
}

/// Everybody whose yes the policies on a data source want.
pub(crate) fn approvers(catalog: &Catalog, source: &DataSource, now: DateTime<Utc>) -> BTreeSet<Name> {
    let rules = AccessRules::of(catalog, source);
    rules.approvers(now).flatten().map(|role| role.value().clone()).collect()
}

/// Everybody who can give a request their yes: where no policy wants one, whoever may take a subscription away.
pub(crate) fn deciders(catalog: &Catalog, source: &DataSource, now: DateTime<Utc>) -> BTreeSet<Name> {
    let approvers = approvers(catalog, source, now);
    if !approvers.is_empty() {
        return approvers;
    }
    [OWNER, "GOVERNANCE"].into_iter().filter_map(|role| Name::new(role).ok()).collect()
}

/// Whose yes is missing.
pub(crate) fn missing(
    catalog: &Catalog,
    source: &DataSource,
    subscription: &Subscription,
    now: DateTime<Utc>,
) -> BTreeSet<Name> {
    let lacks = |role: &Name| !subscription.approved_by(&[At::nowhere(role.clone())]);
    approvers(catalog, source, now).into_iter().filter(lacks).collect()
}

/// Whether a subscription that nobody denied stands, or waits: for what was taken away, and for a yes that is missing
/// unless the user gets in without it.
pub(crate) fn state(
    catalog: &Catalog,
    source: &DataSource,
    subscription: &Subscription,
    now: DateTime<Utc>,
) -> SubscriptionState {
    if subscription.revoked.is_some() {
        return SubscriptionState::Requested;
    }
    if missing(catalog, source, subscription, now).is_empty() || lets_in(catalog, source, subscription, now) {
        return SubscriptionState::Active;
    }
    SubscriptionState::Requested
}

/// Whether the user may read the data source with it, as it is.
fn lets_in(catalog: &Catalog, source: &DataSource, subscription: &Subscription, now: DateTime<Utc>) -> bool {
    let mut with = catalog.clone();
    let item = Subscription { state: SubscriptionState::Active, ..subscription.clone() };
    let name = item.name.value().clone();
    let file = place(Kind::Subscription, &name);
    with.subscriptions.insert(name, Arc::new(Stored { item, file, mark: Mark::default() }));
    reads(&with, source, subscription, now)
}

/// Whether the user of a subscription reads its data source, and not only under the project of this moment.
pub(crate) fn reads(catalog: &Catalog, source: &DataSource, subscription: &Subscription, now: DateTime<Utc>) -> bool {
    let Some(user) = catalog.users.get(subscription.user.value()).filter(|user| !user.disabled) else { return false };
    let facts = [Facts::of(catalog, user), Facts::personal(catalog, user)];
    facts.iter().any(|facts| decide_for(catalog, source, facts, now).granted)
}

/// What keeps somebody out whom asking does not help, if so: no policy wants a yes or a subscription, and what it wants they lack.
pub(crate) fn hopeless(
    catalog: &Catalog,
    source: &DataSource,
    subscription: &Subscription,
    now: DateTime<Utc>,
) -> Option<Vec<String>> {
    if AccessRules::of(catalog, source).asks(now) || lets_in(catalog, source, subscription, now) {
        return None;
    }
    let user = catalog.users.get(subscription.user.value())?;
    Some(decide_for(catalog, source, &Facts::of(catalog, user), now).needs)
}

/// As which of those whose yes counts somebody may decide about a request.
pub(crate) fn roles(
    actor: &Actor,
    catalog: &Catalog,
    subscription: &Subscription,
    deciders: impl IntoIterator<Item = Name>,
) -> Vec<Name> {
    let (source, user) = (subscription.data_source.as_str(), subscription.user.as_str());
    let may = |role: &Name| may(actor, catalog, Action::Approve { source, role, user }).is_allowed();
    deciders.into_iter().filter(may).collect()
}

/// Whether somebody may say no to a request: whoever may say yes, and whoever may take away what was approved.
pub(crate) fn may_deny(
    actor: &Actor,
    catalog: &Catalog,
    source: &DataSource,
    subscription: &Subscription,
    now: DateTime<Utc>,
) -> Decision {
    if subscription.user.value() == &actor.name {
        return Decision::Refused("somebody else: nobody decides about their own request".to_owned());
    }
    if !roles(actor, catalog, subscription, deciders(catalog, source, now)).is_empty() {
        return Decision::Allowed("an approver that the policy names");
    }
    may(actor, catalog, Action::Revoke(source.name.as_str()))
}
