//! The driver of one integration.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use scrim_catalog::documents::Integration;
use scrim_catalog::{Catalog, Name};
use scrim_registry::{Registry, World};
use scrim_store::{Lease, Store, StoreError};
use scrim_sync::{Count, Failed, Known, Options, Report, SyncError, push_all};
use scrim_warehouse::{Warehouse, WarehouseError};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tracing::Instrument;

use crate::Settings;
use crate::monitoring::Monitor;
use crate::pace::{boundary, due, pause};
use crate::record::Record;
use crate::tidings;

/// Drives one integration while it exists and the process does.
pub(crate) struct Driver {
    pub(crate) registry: Arc<Registry>,
    pub(crate) integration: Name,
    pub(crate) holder: String,
    pub(crate) settings: Settings,
    pub(crate) bell: Arc<Notify>,
    pub(crate) stop: watch::Receiver<bool>,
    /// The number of the last event that was pushed.
    pub(crate) pushed: watch::Sender<u64>,
}

/// Why a driver leads no longer.
enum Ended {
    /// The integration is gone from the catalog.
    Gone,
    /// Another replica has the lease, or the metadata database does not answer.
    Lost,
    /// The process stops.
    Stopped,
}

/// What is kept between pushes.
struct Connected {
    /// How it was connected to.
    integration: Integration,
    warehouse: Warehouse,
    /// What was seen there, and pushed since; nothing makes the next push look at all of it.
    known: Option<Known>,
}

/// What a push looks at.
#[derive(Clone, Copy, Debug)]
struct Looks {
    /// Since when this replica leads, in milliseconds.
    since: i64,
    /// At all of the warehouse.
    everything: bool,
    /// At everybody, as time alone may have changed something since the last one.
    later: bool,
    /// When it was begun.
    now: DateTime<Utc>,
}

/// Why it is pushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    /// The catalog changed.
    Event,
    /// What masks asked for was counted.
    Counted,
    /// The moment of a policy or of something that expires came.
    Moment,
    /// Everything is to be compared.
    Everything,
}

