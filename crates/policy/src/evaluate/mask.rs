//! What each mask makes of a value.

use bigdecimal::{BigDecimal, RoundingMode, ToPrimitive};
use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use scrim_catalog::ColumnType;
use scrim_catalog::documents::{Edge, Truncation};
use scrim_expr::Expr;
use sha2::{Digest, Sha256};

use super::{Seeing, format, key, predicate, random};
use crate::SaltKey;
use crate::masking::{Joined, Masking};
use crate::merged::MergedColumn;
use crate::value::Value;

/// A value as the view's column holds it: text cut to the exposed width, in characters.
pub(super) fn expose(value: Value, column_type: &ColumnType) -> Value {
    match (value, column_type.exposed()) {
        (Value::Text(text), ColumnType::Varchar(Some(width))) => {
            Value::Text(text.chars().take(usize::try_from(width).unwrap_or(usize::MAX)).collect())
        }
        (value, _) => value,
    }
}

/// What a mask shows of a cell. NULL stays NULL, except under `constant` and `custom`.
pub(super) fn apply(mask: &Masking, seeing: &Seeing<'_>, column: &MergedColumn) -> Value {
    let (column_type, value) = (&column.column_type, seeing.value(&column.name));
    let source = &seeing.merged.source;
    let salt = || (seeing.world.salt)(&SaltKey::of(source, &column.name, mask.name()));
    let masked = match (mask, value) {
        (Masking::Constant(text), _) => Value::read(text, column_type).unwrap_or(Value::Null),
        (Masking::Custom(expr), _) => custom(expr, seeing, column_type),
        (Masking::Nullify | Masking::KAnonymous(_), _) | (_, Value::Null) => Value::Null,
        (Masking::Hash(joined), Value::Text(text)) => {
            let current = seeing.facts.project.as_ref();
            let shared = joined.iter().find(|joined| Some(&joined.project) == current);
            let key = match shared {
                Some(Joined { project, tag }) => SaltKey::joined(project, tag),
                None => SaltKey::hash(source, &column.name),
            };
            hashed(&(seeing.world.salt)(&key), text)
        }
        (Masking::Reversible, Value::Text(text)) => hashed(&salt(), text),
        (Masking::FormatPreserving(check), Value::Text(text)) => {
            format::checked(text, &salt(), *check).map_or(Value::Null, Value::Text)
        }
        (Masking::FormatPreserving(_), Value::Number(_)) => reformatted(value, &salt(), column_type),
        (Masking::Answer { domain, rate, key }, _) => match key::of_row(seeing.row, key) {
            Some(key) => random::answer(value, domain, rate, &salt(), &key, column_type),
            None => Value::Null,
        },
        (Masking::Noise(noise, key), _) => match key::of_row(seeing.row, key) {
            Some(key) => random::noisy(value, noise, &salt(), &key, column_type),
            None => Value::Null,
        },
        (Masking::Regex(pattern, replacement), Value::Text(text)) => {
            // `.` and classes meet line breaks in every warehouse.
            regex::Regex::new(&format!("(?s){}", pattern.as_str())).map_or(Value::Null, |regex| {
                Value::Text(regex.replace_all(text, regex::NoExpand(replacement)).into_owned())
            })
        }
        (Masking::Partial(edge, kept, fill), Value::Text(text)) => Value::Text(partial(*edge, *kept, *fill, text)),
        (Masking::Round(bucket), Value::Number(_)) => decimal(value, column_type)
            .map(|number| floor(&number, bucket))
            .filter(|floor| fits(floor, column_type))
            .map_or(Value::Null, Value::Number),
        (Masking::Round(bucket), Value::Float(_)) => decimal(value, column_type)
            .map_or(Value::Null, |exact| as_column(Value::Number(floor(&exact, bucket)), column_type)),
        (Masking::Truncate(to), Value::Date(day)) => Value::Date(cut(day.and_time(NaiveTime::MIN), *to).date()),
        (Masking::Truncate(to), Value::Timestamp(moment)) => Value::Timestamp(cut(*moment, *to)),
        // A mask that does not fit the value cannot show it.
        _ => Value::Null,
    };
    expose(masked, column_type)
}

