//! Lengths of time, as in `newer_than: 90 days`.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, Duration, Months, Utc};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A unit of an [`Age`]. Months and years are those of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AgeUnit {
    /// 60 seconds.
    Minute,
    /// 60 minutes.
    Hour,
    /// 24 hours.
    Day,
    /// 7 days.
    Week,
    /// A calendar month.
    Month,
    /// A calendar year.
    Year,
}

/// A length of time: a whole number of a unit, at least 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Age {
    /// How many.
    pub count: u32,
    /// Of what.
    pub unit: AgeUnit,
}

/// A length of time that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error(
    "`{0}` is not a length of time; write a number and a unit, for example `90 days` (minutes, hours, days, weeks, months, years)"
)]
pub struct AgeError(String);

impl Age {
    /// The moment this long before `now`; none when it lies before the calendar begins.
    pub fn before(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let count = i64::from(self.count);
        match self.unit {
            AgeUnit::Minute => now.checked_sub_signed(Duration::try_minutes(count)?),
            AgeUnit::Hour => now.checked_sub_signed(Duration::try_hours(count)?),
            AgeUnit::Day => now.checked_sub_signed(Duration::try_days(count)?),
            AgeUnit::Week => now.checked_sub_signed(Duration::try_weeks(count)?),
            AgeUnit::Month => now.checked_sub_months(Months::new(self.count)),
            AgeUnit::Year => now.checked_sub_months(Months::new(self.count.checked_mul(12)?)),
        }
    }
}

impl fmt::Display for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            AgeUnit::Minute => "minutes",
            AgeUnit::Hour => "hours",
            AgeUnit::Day => "days",
            AgeUnit::Week => "weeks",
            AgeUnit::Month => "months",
            AgeUnit::Year => "years",
        };
        write!(f, "{} {unit}", self.count)
    }
}

impl FromStr for Age {
    type Err = AgeError;

    fn from_str(text: &str) -> Result<Self, AgeError> {
        let bad = || AgeError(text.to_owned());
        let (count, unit) = text.trim().split_once(char::is_whitespace).ok_or_else(bad)?;
        let count: u32 = count.parse().map_err(|_| bad())?;
        let unit = match unit.trim().trim_end_matches('s') {
            "minute" => AgeUnit::Minute,
            "hour" => AgeUnit::Hour,
            "day" => AgeUnit::Day,
            "week" => AgeUnit::Week,
            "month" => AgeUnit::Month,
            "year" => AgeUnit::Year,
            _ => return Err(bad()),
        };
        // What reaches back before the year 1 could leave the range of timestamps, and an error would hide every row.
        let reaches = (Age { count, unit }).before(DateTime::UNIX_EPOCH);
        if (1..=500_000_000).contains(&count) && reaches.is_some_and(|moment| moment.year() >= 1) {
            Ok(Age { count, unit })
        } else {
            Err(bad())
        }
    }
}

impl Serialize for Age {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Age {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Age {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Age".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^[0-9]+ (minute|hour|day|week|month|year)s?$" })
    }
}