impl Driver {
    pub(crate) async fn run(mut self) {
        let name = format!("integration/{}", self.integration);
        loop {
            if *self.stop.borrow() {
                return;
            }
            let store = self.registry.store().clone();
            match store.acquire(&name, &self.holder, self.settings.lease, Utc::now()).await {
                Ok(Some(lease)) => {
                    let since = since(&lease, self.settings.lease);
                    let (lost, watching) = keep(store.clone(), lease.clone(), self.settings.lease);
                    let monitor = self.monitor();
                    let ended = tokio::select! {
                        ended = self.lead(lost, since) => ended,
                        never = monitor.run() => match never {},
                    };
                    watching.abort();
                    if !matches!(ended, Ended::Lost)
                        && let Err(error) = store.release(&lease).await
                    {
                        tracing::warn!(integration = %self.integration, %error, "the lease could not be given back");
                    }
                    match ended {
                        Ended::Gone | Ended::Stopped => return,
                        Ended::Lost => {}
                    }
                }
                Ok(None) => {}
                Err(error) => tracing::warn!(integration = %self.integration, %error, "no lease can be had"),
            }
            if !self.registry.world().catalog.integrations.contains_key(&self.integration) {
                return;
            }
            let wait = self.settings.lease / 4;
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                _ = self.stop.changed() => {}
            }
        }
    }

    /// What watches the tables while this driver leads.
    fn monitor(&self) -> Monitor {
        Monitor {
            registry: Arc::clone(&self.registry),
            integration: self.integration.clone(),
            every: self.settings.look_every,
            bell: Arc::clone(&self.bell),
            pushed: self.pushed.subscribe(),
        }
    }

    /// Pushes whenever there is reason to, until the lease is lost.
    async fn lead(&mut self, mut lost: watch::Receiver<bool>, since: i64) -> Ended {
        let mut record = match Record::load(&self.registry, &self.integration).await {
            Ok(record) => record,
            Err(error) => {
                tracing::warn!(integration = %self.integration, %error, "how it stands cannot be read");
                return Ended::Lost;
            }
        };
        let mut news = self.registry.watch();
        let mut connected: Option<Connected> = None;
        let mut failures = 0;
        let mut cause = Cause::Everything;
        let mut compared = Instant::now();
        let mut heard = self.registry.world().sequence;
        let mut counting = JoinSet::new();
        let mut looked = Utc::now();
        loop {
            // However many events there are: what they miss, and what somebody changed by hand, is found in time.
            if compared.elapsed() >= self.settings.compare_every {
                cause = Cause::Everything;
            }
            news.mark_unchanged();
            let world = self.registry.world();
            let asked = match self.asked((heard, world.sequence)).await {
                Ok(asked) => asked,
                Err(error) => {
                    tracing::warn!(integration = %self.integration, %error, "what is asked for cannot be read");
                    return Ended::Lost;
                }
            };
            heard = world.sequence;
            if asked.is_some() {
                cause = Cause::Everything;
            }
            let Some(integration) = world.catalog.integrations.get(&self.integration) else { return Ended::Gone };
            let integration = integration.item.clone();
            if connected.as_ref().is_some_and(|connected| connected.integration != integration) {
                connected = None;
            }
            if let Err(error) = record.pushing(world.sequence, Utc::now().trunc_subsecs(6)).await {
                tracing::error!(integration = %self.integration, %error, "how it stands cannot be written");
                return Ended::Lost;
            }
            let span = tracing::info_span!("push", integration = %self.integration, ?cause, sequence = world.sequence);
            // A tenth may go at most: a database that was never pushed from may be the wrong one. From then on people delete what
            // they mean.
            let allow_drop = record.pushed().is_some() || asked == Some(true);
            let options = Options { allow_drop, ..Options::default() };
            // Whatever moment came since the last one was begun, also while it went on or beside an event.
            let begun = Utc::now();
            let passed = boundary(&world.catalog, looked).is_some_and(|moment| moment <= begun);
            let looks = Looks { since, everything: cause == Cause::Everything, later: passed, now: begun };
            let pushing = push(&world, integration.clone(), looks, &mut connected, &options).instrument(span);
            // A push that is broken off leaves whole steps behind.
            let pushed = tokio::select! {
                pushed = pushing => pushed,
                _ = lost.wait_for(|lost| *lost) => return Ended::Lost,
            };
            // Whoever leads now tells how it stands.
            if matches!(pushed, Err(SyncError::Warehouse(WarehouseError::Superseded))) {
                tracing::warn!(integration = %self.integration, "another replica leads");
                return Ended::Lost;
            }
            let now = Utc::now();
            let name = self.integration.to_string();
            let outcome = if pushed.is_ok() { "ended" } else { "broke_off" };
            metrics::counter!("scrim_pushes_total", "integration" => name.clone(), "outcome" => outcome).increment(1);
            let seconds = (now - begun).as_seconds_f64();
            metrics::histogram!("scrim_push_seconds", "integration" => name).record(seconds);
            if pushed.is_ok() {
                self.pushed.send_replace(world.sequence);
                if cause == Cause::Everything {
                    compared = Instant::now();
                }
            }
            if let Some(known) = connected.as_ref().and_then(|there| there.known.as_ref()).filter(|_| pushed.is_ok()) {
                let due = known.due();
                if !due.is_empty() && counting.is_empty() {
                    counting.spawn(count(integration.clone(), due));
                }
            }
            let ended = pushed.is_ok();
            if ended {
                looked = begun;
            }
            let good = matches!(&pushed, Ok(report) if report.failed.is_empty());
            failures = if good { 0 } else { failures + 1 };
            let wait = if good { self.settings.compare_every } else { pause(failures) };
            if let Err(error) = self.note(&world, pushed, wait, now, &mut connected, &mut record).await {
                tracing::error!(integration = %self.integration, %error, "how it stands cannot be written");
                return Ended::Lost;
            }
            let moment = self.until(&world.catalog, looked).filter(|until| ended && *until < wait);
            let compare = compared + self.settings.compare_every;
            let due = due(Instant::now(), good, moment.unwrap_or(wait), compare);
            cause = loop {
                let cause = tokio::select! {
                    changed = news.changed() => if changed.is_err() { return Ended::Stopped } else { Cause::Event },
                    () = self.bell.notified() => Cause::Everything,
                    () = tokio::time::sleep_until(due) => match moment {
                        Some(_) => Cause::Moment,
                        None => Cause::Everything,
                    },
                    Some(counted) = counting.join_next() => {
                        let known = connected.as_mut().and_then(|there| there.known.as_mut());
                        if let (Some(known), Ok(Some(counted))) = (known, counted) {
                            known.counted(counted);
                            break Cause::Counted;
                        }
                        continue;
                    }
                    _ = lost.wait_for(|lost| *lost) => return Ended::Lost,
                    _ = self.stop.wait_for(|stop| *stop) => return Ended::Stopped,
                };
                let told = self.registry.world();
                // What cannot be read now cannot be read at the next turn either, which says so.
                let asked = self.asked((heard, told.sequence)).await;
                if cause != Cause::Event || told.changed > world.changed || !matches!(asked, Ok(None)) {
                    break cause;
                }
                heard = told.sequence;
                // It tells how something stands, maybe this: there is nothing to push.
                if ended && let Err(error) = record.passed(told.sequence).await {
                    tracing::error!(integration = %self.integration, %error, "how it stands cannot be written");
                    return Ended::Lost;
                }
            };
        }
    }

    /// Whether somebody asked for a push in these events, and if so, whether everything may go.
    async fn asked(&self, between: (u64, u64)) -> Result<Option<bool>, StoreError> {
        tidings::asked(self.registry.store(), &self.integration, between).await
    }

    /// How long it is until time alone changes something that was not looked at.
    fn until(&self, catalog: &Catalog, looked: DateTime<Utc>) -> Option<Duration> {
        let left = |moment: DateTime<Utc>| moment - Utc::now() + TimeDelta::milliseconds(1);
        boundary(catalog, looked).map(|moment| left(moment).to_std().unwrap_or_default())
    }

    /// Writes down what came of a push.
    async fn note(
        &self,
        world: &World,
        pushed: Result<Report, SyncError>,
        wait: Duration,
        now: DateTime<Utc>,
        connected: &mut Option<Connected>,
        record: &mut Record,
    ) -> Result<(), StoreError> {
        let now = now.trunc_subsecs(6);
        let retry = TimeDelta::from_std(wait).ok().map(|wait| (now + wait).trunc_subsecs(6));
        match pushed {
            Ok(report) => {
                let retry = retry.filter(|_| !report.failed.is_empty());
                for failed in &report.failed {
                    tracing::warn!(integration = %self.integration, source = failed.data_source, closed = failed.closed,
                        reason = failed.reason, "a data source is not as it should be");
                }
                for withdrawn in &report.withdrawn {
                    tracing::warn!(integration = %self.integration, user = withdrawn.user, login = withdrawn.login,
                        reason = withdrawn.reason, "the profile of a user is withdrawn");
                }
                if report.changes_anything() {
                    tracing::info!(integration = %self.integration, sequence = world.sequence, views = report.changes.len(),
                        profiles = report.profiles.written + report.profiles.removed, "pushed");
                }
                record.pushed_all(&world.catalog, &report, world.sequence, retry, now).await
            }
            Err(error) => {
                tracing::warn!(integration = %self.integration, %error, "the push did not come to its end");
                *connected = None;
                record.broke_off(error.to_string(), world.sequence, retry, now).await
            }
        }
    }
}

