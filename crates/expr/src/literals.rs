//! Literals: what texts and casts of literals mean, decided here and not by a warehouse.

use std::str::FromStr;

use bigdecimal::BigDecimal;
use chrono::{Duration, NaiveDate, NaiveDateTime, NaiveTime};
use scrim_catalog::ColumnType;
use sqlparser::tokenizer::Location;

use crate::{Expr, Family, Refused};

/// The most digits of a number: what `numeric` has on Redshift.
const DIGITS: usize = 38;

/// A number written in full: digits with at most one point between or before them.
pub(crate) fn number(text: &str) -> Option<BigDecimal> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let fits = !fraction.is_empty() && whole.len() + fraction.len() <= DIGITS + 1;
    if digits.is_empty() || !fits || !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    let sign = if text.starts_with('-') { "-" } else { "" };
    let whole = if whole.is_empty() { "0" } else { whole };
    let plain = if digits.contains('.') { format!("{sign}{whole}.{fraction}") } else { format!("{sign}{whole}") };
    BigDecimal::from_str(&plain).ok().filter(|number| number.digits() <= DIGITS as u64)
}

fn digits(text: &str, length: usize) -> Option<u32> {
    (text.len() == length && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

/// `YYYY-MM-DD`.
pub(crate) fn date(text: &str) -> Option<NaiveDate> {
    let mut parts = text.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let year = i32::try_from(digits(year, 4)?).ok().filter(|year| *year > 0)?;
    NaiveDate::from_ymd_opt(year, digits(month, 2)?, digits(day, 2)?)
}

/// `YYYY-MM-DD`, maybe with `HH:MM[:SS[.ffffff]]`, maybe with a zone; the moment in UTC, and whether there was a
/// zone other than UTC's.
pub(crate) fn timestamp(text: &str) -> Option<(NaiveDateTime, bool)> {
    if let Some(day) = date(text) {
        return Some((day.and_time(NaiveTime::MIN), false));
    }
    let day = date(text.get(..10)?)?;
    let rest = text.get(10..)?;
    let clock = rest.strip_prefix([' ', 'T'])?;
    let end = clock.find(['Z', '+', '-']).unwrap_or(clock.len());
    let (clock, zone) = clock.split_at_checked(end)?;
    let minutes = offset(zone)?;
    let moment = day.and_time(time(clock)?).checked_sub_signed(Duration::minutes(minutes))?;
    let year = moment.format("%Y").to_string();
    (year.len() == 4 && year != "0000").then_some((moment, minutes != 0))
}

fn time(text: &str) -> Option<NaiveTime> {
    let mut parts = text.splitn(3, ':');
    let (hour, minute) = (digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    let (second, fraction) = match parts.next() {
        Some(seconds) => seconds.split_once('.').unwrap_or((seconds, "0")),
        None => ("00", "0"),
    };
    if fraction.is_empty() || fraction.len() > 6 {
        return None;
    }
    let micro = digits(&format!("{fraction:0<6}"), 6)?;
    NaiveTime::from_hms_micro_opt(hour, minute, digits(second, 2)?, micro)
}

/// The minutes of `Z`, `+HH`, `+HHMM`, `+HH:MM`, or nothing.
fn offset(text: &str) -> Option<i64> {
    if text.is_empty() || text == "Z" {
        return Some(0);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let plain = text.get(1..)?;
    let (hours, minutes) = match plain.len() {
        2 => (plain, "00"),
        4 => plain.split_at_checked(2)?,
        _ => plain.split_once(':')?,
    };
    let (hours, minutes) = (digits(hours, 2)?, digits(minutes, 2)?);
    (hours < 16 && minutes < 60).then(|| sign * i64::from(hours * 60 + minutes))
}

/// Reads a text literal as a value of another family; `zoned` where the other side knows zones.
pub(crate) fn read_as(text: &str, family: Family, zoned: bool, at: Location) -> Result<Expr, Refused> {
    let refuse = |help: &str| Err(Refused::new(at, format!("'{text}' is not {family}")).help(help));
    match family {
        Family::Text => Ok(Expr::Text(text.to_owned())),
        Family::Number => match number(text) {
            Some(number) => Ok(Expr::Number(number)),
            None => refuse("write at most 38 digits, in full, with a point before decimals"),
        },
        Family::Boolean => match text.to_ascii_lowercase().as_str() {
            "true" | "t" => Ok(Expr::Boolean(true)),
            "false" | "f" => Ok(Expr::Boolean(false)),
            _ => refuse("write TRUE or FALSE"),
        },
        Family::Date => match date(text) {
            Some(day) => Ok(Expr::Date(day)),
            None => refuse("write a day as '2024-01-31', or a moment as TIMESTAMP '2024-01-31 10:00:00'"),
        },
        Family::Timestamp => match timestamp(text) {
            Some((_, true)) if !zoned => {
                let message = format!("'{text}' has an offset, and there is no time zone here");
                Err(Refused::new(at, message).help("write the time in UTC, without an offset"))
            }
            Some((moment, _)) => Ok(Expr::Timestamp(moment)),
            None => refuse("write a moment in UTC as '2024-01-31 10:00:00'"),
        },
        Family::Null => refuse("compare with a column of a simple type"),
    }
}

/// A cast of a literal.
pub(crate) fn cast(value: Expr, to: &ColumnType, at: Location) -> Result<Expr, Refused> {
    let Some(family) = Family::of(to) else {
        return Err(Refused::new(at, format!("casts to {to} are not allowed")));
    };
    let cast = match value {
        Expr::Null(_) => return Ok(Expr::Null(family)),
        Expr::Text(text) => read_as(&text, family, *to == ColumnType::TimestampTz, at)?,
        other if other.family() == family && matches!(other, Expr::Number(_) | Expr::Boolean(_)) => other,
        other => {
            let refused = Refused::new(at, format!("casts from {} to {to} are not allowed", other.family()));
            return Err(refused.help("write the literal in quotes"));
        }
    };
    let between = |number: &BigDecimal, low: i64, high: i64| {
        number.is_integer() && (BigDecimal::from(low)..=BigDecimal::from(high)).contains(number)
    };
    let fits = match (&cast, to) {
        (Expr::Number(n), ColumnType::SmallInt) => between(n, i16::MIN.into(), i16::MAX.into()),
        (Expr::Number(n), ColumnType::Integer) => between(n, i32::MIN.into(), i32::MAX.into()),
        (Expr::Number(n), ColumnType::BigInt) => between(n, i64::MIN, i64::MAX),
        (Expr::Number(n), ColumnType::Numeric(Some((precision, scale)))) => {
            let n = n.normalized();
            let (digits, fraction) = (i128::from(n.digits()), i128::from(n.fractional_digit_count()));
            fraction <= i128::from(*scale) && digits - fraction <= i128::from(*precision) - i128::from(*scale)
        }
        // A cast to an inexact number changes what the literal is equal to.
        (_, ColumnType::Real | ColumnType::Double) => {
            let refused = Refused::new(at, format!("casts to {to} are not allowed: they change the number"));
            return Err(refused.help("write the number without the cast"));
        }
        (Expr::Text(text), ColumnType::Varchar(Some(most))) => text.len() <= usize::try_from(*most).unwrap_or(0),
        (Expr::Text(_), ColumnType::Char(_)) => {
            return Err(Refused::new(at, "casts to char are not allowed: they add blanks").help("write only the text"));
        }
        _ => true,
    };
    if fits { Ok(cast) } else { Err(Refused::new(at, format!("the literal does not fit into {to}"))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_in_full() {
        for (text, read) in [("5", "5"), ("-5.50", "-5.50"), (".5", "0.5"), ("0007", "7")] {
            assert_eq!(number(text).unwrap(), BigDecimal::from_str(read).unwrap(), "{text}");
        }
        for text in ["", "-", ".", "5.", "1e5", "1_000", "0x1f", "+5", " 5", "NaN", "Infinity", "--5", "1.2.3", "٣"] {
            assert_eq!(number(text), None, "{text}");
        }
        assert!(number(&"9".repeat(38)).is_some());
        assert_eq!(number(&"9".repeat(39)), None);
    }

    #[test]
    fn moments_are_utc() {
        let read = |text| timestamp(text).map(|(moment, zone)| (moment.format("%FT%T%.6f").to_string(), zone));
        assert_eq!(read("2024-02-29").unwrap().0, "2024-02-29T00:00:00.000000");
        assert_eq!(read("2024-02-29 10:05").unwrap().0, "2024-02-29T10:05:00.000000");
        assert_eq!(read("2024-02-29T10:05:06.7Z").unwrap(), ("2024-02-29T10:05:06.700000".to_owned(), false));
        assert_eq!(read("2024-02-29 10:05:06+05:30").unwrap(), ("2024-02-29T04:35:06.000000".to_owned(), true));
        assert_eq!(read("2024-02-29 10:05:06-08").unwrap().0, "2024-02-29T18:05:06.000000");
        for text in [
            "now",
            "today",
            "infinity",
            "epoch",
            "2023-02-29",
            "24-01-01",
            "2024-1-1",
            "0000-01-01",
            "2024-01-01 24:00",
            "2024-01-01 10:00:60",
            "2024-01-01 10",
            "2024-01-01 10:00 PST",
            "0001-01-01 00:00+01",
            "2024-01-01 10:00:00.1234567",
            "9999-12-31 23:00-05",
            "2024-01-01é10:00",
            "J2451187",
            "2024-01-01 10:00:00.",
            "2024-01-01 ",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
