//! Draws: from a secret salt and the key of a row, so that asking again draws the same.

use bigdecimal::{BigDecimal, RoundingMode, ToPrimitive};
use chrono::{Datelike, Duration, NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use scrim_catalog::ColumnType;
use sha2::{Digest, Sha256};

use super::mask::decimal;
use crate::masking::{MIDDLE, Noise, noise_scale, noise_step};
use crate::value::Value;

/// The eight whole numbers of 32 bits that the SHA-256 of a salt and a key is made of.
fn draws(salt: &str, key: &str) -> [u32; 8] {
    let hash: [u8; 32] = Sha256::new_with_prefix(salt).chain_update(key).finalize().into();
    let mut draws = [0; 8];
    for (draw, bytes) in draws.iter_mut().zip(hash.chunks_exact(4)) {
        *draw = bytes.iter().fold(0, |number, byte| number << 8 | u32::from(*byte));
    }
    draws
}

/// How much of the range of a draw a share of one is, rounded up.
fn share_of_range(share: &BigDecimal) -> u64 {
    let part = share * BigDecimal::from(1_u64 << 32);
    part.with_scale_round(0, RoundingMode::Ceiling).to_u64().unwrap_or(0)
}

/// Whether a row is in a sample of so many percent. No secret is in it: the same key is in the samples of all tables.
pub(super) fn in_sample(percent: &BigDecimal, key: &str) -> bool {
    let [first, ..] = draws("", key);
    u64::from(first) < share_of_range(&(percent / BigDecimal::from(100)))
}

/// With the given probability one of the values of the domain, else the value, if it is one of them.
pub(super) fn answer(
    value: &Value,
    domain: &[String],
    rate: &BigDecimal,
    salt: &str,
    key: &str,
    column_type: &ColumnType,
) -> Value {
    let [whether, which, ..] =
        draws(salt, &format!("{}:{}:{key}", rate.normalized().to_plain_string(), domain.join(",")));
    let known = domain.iter().any(|one| Value::read(one, column_type).as_ref() == Some(value));
    if known && u64::from(whether) >= share_of_range(rate) {
        return value.clone();
    }
    let at = (u64::from(which) * domain.len() as u64) >> 32;
    let drawn = usize::try_from(at).ok().and_then(|at| domain.get(at));
    drawn.and_then(|text| Value::read(text, column_type)).unwrap_or(Value::Null)
}

/// The value and a number around zero, drawn from eight draws: their sum is nearly normally distributed, symmetrical,
/// and never more than 4.9 standard deviations away.
pub(super) fn noisy(value: &Value, noise: &Noise, salt: &str, key: &str, column_type: &ColumnType) -> Value {
    // Of one draw at two widths the value could be told.
    let key = format!("{}:{key}", noise.stddev.normalized().to_plain_string());
    let sum: i64 = draws(salt, &key).into_iter().map(i64::from).sum();
    let times = |stddev: &BigDecimal| BigDecimal::from(sum - MIDDLE) * noise_step(stddev);
    let whole = |number: BigDecimal| number.with_scale_round(0, RoundingMode::HalfUp).to_i64();
    let shown = match value {
        Value::Number(_) | Value::Float(_) => {
            let Some(exact) = decimal(value, column_type) else { return Value::Null };
            let scale = noise_scale(&noise.stddev, column_type);
            let rounded = |number: BigDecimal| number.with_scale_round(scale, RoundingMode::HalfUp);
            number(rounded(exact) + rounded(times(&noise.stddev)), noise, column_type)
        }
        Value::Date(day) => whole(times(&noise.stddev))
            .and_then(|days| within_years(*day)?.checked_add_signed(Duration::days(days)))
            .map(Value::Date),
        Value::Timestamp(moment) => {
            let seconds = whole(times(&(&noise.stddev * BigDecimal::from(86_400))));
            let start = within_years(moment.date())
                .map(|day| day.and_time(moment.time().with_nanosecond(0).unwrap_or(NaiveTime::MIN)));
            start
                .zip(seconds)
                .and_then(|(start, seconds)| start.checked_add_signed(Duration::seconds(seconds)))
                .map(Value::Timestamp)
        }
        _ => None,
    };
    shown.map_or(Value::Null, |shown| bounded(shown, noise))
}

fn within_years(day: NaiveDate) -> Option<NaiveDate> {
    (1..=9999).contains(&day.year()).then_some(day)
}

/// The number within the bounds of the type; `low` and `high` come behind.
fn number(sum: BigDecimal, noise: &Noise, column_type: &ColumnType) -> Option<Value> {
    let mut sum = sum;
    if let Some((least, most)) = column_type.range() {
        sum = sum.max(least).min(most);
    }
    if let Some(Value::Number(low)) = &noise.low {
        sum = sum.max(low.clone());
    }
    if let Some(Value::Number(high)) = &noise.high {
        sum = sum.min(high.clone());
    }
    match column_type {
        ColumnType::Real => sum.to_f32().map(|number| Value::Float(f64::from(number))),
        ColumnType::Double => sum.to_f64().map(Value::Float),
        _ => Some(Value::Number(sum)),
    }
}

/// A day or time within `low` and `high`, and within the years 1 to 9999.
fn bounded(shown: Value, noise: &Noise) -> Value {
    let day = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default();
    let (first, last) = (day(1, 1, 1), day(9999, 12, 31));
    let clamp = |moment: NaiveDateTime, low: NaiveDateTime, high: NaiveDateTime| moment.max(low).min(high);
    match shown {
        Value::Date(shown) => {
            let of = |bound: &Option<Value>, or| if let Some(Value::Date(day)) = bound { *day } else { or };
            Value::Date(shown.max(of(&noise.low, first)).min(of(&noise.high, last)))
        }
        Value::Timestamp(shown) => {
            let of = |bound: &Option<Value>, or| if let Some(Value::Timestamp(moment)) = bound { *moment } else { or };
            let end = last.and_hms_opt(23, 59, 59).unwrap_or_default();
            Value::Timestamp(clamp(shown, of(&noise.low, first.and_time(NaiveTime::MIN)), of(&noise.high, end)))
        }
        other => other,
    }
}
