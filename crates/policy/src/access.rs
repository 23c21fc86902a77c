//! Who may read a data source at all: the formula of subscription.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use scrim_catalog::documents::{
    Access, Combine, DataSource, Owner, PolicyStatus, SourceStatus, SubscriptionPolicy, TagsOn,
};
use scrim_catalog::{At, Catalog, Name, Stored, Who};

use crate::Facts;
use crate::facts::Bound;
use crate::index::Index;
use crate::scope::{always, covers, opted_out};
use crate::terms::{Standing, Terms};
use crate::words::in_words;

/// The subscription policies in force on a data source.
#[derive(Clone, Debug)]
pub struct AccessRules<'a> {
    rules: Vec<AccessRule<'a>>,
    tags: BTreeSet<(TagsOn, Name)>,
}

/// One policy, and what it asks of a user on this data source.
#[derive(Clone, Debug)]
pub(crate) struct AccessRule<'a> {
    pub(crate) policy: &'a Stored<SubscriptionPolicy>,
    pub(crate) meets: Meets<'a>,
}

/// Whom a policy lets in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Meets<'a> {
    /// Every active user.
    Anyone,
    /// Whoever has a grant to the data source.
    Granted,
    /// Whoever has a subscription that each of these approved.
    Approved(&'a [At<Name>]),
    /// Whoever meets the condition.
    Condition(Who),
}

/// Every subscription policy that is active, to find those of a data source by.
pub(crate) type AccessIndex<'a> = Index<'a, Stored<SubscriptionPolicy>>;

/// Indexes the subscription policies of a catalog.
pub(crate) fn index(catalog: &Catalog) -> AccessIndex<'_> {
    let active = catalog.subscription_policies.iter().filter(|(_, policy)| policy.status == PolicyStatus::Active);
    Index::new(active.map(|(name, policy)| (name, &**policy)), |policy| &policy.scope)
}

/// The active policies that cover a source.
pub(crate) fn covering<'a>(
    catalog: &Catalog,
    index: &AccessIndex<'a>,
    source: &DataSource,
) -> impl Iterator<Item = (&'a Name, &'a Stored<SubscriptionPolicy>)> {
    index.candidates(source).filter(|(name, policy)| covers(catalog, name, &policy.scope, source))
}

impl<'a> AccessRules<'a> {
    /// Those that cover the source and count, whether or not their time has come.
    pub fn of(catalog: &'a Catalog, source: &DataSource) -> Self {
        Self::indexed(catalog, &index(catalog), source)
    }

    /// The same of many sources: what is the same for all of them is looked at once.
    pub fn of_each(catalog: &'a Catalog) -> impl Fn(&DataSource) -> Self {
        let index = index(catalog);
        move |source| Self::indexed(catalog, &index, source)
    }

    pub(crate) fn indexed(catalog: &'a Catalog, index: &AccessIndex<'a>, source: &DataSource) -> Self {
        let tags = |on: TagsOn| {
            let own: BTreeSet<Name> = match on {
                TagsOn::Source => source.tags.iter().map(|tag| tag.value().clone()).collect(),
                TagsOn::Column => {
                    source.columns.iter().flat_map(|column| &column.tags).map(|tag| tag.value().clone()).collect()
                }
            };
            own.into_iter().collect::<Vec<_>>()
        };
        let mut read = BTreeSet::new();
        let policies = covering(catalog, index, source)
            .filter(|(name, policy)| !opted_out(source, name, policy.owners_may_disable));
        let rules = policies.map(|(_, policy)| {
            let meets = match policy.access.value() {
                Access::Anyone => Meets::Anyone,
                Access::Individuals => Meets::Granted,
                Access::Approval(approvers) => Meets::Approved(approvers),
                Access::Conditions(conditions) => {
                    let on = conditions.reads();
                    read.extend(on.iter().flat_map(|on| tags(*on).into_iter().map(|tag| (*on, tag))));
                    Meets::Condition(conditions.on_tags(&tags, !policy.guardrail))
                }
            };
            AccessRule { policy, meets }
        });
        let rules = rules.collect();
        Self { rules, tags: read }
    }

