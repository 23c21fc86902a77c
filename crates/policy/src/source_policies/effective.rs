//! What the policies of a data source come to, in plain English.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use scrim_catalog::documents::{DataSource, Owner, SourceStatus};
use scrim_catalog::{Catalog, Name};
use serde::Serialize;

use super::gives;
use crate::access::{AccessRule, AccessRules, Meets};
use crate::merged::{Application, Merged, MergedColumn, RowTest, Source, Test};
use crate::sentences::{self, approved, exception, people, quoted, times};

/// What policies come to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Effective {
    /// Who may read.
    pub access: Vec<String>,
    /// What readers see of each column.
    pub columns: Vec<EffectiveColumn>,
    /// Which rows they see: every sentence holds.
    pub rows: Vec<String>,
}

/// What readers see of a column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct EffectiveColumn {
    /// The column.
    pub name: Name,
    /// Whether there is a mask on it, for whomever.
    pub masked: bool,
    /// The masks on it, the strongest first.
    pub sentence: String,
}

impl Effective {
    pub(super) fn of(catalog: &Catalog, source: &DataSource, merged: Option<&Merged>, now: DateTime<Utc>) -> Self {
        let columns =
            merged.map_or_else(Vec::new, |merged| merged.columns.iter().map(|one| column(one, now)).collect());
        let rows = merged.map_or_else(Vec::new, |merged| rows(catalog, merged, now));
        Self { access: access(catalog, source, merged, now), columns, rows }
    }
}

fn access(catalog: &Catalog, source: &DataSource, merged: Option<&Merged>, now: DateTime<Utc>) -> Vec<String> {
    if source.status == SourceStatus::Disabled {
        return vec!["Readers: nobody, for the data source is disabled.".to_owned()];
    }
    let rules = AccessRules::of(catalog, source);
    let counting = || rules.rules().iter().filter(|rule| rule.counts(now));
    let owners = source.owners.iter().map(|owner| match owner {
        Owner::User(name) => format!("user {}", quoted(name)),
        Owner::Group(name) => format!("members of group {}", quoted(name)),
    });
    let owners: Vec<String> = owners.collect();
    let owners = if owners.is_empty() { String::new() } else { format!("its owners ({}), ", owners.join(", ")) };
    let mut told = Vec::new();
    let required: Vec<String> =
        counting().filter(|rule| !rule.is_guardrail() && !rule.is_shared()).map(lets_in).collect();
    let shared: Vec<String> = counting().filter(|rule| rule.is_shared()).map(lets_in).collect();
    told.push(match (required.as_slice(), shared.as_slice()) {
        ([], []) => format!("Readers: {owners}whoever has a grant, and nobody else, for no policy lets in anybody."),
        ([], shared) => format!("Readers: {owners}whoever has a grant, and {}.", shared.join("; or ")),
        ([one], []) => format!("Readers: {owners}whoever has a grant, and {one}."),
        (required, []) => {
            format!("Readers: {owners}whoever has a grant, and whoever is all of these: {}.", required.join("; and "))
        }
        (required, shared) => format!(
            "Readers: {owners}whoever has a grant, and whoever is all of these: {}; and one of these: {}.",
            required.join("; and "),
            shared.join("; or ")
        ),
    });
    let guardrails = counting().filter(|rule| rule.is_guardrail());
    told.extend(guardrails.map(|rule| format!("Of all these only {}: a guardrail.", lets_in(rule))));
    let closed = merged.map_or(&[][..], |merged| merged.closed.as_slice());
    told.extend(closed.iter().map(|remark| {
        let (rule, policy) = (remark.rule, quoted(&remark.policy));
        format!("Nobody sees a row: rule {rule} of {policy} closes the data source.")
    }));
    told
}

/// Whom a policy lets in, and which it is.
fn lets_in(rule: &AccessRule<'_>) -> String {
    let wanted = match &rule.meets {
        Meets::Anyone => "every active user".to_owned(),
        Meets::Granted => "users who have a grant".to_owned(),
        Meets::Approved(approvers) => approved(approvers.iter().map(|approver| approver.as_str())),
        Meets::Condition(who) if rule.is_guardrail() => exception(who),
        Meets::Condition(who) => people(who),
    };
    let subscribed = if rule.requires_action() { ", once they have subscribed" } else { "" };
    format!("{wanted}{subscribed} (by {})", quoted(rule.name()))
}

fn column(column: &MergedColumn, now: DateTime<Utc>) -> EffectiveColumn {
    let name = quoted(&column.name);
    let masks: Vec<String> = column.masks.iter().filter(|mask| !over(&mask.source, now)).map(covering).collect();
    let sentence = match masks.as_slice() {
        [] => format!("{name}: clear to every reader."),
        [one] => format!("{name}: {one}; clear otherwise."),
        many => {
            format!("{name}: of these the first that covers a cell, and clear where none does: {}.", many.join("; "))
        }
    };
    EffectiveColumn { name: column.name.clone(), masked: !masks.is_empty(), sentence }
}

/// Whether a rule will not count again.
fn over(rule: &Source, now: DateTime<Utc>) -> bool {
    rule.valid.as_ref().is_some_and(|window| window.until.is_some_and(|until| until <= now))
}

/// A mask, and when it covers a cell.
fn covering(mask: &Application) -> String {
    let mut told = format!("{}, for {}", gives(mask), people(&mask.covers));
    let lifted: Vec<String> = mask
        .lifted
        .iter()
        .map(|lift| {
            let times = times(lift.source.valid.as_ref()).map_or_else(String::new, |times| format!(" {times}"));
            format!("{}{times}", people(&lift.only))
        })
        .collect();
    if !lifted.is_empty() {
        told += &format!(" (lifted for {})", lifted.join(", and for "));
    }
    if mask.when.is_some() {
        told += " (in rows where its `when` is not certainly false)";
    }
    if mask.yields {
        told += " (stepping back for a mask selected by a deeper tag)";
    }
    if let Some(times) = times(mask.source.valid.as_ref()) {
        told += &format!(" ({times})");
    }
    format!("{told} ({})", mask.source)
}

/// The sentences of the rules that keep rows from somebody.
fn rows(catalog: &Catalog, merged: &Merged, now: DateTime<Utc>) -> Vec<String> {
    let told: Vec<String> =
        merged.rows.iter().filter(|test| !over(&test.source, now)).filter_map(|test| row(catalog, test)).collect();
    if told.is_empty() { vec!["Readers see every row.".to_owned()] } else { told }
}

/// The sentence of a rule that keeps rows from somebody.
pub(crate) fn row(catalog: &Catalog, test: &RowTest) -> Option<String> {
    if test.branches.all().all(|branch| *branch == Test::All) {
        return None;
    }
    let (number, name) = (test.source.rule, &test.source.policy);
    let policy = catalog.data_policies.get(name)?;
    let rule = number.checked_sub(1).and_then(|at| policy.rules.get(at))?;
    let said = sentences::rule(rule, policy.scope.local().is_some());
    let times = times(test.source.valid.as_ref()).map_or_else(String::new, |times| format!(", {times}"));
    Some(format!("{said} (Rule {number} of {}{times}.)", quoted(name)))
}
