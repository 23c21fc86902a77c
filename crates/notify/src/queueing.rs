//! Following the log of events: what webhooks want goes into their queue.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{SubsecRound, Utc};
use scrim_catalog::{Kind, Name};
use scrim_registry::Registry;
use tokio::sync::{Notify, watch};

use crate::{NotifyError, life};

/// How many events are read at once.
const BATCH: usize = 500;
/// So long it is waited for more events: each time is a transaction for each webhook.
const GATHER: Duration = Duration::from_millis(20);
/// So long after a failure it is tried again.
const PAUSE: Duration = Duration::from_secs(1);

/// Puts events into the queue, on every replica: it takes each once.
pub(crate) struct Queueing {
    pub(crate) registry: Arc<Registry>,
    /// Rung when there is something to deliver.
    pub(crate) bell: Arc<Notify>,
    pub(crate) stop: watch::Receiver<bool>,
}

impl Queueing {
    pub(crate) async fn run(mut self) {
        let mut news = self.registry.watch();
        // How far each webhook was told of events. Another replica may have told it of more.
        let mut marks = BTreeMap::new();
        loop {
            tokio::time::sleep(GATHER).await;
            news.mark_unchanged();
            let done = self.queue(&mut marks).await;
            if let Err(error) = &done {
                tracing::error!(%error, "events cannot be put into the queues of webhooks");
            }
            let pause = async {
                match done {
                    Ok(()) => std::future::pending().await,
                    Err(_) => tokio::time::sleep(PAUSE).await,
                }
            };
            tokio::select! {
                changed = news.changed() => if changed.is_err() { return },
                () = pause => {}
                _ = self.stop.wait_for(|stop| *stop) => return,
            }
        }
    }

    /// Looks at each event up to those that the catalog knows of.
    async fn queue(&self, marks: &mut BTreeMap<Name, u64>) -> Result<(), NotifyError> {
        let (store, world) = (self.registry.store(), self.registry.world());
        let webhooks = &world.catalog.webhooks;
        marks.retain(|name, _| webhooks.contains_key(name));
        for name in webhooks.keys() {
            if !marks.contains_key(name) {
                let told = store.webhook_cursor(name).await?.unwrap_or(0);
                // Behind what the catalog knows of, where it was deleted and made again since.
                let Some(made) = life(store, name).await? else { continue };
                marks.insert(name.clone(), told.max(made));
            }
        }
        while let Some(from) = marks.values().copied().min().filter(|from| *from < world.sequence) {
            let mut events = store.events(from, BATCH).await?;
            events.retain(|event| event.sequence <= world.sequence);
            let Some(last) = events.last().map(|event| event.sequence) else { return Ok(()) };
            for (name, mark) in marks.iter_mut().filter(|(_, mark)| **mark < last) {
                let Some(webhook) = webhooks.get(name) else { continue };
                let wanted = events.iter().filter(|event| event.sequence > *mark && webhook.wants(&event.kind));
                let wanted: Vec<u64> = wanted.map(|event| event.sequence).collect();
                store.enqueue(name, &wanted, last, Utc::now().trunc_subsecs(6)).await?;
                *mark = last;
                if !wanted.is_empty() {
                    self.bell.notify_one();
                }
            }
            // One of this name may be another one now.
            for event in events.iter().filter(|event| event.object_kind == Kind::Webhook.as_str()) {
                marks.remove(event.object_name.as_str());
            }
        }
        Ok(())
    }
}
