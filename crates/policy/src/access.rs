//! Who may read a data source at all: the formula of subscription.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use scrim_catalog::documents::{
    Access, Combine, DataSource, Owner, PolicyStatus, SourceStatus, SubscriptionPolicy, User,
};
use scrim_catalog::{Catalog, Name, Stored, Who};

use crate::Facts;
use crate::scope::{covers, opted_out};

/// Whether a user may read a data source, and what decided it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "an access decision that nobody reads protects nothing"]
pub struct Decision {
    /// Whether the user may.
    pub granted: bool,
    /// What decided it, for people.
    pub because: Vec<String>,
    /// What the user lacks, for people.
    pub needs: Vec<String>,
}

/// The subscription policies in force on a data source.
#[derive(Clone, Debug)]
pub struct AccessRules<'a> {
    policies: Vec<&'a Stored<SubscriptionPolicy>>,
}

impl<'a> AccessRules<'a> {
    /// Those that cover the source and count, whether or not their time has come.
    pub fn of(catalog: &'a Catalog, source: &DataSource) -> Self {
        let policies = catalog.subscription_policies.iter().filter(|(name, policy)| {
            policy.status == PolicyStatus::Active
                && covers(catalog, name, &policy.scope, source)
                && !opted_out(source, name, policy.owners_may_disable)
        });
        Self { policies: policies.map(|(_, policy)| policy).collect() }
    }

    /// The names of the policies that decide: what an audience is made of.
    pub fn names(&self) -> BTreeSet<&'a Name> {
        self.policies.iter().map(|policy| policy.name.value()).collect()
    }

    fn at(&self, now: DateTime<Utc>) -> impl Iterator<Item = &&'a Stored<SubscriptionPolicy>> {
        self.policies.iter().filter(move |policy| policy.valid.as_ref().is_none_or(|window| window.contains(now)))
    }

    /// Whether every guardrail is met.
    ///
    /// `granted` tells whether the user has an unexpired grant to the source, which is what `individuals` asks.
    pub fn within_guardrails(&self, facts: &Facts, granted: bool, now: DateTime<Utc>) -> bool {
        self.at(now).filter(|p| p.guardrail).all(|policy| meets(policy, facts, granted))
    }

    /// Whether the policies alone give access, guardrails included.
    pub fn admit(&self, facts: &Facts, now: DateTime<Utc>) -> bool {
        let giving = || self.at(now).filter(|policy| !policy.guardrail);
        let mut shared = giving().filter(|p| p.combine == Combine::Shared).peekable();
        self.within_guardrails(facts, false, now)
            && giving().next().is_some()
            && giving().filter(|p| p.combine == Combine::Required).all(|policy| meets(policy, facts, false))
            && (shared.peek().is_none() || shared.any(|policy| meets(policy, facts, false)))
    }

    /// Every moment after `now` at which a policy begins or ends to count.
    pub(crate) fn boundaries(&self, now: DateTime<Utc>) -> BTreeSet<DateTime<Utc>> {
        let windows = self.policies.iter().filter_map(|policy| policy.valid.as_ref());
        windows.flat_map(|window| [window.from, window.until]).flatten().filter(|moment| *moment > now).collect()
    }
}

/// Whether a policy is met. Policies alone know of no grants: a grant is a term of its own in the formula.
fn meets(policy: &SubscriptionPolicy, facts: &Facts, granted: bool) -> bool {
    match policy.access.value() {
        Access::Anyone => true,
        Access::Conditions(conditions) => conditions.to_who().is_ok_and(|who| facts.meet(&who)),
        Access::Individuals => granted,
        Access::Approval(_) => false,
    }
}

/// Whether somebody owns a data source.
pub fn owns(source: &DataSource, facts: &Facts) -> bool {
    source.owners.iter().any(|owner| match owner {
        Owner::User(name) => facts.user.as_ref() == Some(name.value()),
        Owner::Group(name) => facts.groups.contains(name.value()),
    })
}

/// The expiry times of the grants that a person has to a data source at `now`: none for a grant without end.
pub(crate) fn grants(
    catalog: &Catalog,
    source: &DataSource,
    facts: &Facts,
    now: DateTime<Utc>,
) -> Vec<(Name, Option<DateTime<Utc>>)> {
    let grants = catalog.grants.values().filter(|grant| {
        let user = grant.user.as_ref().is_some_and(|user| facts.user.as_ref() == Some(user.value()));
        let group = grant.group.as_ref().is_some_and(|group| facts.groups.contains(group.value()));
        (user || group)
            && grant.data_source.value() == source.name.value()
            && grant.expires.is_none_or(|expires| expires > now)
    });
    grants.map(|grant| (grant.name.value().clone(), grant.expires)).collect()
}