    /// The names of the policies that decide, and the tags that they read: what an audience is made of.
    pub fn decided_by(&self) -> (BTreeSet<&'a Name>, &BTreeSet<(TagsOn, Name)>) {
        (self.rules.iter().map(|rule| rule.policy.name.value()).collect(), &self.tags)
    }

    /// How many of the policies may give access: guardrails only take it away.
    pub fn giving(&self) -> usize {
        self.rules.iter().filter(|rule| !rule.is_guardrail()).count()
    }

    /// Every rule, to number its condition.
    pub(crate) fn rules(&self) -> &[AccessRule<'a>] {
        &self.rules
    }

    /// Those who approve requests, one list for each policy that asks for it at a moment.
    pub fn approvers(&self, now: DateTime<Utc>) -> impl Iterator<Item = &'a [At<Name>]> {
        self.rules.iter().filter(move |rule| rule.counts(now)).filter_map(|rule| match rule.meets {
            Meets::Approved(approvers) => Some(approvers),
            _ => None,
        })
    }

    /// Whether asking for access is of use: a policy wants somebody's yes, or that people subscribe.
    pub fn asks(&self, now: DateTime<Utc>) -> bool {
        self.at(now).any(|(_, rule)| rule.requires_action() || matches!(rule.meets, Meets::Approved(_)))
    }

    /// Those that count at a moment, with their numbers.
    pub(crate) fn at(&self, now: DateTime<Utc>) -> impl Iterator<Item = (usize, &AccessRule<'a>)> {
        self.rules.iter().enumerate().filter(move |(_, rule)| rule.counts(now))
    }

    /// Whether every guardrail is met. `met` tells of each rule whether the user meets it.
    pub(crate) fn guarded(&self, now: DateTime<Utc>, met: impl Fn(usize, &AccessRule<'_>) -> bool) -> bool {
        self.at(now).filter(|(_, rule)| rule.policy.guardrail).all(|(at, rule)| met(at, rule))
    }

    /// Whether the policies alone give access, guardrails included. `met` tells of each rule whether the user meets it.
    pub(crate) fn admit(&self, now: DateTime<Utc>, met: impl Fn(usize, &AccessRule<'_>) -> bool) -> bool {
        let giving = || self.at(now).filter(|(_, rule)| !rule.policy.guardrail);
        let mut shared = giving().filter(|(_, rule)| rule.policy.combine == Combine::Shared).peekable();
        self.guarded(now, &met)
            && giving().next().is_some()
            && giving().filter(|(_, rule)| rule.policy.combine == Combine::Required).all(|(at, rule)| met(at, rule))
            && (shared.peek().is_none() || shared.any(|(at, rule)| met(at, rule)))
    }

    /// Every moment after `now` at which a policy begins or ends to count.
    pub(crate) fn boundaries(&self, now: DateTime<Utc>) -> BTreeSet<DateTime<Utc>> {
        let windows = self.rules.iter().filter_map(|rule| rule.policy.valid.as_ref());
        windows.flat_map(|window| [window.from, window.until]).flatten().filter(|moment| *moment > now).collect()
    }
}

impl AccessRule<'_> {
    /// The policy.
    pub(crate) fn name(&self) -> &Name {
        self.policy.name.value()
    }

    /// Whether it counts only at times.
    pub(crate) fn has_times(&self) -> bool {
        !always(self.policy.valid.as_ref())
    }

    /// Whether it never gives access.
    pub(crate) fn is_guardrail(&self) -> bool {
        self.policy.guardrail
    }

    /// Whether it is one of several that may give access.
    pub(crate) fn is_shared(&self) -> bool {
        !self.policy.guardrail && self.policy.combine == Combine::Shared
    }

    /// Whether it counts at a moment.
    pub(crate) fn counts(&self, now: DateTime<Utc>) -> bool {
        self.policy.valid.as_ref().is_none_or(|window| window.contains(now))
    }

    /// Whether the user must have subscribed, beside whatever else it asks.
    pub(crate) fn requires_action(&self) -> bool {
        self.policy.requires_action
    }

    /// Whether it asks for more than facts: something that a person has to one data source.
    pub(crate) fn asks_for_terms(&self) -> bool {
        self.requires_action() || matches!(self.meets, Meets::Granted | Meets::Approved(_))
    }

    /// Whether one person meets it. Policies alone know of no grants: a grant is a term of its own in the formula, and
    /// what `individuals` asks for.
    pub(crate) fn met_by(&self, facts: &Facts, standing: Standing<'_>) -> bool {
        self.met(standing, |who| facts.surely(who))
    }

    /// As [`AccessRule::met_by`]; `holds` tells whether the person meets a condition.
    pub(crate) fn met(&self, standing: Standing<'_>, holds: impl FnOnce(&Who) -> bool) -> bool {
        let subscribed = || standing.subscription.is_some();
        let met = match &self.meets {
            Meets::Anyone => true,
            Meets::Granted => standing.granted,
            Meets::Approved(approvers) => standing.subscription.is_some_and(|one| one.approved_by(approvers)),
            Meets::Condition(who) => holds(who),
        };
        met && (!self.requires_action() || subscribed())
    }

    /// What it asks of a user, for people.
    pub(crate) fn wanted(&self) -> String {
        let wanted = match &self.meets {
            Meets::Anyone => "any active user".to_owned(),
            Meets::Granted => "a grant".to_owned(),
            Meets::Approved(approvers) => {
                let approvers: Vec<String> = approvers.iter().map(ToString::to_string).collect();
                format!("a request approved by {}", approvers.join(" and "))
            }
            Meets::Condition(who) => in_words(who),
        };
        if self.requires_action() { format!("{wanted}, who subscribed") } else { wanted }
    }
}

