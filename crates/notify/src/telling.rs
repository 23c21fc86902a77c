//! Writing the news of people: of all replicas one at a time, and none twice.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use scrim_registry::Registry;
use tokio::sync::watch;

use crate::mailing::Mailing;
use crate::{NotifyError, Settings, news};

/// The lease of whoever writes.
const LEASE: &str = "notifications";
/// How far events have been read.
const EVENTS: &str = "notifications/events";
/// Up to which moment it was told what ends, in seconds.
const ENDING: &str = "notifications/ending";
/// How many events are read at once.
const BATCH: usize = 500;
/// So long it is waited for more events.
const GATHER: Duration = Duration::from_millis(250);
/// How often it is looked for what ends.
const LOOK: TimeDelta = TimeDelta::minutes(10);

/// Writes the news.
pub(crate) struct Telling {
    pub(crate) registry: Arc<Registry>,
    pub(crate) settings: Settings,
    pub(crate) mailing: Mailing,
    pub(crate) holder: String,
    pub(crate) stop: watch::Receiver<bool>,
}

impl Telling {
    pub(crate) async fn run(mut self) {
        let mut news = self.registry.watch();
        let mut lease = None;
        while !*self.stop.borrow() {
            news.mark_unchanged();
            let store = self.registry.store().clone();
            match store.acquire(LEASE, &self.holder, self.settings.lease, Utc::now()).await {
                Ok(taken) => lease = taken,
                Err(error) => tracing::warn!(%error, "no lease for news can be had"),
            }
            // Should the lease end meanwhile: who moves the mark first has told it.
            if lease.is_some()
                && let Err(error) = self.tell(Utc::now()).await
            {
                tracing::error!(%error, "news cannot be written");
            }
            tokio::select! {
                changed = news.changed(), if lease.is_some() => {
                    if changed.is_err() {
                        break;
                    }
                    // More of it comes at once, often.
                    tokio::time::sleep(GATHER).await;
                }
                () = tokio::time::sleep(self.settings.lease / 3) => {}
                _ = self.stop.changed() => {}
            }
        }
        if let Some(lease) = lease
            && let Err(error) = self.registry.store().release(&lease).await
        {
            tracing::debug!(%error, "the lease for news could not be given back");
        }
    }

    async fn tell(&self, now: DateTime<Utc>) -> Result<(), NotifyError> {
        self.tell_events().await?;
        self.tell_ending(now.trunc_subsecs(6)).await
    }

    /// Tells of events; the first time of those from now on.
    async fn tell_events(&self) -> Result<(), NotifyError> {
        let store = self.registry.store();
        loop {
            let world = self.registry.world();
            let from = store.begin_reading(EVENTS, world.sequence).await?;
            let mut events = store.events(from, BATCH).await?;
            events.retain(|event| event.sequence <= world.sequence);
            let Some(to) = events.last().map(|event| event.sequence) else { return Ok(()) };
            let told: Vec<_> = events.iter().flat_map(|event| news::of(&world.catalog, event)).collect();
            if store.notify_through(EVENTS, from, to, &told).await? {
                self.mailing.send(&world.catalog, &told);
            }
        }
    }

    /// Tells of what ends soon. What is given for a shorter time than that is not told of: whoever got it was told then.
    async fn tell_ending(&self, now: DateTime<Utc>) -> Result<(), NotifyError> {
        let store = self.registry.store();
        let ahead = TimeDelta::from_std(self.settings.before_expiry.max(Duration::from_secs(1)));
        let Some(to) = ahead.ok().and_then(|ahead| now.checked_add_signed(ahead)) else { return Ok(()) };
        let seconds = |moment: DateTime<Utc>| u64::try_from(moment.timestamp()).unwrap_or(0);
        let mark = store.begin_reading(ENDING, seconds(now)).await?;
        let Some(from) = i64::try_from(mark).ok().and_then(|mark| DateTime::from_timestamp(mark, 0)) else {
            return Ok(());
        };
        let Some(to) = DateTime::from_timestamp(to.timestamp(), 0).filter(|to| *to >= from + LOOK) else {
            return Ok(());
        };
        let world = self.registry.world();
        let told = news::ending(&world.catalog, from, to, now);
        if store.notify_through(ENDING, mark, seconds(to), &told).await? {
            self.mailing.send(&world.catalog, &told);
        }
        Ok(())
    }
}
