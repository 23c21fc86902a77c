//! `GET /api/v1/audit/activity`.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, TimeDelta, Utc};
use schemars::JsonSchema;
use scrim_store::{AuditQuery, Outcome, Span};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::search;
use crate::caller::{Caller, note, permit};
use crate::json::Query;
use crate::rights::Action;
use crate::{App, Problem};

/// How many hours or days are told at most.
const MOST: i64 = 1000;
/// How many days back it begins unless the caller says.
const USUAL: i64 = 7;

/// Which entries, and how they are counted.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub(crate) struct Wanted {
    /// By the hour or by the day, in UTC; by the hour unless it is said.
    #[serde(default)]
    by: By,
    /// Not before this moment; seven days before `to` unless it is said.
    from: Option<DateTime<Utc>>,
    /// Before this moment; now unless it is said.
    to: Option<DateTime<Utc>>,
    /// By this actor.
    actor: Option<String>,
    /// This action.
    action: Option<String>,
    /// `true` for changes, made or tried, without what was merely read; everything unless it is said.
    changes: Option<bool>,
    /// On an object of this kind.
    object_kind: Option<String>,
    /// On an object of this name.
    object_name: Option<String>,
    /// With this outcome: `allowed`, `refused`, `failed`, `attempted`.
    #[schemars(with = "Option<crate::forms::OutcomeName>")]
    outcome: Option<String>,
    /// With this text in it, in either case.
    text: Option<String>,
}

/// How long a time is counted together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum By {
    /// An hour.
    #[default]
    Hour,
    /// A day.
    Day,
}

impl By {
    fn seconds(self) -> i64 {
        match self {
            Self::Hour => 3600,
            Self::Day => 24 * 3600,
        }
    }

    fn span(self) -> Span {
        match self {
            Self::Hour => Span::Hour,
            Self::Day => Span::Day,
        }
    }
}

/// An hour or a day, and how many entries it has of each outcome. The first and the last may have a part of theirs only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Counted {
    /// When it begins.
    from: DateTime<Utc>,
    /// What was done.
    allowed: u64,
    /// What was not allowed.
    refused: u64,
    /// What could not be done.
    failed: u64,
    /// What was begun.
    attempted: u64,
}

pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Vec<Counted>>, Problem> {
    let asked = caller.doing("audit.activity");
    let by = permit(&app, &caller, &asked, Action::ReadAudit).await?;
    let (query, details, times) = wanted.read(app.now())?;
    note(&app, &asked, by, details).await;
    let mut counted: BTreeMap<DateTime<Utc>, Counted> = times.into_iter().map(|from| (from, none(from))).collect();
    for one in app.store().audit_activity(&query, wanted.by.span()).await? {
        let known = counted.entry(one.from).or_insert_with(|| none(one.from));
        match one.outcome {
            Outcome::Allowed => known.allowed = one.entries,
            Outcome::Refused => known.refused = one.entries,
            Outcome::Failed => known.failed = one.entries,
            Outcome::Attempted => known.attempted = one.entries,
        }
    }
    Ok(Json(counted.into_values().collect()))
}

fn none(from: DateTime<Utc>) -> Counted {
    Counted { from, allowed: 0, refused: 0, failed: 0, attempted: 0 }
}

impl Wanted {
    /// What the metadata database is asked for, what the audit trail says of it, and when each hour or day begins.
    ///
    /// # Errors
    /// When the outcome is none, or there is no such time, or it is too long.
    fn read(&self, now: DateTime<Utc>) -> Result<(AuditQuery, Value, Vec<DateTime<Utc>>), Problem> {
        let to = self.to.unwrap_or(now);
        let before = || to.checked_sub_signed(TimeDelta::days(USUAL)).unwrap_or(DateTime::<Utc>::MIN_UTC);
        let from = self.from.unwrap_or_else(before);
        let times = times(self.by, from, to)?;
        let search = search::Wanted {
            from: Some(from),
            to: Some(to),
            actor: self.actor.clone(),
            action: self.action.clone(),
            changes: self.changes,
            object_kind: self.object_kind.clone(),
            object_name: self.object_name.clone(),
            outcome: self.outcome.clone(),
            text: self.text.clone(),
            ..search::Wanted::default()
        };
        let mut details = search.details();
        if let Value::Object(fields) = &mut details {
            fields.insert("by".to_owned(), json!(self.by));
        }
        Ok((search.query()?, details, times))
    }
}