/// Whether a person who is active may read a data source at a moment, by the whole formula, under the
/// current project.
pub fn admitted(
    catalog: &Catalog,
    rules: &AccessRules<'_>,
    source: &DataSource,
    facts: &Facts,
    now: DateTime<Utc>,
) -> bool {
    let granted = !grants(catalog, source, facts, now).is_empty();
    source.status == SourceStatus::Active
        && in_project(catalog, source, facts)
        && rules.within_guardrails(facts, granted, now)
        && (owns(source, facts) || granted || rules.admit(facts, now))
}

/// Under a project, only its data sources are seen.
fn in_project(catalog: &Catalog, source: &DataSource, facts: &Facts) -> bool {
    let project = facts.project.as_ref().and_then(|name| catalog.projects.get(name));
    project.is_none_or(|project| project.data_sources.iter().any(|s| s.value() == source.name.value()))
}

/// The decision for a user of the catalog, with its reasons.
pub fn decide(catalog: &Catalog, source: &DataSource, user: &User, now: DateTime<Utc>) -> Decision {
    let facts = Facts::of(catalog, user);
    if user.disabled {
        let because = vec![format!("the user `{}` is disabled", user.name)];
        return Decision { granted: false, because, needs: vec!["the user must be enabled".to_owned()] };
    }
    decide_for(catalog, source, &facts, now)
}

/// The decision for an active person with these facts, with its reasons.
pub fn decide_for(catalog: &Catalog, source: &DataSource, facts: &Facts, now: DateTime<Utc>) -> Decision {
    let rules = AccessRules::of(catalog, source);
    let granted = admitted(catalog, &rules, source, facts, now);
    let has_grant = !grants(catalog, source, facts, now).is_empty();
    let mut because = Vec::new();
    let mut needs = Vec::new();
    if source.status == SourceStatus::Disabled {
        because.push(format!("the data source `{}` is disabled", source.name));
        needs.push("the data source must be active".to_owned());
    }
    if !in_project(catalog, source, facts)
        && let Some(project) = &facts.project
    {
        because.push(format!("the current project `{project}` does not have this data source"));
        needs.push(format!("leave the project `{project}`, or add the data source to it"));
    }
    for policy in rules.at(now).filter(|policy| policy.guardrail) {
        let met = meets(policy, facts, has_grant);
        because.push(format!("the guardrail `{}` is {}met", policy.name, if met { "" } else { "not " }));
        if !met {
            needs.push(format!("meet the guardrail `{}`: {}", policy.name, wanted(policy)));
        }
    }
    if owns(source, facts) {
        because.push("the user owns the data source".to_owned());
    }
    for (name, expires) in grants(catalog, source, facts, now) {
        let until = expires.map_or_else(String::new, |end| format!(" until {}", end.to_rfc3339()));
        because.push(format!("the grant `{name}` subscribes the user{until}"));
    }
    let mut giving = false;
    for policy in rules.at(now).filter(|policy| !policy.guardrail) {
        giving = true;
        let met = meets(policy, facts, has_grant);
        let kind = if policy.combine == Combine::Shared { "shared" } else { "required" };
        because.push(format!("the {kind} policy `{}` is {}met", policy.name, if met { "" } else { "not " }));
        if !met && !granted {
            needs.push(format!("meet the {kind} policy `{}`: {}", policy.name, wanted(policy)));
        }
    }
    if !giving && !granted {
        because
            .push("no subscription policy covers the data source: only its owners and grants give access".to_owned());
    }
    if !granted && needs.is_empty() {
        needs.push(format!("a grant to `{}`", source.name));
    } else if !granted && rules.within_guardrails(facts, has_grant, now) {
        needs.push(format!("or a grant to `{}`", source.name));
    }
    Decision { granted, because, needs }
}

fn wanted(policy: &SubscriptionPolicy) -> String {
    match policy.access.value() {
        Access::Anyone => "any active user".to_owned(),
        Access::Individuals => "a grant".to_owned(),
        Access::Approval(_) => "an approved request".to_owned(),
        Access::Conditions(conditions) => conditions.to_who().map_or_else(str::to_owned, |who| in_words(&who)),
    }
}

/// A condition in words.
pub fn in_words(who: &Who) -> String {
    let list = |parts: &[Who], word: &str| match parts {
        [one] => in_words(one),
        many => format!("({})", many.iter().map(in_words).collect::<Vec<_>>().join(word)),
    };
    match who {
        Who::Everyone => "everyone".to_owned(),
        Who::Group(name) => format!("in group `{name}`"),
        Who::Attribute(values) => {
            values.iter().map(|(key, value)| format!("`{key}` is `{value}`")).collect::<Vec<_>>().join(" and ")
        }
        Who::Purpose(name) => format!("acting for purpose `{name}`"),
        Who::User(name) => format!("user `{name}`"),
        Who::All(parts) => list(parts, " and "),
        Who::Any(parts) => list(parts, " or "),
        Who::Not(part) => format!("not {}", in_words(part)),
    }
}
