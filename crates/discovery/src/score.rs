//! How sure a match is, and why.

use scrim_catalog::documents::Share;

use crate::column::{Column, Finding};
use crate::{Checksum, Identifier};

/// How many values matched.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// Distinct values that are not empty.
    pub(crate) distinct: u64,
    /// How many of them match.
    pub(crate) matched: u64,
    /// In how many rows.
    pub(crate) rows: u64,
}

/// Below this share of matching values nothing is said of the column.
const FEWEST: f64 = 0.5;
/// What the name is worth where there is no value to look at.
const UNSEEN: f64 = 0.6;

/// What an identifier says of a column; none where it is less sure than it must be.
pub(crate) fn score(identifier: &Identifier, column: &Column<'_>, named: bool, seen: &Seen) -> Option<Finding> {
    let most = ceiling(identifier, named);
    let name = || format!("the column is named `{}`", column.name);
    let (confidence, why) = if !identifier.looks_at_values() {
        (if named { most } else { 0.0 }, name())
    } else if seen.distinct == 0 {
        (if named { most * UNSEEN } else { 0.0 }, format!("{}; there was no value to look at", name()))
    } else {
        let share = expected(identifier, seen);
        let confidence = if share < FEWEST { 0.0 } else { most * share * share * weight(identifier, named, seen) };
        let values = of_values(identifier, seen);
        (confidence, if named { format!("{values}; {}", name()) } else { values })
    };
    let minimum = identifier.confidence.minimum.map_or(0.5, Share::get);
    (confidence > 0.0 && confidence >= minimum).then(|| Finding {
        identifier: identifier.name.value().clone(),
        tag: identifier.tag.value().clone(),
        confidence,
        why,
    })
}

/// The most that a match can be worth.
fn ceiling(identifier: &Identifier, named: bool) -> f64 {
    let written = &identifier.confidence;
    if named {
        // A name alone says less than one with values that bear it out.
        let default = if identifier.looks_at_values() { 0.95 } else { 0.7 };
        return written.with_name.map_or(default, Share::get);
    }
    let default = match identifier.checksum {
        None | Some(Checksum::Entropy | Checksum::Latitude | Checksum::Longitude | Checksum::Birthdays) => 0.7,
        Some(_) => 0.85,
    };
    written.without_name.map_or(default, Share::get)
}

/// The share of the values that match, of those of which one may expect it.
fn expected(identifier: &Identifier, seen: &Seen) -> f64 {
    let coverage = identifier.coverage.map_or(1.0, Share::get).max(0.01);
    (as_f64(seen.matched) / as_f64(seen.distinct.max(1)) / coverage).min(1.0)
}

/// What a small sample takes away: more where the name of the column does not agree, for a few values match a check
/// digit by chance.
fn weight(identifier: &Identifier, named: bool, seen: &Seen) -> f64 {
    // Words of a dictionary come again and again: two genders in a thousand rows are no small sample.
    let size = as_f64(if identifier.dictionary.is_empty() { seen.matched } else { seen.rows });
    size / (size + if named { 1.0 } else { 3.0 })
}

fn of_values(identifier: &Identifier, seen: &Seen) -> String {
    let (matched, distinct) = (seen.matched, seen.distinct);
    let what = match &identifier.description {
        Some(description) => description.clone(),
        None => format!("values of the identifier `{}`", identifier.name),
    };
    let are = if matched == 1 { "is one of" } else { "are" };
    let of = if distinct == 1 { "value" } else { "values" };
    format!("{matched} of {distinct} sampled {of} {are} {what}")
}

#[expect(clippy::cast_precision_loss, reason = "counts of a sample")]
fn as_f64(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identifier() -> Identifier {
        crate::built_in().iter().find(|identifier| identifier.name.as_str() == "iban").unwrap().clone()
    }

    fn scored(named: bool, matched: u64, distinct: u64) -> Option<Finding> {
        let column =
            Column { schema: "s", table: "t", name: "iban", column_type: "text", rows: 100, nulls: 0, values: &[] };
        score(&identifier(), &column, named, &Seen { distinct, matched, rows: matched })
    }

    #[test]
    fn it_says_why() {
        let finding = scored(true, 98, 100).unwrap();
        assert_eq!(finding.why, "98 of 100 sampled values are IBANs with a valid checksum; the column is named `iban`");
        assert!(finding.confidence > 0.93, "{finding:?}");
        assert_eq!(scored(false, 98, 100).unwrap().why, "98 of 100 sampled values are IBANs with a valid checksum");
        assert_eq!(scored(true, 0, 0).unwrap().why, "the column is named `iban`; there was no value to look at");
    }

    #[test]
    fn small_samples_and_small_shares_are_less_sure() {
        let sure = |named, matched, distinct| scored(named, matched, distinct).map_or(0.0, |f| f.confidence);
        assert!(sure(false, 3, 3) < 0.5 && sure(false, 10, 10) < 0.8 && sure(false, 200, 200) > 0.9);
        assert!(sure(true, 100, 100) > sure(false, 100, 100));
        assert!(sure(true, 100, 100) > sure(true, 80, 100));
        assert_eq!(sure(true, 40, 100), 0.0);
    }
}
