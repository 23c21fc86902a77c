//! Policies and their tests.

use std::path::PathBuf;
use std::sync::Arc;

use super::Checker;
use super::sources::system_schema;
use crate::catalog::{Catalog, Stored};
use crate::documents::{Access, AccessWho, As, Integration, Permission, SubscriptionPolicy, Validity};
use crate::rule_reading::conditions;
use crate::{At, Columns, ColumnsForm, Mask, Matched, Name, Problem, RowRule, RuleBody, Where, WhereForm};

/// A policy that ends before it begins never counts, which nobody means.
fn window(checker: &mut Checker<'_>, file: &Arc<PathBuf>, name: &At<Name>, valid: Option<&Validity>) {
    if let Some(Validity { from: Some(from), until: Some(until) }) = valid
        && from >= until
    {
        let message = format!("the policy `{name}` ends before it begins, and would never count");
        checker.error(file, name, message, "write `from` before `until`, or `status: disabled`");
    }
}

pub(super) fn subscription_policies(checker: &mut Checker<'_>, of: &Catalog) {
    for policy in of.subscription_policies.values() {
        window(checker, &policy.file, &policy.name, policy.valid.as_ref());
        scope(checker, &policy.file, &policy.scope, &policy.name);
        let at = policy.access.mark();
        match policy.access.value() {
            Access::Anyone | Access::Individuals => {}
            Access::Conditions(conditions) => access(checker, &policy.file, conditions),
            Access::Approval(approvers) => {
                if approvers.is_empty() {
                    let problem = Problem::error(&policy.file, at, "`approval` names nobody who approves".to_owned());
                    checker.problems.push(problem.help("for example `approval: [ OWNER, GOVERNANCE ]`"));
                }
                approvers.iter().for_each(|approver| self::approver(checker, &policy.file, approver));
                nobody(checker, policy, "nobody's request was approved: those are asked for through the service");
            }
        }
        if policy.requires_action {
            nobody(checker, policy, "nobody subscribed yet, which people do through the service");
        }
    }
}

/// Warns of a policy that gives access to nobody by itself, as long as nobody subscribed to anything.
fn nobody(checker: &mut Checker<'_>, policy: &Stored<SubscriptionPolicy>, why: &str) {
    if !checker.catalog.subscriptions.is_empty() {
        return;
    }
    let message = format!("the policy `{}` is met by nobody yet: {why}", policy.name);
    let problem = Problem::warning(&policy.file, policy.access.mark(), message);
    checker.problems.push(problem.help("a `grant` subscribes a person or a group, unless a guardrail forbids it"));
}

pub(super) fn approver(checker: &mut Checker<'_>, file: &Arc<PathBuf>, name: &At<Name>) {
    let known = std::iter::once("OWNER").chain(Permission::NAMES);
    if !known.clone().any(|known| known == name.as_str()) {
        let problem = Problem::error(file, name.mark(), format!("`{name}` is nobody who approves"));
        checker.problems.push(problem.help("approvers are OWNER and permissions").suggest(name, known));
    }
}

/// Every name in a condition of access.
pub(super) fn access(checker: &mut Checker<'_>, file: &Arc<PathBuf>, conditions: &AccessWho) {
    checker.who(file, &conditions.on_tags(&|_| vec![], true));
    let mut keys = Vec::new();
    conditions.walk(&mut |part| {
        if let AccessWho::TagAsAttribute(form) = part {
            keys.push(&form.attribute);
        }
    });
    keys.into_iter().for_each(|key| checker.attribute(file, key));
}

