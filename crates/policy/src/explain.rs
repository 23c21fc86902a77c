//! Why a user sees what they see of a data source.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use scrim_catalog::documents::{DataSource, User};
use scrim_catalog::{Catalog, Name, Who};
use serde::Serialize;

use crate::decision::decide;
use crate::masking::Masking;
use crate::merged::{Application, MergeError, Merged, MergedColumn, RowTest, Test};
use crate::words::in_words;
use crate::{Facts, merge};

/// The answer of `scrim explain`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Explanation {
    /// The user.
    pub user: Name,
    /// The data source.
    pub data_source: Name,
    /// Whether the user may read it at all.
    pub subscribed: bool,
    /// What decided that.
    pub because: Vec<String>,
    /// Each column, as the user sees it, or would if subscribed.
    pub columns: Vec<ColumnExplanation>,
    /// Each row rule.
    pub row_rules: Vec<RowExplanation>,
    /// What would change it: what the user lacks.
    pub needs: Vec<String>,
}

/// How a user sees a column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ColumnExplanation {
    /// The column.
    pub name: Name,
    /// `clear`, `masked`, or `mixed` when it depends on the row.
    pub sees: &'static str,
    /// The mask that shows; of a mixed column, the strongest.
    pub mask: Option<&'static str>,
    /// The policy it comes from.
    pub policy: Option<Name>,
    /// Why: one line for each mask on the column, strongest first, and what became of it.
    pub because: Vec<String>,
}

/// How a row rule treats a user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RowExplanation {
    /// The policy.
    pub policy: Name,
    /// The rule's number in it, from 1.
    pub number: usize,
    /// The rule, in words.
    pub rule: String,
    /// Whether it hides rows from this user.
    pub applies: bool,
    /// Why.
    pub because: String,
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
    for column in &merged.columns {
        needs.extend(column_needs(column, &facts, now));
    }
    needs.extend(merged.rows.iter().filter_map(|rule| row_needs(rule, &facts, now)));
    Ok(Explanation {
        user: user.name.value().clone(),
        data_source: source.name.value().clone(),
        subscribed: decision.granted && merged.closed.is_empty(),
        because,
        columns: merged.columns.iter().map(|column| explain_column(column, &facts, now)).collect(),
        row_rules: explain_rows(&merged, &facts, now),
        needs,
    })
}

/// What becomes of a mask for a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// It covers every row.
    Covers,
    /// It covers some rows.
    CoversSome,
    /// It steps back for a mask selected by a deeper tag.
    StepsBack,
    /// A reveal rule lifts it; by number among those that could.
    Lifted(usize),
    /// It does not cover the user.
    Spares,
    /// Its time has not come, or is over.
    OutOfTime,
}

fn fate(mask: &Application, column: &MergedColumn, facts: &Facts, now: DateTime<Utc>) -> Fate {
    if !mask.source.counts(now) {
        return Fate::OutOfTime;
    }
    if !facts.possibly(&mask.covers) {
        return Fate::Spares;
    }
    if let Some(at) = mask.lifted.iter().position(|lift| lift.source.counts(now) && facts.surely(&lift.only)) {
        return Fate::Lifted(at);
    }
    // For good only where a deeper one covers every row, of everybody who is judged.
    let deeper = |other: &Application| {
        other.depth > mask.depth
            && !other.yields
            && facts.surely(&other.covers)
            && fate(other, column, facts, now) == Fate::Covers
    };
    if mask.yields && column.masks.iter().any(deeper) {
        return Fate::StepsBack;
    }
    if mask.when.is_some() || matches!(mask.mask, Masking::KAnonymous(_)) { Fate::CoversSome } else { Fate::Covers }
}

pub(crate) fn explain_column(column: &MergedColumn, facts: &Facts, now: DateTime<Utc>) -> ColumnExplanation {
    let fates: Vec<(&Application, Fate)> =
        column.masks.iter().map(|mask| (mask, fate(mask, column, facts, now))).collect();
    let covering = || fates.iter().filter(|(_, fate)| matches!(fate, Fate::Covers | Fate::CoversSome));
    let sees = match (covering().next().is_some(), covering().any(|(_, fate)| *fate == Fate::Covers)) {
        (false, _) => "clear",
        (true, true) => "masked",
        (true, false) => "mixed",
    };
    // The first that covers every row hides all that is weaker.
    let decided = fates.iter().position(|(_, fate)| *fate == Fate::Covers).unwrap_or(usize::MAX);
    let lines = fates.iter().enumerate().map(|(at, (mask, fate))| line(mask, *fate, at > decided));
    let because = if fates.is_empty() { vec!["no mask is on this column".to_owned()] } else { lines.collect() };
    let first = covering().next().map(|(mask, _)| *mask);
    ColumnExplanation {
        name: column.name.clone(),
        sees,
        mask: first.map(|mask| mask.mask.name()),
        policy: first.map(|mask| mask.source.policy.clone()),
        because,
    }
}

