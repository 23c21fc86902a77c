//! Moments, as forms write them: in UTC, without saying so.

use chrono::{DateTime, NaiveDateTime, SecondsFormat, Utc};

use crate::problem::Problem;

/// A moment as the API reads it; the empty text where there is none.
///
/// # Errors
/// When it is no moment.
pub(super) fn asked(text: &str) -> Result<String, Problem> {
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
}