/// Counts in a connection of its own; nothing when there is none to be had.
async fn count(integration: Integration, counts: Vec<Count>) -> Option<Vec<(Count, Option<Failed>)>> {
    match Warehouse::connect(&integration).await {
        Ok(mut warehouse) => Some(scrim_sync::count(&mut warehouse, counts).await),
        Err(error) => {
            tracing::warn!(integration = %integration.name, %error, "nothing can be counted");
            None
        }
    }
}

/// Connects where that was not done before, and pushes.
async fn push(
    world: &World,
    integration: Integration,
    looks: Looks,
    connected: &mut Option<Connected>,
    options: &Options,
) -> Result<Report, SyncError> {
    let mut there = match connected.take() {
        Some(connected) => connected,
        None => {
            let mut warehouse = Warehouse::connect(&integration).await?;
            warehouse.lead(looks.since);
            Connected { integration, warehouse, known: None }
        }
    };
    let Looks { later, now, .. } = looks;
    let (report, known) = match there.known.take() {
        Some(mut known) if !looks.everything => {
            (known.push(&mut there.warehouse, &world.catalog, later, now).await?, known)
        }
        before => {
            let uncounted = before.map(Known::uncounted);
            let (mut report, mut known) =
                push_all(&mut there.warehouse, &world.catalog, &there.integration, options, now).await?;
            if let Some(uncounted) = uncounted {
                known.follows(uncounted, &mut report);
            }
            (report, known)
        }
    };
    there.known = Some(known);
    *connected = Some(there);
    Ok(report)
}

/// Since when a lease is held, in milliseconds: of two who think that they hold it the later one is right. It is a time and no
/// count, so that a metadata database that was restored from a backup does not fall behind the warehouse.
fn since(lease: &Lease, ttl: Duration) -> i64 {
    lease.until.timestamp_millis().saturating_sub(i64::try_from(ttl.as_millis()).unwrap_or(i64::MAX))
}

/// Renews a lease until that fails; tells when it is lost.
fn keep(store: Store, lease: Lease, ttl: Duration) -> (watch::Receiver<bool>, tokio::task::JoinHandle<()>) {
    let (tell, lost) = watch::channel(false);
    let task = tokio::spawn(async move {
        let mut lease = lease;
        let mut good = Instant::now();
        loop {
            tokio::time::sleep(ttl / 3).await;
            match tokio::time::timeout(ttl / 3, store.renew(&lease, ttl, Utc::now())).await {
                Ok(Ok(renewed)) => {
                    lease = renewed;
                    good = Instant::now();
                }
                Ok(Err(StoreError::LeaseLost { .. })) => break,
                // It may be back in time.
                Ok(Err(_)) | Err(_) if good.elapsed() < ttl * 2 / 3 => {}
                Ok(Err(_)) | Err(_) => break,
            }
        }
        tell.send_replace(true);
    });
    (lost, task)
}
