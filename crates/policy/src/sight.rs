//! How one person sees a data source, in plain English: somebody of the catalog, or somebody who is made up.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use scrim_catalog::documents::DataSource;
use scrim_catalog::{Catalog, Name};
use serde::Serialize;

use crate::decision::Decision;
use crate::explain::{explain_column, explain_rows};
use crate::merged::MergeError;
use crate::source_policies::{gives, row};
use crate::{Facts, merge};

/// How a person sees a data source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Sight {
    /// Whether the person sees rows at all.
    pub granted: bool,
    /// What decided that.
    pub because: Vec<String>,
    /// What the person lacks.
    pub needs: Vec<String>,
    /// Each column, as the person sees it, or would if they might read.
    pub columns: Vec<SightColumn>,
    /// The row rules that keep rows from the person; every sentence holds.
    pub row_rules: Vec<String>,
}

/// How a person sees a column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SightColumn {
    /// The column.
    pub name: Name,
    /// Its type.
    #[serde(rename = "type")]
    pub column_type: String,
    /// `clear`, `masked`, or `mixed` when it depends on the row.
    pub how: &'static str,
    /// What is shown in the place of a value; of a mixed column, by the strongest mask.
    pub with: Option<String>,
    /// Why: one line for each mask on the column, strongest first.
    pub why: Vec<String>,
}

/// Tells how a person sees a data source at a moment. `decision` is whether they may read it.
///
/// # Errors
/// When the columns of the data source or their types are not known.
pub fn sight(
    catalog: &Catalog,
    source: &DataSource,
    facts: &Facts,
    decision: Decision,
    now: DateTime<Utc>,
) -> Result<Sight, MergeError> {
    let merged = merge(catalog, source)?;
    let Decision { granted, mut because, mut needs } = decision;
    for closed in &merged.closed {
        because.push(format!("rule {} of `{}` closes the data source: {}", closed.rule, closed.policy, closed.message));
        needs.push(format!("mend rule {} of `{}`", closed.rule, closed.policy));
    }
    let columns = merged.columns.iter().map(|column| {
        let explained = explain_column(column, facts, now);
        // The strongest that covers the person is the first of its name and policy.
        let shows = column.masks.iter().find(|mask| {
            facts.possibly(&mask.covers)
                && mask.source.counts(now)
                && Some(&mask.source.policy) == explained.policy.as_ref()
                && Some(mask.mask.name()) == explained.mask
        });
        SightColumn {
            name: column.name.clone(),
            column_type: column.column_type.to_string(),
            how: explained.sees,
            with: shows.map(gives),
            why: explained.because,
        }
    });
    let columns = columns.collect();
    let rules = explain_rows(&merged, facts, now);
    let applied = merged.rows.iter().zip(rules).filter(|(_, rule)| rule.applies);
    let row_rules = applied.filter_map(|(test, _)| row(catalog, test)).collect();
    Ok(Sight { granted: granted && merged.closed.is_empty(), because, needs, columns, row_rules })
}
