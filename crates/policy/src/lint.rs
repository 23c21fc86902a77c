//! What a checked catalog still gets wrong: policies that reach nothing, rules that cannot be applied where they
//! reach.

use scrim_catalog::documents::{PolicyStatus, SourceStatus};
use scrim_catalog::{Catalog, Mark, Problem, Where};

use crate::Merger;
use crate::scope::covers;

/// Policies in force that match no data source: a misspelt condition, or a table that is not registered yet.
pub fn idle_policies(catalog: &Catalog) -> Vec<Problem> {
    let idle = |name, scope: &Where| !catalog.data_sources.values().any(|source| covers(catalog, name, scope, source));
    let remark = |kind: &str, name: &str| format!("the {kind} `{name}` matches no data source, so it does nothing");
    let data = catalog.data_policies.iter().filter(|(name, policy)| {
        policy.status == PolicyStatus::Active && policy.scope != Where::ChosenByOwner && idle(name, &policy.scope)
    });
    let access = catalog.subscription_policies.iter().filter(|(name, policy)| {
        policy.status == PolicyStatus::Active && policy.scope != Where::ChosenByOwner && idle(name, &policy.scope)
    });
    let data = data.map(|(name, p)| Problem::warning(&p.file, p.mark, remark("data policy", name)));
    let access = access.map(|(name, p)| Problem::warning(&p.file, p.mark, remark("subscription policy", name)));
    data.chain(access).map(|problem| problem.help("look at its `where`, and at the tags of the data sources")).collect()
}

/// Rules that cannot be applied to a source they cover, and so close it. Sources whose columns only the warehouse
/// knows are passed over.
pub fn inapplicable_rules(catalog: &Catalog) -> Vec<Problem> {
    let active = catalog.data_sources.values().filter(|source| source.status == SourceStatus::Active);
    let merger = Merger::new(catalog);
    let mut problems = Vec::new();
    for merged in active.filter_map(|source| merger.merge(source).ok()) {
        for remark in &merged.closed {
            let Some(policy) = catalog.data_policies.get(&remark.policy) else { continue };
            let mark =
                remark.rule.checked_sub(1).and_then(|at| policy.rules.get(at)).map_or(policy.mark, |rule| rule.mark);
            let mark = if mark == Mark::default() { policy.mark } else { mark };
            let message =
                format!("rule {} of `{}` on `{}`: {}", remark.rule, remark.policy, merged.source, remark.message);
            problems
                .push(Problem::error(&policy.file, mark, message).help("a data source with such a rule shows no rows"));
        }
    }
    problems
}