/// SHA-256, in which blanks at the end do not count: some warehouses do not tell them from none.
fn hashed(salt: &str, text: &str) -> Value {
    Value::Text(hex::encode(Sha256::digest(format!("{salt}{}", text.trim_end_matches(' ')))))
}

/// The value of an expression, as one of the column's type. What depends on who reads is, of several people, nobody's.
fn custom(expr: &Expr, seeing: &Seeing<'_>, column_type: &ColumnType) -> Value {
    if seeing.facts.shared() && expr.speaks_of_readers() {
        return Value::Null;
    }
    as_column(predicate::value(expr, seeing), column_type)
}

/// A value of the same family as one of a column's type: numbers rounded to its decimals, NULL out of its range.
fn as_column(value: Value, column_type: &ColumnType) -> Value {
    let midnight = |day: NaiveDate| day.and_time(NaiveTime::MIN);
    match (value, column_type) {
        (Value::Number(number), ColumnType::Real) => {
            number.to_f32().map_or(Value::Null, |number| Value::Float(f64::from(number)))
        }
        (Value::Number(number), ColumnType::Double) => number.to_f64().map_or(Value::Null, Value::Float),
        (Value::Number(number), ColumnType::Numeric(None)) => Value::Number(number),
        (Value::Number(number), _) => {
            let scale = if let ColumnType::Numeric(Some((_, scale))) = column_type { i64::from(*scale) } else { 0 };
            let number = number.with_scale_round(scale, RoundingMode::HalfUp);
            let inside = column_type.range().is_some_and(|(least, most)| number >= least && number <= most);
            if inside { Value::Number(number) } else { Value::Null }
        }
        (Value::Timestamp(moment), ColumnType::Date) => Value::Date(moment.date()),
        (Value::Date(day), ColumnType::Timestamp | ColumnType::TimestampTz) => Value::Timestamp(midnight(day)),
        (value, _) => value,
    }
}

/// A number as a decimal. Floating-point numbers have the digits that their type guarantees (15 or 6); those beyond
/// ±10^15 have no such form, and of numbers without bounds those beyond ±10^38 no sum.
pub(super) fn decimal(value: &Value, column_type: &ColumnType) -> Option<BigDecimal> {
    match value {
        Value::Number(number) if *column_type == ColumnType::Numeric(None) => {
            (number.abs() < BigDecimal::new(1.into(), -38)).then(|| number.clone())
        }
        Value::Number(number) => Some(number.clone()),
        Value::Float(number) if !number.is_nan() && number.abs() < 1e15 => {
            let digits = if *column_type == ColumnType::Real { 5 } else { 14 };
            format!("{number:.digits$e}").parse().ok()
        }
        _ => None,
    }
}

/// A number with every digit another one, and as many of them. The first stays other than 0, and small enough for the
/// type; before a point, a lone 0 is part of the format.
fn reformatted(value: &Value, salt: &str, column_type: &ColumnType) -> Value {
    let (Value::Number(number), Some(text)) = (value, key::text(value, column_type)) else { return Value::Null };
    let Some(shown) = format::preserve(&text, salt) else { return Value::Null };
    let (decimals, longest) = match column_type {
        ColumnType::SmallInt => (false, Some(10_000_i64)),
        ColumnType::Integer => (false, Some(1_000_000_000)),
        ColumnType::BigInt => (false, Some(1_000_000_000_000_000_000)),
        ColumnType::Numeric(Some((_, scale))) => (*scale > 0, None),
        _ => return Value::Null,
    };
    let size = number.abs();
    let sign = usize::from(text.starts_with('-'));
    let (before, rest) = shown.split_at(sign);
    let (first, rest) = rest.split_at(rest.len().min(1));
    let first = if longest.is_some_and(|longest| size >= longest) || (first == "0" && size >= 10) {
        "1"
    } else if decimals && size < 1 {
        "0"
    } else {
        first
    };
    Value::read(&format!("{before}{first}{rest}"), column_type).unwrap_or(Value::Null)
}

fn partial(edge: Edge, kept: u32, fill: char, text: &str) -> String {
    let length = text.chars().count();
    let kept = usize::try_from(kept).unwrap_or(usize::MAX);
    // Not longer than what is kept: masked wholly.
    let hidden = if length > kept { length - kept } else { length };
    let filling = std::iter::repeat_n(fill, hidden);
    match edge {
        Edge::First => text.chars().take(length - hidden).chain(filling).collect(),
        Edge::Last => filling.chain(text.chars().skip(hidden)).collect(),
    }
}