pub(super) fn data_policies(checker: &mut Checker<'_>, of: &Catalog) {
    for policy in of.data_policies.values() {
        let file = &policy.file;
        window(checker, file, &policy.name, policy.valid.as_ref());
        scope(checker, file, &policy.scope, &policy.name);
        for rule in &policy.rules {
            conditions(rule).into_iter().for_each(|who| checker.who(file, who));
            match &rule.body {
                RuleBody::Mask { columns, masks, .. } => {
                    selector(checker, file, columns);
                    for mask in masks.all().flatten() {
                        if let Mask::Randomize(_, by) = mask {
                            selector(checker, file, by);
                        }
                    }
                }
                RuleBody::Reveal { columns, .. } => selector(checker, file, columns),
                RuleBody::Purpose { any, .. } => any.iter().for_each(|purpose| checker.purpose(file, purpose)),
                RuleBody::Rows(rows) => {
                    for row_rule in rows.all() {
                        match row_rule {
                            RowRule::Match(matched, columns) => {
                                if let Matched::Attribute(key) = matched {
                                    checker.attribute(file, &At::nowhere(key.clone()).placed(rule.mark));
                                }
                                selector(checker, file, columns);
                            }
                            RowRule::NewerThan(_, columns)
                            | RowRule::OlderThan(_, columns)
                            | RowRule::Sample(_, columns) => selector(checker, file, columns),
                            RowRule::Lookup(lookup) => {
                                let own = |i: &Arc<Stored<Integration>>| system_schema(i, &lookup.table.schema);
                                if checker.catalog.integrations.values().any(own) {
                                    let message = format!("`{}` is in a system schema", lookup.table);
                                    let problem = Problem::error(file, rule.mark, message);
                                    checker.problems.push(problem.help("look up in a table of your own"));
                                }
                                lookup.on.iter().for_each(|(_, c)| selector(checker, file, c));
                            }
                            RowRule::AllRows | RowRule::Never | RowRule::Filter(_) => {}
                        }
                    }
                }
            }
        }
    }
}

/// Warns of a tag that nothing carries: it selects nothing, which is rarely meant.
fn tag(checker: &mut Checker<'_>, file: &Arc<PathBuf>, name: &At<Name>) {
    let known = checker.tags.get_or_init(|| checker.catalog.known_tags());
    if !known.iter().any(|tag| crate::tag::covers(name, tag)) {
        let problem = Problem::warning(file, name.mark(), format!("nothing carries the tag `{name}`"));
        checker.problems.push(problem.suggest(name, known.iter().map(|tag| tag.as_str())));
    }
}

fn scope(checker: &mut Checker<'_>, file: &Arc<PathBuf>, scope: &Where, policy: &At<Name>) {
    let mut parts = Vec::new();
    scope.walk(&mut |part| parts.push(part));
    for part in parts {
        match part {
            Where::Form(WhereForm::DataSource(name)) => checker.data_source(file, name),
            Where::Form(WhereForm::SourceTag(name) | WhereForm::ColumnTag(name)) => tag(checker, file, name),
            Where::Form(WhereForm::Created(_)) => {
                let catalog = checker.catalog;
                for source in catalog.data_sources.values().filter(|s| s.created.is_none()) {
                    let message = format!(
                        "the policy `{policy}` selects by `created`, and the data source `{}` has no such time",
                        source.name
                    );
                    checker.error(file, policy, message, "write `created:` in the data source's document");
                }
            }
            _ => {}
        }
    }
}

fn selector(checker: &mut Checker<'_>, file: &Arc<PathBuf>, columns: &Columns) {
    match columns {
        Columns::Form(ColumnsForm::Tag(name)) => tag(checker, file, name),
        Columns::Form(ColumnsForm::All(parts) | ColumnsForm::Any(parts)) => {
            parts.iter().for_each(|part| selector(checker, file, part));
        }
        Columns::Form(ColumnsForm::Not(part)) => selector(checker, file, part),
        Columns::All | Columns::Form(ColumnsForm::Name(_) | ColumnsForm::AnyTag(_) | ColumnsForm::NoTags(_)) => {}
    }
}

pub(super) fn tests(checker: &mut Checker<'_>, of: &Catalog) {
    let catalog = checker.catalog;
    for test in of.policy_tests.values() {
        let file = &test.file;
        checker.data_source(file, &test.data_source);
        for policy in test.policies.iter().flatten() {
            checker.policy(file, policy);
        }
        let source = catalog.data_sources.get(test.data_source.value());
        if let Some(source) = source.filter(|s| !s.columns.is_empty()) {
            let known: Vec<&Name> = source.columns.iter().map(|c| c.name.value()).collect();
            let written = test.rows.iter().flat_map(|row| row.keys());
            for column in written.chain(test.expect.iter().flat_map(|e| e.rows.iter().flat_map(|row| row.keys()))) {
                checker.among(file, "column", column, &known);
            }
        }
        for expectation in &test.expect {
            match expectation.who.value() {
                As::User(name) => checker.user(file, &At::nowhere(name.clone()).placed(expectation.who.mark())),
                As::Somebody(somebody) => {
                    somebody.groups.iter().for_each(|group| checker.group(file, group));
                    somebody.attributes.keys().for_each(|key| checker.attribute(file, key));
                    somebody.purposes.iter().for_each(|purpose| checker.purpose(file, purpose));
                }
            }
        }
    }
}