/// Whether somebody owns a data source.
pub fn owns(source: &DataSource, facts: &Facts) -> bool {
    let held = facts.held(Bound::Every);
    source.owners.iter().any(|owner| match owner {
        Owner::User(name) => held.users.contains(name.value()),
        Owner::Group(name) => held.groups.contains(name.value()),
    })
}

/// Whether a person who is active may read a data source at a moment, by the whole formula, under the current
/// project; under an equalized one, whether every member of it may.
pub fn admitted(
    catalog: &Catalog,
    rules: &AccessRules<'_>,
    source: &DataSource,
    facts: &Facts,
    now: DateTime<Utc>,
) -> bool {
    let people = if facts.shared() { facts.fellows() } else { std::slice::from_ref(facts) };
    let terms: Vec<_> = people.iter().map(|facts| Terms::of(catalog, source, facts)).collect();
    admitted_by(catalog, rules, source, facts, &terms, now)
}

/// As [`admitted`], with what the person has; under an equalized project, what each member of it has, in order.
pub(crate) fn admitted_by(
    catalog: &Catalog,
    rules: &AccessRules<'_>,
    source: &DataSource,
    facts: &Facts,
    terms: &[Terms<'_>],
    now: DateTime<Utc>,
) -> bool {
    let one = |(facts, terms): (&Facts, &Terms<'_>)| {
        let standing = terms.standing(source, now);
        formula(
            rules,
            owns(source, facts),
            standing.granted,
            now,
            |_, rule| rule.met_by(facts, standing),
            |_, rule| rule.met_by(facts, standing.ungranted()),
        )
    };
    let people = if facts.shared() { facts.fellows() } else { std::slice::from_ref(facts) };
    let every = people.len() == terms.len() && people.iter().zip(terms).all(one);
    source.status == SourceStatus::Active && in_project(catalog, source, facts) && every
}

/// The formula of access, for one person: `guarded` tells which guardrails are met, `given` which other policies.
pub(crate) fn formula(
    rules: &AccessRules<'_>,
    owner: bool,
    granted: bool,
    now: DateTime<Utc>,
    guarded: impl Fn(usize, &AccessRule<'_>) -> bool,
    given: impl Fn(usize, &AccessRule<'_>) -> bool,
) -> bool {
    rules.guarded(now, guarded) && (owner || granted || rules.admit(now, given))
}

/// Under a project, only its data sources are seen.
pub(crate) fn in_project(catalog: &Catalog, source: &DataSource, facts: &Facts) -> bool {
    let project = facts.project.as_ref().and_then(|name| catalog.projects.get(name));
    project.is_none_or(|project| project.data_sources.iter().any(|s| s.value() == source.name.value()))
}
