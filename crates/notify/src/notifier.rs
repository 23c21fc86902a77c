//! Starting all of it.

use std::sync::Arc;
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use scrim_registry::Registry;
use tokio::sync::{Notify, watch};
use tokio::task::{JoinHandle, JoinSet};
use uuid::Uuid;

use crate::delivering::Delivering;
use crate::mailing::Mailing;
use crate::queueing::Queueing;
use crate::telling::Telling;
use crate::{NotifyError, Secrets, Settings};

/// How long it is kept what was delivered, and what people were told.
const KEPT: TimeDelta = TimeDelta::days(90);
/// How often it is looked for what is older.
const CLEANING: Duration = Duration::from_secs(3600);

/// What tells webhooks and people.
pub struct Notifier {
    bell: Arc<Notify>,
    stopping: watch::Sender<bool>,
}

impl Notifier {
    /// Starts it. Answers also what ends when everything has stopped.
    ///
    /// # Errors
    /// When it is set up in a way that cannot be.
    pub fn start(registry: Arc<Registry>, settings: Settings) -> Result<(Arc<Self>, JoinHandle<()>), NotifyError> {
        let (stopping, stop) = watch::channel(false);
        let notifier = Arc::new(Self { bell: Arc::default(), stopping });
        // A name of its own for each start: a process that was killed holds no lease of this one.
        let holder = Uuid::new_v4().to_string();
        let bell = || Arc::clone(&notifier.bell);
        let queueing = Queueing { registry: Arc::clone(&registry), bell: bell(), stop: stop.clone() };
        let delivering =
            Delivering::new(Arc::clone(&registry), settings.clone(), holder.clone(), bell(), stop.clone())?;
        let mailing = Mailing::start(&settings)?;
        let cleaning = clean(Arc::clone(&registry), stop.clone());
        let telling = Telling { registry, settings, mailing, holder, stop };
        let mut parts = JoinSet::new();
        parts.spawn(queueing.run());
        parts.spawn(delivering.run());
        parts.spawn(telling.run());
        parts.spawn(cleaning);
        let running = tokio::spawn(async move {
            while let Some(ended) = parts.join_next().await {
                if let Err(error) = ended {
                    tracing::error!(%error, "a part of what tells broke");
                }
            }
        });
        Ok((notifier, running))
    }

    /// Has it looked at once for deliveries that are due.
    pub fn wake(&self) {
        self.bell.notify_one();
    }

    /// Asks it to stop: after the messages that are on their way.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
    }
}

/// Forgets what is old.
async fn clean(registry: Arc<Registry>, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        let (store, before) = (registry.store(), Utc::now() - KEPT);
        if let Err(error) = Secrets::forget_stale(store).await {
            tracing::warn!(%error, "secrets of webhooks that are gone could not be forgotten");
        }
        for done in [store.purge_deliveries(before).await, store.purge_notifications(before).await] {
            if let Err(error) = done {
                tracing::warn!(%error, "what is old could not be forgotten");
            }
        }
        tokio::select! {
            () = tokio::time::sleep(CLEANING) => {}
            _ = stop.wait_for(|stop| *stop) => {}
        }
    }
}
