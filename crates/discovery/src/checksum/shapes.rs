//! Checks that are no check digits: addresses, places, days, and how irregular a text is.

use std::net::IpAddr;

use chrono::{Datelike, NaiveDate};

/// An address, also one of a network.
pub(super) fn ip(value: &str) -> bool {
    let (address, bits) = value.split_once('/').unwrap_or((value, "0"));
    match (address.parse::<IpAddr>(), bits.parse::<u8>()) {
        (Ok(IpAddr::V4(_)), Ok(bits)) => bits <= 32,
        (Ok(IpAddr::V6(_)), Ok(bits)) => bits <= 128,
        _ => false,
    }
}

pub(super) fn degrees(value: &str, most: f64) -> bool {
    value.parse::<f64>().is_ok_and(|degrees| degrees.abs() <= most)
}

/// Two numbers; `POINT` has the longitude first.
pub(super) fn coordinates(value: &str) -> bool {
    let point = value.starts_with("POINT");
    let text = value.trim_start_matches("POINT").trim().trim_start_matches('(').trim_end_matches(')');
    let parts: Vec<&str> = text.split([',', ';', ' ']).filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [x, y] if point => degrees(y, 90.0) && degrees(x, 180.0),
        [x, y] => degrees(x, 90.0) && degrees(y, 180.0),
        _ => false,
    }
}

/// A day from 1900 on, in one of the usual forms.
pub(super) fn day(value: &str) -> Option<NaiveDate> {
    let date = value.split([' ', 'T']).next()?;
    let day = ["%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%d-%m-%Y", "%Y%m%d"]
        .iter()
        .find_map(|form| NaiveDate::parse_from_str(date, form).ok())?;
    (1900..2200).contains(&day.year()).then_some(day)
}

/// Whether days are spread over the years as birthdays of people are, and not as those of a business. A sample of few
/// cannot tell, and is let through: it makes nobody sure.
pub(crate) fn spread_as_birthdays<'a>(values: impl Iterator<Item = &'a str>) -> bool {
    let mut years: Vec<i32> = values.filter_map(day).map(|day| day.year()).collect();
    years.sort_unstable();
    let at = |part: usize| years.get(years.len() * part / 10).copied();
    match (at(1), at(9)) {
        (Some(early), Some(late)) if years.len() >= 10 => late - early >= 8,
        _ => true,
    }
}

/// Letters of both cases and digits, and at least 3.5 bits in each character, as counted.
pub(super) fn irregular(value: &str) -> bool {
    let mut counts = [0_u32; 128];
    for byte in value.bytes() {
        match counts.get_mut(usize::from(byte)) {
            Some(count) => *count += 1,
            None => return false,
        }
    }
    let length = f64::from(u32::try_from(value.len()).unwrap_or(u32::MAX));
    let bits: f64 = counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| {
            let share = f64::from(*count) / length;
            -share * share.log2()
        })
        .sum();
    let has = |kind: fn(&char) -> bool| value.chars().any(|c| kind(&c));
    bits >= 3.5 && has(char::is_ascii_uppercase) && has(char::is_ascii_lowercase) && has(char::is_ascii_digit)
}
