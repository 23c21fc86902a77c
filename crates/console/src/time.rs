//! Moments, as people read them.

use chrono::{DateTime, NaiveDate, NaiveDateTime, SecondsFormat, TimeDelta, Utc};
use maud::{Markup, html};

use crate::problem::Problem;

/// A moment, with how long it is away.
pub(crate) fn moment(at: DateTime<Utc>) -> Markup {
    let exact = at.format("%Y-%m-%d %H:%M:%S UTC").to_string();
    html! { time datetime=(at.to_rfc3339()) title=(exact) { (at.format("%Y-%m-%d %H:%M")) " " span.muted { (away(at, Utc::now())) } } }
}

/// A moment that there may be.
pub(crate) fn maybe(at: Option<DateTime<Utc>>) -> Markup {
    html! { @if let Some(at) = at { (moment(at)) } @else { span.muted { "–" } } }
}

/// A moment that is asked about, in UTC as forms write it without saying so: as the API reads it, the empty text where there is
/// none.
///
/// # Errors
/// When it is no moment.
pub(crate) fn asked(text: &str) -> Result<String, Problem> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(String::new());
    }
    let local = |form: &str| NaiveDateTime::parse_from_str(text, form).ok().map(|at| at.and_utc());
    let known = text
        .parse::<DateTime<Utc>>()
        .ok()
        .or_else(|| local("%Y-%m-%dT%H:%M"))
        .or_else(|| local("%Y-%m-%dT%H:%M:%S%.f"));
    let at = known.ok_or_else(|| Problem::malformed(format!("`{text}` is no moment, as 2027-12-31T18:00")))?;
    Ok(at.to_rfc3339_opts(SecondsFormat::Secs, true))
}

/// The moment until when something stands, as a form writes it, in UTC; the end of a day, where only that is written.
///
/// # Errors
/// When it is neither, or is over.
pub(crate) fn until(text: &str) -> Result<DateTime<Utc>, Problem> {
    let day = text.parse::<NaiveDate>().ok().and_then(|day| day.succ_opt()?.and_hms_opt(0, 0, 0));
    let forms = ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"];
    let moment = forms.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
    let found = day.or(moment).map(|found| found.and_utc());
    let found =
        found.ok_or_else(|| Problem::malformed(format!("`{text}` is no moment, as 2027-12-31T18:00, and no day")))?;
    if found <= Utc::now() {
        return Err(Problem::malformed(format!("`{text}` is over: nothing can stand until then")));
    }
    Ok(found)
}

fn away(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let (length, past) = if at <= now { (now - at, true) } else { (at - now, false) };
    let text = match length {
        length if length < TimeDelta::minutes(1) => return if past { "just now" } else { "in a moment" }.to_owned(),
        length if length < TimeDelta::hours(1) => format!("{} min", length.num_minutes()),
        length if length < TimeDelta::days(2) => format!("{} h", length.num_hours()),
        length => format!("{} days", length.num_days()),
    };
    if past { format!("{text} ago") } else { format!("in {text}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_of_forms_are_in_utc() {
        assert_eq!(asked(" ").unwrap(), "");
        assert_eq!(asked("2027-12-31T18:00").unwrap(), "2027-12-31T18:00:00Z");
        assert_eq!(asked("2027-12-31T18:00:05+02:00").unwrap(), "2027-12-31T16:00:05Z");
        assert!(asked("tomorrow").is_err());
    }

    #[test]
    fn until_when_is_a_moment_or_the_end_of_a_day() {
        let told = |text: &str| until(text).map(|at| at.to_rfc3339()).ok();
        assert_eq!(told("2997-12-31").as_deref(), Some("2998-01-01T00:00:00+00:00"));
        assert_eq!(told("2997-12-31T18:00").as_deref(), Some("2997-12-31T18:00:00+00:00"));
        assert_eq!(told("2997-12-31T18:00:05").as_deref(), Some("2997-12-31T18:00:05+00:00"));
        assert_eq!(told("tomorrow"), None);
        assert_eq!(told("2020-01-01"), None);
        assert_eq!(told("-262143-01-01"), None);
    }

    #[test]
    fn how_long_a_moment_is_away() {
        let now = Utc::now();
        let cases =
            [(-5, "just now"), (-300, "5 min ago"), (7200, "in 2 h"), (-86400 * 3, "3 days ago"), (30, "in a moment")];
        for (seconds, told) in cases {
            assert_eq!(away(now + TimeDelta::seconds(seconds), now), told);
        }
    }
}
