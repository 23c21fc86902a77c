//! One person, asked of many data sources: what does not depend on the source is looked at once.

use chrono::{DateTime, Utc};
use scrim_catalog::documents::{DataSource, SubscriptionPolicy, User};
use scrim_catalog::{Catalog, Name};

use crate::Facts;
use crate::access::{AccessIndex, AccessRules, admitted_by, covering, index};
use crate::terms::Terms;

/// A person, and which data sources they may read, by the same formula as [`crate::decide`].
pub struct Reader<'a> {
    catalog: &'a Catalog,
    index: AccessIndex<'a>,
    facts: Facts,
    /// What the person has, or under an equalized project each member of it, of everything.
    terms: Vec<Terms<'a>>,
    disabled: bool,
}

impl<'a> Reader<'a> {
    /// A user of the catalog.
    pub fn new(catalog: &'a Catalog, user: &User) -> Self {
        let facts = Facts::of(catalog, user);
        let people = if facts.shared() { facts.fellows() } else { std::slice::from_ref(&facts) };
        let terms = people.iter().map(|facts| Terms::of_everything(catalog, facts)).collect();
        Self { catalog, index: index(catalog), terms, disabled: user.disabled, facts }
    }

    /// Whether they may read a data source at a moment.
    pub fn admitted(&self, source: &DataSource, now: DateTime<Utc>) -> bool {
        let rules = AccessRules::indexed(self.catalog, &self.index, source);
        !self.disabled && admitted_by(self.catalog, &rules, source, &self.facts, &self.terms, now)
    }

    /// The active subscription policies that cover a data source, also those that its owner switched off for it.
    pub fn policies(&self, source: &DataSource) -> impl Iterator<Item = (&'a Name, &'a SubscriptionPolicy)> {
        covering(self.catalog, &self.index, source).map(|(name, policy)| (name, &policy.item))
    }
}