/// The beginnings of all hours or days of which a part is between two moments.
fn times(by: By, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<Vec<DateTime<Utc>>, Problem> {
    if from > to {
        return Err(Problem::malformed("`from` is later than `to`"));
    }
    let (long, first) = (by.seconds(), from.timestamp().div_euclid(by.seconds()));
    let mut last = to.timestamp().div_euclid(long);
    // What ends with an hour has nothing of the next.
    if from == to || to.timestamp().rem_euclid(long) == 0 && to.timestamp_subsec_nanos() == 0 {
        last -= 1;
    }
    let many = last - first + 1;
    if many > MOST {
        let (one, less) = match by {
            By::Hour => ("hours", "count `by=day`, or a shorter time"),
            By::Day => ("days", "count a shorter time"),
        };
        return Err(Problem::malformed(format!(
            "between `from` and `to` are {many} {one}, and at most {MOST} are counted: {less}"
        )));
    }
    Ok((first..=last).filter_map(|number| DateTime::from_timestamp(number.checked_mul(long)?, 0)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begins(by: By, from: &str, to: &str) -> Vec<String> {
        let times = times(by, from.parse().unwrap(), to.parse().unwrap()).unwrap();
        times.iter().map(|time| time.format("%dT%H:%M:%S").to_string()).collect()
    }

    #[test]
    fn every_hour_and_day_of_which_there_is_a_part_is_told() {
        let day = |from, to| begins(By::Day, from, to);
        let hour = |from, to| begins(By::Hour, from, to);
        assert_eq!(hour("2026-01-31T23:10:00Z", "2026-02-01T01:00:00Z"), ["31T23:00:00", "01T00:00:00"]);
        assert_eq!(hour("2026-01-31T23:10:00Z", "2026-01-31T23:10:00.000001Z"), ["31T23:00:00"]);
        assert_eq!(hour("2026-02-01T00:59:59Z", "2026-02-01T01:00:00.000001Z"), ["01T00:00:00", "01T01:00:00"]);
        assert_eq!(hour("2026-01-31T23:10:00Z", "2026-01-31T23:10:00Z"), [""; 0]);
        assert_eq!(hour("2026-01-31T23:00:00Z", "2026-01-31T23:00:00Z"), [""; 0]);
        assert_eq!(day("2026-01-31T23:10:00Z", "2026-02-01T00:00:00Z"), ["31T00:00:00"]);
        assert_eq!(day("2026-01-31T00:00:00Z", "2026-02-01T09:00:00+02:00"), ["31T00:00:00", "01T00:00:00"]);
        // Before 1970 as after it.
        assert_eq!(hour("1969-12-31T23:30:00Z", "1970-01-01T00:30:00Z"), ["31T23:00:00", "01T00:00:00"]);
    }

    #[test]
    fn a_thousand_are_told_and_no_more() {
        let from: DateTime<Utc> = "2026-01-01T00:00:00Z".parse().unwrap();
        for by in [By::Hour, By::Day] {
            let to = from + TimeDelta::seconds(MOST * by.seconds());
            assert_eq!(times(by, from, to).unwrap().len(), 1000);
            assert!(times(by, from, to + TimeDelta::microseconds(1)).unwrap_err().detail.unwrap().contains("1001"));
            assert!(times(by, to, from).is_err());
            assert!(times(by, DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC).is_err());
        }
    }
}
