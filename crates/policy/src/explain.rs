//! Why a user sees what they see of a data source.

use chrono::{DateTime, Utc};
use scrim_catalog::documents::{DataSource, User};
use scrim_catalog::{Catalog, Name};
use serde::Serialize;

use crate::access::{decide, in_words};
use crate::merged::{Application, MergeError, Merged, MergedColumn, Test};
use crate::{Facts, merge};

/// The answer of `scrim explain`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The user.
    pub user: Name,
    /// The data source.
    pub data_source: Name,
    /// Whether the user may read it at all.
    pub subscribed: bool,
    /// What decided that.
    pub because: Vec<String>,
    /// Each column.
    pub columns: Vec<ColumnExplanation>,
    /// Each row rule.
    pub row_rules: Vec<RowExplanation>,
    /// What would change it: what the user lacks.
    pub needs: Vec<String>,
}

/// How a user sees a column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ColumnExplanation {
    /// The column.
    pub name: Name,
    /// `clear`, `masked`, or `mixed` when it depends on the row.
    pub sees: &'static str,
    /// The mask that shows; of a mixed column, the strongest.
    pub mask: Option<&'static str>,
    /// The policy it comes from.
    pub policy: Option<Name>,
    /// Why, one line for each rule that covers the user, strongest first.
    pub because: Vec<String>,
}

/// How a row rule treats a user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RowExplanation {
    /// The policy.
    pub policy: Name,
    /// The rule, in words.
    pub rule: String,
    /// Whether it hides rows from this user.
    pub applies: bool,
}

/// Explains what a user sees of a data source at a moment.
///
/// # Errors
/// When the columns of the data source or their types are not known.
pub fn explain(
    catalog: &Catalog,
    source: &DataSource,
    user: &User,
    now: DateTime<Utc>,
) -> Result<Explanation, MergeError> {
    let merged = merge(catalog, source)?;
    let facts = Facts::of(catalog, user);
    let decision = decide(catalog, source, user, now);
    let mut needs = decision.needs.clone();
    let mut because = decision.because.clone();
    for closed in &merged.closed {
        because.push(format!("rule {} of `{}` closes the data source: {}", closed.rule, closed.policy, closed.message));
        needs.push(format!("mend rule {} of `{}`", closed.rule, closed.policy));
    }
    let columns = merged.columns.iter().map(|column| explain_column(column, &facts, now, &mut needs)).collect();
    let row_rules = explain_rows(&merged, &facts, now, &mut needs);
    Ok(Explanation {
        user: user.name.value().clone(),
        data_source: source.name.value().clone(),
        subscribed: decision.granted && merged.closed.is_empty(),
        because,
        columns,
        row_rules,
        needs,
    })
}

fn explain_column(
    column: &MergedColumn,
    facts: &Facts,
    now: DateTime<Utc>,
    needs: &mut Vec<String>,
) -> ColumnExplanation {
    let reached: Vec<&Application> =
        column.masks.iter().filter(|mask| mask.source.counts(now) && facts.meet(&mask.covers)).collect();
    // A mask steps back for good where a deeper one covers every row.
    let stands = |mask: &&&Application| {
        !(mask.yields && reached.iter().any(|other| other.depth > mask.depth && other.when.is_none() && !other.yields))
    };
    let standing: Vec<&Application> = reached.iter().filter(stands).copied().collect();
    let sees = match (standing.is_empty(), standing.iter().any(|mask| mask.when.is_none())) {
        (true, _) => "clear",
        (false, true) => "masked",
        (false, false) => "mixed",
    };
    let because = if standing.is_empty() {
        let lifted: Vec<String> = column
            .masks
            .iter()
            .map(|mask| format!("rule {} of `{}` does not cover the user", mask.source.rule, mask.source.policy))
            .collect();
        if lifted.is_empty() { vec!["no mask is on this column".to_owned()] } else { lifted }
    } else {
        standing.iter().map(|mask| line(mask)).collect()
    };
    for mask in &standing {
        if let Some(lacking) = lacking(&mask.covers) {
            needs.push(format!(
                "to see `{}` without `{}` of `{}`: {lacking}",
                column.name,
                mask.written.name(),
                mask.source.policy
            ));
        }
    }
    let first = standing.first();
    ColumnExplanation {
        name: column.name.clone(),
        sees,
        mask: first.map(|mask| mask.mask.name()),
        policy: first.map(|mask| mask.source.policy.clone()),
        because,
    }
}

fn line(mask: &Application) -> String {
    let source = &mask.source;
    let mut line = format!("rule {} of `{}` masks with `{}`", source.rule, source.policy, mask.written.name());
    if mask.written != mask.mask {
        line += ", which cannot keep the column's type and shows NULL";
    }
    if mask.when.is_some() {
        line += ", in the rows that its `when` covers";
    }
    if let Some(because) = &source.because {
        line += &format!(": {because}");
    }
    line
}

/// What a user would have to meet for a branch not to cover them: its exceptions.
fn lacking(covers: &scrim_catalog::Who) -> Option<String> {
    use scrim_catalog::Who;
    match covers {
        Who::Not(inner) => Some(in_words(inner)),
        Who::All(parts) => parts.iter().find_map(lacking),
        _ => None,
    }
}

fn explain_rows(merged: &Merged, facts: &Facts, now: DateTime<Utc>, needs: &mut Vec<String>) -> Vec<RowExplanation> {
    let explained = merged.rows.iter().map(|rule| {
        let found = rule.branches.cases.iter().find(|(who, _)| facts.meet(who));
        let test = found.map_or(&rule.branches.otherwise, |(_, test)| test);
        let applies = rule.source.counts(now) && *test != Test::All;
        if applies {
            let exempt: Vec<String> = rule
                .branches
                .cases
                .iter()
                .filter(|(_, test)| *test == Test::All)
                .map(|(who, _)| in_words(who))
                .collect();
            if !exempt.is_empty() {
                let rule_name = format!("rule {} of `{}`", rule.source.rule, rule.source.policy);
                needs.push(format!("to see rows without {rule_name} ({}): {}", rule.written, exempt.join(" or ")));
            }
        }
        RowExplanation { policy: rule.source.policy.clone(), rule: rule.written.clone(), applies }
    });
    explained.collect()
}