fn line(mask: &Application, fate: Fate, hidden: bool) -> String {
    let source = &mask.source;
    let rule = source.to_string();
    let mut line = match fate {
        Fate::Covers | Fate::CoversSome if hidden => {
            format!("{rule} would mask with `{}`, but a stronger mask covers the same cells", mask.written)
        }
        Fate::Covers | Fate::CoversSome => format!("{rule} masks with `{}`", mask.written),
        Fate::StepsBack => format!("{rule} yields its `{}` to a mask selected by a deeper tag", mask.written),
        Fate::Lifted(at) => match mask.lifted.get(at) {
            Some(lift) => {
                format!(
                    "rule {} of `{}` reveals what {rule} masks with `{}`",
                    lift.source.rule, lift.source.policy, mask.written
                )
            }
            None => format!("{rule} is lifted"),
        },
        Fate::Spares => format!(
            "{rule} masks with `{}`, and does not cover the user: it covers {}",
            mask.written,
            in_words(&mask.covers)
        ),
        Fate::OutOfTime => format!("{rule} masks with `{}` at other times", mask.written),
    };
    if matches!(fate, Fate::Covers | Fate::CoversSome) {
        if mask.falls_back {
            line += ", which cannot keep the column's type and shows NULL";
        }
        if mask.when.is_some() {
            line += ", in the rows that its `when` covers";
        }
        if let Masking::KAnonymous(combination) = &mask.mask {
            line += &format!(", in rows whose combination fewer than {} share", combination.k);
        }
    }
    if let Some(because) = &source.because {
        line += &format!(": {because}");
    }
    line
}

/// What would have to be true of a user for the masks on a column not to cover them.
fn column_needs(column: &MergedColumn, facts: &Facts, now: DateTime<Utc>) -> Vec<String> {
    let mut needs = Vec::new();
    for mask in &column.masks {
        if !matches!(fate(mask, column, facts, now), Fate::Covers | Fate::CoversSome) {
            continue;
        }
        let reveals = mask.lifted.iter().filter(|lift| lift.source.counts(now));
        let ways: Vec<String> =
            lacking(&mask.covers).into_iter().chain(reveals.map(|lift| in_words(&lift.only))).collect();
        let (rule, policy) = (mask.source.rule, &mask.source.policy);
        let what = format!("to see `{}` without `{}` of rule {rule} of `{policy}`", column.name, mask.written);
        needs.push(if ways.is_empty() {
            format!("{what}: the policy makes no exception")
        } else {
            format!("{what}: {}", ways.join(" or "))
        });
    }
    needs
}

/// What a user would have to meet for a branch not to cover them: its exceptions.
fn lacking(covers: &Who) -> Option<String> {
    match covers {
        Who::Not(inner) => Some(in_words(inner)),
        Who::All(parts) => {
            let ways: Vec<String> = parts.iter().filter_map(lacking).collect();
            (!ways.is_empty()).then(|| ways.join(" or "))
        }
        _ => None,
    }
}

pub(crate) fn explain_rows(merged: &Merged, facts: &Facts, now: DateTime<Utc>) -> Vec<RowExplanation> {
    let explained = merged.rows.iter().map(|rule| {
        let reached = reached(rule, facts);
        let counts = rule.source.counts(now);
        let applies = counts && reached.iter().any(|(_, test)| **test != Test::All);
        let under = reached.iter().map(|(who, _)| who.map_or_else(|| "everybody else".to_owned(), in_words));
        let under: Vec<String> = under.collect();
        let because = match (counts, &rule.source.because) {
            (false, _) => "it counts at other times".to_owned(),
            (true, Some(because)) => format!("the user is judged as {}: {because}", under.join(", or as ")),
            (true, None) => format!("the user is judged as {}", under.join(", or as ")),
        };
        RowExplanation {
            policy: rule.source.policy.clone(),
            number: rule.source.rule,
            rule: rule.written.clone(),
            applies,
            because,
        }
    });
    explained.collect()
}

/// The branches that a user may fall under, of several people those of any.
pub(crate) fn reached<'a>(rule: &'a RowTest, facts: &Facts) -> Vec<(Option<&'a Who>, &'a Test)> {
    let mut reached = Vec::new();
    for (who, test) in &rule.branches.cases {
        if facts.possibly(who) {
            reached.push((Some(who), test));
        }
        if facts.surely(who) {
            return reached;
        }
    }
    reached.push((None, &rule.branches.otherwise));
    reached
}

fn row_needs(rule: &RowTest, facts: &Facts, now: DateTime<Utc>) -> Option<String> {
    if !rule.source.counts(now) || reached(rule, facts).iter().all(|(_, test)| **test == Test::All) {
        return None;
    }
    let cases = rule.branches.cases.iter();
    let exempt: Vec<String> = cases.filter(|(_, test)| *test == Test::All).map(|(who, _)| in_words(who)).collect();
    let name = format!("{} ({})", rule.source, rule.written);
    (!exempt.is_empty()).then(|| format!("to see rows without {name}: {}", exempt.join(" or ")))
}
