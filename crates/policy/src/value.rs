//! Values of the reference evaluator, and how text is read as a column's type.

use std::fmt;
use std::str::FromStr;

use bigdecimal::BigDecimal;
use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use scrim_catalog::ColumnType;

/// The value of a cell. Times are in UTC.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// NULL.
    Null,
    /// Text; of a fixed-length column without its padding.
    Text(String),
    /// An exact number.
    Number(BigDecimal),
    /// A floating-point number, of either width.
    Float(f64),
    /// True or false.
    Boolean(bool),
    /// A day.
    Date(NaiveDate),
    /// A point in time.
    Timestamp(NaiveDateTime),
    /// A value that is only shown or hidden, by its text.
    Other(String),
}

impl Value {
    /// Reads text as a column's type, as `match` and `constant` do: a number without exponent, a day as
    /// `2026-01-31`, a time as `2026-01-31 12:00:00`, `true` or `false`. None when it cannot be read.
    pub fn read(text: &str, column_type: &ColumnType) -> Option<Self> {
        match column_type {
            ColumnType::Char(_) => Some(Self::Text(text.trim_end_matches(' ').to_owned())),
            ColumnType::Varchar(_) | ColumnType::Text => Some(Self::Text(text.to_owned())),
            ColumnType::SmallInt => whole(text, i64::from(i16::MIN), i64::from(i16::MAX)),
            ColumnType::Integer => whole(text, i64::from(i32::MIN), i64::from(i32::MAX)),
            ColumnType::BigInt => whole(text, i64::MIN, i64::MAX),
            ColumnType::Numeric(None) => number(text).map(Self::Number),
            ColumnType::Numeric(Some((precision, scale))) => {
                let value = number(text)?;
                let limit = BigDecimal::new(1.into(), i64::from(*scale) - i64::from(*precision));
                let exact = value.with_scale(i64::from(*scale)) == value;
                (exact && value.abs() < limit).then_some(Self::Number(value))
            }
            ColumnType::Real => {
                let value: f32 = number(text).and_then(|_| text.parse().ok())?;
                Some(Self::Float(f64::from(value)))
            }
            ColumnType::Double => number(text).and_then(|_| text.parse().ok()).map(Self::Float),
            ColumnType::Boolean => match text {
                "true" => Some(Self::Boolean(true)),
                "false" => Some(Self::Boolean(false)),
                _ => None,
            },
            ColumnType::Date => day(text).map(Self::Date),
            ColumnType::Timestamp | ColumnType::TimestampTz => moment(text).map(Self::Timestamp),
            ColumnType::Other(_) => None,
        }
    }

    /// Reads a cell as PostgreSQL prints it in UTC and with the ISO style of dates. None when it cannot be read.
    pub fn printed(text: &str, column_type: &ColumnType) -> Option<Self> {
        match column_type {
            ColumnType::Boolean => match text {
                "t" => Some(Self::Boolean(true)),
                "f" => Some(Self::Boolean(false)),
                _ => None,
            },
            ColumnType::TimestampTz => Self::read(text.strip_suffix("+00").unwrap_or(text), column_type),
            // The shortest text that is the number may have an exponent.
            ColumnType::Real | ColumnType::Double => text.parse().ok().map(Self::Float),
            ColumnType::Other(_) => Some(Self::Other(text.to_owned())),
            other => Self::read(text, other),
        }
    }

    /// How two values of one kind stand to each other; none where they have no order.
    pub(crate) fn order(&self, other: &Self) -> Option<std::cmp::Ordering> {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => Some(a.cmp(b)),
            (Self::Float(a), Self::Float(b)) => a.partial_cmp(b),
            (Self::Date(a), Self::Date(b)) => Some(a.cmp(b)),
            (Self::Timestamp(a), Self::Timestamp(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }

    /// Whether it is NULL.
    pub fn is_null(&self) -> bool {
        *self == Self::Null
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("NULL"),
            Self::Text(text) | Self::Other(text) => f.write_str(text),
            Self::Number(number) => f.write_str(&number.normalized().to_plain_string()),
            Self::Float(number) => write!(f, "{number}"),
            Self::Boolean(truth) => write!(f, "{truth}"),
            Self::Date(day) => write!(f, "{}", day.format("%Y-%m-%d")),
            Self::Timestamp(moment) => write!(f, "{}", moment.format("%Y-%m-%d %H:%M:%S%.f")),
        }
    }
}

/// `[+-]digits[.digits]`, at most 30 digits on either side of the point: what every engine reads alike.
pub(crate) fn number(text: &str) -> Option<BigDecimal> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |part: &str| (1..=30).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    (plain(whole) && plain(fraction)).then(|| BigDecimal::from_str(text.strip_prefix('+').unwrap_or(text)).ok())?
}

fn whole(text: &str, least: i64, most: i64) -> Option<Value> {
    let value = number(text)?;
    let fits = value.is_integer() && value >= least && value <= most;
    fits.then_some(Value::Number(value))
}

/// A day, written exactly as `2026-01-31`, in the years 1 to 9999.
pub(crate) fn day(text: &str) -> Option<NaiveDate> {
    let shape = text.len() == 10 && text.is_ascii() && !text.starts_with("0000");
    shape
        .then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok())?
        .filter(|d| d.format("%Y-%m-%d").to_string() == text)
}

/// A day, or a day and a time as `2026-01-31 12:00[:00[.123456]]`, with `T` for the blank and `Z` behind if
/// so wished.
pub(crate) fn moment(text: &str) -> Option<NaiveDateTime> {
    let text = text.strip_suffix('Z').unwrap_or(text);
    if !text.is_ascii() {
        return None;
    }
    if text.len() <= 10 {
        return day(text).map(|day| day.and_time(NaiveTime::MIN));
    }
    let (date, time) = text.split_at(10);
    let time = time.strip_prefix([' ', 'T'])?;
    let (clock, fraction) = time.split_once('.').unwrap_or((time, ""));
    let digits = fraction.len() <= 6 && fraction.bytes().all(|b| b.is_ascii_digit());
    let shape = match clock.len() {
        5 => !time.contains('.'),
        8 => digits && (fraction.is_empty() != time.contains('.')),
        _ => false,
    };
    let full = if clock.len() == 5 { format!("{time}:00") } else { time.to_owned() };
    let clock = NaiveTime::parse_from_str(&full, "%H:%M:%S%.f").ok()?;
    // Chrono reads a 60th second, which no warehouse column holds.
    (shape && !full.contains(":60")).then(|| day(date).map(|day| day.and_time(clock)))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_as_the_columns_type_or_not_at_all() {
        let numeric = ColumnType::Numeric(Some((5, 2)));
        assert_eq!(Value::read("7", &numeric), Value::read("7.00", &numeric));
        assert_eq!(Value::read("7.001", &numeric), None);
        assert_eq!(Value::read("1000", &numeric), None);
        assert_eq!(Value::read("1e3", &ColumnType::Double), None);
        assert_eq!(Value::read("2023-02-30", &ColumnType::Date), None);
        assert_eq!(
            Value::read("2024-02-29T07:05Z", &ColumnType::Timestamp).unwrap().to_string(),
            "2024-02-29 07:05:00"
        );
        assert_eq!(Value::read("2024-02-29 07:05:60", &ColumnType::Timestamp), None);
        assert_eq!(Value::read("TRUE", &ColumnType::Boolean), None);
        assert_eq!(Value::read("32768", &ColumnType::SmallInt), None);
    }
}
