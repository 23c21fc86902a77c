//! When to try again.

use std::time::Duration;

use chrono::{DateTime, Utc};
use rand::RngExt;
use scrim_catalog::Catalog;

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
