//! The decision about who may read a data source, with its reasons.

use chrono::{DateTime, Utc};
use scrim_catalog::Catalog;
use scrim_catalog::documents::{Combine, DataSource, SourceStatus, User};

use crate::Facts;
use crate::access::{AccessRules, admitted_by, in_project, owns};
use crate::facts::Bound;
use crate::terms::Terms;

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

/// The decision for a user of the catalog, with its reasons.
pub fn decide(catalog: &Catalog, source: &DataSource, user: &User, now: DateTime<Utc>) -> Decision {
    if user.disabled {
        return disabled(user);
    }
    decide_for(catalog, source, &Facts::of(catalog, user), now)
}

/// The same of many sources: what the user is and has, and what is the same for all of them, is looked at once.
pub fn decide_each<'a>(
    catalog: &'a Catalog,
    user: &'a User,
    now: DateTime<Utc>,
) -> impl Fn(&DataSource) -> Decision + use<'a> {
    let (rules, facts) = (AccessRules::of_each(catalog), Facts::of(catalog, user));
    let own = Terms::of_everything(catalog, &facts);
    let fellows: Vec<_> = facts.fellows().iter().map(|fellow| Terms::of_everything(catalog, fellow)).collect();
    move |source| {
        if user.disabled {
            return disabled(user);
        }
        decided(catalog, &rules(source), source, &facts, (&own, &fellows), now)
    }
}

/// The same of one source and many users: the source is looked at once.
pub fn decide_everybody<'a>(
    catalog: &'a Catalog,
    source: &'a DataSource,
    now: DateTime<Utc>,
) -> impl Fn(&User) -> Decision + use<'a> {
    let (rules, given) = (AccessRules::of(catalog, source), Terms::of_everybody(catalog, source));
    move |user| {
        if user.disabled {
            return disabled(user);
        }
        let facts = Facts::of(catalog, user);
        let fellows: Vec<_> = facts.fellows().iter().map(|fellow| given.of_person(fellow)).collect();
        decided(catalog, &rules, source, &facts, (&given.of_person(&facts), &fellows), now)
    }
}

fn disabled(user: &User) -> Decision {
    let because = vec![format!("the user `{}` is disabled", user.name)];
    Decision { granted: false, because, needs: vec!["the user must be enabled".to_owned()] }
}

/// The decision for an active person with these facts, with its reasons.
pub fn decide_for(catalog: &Catalog, source: &DataSource, facts: &Facts, now: DateTime<Utc>) -> Decision {
    let (rules, own) = (AccessRules::of(catalog, source), Terms::of(catalog, source, facts));
    let fellows: Vec<_> = facts.fellows().iter().map(|fellow| Terms::of(catalog, source, fellow)).collect();
    decided(catalog, &rules, source, facts, (&own, &fellows), now)
}

/// The decision by these rules, with what the person has; and under an equalized project, what each member of it has.
fn decided(
    catalog: &Catalog,
    rules: &AccessRules<'_>,
    source: &DataSource,
    facts: &Facts,
    (own, fellows): (&Terms<'_>, &[Terms<'_>]),
    now: DateTime<Utc>,
) -> Decision {
    let terms = if facts.shared() { fellows } else { std::slice::from_ref(own) };
    let granted = admitted_by(catalog, rules, source, facts, terms, now);
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
    if let (true, Some(project)) = (facts.shared(), &facts.project) {
        because.push(format!("under the equalized project `{project}` only what every member may read"));
        for (fellow, terms) in facts.fellows().iter().zip(fellows) {
            let own = decided(catalog, rules, source, fellow, (terms, &[]), now);
            let name = fellow.held(Bound::Every).users.first().map_or_else(String::new, ToString::to_string);
            let verdict = if own.granted { "may" } else { "may not" };
            because.push(format!("`{name}` {verdict}: {}", own.because.join("; ")));
            if !own.granted {
                needs.push(format!("of `{name}`: {}", own.needs.join("; ")));
            }
        }
        return Decision { granted, because, needs };
    }
    let standing = own.standing(source, now);
    let mut guarded = true;
    for (_, rule) in rules.at(now).filter(|(_, rule)| rule.policy.guardrail) {
        let met = rule.met_by(facts, standing);
        guarded &= met;
        because.push(format!("the guardrail `{}` is {}met", rule.policy.name, if met { "" } else { "not " }));
        if !met {
            needs.push(format!("meet the guardrail `{}`: {}", rule.policy.name, rule.wanted()));
        }
    }
    if owns(source, facts) {
        because.push("the user owns the data source".to_owned());
    }
    for grant in own.unexpired(source, now) {
        let until =
            grant.expires.map_or_else(String::new, |end| format!(" until {}", end.format("%Y-%m-%d %H:%M UTC")));
        because.push(format!("the grant `{}` subscribes the user{until}", grant.name));
    }
    let mut giving = false;
    // Of these one is enough.
    let (mut shared_met, mut shared_wanted) = (false, Vec::new());
    for (_, rule) in rules.at(now).filter(|(_, rule)| !rule.policy.guardrail) {
        giving = true;
        let met = rule.met_by(facts, standing);
        let shared = rule.policy.combine == Combine::Shared;
        let kind = if shared { "shared" } else { "required" };
        because.push(format!("the {kind} policy `{}` is {}met", rule.policy.name, if met { "" } else { "not " }));
        shared_met |= shared && met;
        if !met && !granted {
            let wanted = format!("meet the {kind} policy `{}`: {}", rule.policy.name, rule.wanted());
            if shared { shared_wanted.push(wanted) } else { needs.push(wanted) }
        }
    }
    if !shared_met && !shared_wanted.is_empty() {
        needs.push(shared_wanted.join("; or "));
    }
    if !giving && !granted {
        because
            .push("no subscription policy covers the data source: only its owners and grants give access".to_owned());
    }
    if !granted && needs.is_empty() {
        needs.push(format!("a grant to `{}`", source.name));
    } else if !granted && guarded {
        needs.push(format!("or a grant to `{}`", source.name));
    }
    Decision { granted, because, needs }
}
