//! Masks that draw: values of the same shape, answers at random, noise. From a secret salt and a text, so that asking
//! again draws the same.

use bigdecimal::{BigDecimal, RoundingMode, ToPrimitive};
use scrim_catalog::{CheckDigits, ColumnType};
use scrim_policy::{MIDDLE, MergedColumn, Noise, Typed, Value, noise_scale, noise_step};

use super::cell::{computable, constant, days_in_range, exact, in_range, raw};
use super::facts::Facts;
use super::{Dialect, column, key, type_name};
use crate::quote::{ident, literal};

fn function(name: &str, arguments: &[&str], facts: &Facts<'_>) -> String {
    format!("{}.{name}({})", ident(&facts.plan.functions_schema), arguments.join(", "))
}

/// One of the numbers of 32 bits that a hash in hexadecimal is made of.
fn draw(digest: &str, number: usize, facts: &Facts<'_>) -> String {
    let from = number * 8 + 1;
    match facts.dialect {
        Dialect::Postgresql => function("f_draw", &[digest, &from.to_string()], facts),
        Dialect::Redshift => format!("STRTOL(SUBSTRING({digest}, {from}, 8), 16)"),
    }
}

/// How much of the range of a draw a share of one is, rounded up.
fn share_of_range(share: &BigDecimal) -> u64 {
    let part = share * BigDecimal::from(1_u64 << 32);
    part.with_scale_round(0, RoundingMode::Ceiling).to_u64().unwrap_or(0)
}

/// Whether a row is in a sample of so many percent; NULL where its key is.
pub(super) fn in_sample(percent: &BigDecimal, columns: &Typed, facts: &Facts<'_>) -> String {
    let digest = key::digest(&key::of_row(columns, facts.dialect), facts);
    let share = share_of_range(&(percent / BigDecimal::from(100)));
    format!("{} < {share}", draw(&digest, 0, facts))
}

/// The hash that draws come from: a salt, what is drawn, and the key of the row. Of one draw at two widths the value
/// could be told.
fn seed(salt: &str, what: &str, columns: &Typed, facts: &Facts<'_>) -> String {
    key::digest(
        &format!("{salt} || {} || {}", literal(&format!("{what}:")), key::of_row(columns, facts.dialect)),
        facts,
    )
}

/// With the given probability one of the values of the domain, else the value, if it is one of them.
pub(super) fn answer(
    target: &MergedColumn,
    domain: &[String],
    rate: &BigDecimal,
    columns: &Typed,
    salt: &str,
    facts: &Facts<'_>,
) -> String {
    let value = raw(target);
    let what = format!("{}:{}", rate.normalized().to_plain_string(), domain.join(","));
    let seed = seed(salt, &what, columns, facts);
    let values: Vec<String> = domain.iter().map(|text| constant(text, target, facts.dialect)).collect();
    let collation =
        if target.column_type.is_text() && facts.dialect == Dialect::Postgresql { " COLLATE \"C\"" } else { "" };
    let known = format!("{value}{collation} IN ({})", values.join(", "));
    let place = format!("{} * {} / 4294967296", draw(&seed, 1, facts), domain.len());
    let drawn: Vec<String> = values.iter().enumerate().map(|(at, value)| format!("WHEN {at} THEN {value}")).collect();
    format!(
        "CASE WHEN {value} IS NULL OR {seed} IS NULL THEN NULL WHEN {} >= {} AND {known} THEN {value} ELSE CASE {place} {} END END",
        draw(&seed, 0, facts),
        share_of_range(rate),
        drawn.join(" ")
    )
}

/// The value and a number around zero, within bounds.
pub(super) fn noisy(target: &MergedColumn, noise: &Noise, columns: &Typed, salt: &str, facts: &Facts<'_>) -> String {
    let (column_type, dialect) = (&target.column_type, facts.dialect);
    let stddev = noise.stddev.normalized().to_plain_string();
    let (value, seed) = (column(&target.name), seed(salt, &stddev, columns, facts));
    let sum = function("f_sum", &[&seed], facts);
    // With twelve digits, so that the product stays below the 38 that there are.
    let times = |stddev: &BigDecimal, scale: i64| {
        let step = noise_step(stddev).to_plain_string();
        let noise = format!("ROUND(CAST({sum} - {MIDDLE} AS DECIMAL(12,0)) * {step}, {scale})");
        match dialect {
            Dialect::Postgresql => noise,
            // With no more decimals than it has, for a sum has those of both, and 38 digits in all.
            Dialect::Redshift => format!("CAST({noise} AS DECIMAL(32,{}))", scale.max(0)),
        }
    };
    let shown = match column_type {
        ColumnType::Date => {
            let days = format!("CAST({} AS INTEGER)", times(&noise.stddev, 0));
            let moved = match dialect {
                Dialect::Postgresql => format!("{value} + {days}"),
                Dialect::Redshift => format!("CAST(DATEADD(day, {days}, {value}) AS DATE)"),
            };
            days_in_range(&value, &bounded(&moved, noise, "DATE", ("0001-01-01", "9999-12-31")))
        }
        ColumnType::Timestamp | ColumnType::TimestampTz => {
            let zoned = *column_type == ColumnType::TimestampTz;
            let moment = if zoned { format!("({value} AT TIME ZONE 'UTC')") } else { value.clone() };
            let seconds = times(&(&noise.stddev * BigDecimal::from(86_400)), 0);
            let start = format!("DATE_TRUNC('second', {moment})");
            let moved = match dialect {
                Dialect::Postgresql => format!("{start} + CAST({seconds} AS DOUBLE PRECISION) * INTERVAL '1 second'"),
                Dialect::Redshift => format!("DATEADD(second, CAST({seconds} AS INTEGER), {start})"),
            };
            let ends = ("0001-01-01 00:00:00", "9999-12-31 23:59:59");
            let shown = in_range(&moment, &bounded(&moved, noise, "TIMESTAMP", ends));
            if zoned { format!("(({shown}) AT TIME ZONE 'UTC')") } else { shown }
        }
        number => {
            let scale = noise_scale(&noise.stddev, number);
            let sum = format!("ROUND({}, {scale}) + {}", exact(&value, number, dialect), times(&noise.stddev, scale));
            let clamped = clamped(&sum, noise, number);
            let shown = format!("CAST({clamped} AS {})", type_name(number, dialect));
            // Beyond that a number has no exact form, or no sum; infinity and what is no number have none at all.
            match computable(&value, number, dialect) {
                Some(computable) => format!("CASE WHEN {computable} THEN {shown} END"),
                None => shown,
            }
        }
    };
    format!("CASE WHEN {value} IS NOT NULL AND {seed} IS NOT NULL THEN {shown} END")
}

