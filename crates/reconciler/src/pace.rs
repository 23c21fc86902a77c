//! When to try again.

use std::time::Duration;

use chrono::{DateTime, Utc};
use rand::RngExt;
use scrim_catalog::Catalog;
use tokio::time::Instant;

/// The first pause after a failure; each further one is twice as long.
const FIRST: Duration = Duration::from_millis(500);
/// No pause is longer.
const LONGEST: Duration = Duration::from_secs(60);

/// How long to wait after so many failures in a row: at least half of the whole pause, and never as long as another who
/// waits.
pub(crate) fn pause(failures: u32) -> Duration {
    let whole = FIRST.saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1))).min(LONGEST);
    whole.mul_f64(rand::rng().random_range(0.5..1.0))
}

/// When it is pushed again: after the wait, or when everything is to be compared. After a failure only the wait counts: where
/// nothing could be compared, that has been due ever since, and would be tried again and again without a pause.
pub(crate) fn due(now: Instant, good: bool, wait: Duration, compare: Instant) -> Instant {
    if good { compare.min(now + wait) } else { now + wait }
}

/// The next moment at which time alone changes what people see: the windows of policies, and whatever expires. What ends
/// is withheld by the warehouse itself; what begins must be pushed.
pub(crate) fn boundary(catalog: &Catalog, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let subscription = catalog.subscription_policies.values().filter_map(|policy| policy.valid.as_ref());
    let data = catalog.data_policies.values().filter_map(|policy| policy.valid.as_ref());
    let windows = subscription.chain(data).flat_map(|window| [window.from, window.until]).flatten();
    let grants = catalog.grants.values().filter_map(|grant| grant.expires);
    let subscriptions = catalog.subscriptions.values().filter_map(|subscription| subscription.expires);
    windows.chain(grants).chain(subscriptions).filter(|moment| *moment > now).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_failed_pauses_also_when_everything_should_have_been_compared_long_ago() {
        let now = Instant::now() + Duration::from_secs(3600);
        let (long_ago, soon) = (now - Duration::from_secs(600), now + Duration::from_secs(1));
        for failures in [1, 5, 1000, u32::MAX] {
            let wait = pause(failures);
            assert!(wait >= FIRST / 2 && wait <= LONGEST);
            assert_eq!(due(now, false, wait, long_ago), now + wait);
        }
        assert_eq!(due(now, true, Duration::from_secs(300), soon), soon);
        assert_eq!(due(now, true, Duration::from_secs(300), long_ago), long_ago);
    }
}
