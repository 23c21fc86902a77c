//! What each mask makes of a value.

use bigdecimal::{BigDecimal, RoundingMode, ToPrimitive};
use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use scrim_catalog::documents::{Edge, Truncation};
use scrim_catalog::{ColumnType, Mask};
use sha2::{Digest, Sha256};

use super::World;
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

/// A value under a mask. NULL stays NULL, except under `constant`.
pub(super) fn apply(mask: &Mask, value: &Value, column: &MergedColumn, world: &World<'_>) -> Value {
    let column_type = &column.column_type;
    let masked = match (mask, value) {
        (Mask::Constant(text), _) => Value::read(text, column_type).unwrap_or(Value::Null),
        (Mask::Nullify, _) | (_, Value::Null) => Value::Null,
        (Mask::Hash, Value::Text(text)) => {
            let salted = format!("{}{}", (world.salt)(&column.name), text.trim_end_matches(' '));
            Value::Text(hex::encode(Sha256::digest(salted)))
        }
        (Mask::Regex(pattern, replacement), Value::Text(text)) => {
            // `.` and classes meet line breaks in every warehouse.
            regex::Regex::new(&format!("(?s){}", pattern.as_str())).map_or(Value::Null, |regex| {
                Value::Text(regex.replace_all(text, regex::NoExpand(replacement)).into_owned())
            })
        }
        (Mask::Partial(edge, kept, fill), Value::Text(text)) => Value::Text(partial(*edge, *kept, *fill, text)),
        (Mask::Round(bucket), Value::Number(number)) => {
            let floor = floor(number, bucket);
            if fits(&floor, column_type) { Value::Number(floor) } else { Value::Null }
        }
        (Mask::Round(bucket), Value::Float(number)) => float_floor(*number, bucket, column_type),
        (Mask::Truncate(to), Value::Date(day)) => Value::Date(cut(day.and_time(NaiveTime::MIN), *to).date()),
        (Mask::Truncate(to), Value::Timestamp(moment)) => Value::Timestamp(cut(*moment, *to)),
        // A mask that does not fit the value cannot show it.
        _ => Value::Null,
    };
    expose(masked, column_type)
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

/// Floating-point numbers are rounded as decimals of the digits that their type guarantees (15 or 6); beyond
/// ±10^15 they become NULL.
fn float_floor(number: f64, bucket: &BigDecimal, column_type: &ColumnType) -> Value {
    if number.is_nan() || number.abs() >= 1e15 {
        return Value::Null;
    }
    let digits = if *column_type == ColumnType::Real { 5 } else { 14 };
    let Ok(exact) = format!("{number:.digits$e}").parse::<BigDecimal>() else { return Value::Null };
    let down = floor(&exact, bucket);
    let shown = match column_type {
        ColumnType::Real => down.to_f32().map(f64::from),
        _ => down.to_f64(),
    };
    shown.map_or(Value::Null, Value::Float)
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
        assert_eq!(float_floor(1e300, &number("10"), &ColumnType::Double), Value::Null);
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
