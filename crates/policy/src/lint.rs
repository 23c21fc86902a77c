//! What a checked catalog still gets wrong: policies that reach nothing, rules that cannot be applied where they
//! reach.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use scrim_catalog::documents::{PolicyStatus, SourceStatus};
use scrim_catalog::{Catalog, DataPolicy, Mark, Name, Problem, Stored, Where};

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

/// Expressions in the rules of a policy that are none, whatever data source they are for.
pub fn unreadable(policy: &Stored<DataPolicy>) -> Vec<Problem> {
    let rules = policy.rules.iter().enumerate();
    let expressions =
        rules.flat_map(|(at, rule)| rule.body.expressions().into_iter().map(move |text| (at + 1, rule, text)));
    let refused = expressions.filter_map(|(number, rule, text)| {
        let why = scrim_expr::is_expression(text).err()?;
        let mark = [text.mark(), rule.mark].into_iter().find(|mark| *mark != Mark::default()).unwrap_or(policy.mark);
        let message = format!("rule {number} of `{}` has no expression in `{}`: {why}", policy.name, text.value());
        Some(Problem::error(&policy.file, mark, message))
    });
    refused.collect()
}

/// Rules that do not fit where they reach: an error where one cannot be applied and closes the source, a warning for
/// masks that show NULL because they cannot keep a column's type. Sources whose columns only the warehouse knows are
/// passed over.
pub fn misfits(catalog: &Catalog) -> Vec<Problem> {
    let active = catalog.data_sources.values().filter(|source| source.status == SourceStatus::Active);
    let merger = Merger::new(catalog);
    let mut problems: Vec<Problem> = catalog.data_policies.values().flat_map(|policy| unreadable(policy)).collect();
    if !problems.is_empty() {
        return problems;
    }
    let mut fallen: BTreeMap<(Name, usize), Vec<String>> = BTreeMap::new();
    for merged in active.filter_map(|source| merger.merge(source).ok()) {
        for remark in &merged.closed {
            let message =
                format!("rule {} of `{}` on `{}`: {}", remark.rule, remark.policy, merged.source, remark.message);
            problems.extend(place(catalog, &remark.policy, remark.rule).map(|(file, mark)| {
                Problem::error(file, mark, message).help("a data source with such a rule shows no rows")
            }));
        }
        if !merged.closed.is_empty() {
            continue;
        }
        for column in &merged.columns {
            for mask in column.masks.iter().filter(|mask| mask.falls_back) {
                let rule = fallen.entry((mask.source.policy.clone(), mask.source.rule)).or_default();
                rule.push(format!("`{}` of `{}` ({})", column.name, merged.source, column.column_type));
            }
        }
    }
    for ((policy, rule), mut columns) in fallen {
        columns.dedup();
        let more = columns.len().saturating_sub(3);
        columns.truncate(3);
        let list = columns.join(", ");
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        let message = format!("rule {rule} of `{policy}` does not fit {list}{more}: NULL is shown instead");
        problems.extend(place(catalog, &policy, rule).map(|(file, mark)| {
            Problem::warning(file, mark, message)
                .help("`scrim compile` says why; docs/policies.md has what fits which type")
        }));
    }
    problems
}

/// Where a rule is written.
fn place<'a>(catalog: &'a Catalog, policy: &Name, rule: usize) -> Option<(&'a Arc<PathBuf>, Mark)> {
    let policy = catalog.data_policies.get(policy)?;
    let mark = rule.checked_sub(1).and_then(|at| policy.rules.get(at)).map_or(policy.mark, |rule| rule.mark);
    Some((&policy.file, if mark == Mark::default() { policy.mark } else { mark }))
}
