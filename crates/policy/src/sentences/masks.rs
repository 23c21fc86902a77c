//! What masks put in the place of a value.

use bigdecimal::BigDecimal;
use scrim_catalog::documents::{Edge, Truncation};
use scrim_catalog::{CheckDigits, Draw, Mask};

use super::phrase::{list, quoted};
use super::places::exact_columns;
use crate::masking::Masking;
use crate::value::Value;

/// What a mask shows, as it is written: `a hash`.
pub(super) fn mask(mask: &Mask) -> String {
    match mask {
        Mask::Nullify => NULL.to_owned(),
        Mask::Constant(text) => constant(text),
        Mask::Hash => HASH.to_owned(),
        Mask::Reversible => TOKEN.to_owned(),
        Mask::FormatPreserving(check) => reformatted(*check),
        Mask::Randomize(Draw::Answer { domain, rate }, by) => answer(domain, rate, &exact_columns(by)),
        Mask::Randomize(Draw::Noise { stddev, low, high }, by) => {
            noise(stddev, low.as_deref(), high.as_deref(), &exact_columns(by))
        }
        Mask::KAnonymous(k) => format!("{NULL} where fewer than {k} rows share the values of these columns"),
        Mask::Regex(pattern, replacement) => replaced(pattern.as_str(), replacement),
        Mask::Partial(edge, kept, fill) => partial(*edge, *kept, *fill),
        Mask::Round(bucket) => rounded(bucket),
        Mask::Truncate(to) => cut(*to).to_owned(),
        Mask::Custom(text) => format!("the value of the expression {}", quoted(text)),
    }
}

/// What a mask shows, as it is applied to a column.
pub fn masking(masking: &Masking) -> String {
    let columns = |columns: &crate::Typed| list(columns.iter().map(|(name, _)| name.as_str()), "and");
    match masking {
        Masking::Nullify => NULL.to_owned(),
        Masking::Constant(text) => constant(text),
        Masking::Hash(joined) if joined.is_empty() => HASH.to_owned(),
        // Which those are not everybody may know.
        Masking::Hash(_) => {
            format!("{HASH}, which under a project with masked joins is the same in all its data sources")
        }
        Masking::Reversible => TOKEN.to_owned(),
        Masking::FormatPreserving(check) => reformatted(*check),
        Masking::Answer { domain, rate, key } => answer(domain, rate, &columns(key)),
        Masking::Noise(drawn, key) => {
            let bound = |bound: &Option<Value>| bound.as_ref().map(ToString::to_string);
            noise(&drawn.stddev, bound(&drawn.low).as_deref(), bound(&drawn.high).as_deref(), &columns(key))
        }
        Masking::KAnonymous(combination) => {
            format!(
                "{NULL} where fewer than {} rows share the values of {}",
                combination.k,
                columns(&combination.columns)
            )
        }
        Masking::Regex(pattern, replacement) => replaced(pattern.as_str(), replacement),
        Masking::Partial(edge, kept, fill) => partial(*edge, *kept, *fill),
        Masking::Round(bucket) => rounded(bucket),
        Masking::Truncate(to) => cut(*to).to_owned(),
        Masking::Custom(_) => "the value of the policy's own expression".to_owned(),
    }
}

const NULL: &str = "NULL";
const HASH: &str = "a hash";
const TOKEN: &str = "a token that can be resolved on request";

fn constant(text: &str) -> String {
    if text.is_empty() { "the empty text".to_owned() } else { format!("the constant {}", quoted(text)) }
}

fn reformatted(check: Option<CheckDigits>) -> String {
    let other = "other letters and digits in the same format";
    match check {
        None => other.to_owned(),
        Some(CheckDigits::Luhn) => format!("{other}, with a right last digit (Luhn)"),
        Some(CheckDigits::Iban) => format!("{other}, with the same country and right check digits (IBAN)"),
    }
}

fn answer(domain: &[String], rate: &BigDecimal, by: &str) -> String {
    let percent = (rate * BigDecimal::from(100)).normalized();
    let domain = list(domain.iter().map(String::as_str), "and");
    format!(
        "one of {domain}, drawn at random in {} percent of the rows and for every other value, the same every time by {by}",
        percent.to_plain_string()
    )
}

fn noise(stddev: &BigDecimal, low: Option<&str>, high: Option<&str>, by: &str) -> String {
    let bounds = match (low, high) {
        (None, None) => String::new(),
        (Some(low), None) => format!(", not below {}", quoted(low)),
        (None, Some(high)) => format!(", not above {}", quoted(high)),
        (Some(low), Some(high)) => format!(", not below {} and not above {}", quoted(low), quoted(high)),
    };
    let stddev = stddev.normalized().to_plain_string();
    format!("the value and random noise of standard deviation {stddev}{bounds}, the same every time by {by}")
}

fn replaced(pattern: &str, replacement: &str) -> String {
    let pattern = quoted(pattern);
    if replacement.is_empty() {
        format!("the value without each match of {pattern}")
    } else {
        format!("the value with each match of {pattern} replaced by {}", quoted(replacement))
    }
}

fn partial(edge: Edge, kept: u32, fill: char) -> String {
    let end = match edge {
        Edge::First => "first",
        Edge::Last => "last",
    };
    let fill = quoted(&fill.to_string());
    match kept {
        0 => format!("{fill} for every character"),
        1 => format!("{fill} for every character but the {end}"),
        kept => format!("{fill} for every character but the {end} {kept}"),
    }
}

fn rounded(bucket: &BigDecimal) -> String {
    format!("the value rounded down to a multiple of {}", bucket.normalized().to_plain_string())
}

fn cut(to: Truncation) -> &'static str {
    match to {
        Truncation::Hour => "the start of its hour",
        Truncation::Day => "the start of its day",
        Truncation::Month => "the first of its month",
        Truncation::Quarter => "the first of its quarter",
        Truncation::Year => "the first of its year",
    }
}
