//! When to try again.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use rand::RngExt;

/// How often, and for how long, a message is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// The pause after the first failure; each further one is twice as long.
    pub first: Duration,
    /// No pause is longer.
    pub longest: Duration,
    /// So long after an event it is given up.
    pub give_up: Duration,
    /// How long a receiver may take.
    pub patience: Duration,
    /// How often it is looked for messages that are due.
    pub look: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            first: Duration::from_secs(5),
            longest: Duration::from_secs(4 * 3600),
            give_up: Duration::from_secs(24 * 3600),
            patience: Duration::from_secs(15),
            look: Duration::from_secs(1),
        }
    }
}

impl Pace {
    /// How long to wait after so many failures: at least half of the whole pause, so that many who failed together do not
    /// come back together.
    pub(crate) fn pause(&self, failures: u32) -> Duration {
        let whole = self.first.saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1))).min(self.longest);
        whole.mul_f64(rand::rng().random_range(0.5..1.0))
    }

    /// When to try a message of `created` again; nothing when it is given up. `asked`: how long the receiver wants to be left
    /// alone.
    pub(crate) fn next(
        &self,
        failures: u32,
        created: DateTime<Utc>,
        now: DateTime<Utc>,
        asked: Option<Duration>,
    ) -> Option<DateTime<Utc>> {
        let pause = self.pause(failures).max(asked.unwrap_or_default().min(self.longest));
        let next = now.checked_add_signed(TimeDelta::from_std(pause).ok()?)?;
        let last = created.checked_add_signed(TimeDelta::from_std(self.give_up).ok()?)?;
        (next <= last).then_some(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_tried_for_a_day() {
        let pace = Pace::default();
        let created = DateTime::UNIX_EPOCH;
        let (mut now, mut failures) = (created, 0);
        loop {
            failures += 1;
            let Some(next) = pace.next(failures, created, now, None) else { break };
            let pause = (next - now).to_std().unwrap();
            let whole = Duration::from_secs(5 << (failures - 1).min(20)).min(pace.longest);
            assert!(pause >= whole / 2 && pause < whole, "{failures}: {pause:?} of {whole:?}");
            now = next;
        }
        let hours = (now - created).num_hours();
        assert!((19..24).contains(&hours), "given up after {hours} hours");
        assert!((16..30).contains(&failures), "{failures} attempts");
        let asked = pace.next(1, created, created, Some(Duration::from_secs(600))).unwrap();
        assert!(asked >= created + TimeDelta::seconds(600));
    }
}
