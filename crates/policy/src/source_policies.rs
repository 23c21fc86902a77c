//! The policies of one data source: each in plain English, with what becomes of it there, and what all of them come to.

mod effective;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use scrim_catalog::documents::{DataSource, PolicyStatus, Validity};
use scrim_catalog::{Catalog, Name, Where};
use serde::Serialize;

use crate::merged::{Application, Merged, Remark};
use crate::scope::{covers, opted_out};
use crate::sentences::{self, masking, people, quoted};
use crate::{Merger, merge};

pub(crate) use effective::row;
pub use effective::{Effective, EffectiveColumn};

/// The policies of a data source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SourcePolicies {
    /// The data source.
    pub data_source: Name,
    /// Each policy that covers it and is not disabled: those of access first.
    pub policies: Vec<SourcePolicy>,
    /// What those that are active come to.
    pub effective: Effective,
    /// Why nothing can be told of its columns, if so.
    pub unknown: Option<String>,
}

/// A policy on a data source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SourcePolicy {
    /// `subscription-policy` or `data-policy`.
    pub kind: &'static str,
    /// The policy.
    pub name: Name,
    /// Whether it counts here.
    pub status: Standing,
    /// Whether it is written for this data source alone.
    pub local: bool,
    /// What it says.
    pub sentences: Vec<String>,
    /// What its masks and reveals give here, by column; of one that is staged, what they would give.
    pub columns: Vec<Touched>,
    /// What somebody should know of it here: rules that do nothing, do not fit, or close the data source.
    pub remarks: Vec<String>,
}

/// Whether a policy counts on a data source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It counts.
    Active,
    /// It is staged.
    Staged,
    /// Its time has not come.
    Waiting,
    /// Its time is over.
    Over,
    /// The owner of the data source switched it off there.
    SwitchedOff,
}

/// What a rule does to a column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Touched {
    /// The column.
    pub column: Name,
    /// The rule's number in the policy, from 1.
    pub rule: usize,
    /// What is shown in the place of a value.
    pub gives: String,
    /// To whom.
    pub to: String,
}

/// The policies of a data source at a moment.
pub fn source_policies(catalog: &Catalog, source: &DataSource, now: DateTime<Utc>) -> SourcePolicies {
    let merged = merge(catalog, source);
    let staged = catalog.data_policies.values().any(|policy| policy.status == PolicyStatus::Staged);
    let would = if staged { Merger::new(&unstaged(catalog)).merge(source) } else { merged.clone() };
    let mut policies = Vec::new();
    for (name, policy) in &catalog.subscription_policies {
        let here = Here { catalog, source, name, scope: &policy.scope, can_be_off: policy.owners_may_disable };
        let Some(status) = here.standing(policy.status, policy.valid.as_ref(), now) else { continue };
        policies.push(SourcePolicy {
            kind: "subscription-policy",
            name: name.clone(),
            status,
            local: policy.scope.local().is_some(),
            sentences: sentences::subscription_policy(policy),
            columns: vec![],
            remarks: vec![],
        });
    }
    for (name, policy) in &catalog.data_policies {
        let here = Here { catalog, source, name, scope: &policy.scope, can_be_off: policy.owners_may_disable };
        let Some(status) = here.standing(policy.status, policy.valid.as_ref(), now) else { continue };
        let merged = match status {
            Standing::Active | Standing::Waiting | Standing::Over => merged.as_ref().ok(),
            Standing::Staged => would.as_ref().ok(),
            Standing::SwitchedOff => None,
        };
        policies.push(SourcePolicy {
            kind: "data-policy",
            name: name.clone(),
            status,
            local: policy.scope.local().is_some(),
            sentences: sentences::data_policy(policy),
            columns: merged.map_or_else(Vec::new, |merged| touched(merged, name)),
            remarks: merged.map_or_else(Vec::new, |merged| remarks(merged, name)),
        });
    }
    SourcePolicies {
        data_source: source.name.value().clone(),
        policies,
        effective: Effective::of(catalog, source, merged.as_ref().ok(), now),
        unknown: merged.err().map(|error| error.to_string()),
    }
}

/// The catalog as if everything staged were active.
fn unstaged(catalog: &Catalog) -> Catalog {
    let mut catalog = catalog.clone();
    for policy in catalog.data_policies.values_mut().filter(|policy| policy.status == PolicyStatus::Staged) {
        Arc::make_mut(policy).item.form.status = PolicyStatus::Active;
    }
    catalog
}

/// A policy, and a data source that it may cover.
struct Here<'a> {
    catalog: &'a Catalog,
    source: &'a DataSource,
    name: &'a Name,
    scope: &'a Where,
    can_be_off: bool,
}

impl Here<'_> {
    /// Whether the policy counts there; nothing where it does not cover it, or is disabled.
    fn standing(&self, status: PolicyStatus, valid: Option<&Validity>, now: DateTime<Utc>) -> Option<Standing> {
        if !covers(self.catalog, self.name, self.scope, self.source) {
            return None;
        }
        match status {
            PolicyStatus::Disabled => None,
            PolicyStatus::Active | PolicyStatus::Staged if opted_out(self.source, self.name, self.can_be_off) => {
                Some(Standing::SwitchedOff)
            }
            PolicyStatus::Staged => Some(Standing::Staged),
            PolicyStatus::Active => Some(match valid {
                Some(window) if window.from.is_some_and(|from| now < from) => Standing::Waiting,
                Some(window) if !window.contains(now) => Standing::Over,
                Some(_) | None => Standing::Active,
            }),
        }
    }
}

/// What a policy's masks and reveals give, by column and rule.
fn touched(merged: &Merged, policy: &Name) -> Vec<Touched> {
    let mut touched = Vec::new();
    for column in &merged.columns {
        for mask in &column.masks {
            if mask.source.policy == *policy {
                touched.push(Touched {
                    column: column.name.clone(),
                    rule: mask.source.rule,
                    gives: gives(mask),
                    to: people(&mask.covers),
                });
            }
            for lift in mask.lifted.iter().filter(|lift| lift.source.policy == *policy) {
                let (rule, from) = (mask.source.rule, quoted(&mask.source.policy));
                touched.push(Touched {
                    column: column.name.clone(),
                    rule: lift.source.rule,
                    gives: format!("what rule {rule} of {from} masks"),
                    to: people(&lift.only),
                });
            }
        }
    }
    touched.sort_by_key(|one| one.rule);
    touched
}

/// What a mask shows.
pub(crate) fn gives(mask: &Application) -> String {
    if mask.falls_back {
        format!("NULL, because `{}` does not fit the type of the column", mask.written)
    } else {
        masking(&mask.mask)
    }
}

/// What somebody should know of a policy.
fn remarks(merged: &Merged, policy: &Name) -> Vec<String> {
    let of = |remark: &&Remark| remark.policy == *policy;
    let closed = merged.closed.iter().filter(of);
    let closed = closed.map(|one| format!("rule {} closes the data source to everybody: {}", one.rule, one.message));
    let others = merged.warnings.iter().chain(merged.keys.iter().map(|(_, remark)| remark)).filter(of);
    closed.chain(others.map(|one| format!("rule {}: {}", one.rule, one.message))).collect()
}
