//! Who sees what of a data source: the answer from the source's side.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use scrim_catalog::documents::DataSource;
use scrim_catalog::{Catalog, Name};
use serde::Serialize;

use crate::decision::decide_everybody;
use crate::explain::{explain_column, explain_rows};
use crate::merged::MergeError;
use crate::{Audiences, merge};

/// Who sees what of one data source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Viewers {
    /// The data source.
    pub data_source: Name,
    /// Who may read it, and why.
    pub readers: Vec<Person>,
    /// Who may not, and what they lack.
    pub others: Vec<Person>,
    /// Each column.
    pub columns: Vec<ColumnViewers>,
    /// Each row rule.
    pub row_rules: Vec<RowViewers>,
}

/// A person, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Person {
    /// The user.
    pub user: Name,
    /// Why; of those who may not read, what they lack.
    pub because: Vec<String>,
}

/// How readers see a column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ColumnViewers {
    /// The column.
    pub name: Name,
    /// Who sees it in the clear.
    pub clear: Vec<Person>,
    /// Who sees it masked in some rows.
    pub mixed: Vec<Person>,
    /// Who sees it masked.
    pub masked: Vec<Person>,
}

/// Whom a row rule keeps rows from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RowViewers {
    /// The policy.
    pub policy: Name,
    /// The rule's number in it, from 1.
    pub number: usize,
    /// The rule, in words.
    pub rule: String,
    /// Whom it keeps rows from.
    pub applies_to: Vec<Name>,
    /// Whom it does not.
    pub spares: Vec<Name>,
}

/// Tells who sees what of a data source at a moment.
///
/// # Errors
/// When the columns of the data source or their types are not known.
pub fn viewers(catalog: &Catalog, source: &DataSource, now: DateTime<Utc>) -> Result<Viewers, MergeError> {
    let merged = merge(catalog, source)?;
    let audiences = Audiences::of(catalog, &source.integration);
    let column = |name: &Name| ColumnViewers { name: name.clone(), clear: vec![], mixed: vec![], masked: vec![] };
    let mut viewers = Viewers {
        data_source: source.name.value().clone(),
        readers: vec![],
        others: vec![],
        columns: merged.columns.iter().map(|merged| column(&merged.name)).collect(),
        row_rules: vec![],
    };
    let decide = decide_everybody(catalog, source, now);
    for user in catalog.users.values() {
        let person = |because| Person { user: user.name.value().clone(), because };
        let decision = decide(user);
        if !decision.granted || !merged.closed.is_empty() {
            let closed = merged
                .closed
                .iter()
                .map(|remark| format!("rule {} of `{}` closes the data source", remark.rule, remark.policy));
            viewers.others.push(person(decision.needs.into_iter().chain(closed).collect()));
            continue;
        }
        viewers.readers.push(person(decision.because));
        let facts = audiences.facts(user);
        for (column, seen) in merged.columns.iter().zip(&mut viewers.columns) {
            let explained = explain_column(column, &facts, now);
            let people = match explained.sees {
                "clear" => &mut seen.clear,
                "mixed" => &mut seen.mixed,
                _ => &mut seen.masked,
            };
            people.push(person(explained.because));
        }
        for (at, rule) in explain_rows(&merged, &facts, now).into_iter().enumerate() {
            if viewers.row_rules.len() <= at {
                let (applies_to, spares) = (vec![], vec![]);
                viewers.row_rules.push(RowViewers {
                    policy: rule.policy,
                    number: rule.number,
                    rule: rule.rule,
                    applies_to,
                    spares,
                });
            }
            if let Some(seen) = viewers.row_rules.get_mut(at) {
                let people = if rule.applies { &mut seen.applies_to } else { &mut seen.spares };
                people.push(user.name.value().clone());
            }
        }
    }
    Ok(viewers)
}
