//! Moments, as people read them.

use chrono::{DateTime, TimeDelta, Utc};
use maud::{Markup, html};

/// A moment, with how long it is away.
pub(crate) fn moment(at: DateTime<Utc>) -> Markup {
    let exact = at.format("%Y-%m-%d %H:%M:%S UTC").to_string();
    html! { time datetime=(at.to_rfc3339()) title=(exact) { (at.format("%Y-%m-%d %H:%M")) " " span.muted { (away(at, Utc::now())) } } }
}

/// A moment that there may be.
pub(crate) fn maybe(at: Option<DateTime<Utc>>) -> Markup {
    html! { @if let Some(at) = at { (moment(at)) } @else { span.muted { "–" } } }
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
    fn how_long_a_moment_is_away() {
        let now = Utc::now();
        let cases =
            [(-5, "just now"), (-300, "5 min ago"), (7200, "in 2 h"), (-86400 * 3, "3 days ago"), (30, "in a moment")];
        for (seconds, told) in cases {
            assert_eq!(away(now + TimeDelta::seconds(seconds), now), told);
        }
    }
}