/// A number within the bounds of its type, and then of the policy.
fn clamped(sum: &str, noise: &Noise, column_type: &ColumnType) -> String {
    let mut shown = sum.to_owned();
    if let Some((least, most)) = column_type.range() {
        shown = format!("LEAST(GREATEST({shown}, {}), {})", least.to_plain_string(), most.to_plain_string());
    }
    if let Some(Value::Number(low)) = &noise.low {
        shown = format!("GREATEST({shown}, {})", low.to_plain_string());
    }
    if let Some(Value::Number(high)) = &noise.high {
        shown = format!("LEAST({shown}, {})", high.to_plain_string());
    }
    shown
}

/// A day or time within the bounds of the policy, or else the years that all warehouses have.
fn bounded(shown: &str, noise: &Noise, plain: &str, (first, last): (&str, &str)) -> String {
    let bound = |value: &Option<Value>, or: &str| {
        let text = value.as_ref().map_or_else(|| or.to_owned(), ToString::to_string);
        format!("CAST({} AS {plain})", literal(&text))
    };
    format!("LEAST(GREATEST({shown}, {}), {})", bound(&noise.low, first), bound(&noise.high, last))
}

/// A text with each character another of its class.
pub(super) fn text(target: &MergedColumn, check: Option<CheckDigits>, salt: &str, facts: &Facts<'_>) -> String {
    let value = key::text(&target.name, &target.column_type, facts.dialect);
    let shown = formatted(&value, salt, facts);
    match check {
        None => shown,
        Some(CheckDigits::Luhn) => function("f_luhn", &[&shown], facts),
        Some(CheckDigits::Iban) => function("f_iban", &[&value, &shown], facts),
    }
}

fn formatted(value: &str, salt: &str, facts: &Facts<'_>) -> String {
    let seed = key::digest(&format!("{salt} || {value}"), facts);
    function("f_format", &[value, &seed], facts)
}

/// A number with each digit another one, and as many of them. The first stays other than 0, and small enough for the
/// type; before a point, a lone 0 is part of the format.
pub(super) fn number(target: &MergedColumn, salt: &str, facts: &Facts<'_>) -> String {
    let (column_type, dialect) = (&target.column_type, facts.dialect);
    let value = column(&target.name);
    let shown = formatted(&key::text(&target.name, column_type, dialect), salt, facts);
    let sign = format!("CASE WHEN {value} < 0 THEN 1 ELSE 0 END");
    let first = format!("SUBSTRING({shown}, {sign} + 1, 1)");
    let mut cases = Vec::new();
    if let Some(longest) = longest(column_type) {
        cases.push(format!("WHEN {value} >= {longest} OR {value} <= -{longest} THEN '1'"));
    }
    cases.push(format!("WHEN {first} = '0' AND ({value} >= 10 OR {value} <= -10) THEN '1'"));
    if matches!(column_type, ColumnType::Numeric(Some((_, scale))) if *scale > 0) {
        cases.push(format!("WHEN {value} > -1 AND {value} < 1 THEN '0'"));
    }
    let text =
        format!("LEFT({shown}, {sign}) || CASE {} ELSE {first} END || SUBSTRING({shown}, {sign} + 2)", cases.join(" "));
    // What is no number is greater than every number.
    let (least, most) = column_type.range().unwrap_or_default();
    format!(
        "CASE WHEN {value} >= {} AND {value} <= {} THEN CAST({text} AS {}) END",
        least.to_plain_string(),
        most.to_plain_string(),
        type_name(column_type, dialect)
    )
}

/// The least number with as many digits as the greatest of the type.
fn longest(column_type: &ColumnType) -> Option<&'static str> {
    match column_type {
        ColumnType::SmallInt => Some("10000"),
        ColumnType::Integer => Some("1000000000"),
        ColumnType::BigInt => Some("1000000000000000000"),
        _ => None,
    }
}