/// The greatest multiple of the bucket not above the number, exactly.
fn floor(number: &BigDecimal, bucket: &BigDecimal) -> BigDecimal {
    let remainder = number % bucket;
    let down = number - &remainder;
    if remainder < 0 { down - bucket } else { down }
}

fn fits(number: &BigDecimal, column_type: &ColumnType) -> bool {
    match column_type {
        // A bucket with more decimals than the column has would be rounded into it.
        ColumnType::Numeric(Some((_, scale))) => {
            let shown = number.with_scale_round(i64::from(*scale), RoundingMode::HalfUp);
            Value::read(&shown.to_plain_string(), column_type).is_some() && shown == *number
        }
        other => Value::read(&number.normalized().to_plain_string(), other).is_some(),
    }
}

fn cut(moment: NaiveDateTime, to: Truncation) -> NaiveDateTime {
    let day = moment.date();
    let first = |month| NaiveDate::from_ymd_opt(day.year(), month, 1).unwrap_or(day);
    let midnight = |day: NaiveDate| day.and_time(NaiveTime::MIN);
    match to {
        Truncation::Hour => {
            NaiveTime::from_hms_opt(moment.hour(), 0, 0).map_or_else(|| midnight(day), |hour| day.and_time(hour))
        }
        Truncation::Day => midnight(day),
        Truncation::Month => midnight(first(day.month())),
        Truncation::Quarter => midnight(first(day.month0() / 3 * 3 + 1)),
        Truncation::Year => midnight(first(1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_not_longer_than_what_is_kept_is_masked_wholly() {
        assert_eq!(partial(Edge::Last, 4, '*', "1234567"), "***4567");
        assert_eq!(partial(Edge::Last, 4, '*', "4567"), "****");
        assert_eq!(partial(Edge::First, 2, 'x', "Łódź"), "Łóxx");
        assert_eq!(partial(Edge::First, 0, 'x', "ab"), "xx");
    }

    #[test]
    fn rounding_goes_down_and_never_out_of_range() {
        let number = |text: &str| text.parse::<BigDecimal>().unwrap();
        assert_eq!(floor(&number("1999.99"), &number("1000")), number("1000"));
        assert_eq!(floor(&number("-0.01"), &number("1000")), number("-1000"));
        assert_eq!(floor(&number("-1000"), &number("1000")), number("-1000"));
        assert!(!fits(&number("-33000"), &ColumnType::SmallInt));
        assert!(!fits(&number("-1000"), &ColumnType::Numeric(Some((5, 2)))));
        assert_eq!(decimal(&Value::Float(1e300), &ColumnType::Double), None);
    }

    #[test]
    fn numbers_keep_their_digits_and_stay_in_their_type() {
        for (text, t) in [
            ("32767", "smallint"),
            ("-2147483648", "integer"),
            ("9223372036854775807", "bigint"),
            ("-9999999999.99", "numeric(12,2)"),
            ("0.05", "numeric(2,2)"),
            ("-0.05", "numeric(12,2)"),
            ("7", "smallint"),
            ("10", "integer"),
            ("99999", "numeric(5,0)"),
        ] {
            let t: ColumnType = t.parse().unwrap();
            for salt in ["a", "b", "c", "d", "e"] {
                let value = Value::read(text, &t).unwrap();
                let shown = reformatted(&value, salt, &t);
                let shown = key::text(&shown, &t).unwrap_or_else(|| panic!("{text} {salt}"));
                let zero = shown.trim_matches(['-', '0', '.']).is_empty();
                assert!(shown.len() == text.len() || zero, "{text} {shown}");
            }
        }
    }

    #[test]
    fn times_are_cut_to_their_start() {
        let moment = crate::value::moment("2026-08-24 13:14:15.5").unwrap();
        let shown = |to| cut(moment, to).to_string();
        assert_eq!(shown(Truncation::Hour), "2026-08-24 13:00:00");
        assert_eq!(shown(Truncation::Quarter), "2026-07-01 00:00:00");
        assert_eq!(shown(Truncation::Year), "2026-01-01 00:00:00");
    }
}
