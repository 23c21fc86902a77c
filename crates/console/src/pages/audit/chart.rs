//! Activity over time, drawn by the service.

use chrono::{DateTime, TimeDelta, Utc};
use maud::{Markup, html};
use serde::Deserialize;

use crate::api::with_query;

/// How large the drawing is, in its own units, and how high its bars are at most.
const WIDTH: u64 = 1000;
const HIGH: u64 = 100;

/// An hour or a day.
#[derive(Deserialize)]
pub(super) struct Counted {
    from: DateTime<Utc>,
    allowed: u64,
    refused: u64,
    failed: u64,
    attempted: u64,
}

impl Counted {
    fn all(&self) -> u64 {
        self.allowed + self.refused + self.failed + self.attempted
    }
}

/// Where the counts of a search are: by the hour, of long times by the day, and of very long ones the last of them.
pub(super) fn address(filters: &[(&str, &str)], from: &str, to: &str) -> String {
    let read = |text: &str| text.parse::<DateTime<Utc>>().ok();
    let until = read(to).unwrap_or_else(Utc::now);
    let before = |days| until.checked_sub_signed(TimeDelta::days(days)).unwrap_or(DateTime::<Utc>::MIN_UTC);
    let begins = read(from).unwrap_or_else(|| before(7));
    let by = if until - begins > TimeDelta::days(8) { "day" } else { "hour" };
    let oldest = begins.max(before(900)).min(until).to_rfc3339();
    let ends = until.to_rfc3339();
    let others: Vec<_> = filters.iter().copied().filter(|(name, _)| !matches!(*name, "from" | "to")).collect();
    with_query("/api/v1/audit/activity", &[&others[..], &[("by", by), ("from", &oldest), ("to", &ends)]].concat())
}

pub(super) fn drawn(counted: &[Counted]) -> Markup {
    let most = counted.iter().map(Counted::all).max().unwrap_or(0);
    let (Some(first), Some(last)) = (counted.first(), counted.last()) else {
        return html! { p.muted { "No time to count." } };
    };
    let total: u64 = counted.iter().map(Counted::all).sum();
    let many = u64::try_from(counted.len()).unwrap_or(1).max(1);
    // In hundredths, so that a thousand bars have their places.
    let at = |place: u64| hundredths(place * WIDTH * 100 / many);
    let width = hundredths((WIDTH * 80 / many).max(10));
    let high = |count: u64| count * HIGH * 100 / most.max(1);
    html! {
        svg.chart viewBox=(format!("0 0 {WIDTH} {HIGH}")) preserveAspectRatio="none" role="img" aria-label=(format!("{total} entries, at most {most} at a time")) {
            line.axis x1="0" x2=(WIDTH) y1=(HIGH) y2=(HIGH) {}
            @for (place, one) in (0_u64..).zip(counted).filter(|(_, one)| one.all() > 0) {
                @let bars = [("allowed", one.allowed + one.attempted), ("refused", one.refused), ("failed", one.failed)];
                g {
                    title { (one.from.format("%Y-%m-%d %H:%M")) ": " (one.allowed + one.attempted) " allowed, " (one.refused) " refused, " (one.failed) " failed" }
                    @for (index, (class, count)) in bars.iter().enumerate().filter(|(_, (_, count))| *count > 0) {
                        @let below: u64 = bars.iter().take(index).map(|(_, count)| high(*count)).sum();
                        @let top = (HIGH * 100).saturating_sub(below + high(*count));
                        rect class=(class) x=(at(place)) y=(hundredths(top)) width=(width) height=(hundredths(high(*count))) {}
                    }
                }
            }
        }
        // Beside the drawing, which is as wide as the page: letters are not.
        p.chart-ends {
            span { (first.from.format("%Y-%m-%d %H:%M")) }
            span { (last.from.format("%Y-%m-%d %H:%M")) " UTC" }
        }
        p.muted { (total) " entries, at most " (most) " in one bar: allowed, refused, failed, from below." }
    }
}

fn hundredths(number: u64) -> String {
    format!("{}.{:02}", number / 100, number % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_stand_on_each_other_within_the_drawing() {
        let from = DateTime::<Utc>::UNIX_EPOCH;
        let hour = |hours: i64, allowed, refused| Counted {
            from: from + TimeDelta::hours(hours),
            allowed,
            refused,
            failed: 0,
            attempted: 0,
        };
        let drawn = drawn(&[hour(0, 0, 0), hour(1, 3, 1)]).into_string();
        assert!(
            drawn.contains(r#"<rect class="allowed" x="500.00" y="25.00" width="400.00" height="75.00">"#),
            "{drawn}"
        );
        assert!(
            drawn.contains(r#"<rect class="refused" x="500.00" y="0.00" width="400.00" height="25.00">"#),
            "{drawn}"
        );
        assert_eq!(drawn.matches("<rect").count(), 2);
    }

    #[test]
    fn long_times_are_counted_by_the_day() {
        let at = |from| address(&[("actor", "a b"), ("from", "left out")], from, "2026-03-10T00:00:00Z");
        assert_eq!(
            at("2026-03-09T00:00:00Z"),
            "/api/v1/audit/activity?actor=a%20b&by=hour&from=2026-03-09T00%3A00%3A00%2B00%3A00&to=2026-03-10T00%3A00%3A00%2B00%3A00"
        );
        assert!(at("2026-02-01T00:00:00Z").contains("by=day"));
        // No longer than what is counted at once.
        assert!(at("1990-01-01T00:00:00Z").contains("from=2023-09-22"));
    }
}
