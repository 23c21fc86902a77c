//! Delivering: what is due is claimed webhook by webhook, so that a slow one holds up itself only.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{SubsecRound, Utc};
use scrim_registry::Registry;
use tokio::sync::{Notify, watch};
use tokio::task::{Id, JoinSet};

use crate::{NotifyError, Sender, Settings};

mod attempt;

use attempt::Attempts;

/// Delivers, on every replica: each delivery is claimed by one.
pub(crate) struct Delivering {
    registry: Arc<Registry>,
    settings: Settings,
    attempts: Arc<Attempts>,
    holder: String,
    bell: Arc<Notify>,
    stop: watch::Receiver<bool>,
    /// What is on its way, and to which webhook.
    running: JoinSet<()>,
    to: HashMap<Id, String>,
}

impl Delivering {
    pub(crate) fn new(
        registry: Arc<Registry>,
        settings: Settings,
        holder: String,
        bell: Arc<Notify>,
        stop: watch::Receiver<bool>,
    ) -> Result<Self, NotifyError> {
        let sender = Sender::new(&settings)?;
        let attempts = Arc::new(Attempts { registry: Arc::clone(&registry), sender, pace: settings.pace });
        Ok(Self { registry, settings, attempts, holder, bell, stop, running: JoinSet::new(), to: HashMap::new() })
    }

    /// Until it is stopped; what is on its way then is waited for.
    pub(crate) async fn run(mut self) {
        while !*self.stop.borrow() {
            if let Err(error) = self.fill().await {
                tracing::error!(%error, "deliveries cannot be claimed");
            }
            tokio::select! {
                Some(ended) = self.running.join_next_with_id() => self.ended(ended),
                () = self.bell.notified() => {}
                () = tokio::time::sleep(self.settings.pace.look) => {}
                _ = self.stop.changed() => {}
            }
        }
        while let Some(ended) = self.running.join_next_with_id().await {
            self.ended(ended);
        }
    }

    fn ended(&mut self, ended: Result<(Id, ()), tokio::task::JoinError>) {
        let id = match ended {
            Ok((id, ())) => id,
            Err(error) => {
                // It comes back into the queue by itself.
                tracing::error!(%error, "a delivery broke");
                error.id()
            }
        };
        self.to.remove(&id);
    }

    /// Claims as much as there is room for.
    async fn fill(&mut self) -> Result<(), NotifyError> {
        let store = self.registry.store().clone();
        let now = Utc::now().trunc_subsecs(6);
        for webhook in store.due_webhooks(now).await? {
            match self.registry.world().catalog.webhooks.get(webhook.as_str()) {
                Some(found) if found.disabled => continue,
                Some(_) => {}
                None => {
                    self.forget(&webhook).await?;
                    continue;
                }
            }
            let busy = self.to.values().filter(|to| **to == webhook).count();
            let room = self.settings.at_once_to_one.saturating_sub(busy);
            let room = room.min(self.settings.at_once.saturating_sub(self.running.len()));
            if room == 0 {
                continue;
            }
            // Longer than an attempt can take.
            let visibility = self.settings.pace.patience * 2 + std::time::Duration::from_secs(5);
            for claimed in store.claim_of(&webhook, now, room, &self.holder, visibility).await? {
                let attempts = Arc::clone(&self.attempts);
                let task = self.running.spawn(async move { attempts.make(claimed).await });
                self.to.insert(task.id(), webhook.clone());
            }
        }
        Ok(())
    }

    /// Forgets a webhook that is gone. Another replica may know of one that this one does not know of yet.
    async fn forget(&self, webhook: &str) -> Result<(), NotifyError> {
        self.registry.catch_up().await?;
        if !self.registry.world().catalog.webhooks.contains_key(webhook) {
            self.registry.store().forget_webhook(webhook).await?;
        }
        Ok(())
    }
}
