//! What one person has to one data source beside facts: a grant, and a subscription of their own.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use scrim_catalog::documents::{DataSource, Grant, Subscription};
use scrim_catalog::{Catalog, Name};

use crate::Facts;
use crate::facts::Bound;

/// Everything that a person was given or asked for, or what of it is about one data source.
#[derive(Clone, Debug, Default)]
pub(crate) struct Terms<'a> {
    pub(crate) grants: Vec<&'a Grant>,
    pub(crate) subscriptions: Vec<&'a Subscription>,
}

/// What of it counts at a moment.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Standing<'a> {
    /// Whether there is a grant.
    pub(crate) granted: bool,
    /// The person's own subscription.
    pub(crate) subscription: Option<&'a Subscription>,
}

impl Standing<'_> {
    /// Without the grant, which is a term of its own in the formula of access.
    pub(crate) fn ungranted(self) -> Self {
        Self { granted: false, ..self }
    }
}

impl<'a> Terms<'a> {
    /// Those of a person to a data source.
    pub(crate) fn of(catalog: &'a Catalog, source: &DataSource, facts: &Facts) -> Self {
        let to = |name: &Name| name == source.name.value();
        Self::to(catalog, facts, to)
    }

    /// Those of a person to every data source.
    pub(crate) fn of_everything(catalog: &'a Catalog, facts: &Facts) -> Self {
        Self::to(catalog, facts, |_| true)
    }

    /// Those of everybody to a data source.
    pub(crate) fn of_everybody(catalog: &'a Catalog, source: &DataSource) -> Self {
        let to = |name: &Name| name == source.name.value();
        let (grants, subscriptions) = (catalog.grants.values(), catalog.subscriptions.values());
        Self {
            grants: grants.map(|grant| &grant.item).filter(|grant| to(&grant.data_source)).collect(),
            subscriptions: subscriptions.map(|one| &one.item).filter(|one| to(&one.data_source)).collect(),
        }
    }

    /// Those of a person among them.
    pub(crate) fn of_person(&self, facts: &Facts) -> Self {
        Self {
            grants: self.grants.iter().copied().filter(|grant| granted_to(grant, facts)).collect(),
            subscriptions: self.subscriptions.iter().copied().filter(|one| subscribed(one, facts)).collect(),
        }
    }

    fn to(catalog: &'a Catalog, facts: &Facts, to: impl Fn(&Name) -> bool) -> Self {
        let grants = catalog.grants.values().map(|grant| &grant.item);
        let subscriptions = catalog.subscriptions.values().map(|subscription| &subscription.item);
        Self {
            grants: grants.filter(|grant| to(&grant.data_source) && granted_to(grant, facts)).collect(),
            subscriptions: subscriptions.filter(|one| to(&one.data_source) && subscribed(one, facts)).collect(),
        }
    }

    /// The grants to a source that count at a moment.
    pub(crate) fn unexpired(&self, source: &DataSource, now: DateTime<Utc>) -> impl Iterator<Item = &'a Grant> {
        let to = |grant: &&Grant| grant.data_source.value() == source.name.value();
        let counts = move |grant: &&Grant| grant.expires.is_none_or(|expires| expires > now);
        self.grants.iter().copied().filter(to).filter(counts)
    }

    /// What counts of it for a source at a moment.
    pub(crate) fn standing(&self, source: &DataSource, now: DateTime<Utc>) -> Standing<'a> {
        let to = |one: &&Subscription| one.data_source.value() == source.name.value() && one.stands(now);
        Standing {
            granted: self.unexpired(source, now).next().is_some(),
            subscription: self.subscriptions.iter().copied().find(to),
        }
    }

    /// When any of it that is about a source ends.
    pub(crate) fn ends(&self, source: &DataSource) -> BTreeSet<DateTime<Utc>> {
        let to = |name: &Name| name == source.name.value();
        let grants = self.grants.iter().filter(|grant| to(&grant.data_source)).filter_map(|grant| grant.expires);
        let subscriptions = self.subscriptions.iter().filter(|one| to(&one.data_source)).filter_map(|one| one.expires);
        grants.chain(subscriptions).collect()
    }
}

/// Whether a grant is for a person.
fn granted_to(grant: &Grant, facts: &Facts) -> bool {
    let held = facts.held(Bound::Every);
    grant.user.as_ref().is_some_and(|user| held.users.contains(user.value()))
        || grant.group.as_ref().is_some_and(|group| held.groups.contains(group.value()))
}

/// Whether a subscription is a person's own.
fn subscribed(subscription: &Subscription, facts: &Facts) -> bool {
    facts.held(Bound::Every).users.contains(subscription.user.value())
}
