//! One attempt to deliver, and what comes of it.

use std::convert::Infallible;
use std::sync::Arc;

use chrono::{SubsecRound, Utc};
use scrim_catalog::documents::{Webhook, WebhookFormat};
use scrim_catalog::{Change, Document, Kind};
use scrim_registry::{Asked, ChangeError, Proposal, Registry, World};
use scrim_store::{ActorKind, Claimed, NewAttempt, StoreError, Via};
use serde_json::json;

use crate::{Answered, Message, NotifyError, Pace, Secrets, Sender, life};

/// What attempts need.
pub(super) struct Attempts {
    pub(super) registry: Arc<Registry>,
    pub(super) sender: Sender,
    pub(super) pace: Pace,
}

/// What was sent, or why not.
enum Tried {
    /// Nothing is to be sent, now or later.
    Void(String),
    /// This came of it.
    Sent(Answered),
}

impl Attempts {
    /// Makes an attempt. When it cannot be noted what came of it, the delivery comes back.
    pub(super) async fn make(&self, claimed: Claimed) {
        let webhook = &claimed.delivery.webhook;
        match self.attempt(&claimed).await {
            Ok(()) => {}
            Err(NotifyError::Store(StoreError::ClaimLost(id))) => {
                tracing::debug!(webhook, id, "a delivery was given to somebody else meanwhile");
            }
            Err(error) => tracing::error!(webhook, %error, "a delivery could not be made, or not be noted"),
        }
    }

    async fn attempt(&self, claimed: &Claimed) -> Result<(), NotifyError> {
        let (store, name) = (self.registry.store(), claimed.delivery.webhook.as_str());
        let world = self.registry.world();
        // Gone or disabled since it was claimed: it comes back into the queue.
        let Some(webhook) = world.catalog.webhooks.get(name) else { return Ok(()) };
        if webhook.disabled {
            return Ok(());
        }
        let tried = self.send(claimed, &webhook.item).await?;
        let answered = match tried {
            Tried::Void(why) => {
                let now = Utc::now().trunc_subsecs(6);
                return Ok(store.dead(claimed, &attempt(&Answered::none(now, why))).await?);
            }
            Tried::Sent(answered) => answered,
        };
        let noted = attempt(&answered);
        let outcome = if answered.is_good() {
            store.succeeded(claimed, &noted).await?;
            "delivered"
        } else if answered.is_gone() {
            self.disable(&webhook.item).await?;
            store.dead(claimed, &noted).await?;
            "gone"
        } else {
            let failures = u32::try_from(store.attempts(claimed.delivery.id).await?.len()).unwrap_or(u32::MAX);
            let now = Utc::now().trunc_subsecs(6);
            let created = claimed.delivery.created;
            match self.pace.next(failures.saturating_add(1), created, now, answered.retry_after) {
                Some(next) => {
                    store.failed(claimed, &noted, next.trunc_subsecs(6)).await?;
                    "failed"
                }
                None => {
                    tracing::warn!(webhook = name, id = claimed.delivery.id, "a delivery is given up");
                    store.dead(claimed, &noted).await?;
                    "dead"
                }
            }
        };
        metrics::counter!("scrim_webhook_attempts_total", "outcome" => outcome).increment(1);
        Ok(())
    }

    async fn send(&self, claimed: &Claimed, webhook: &Webhook) -> Result<Tried, NotifyError> {
        let (store, delivery) = (self.registry.store(), &claimed.delivery);
        let made = life(store, &delivery.webhook).await?;
        let Some(made) = made.filter(|made| delivery.sequence > *made) else {
            return Ok(Tried::Void("it was for a webhook of this name that was deleted".to_owned()));
        };
        let events = store.events(delivery.sequence.saturating_sub(1), 1).await?;
        let Some(event) = events.first().filter(|event| event.sequence == delivery.sequence) else {
            return Ok(Tried::Void("there is no such event".to_owned()));
        };
        let secrets = Secrets::load(store, &delivery.webhook, made).await?;
        if secrets.is_none() && webhook.format == WebhookFormat::Standard {
            let error = "it has no secret to sign messages with: make one with `POST /api/v1/webhooks/{name}/secret`";
            return Ok(Tried::Sent(Answered::none(Utc::now(), error.to_owned())));
        }
        let message = Message::of(event, webhook.format);
        Ok(Tried::Sent(self.sender.send(&webhook.url, &message, secrets.as_ref()).await))
    }

    /// Disables a webhook that wants no messages any more, unless it is another one by now.
    async fn disable(&self, webhook: &Webhook) -> Result<(), NotifyError> {
        let name = webhook.name.value();
        let asked = Asked {
            at: Utc::now(),
            actor: "scrim".to_owned(),
            actor_kind: ActorKind::System,
            via: Via::System,
            request: String::new(),
            address: None,
            action: "webhook.disable".to_owned(),
            object: Some((Kind::Webhook, name.to_string())),
        };
        let decide = |world: &World| {
            let found =
                world.catalog.webhooks.get(name).filter(|found| found.item.url == webhook.url && !found.disabled);
            let disabled = found.map(|found| Webhook { disabled: true, ..found.item.clone() });
            Ok::<_, Infallible>(Proposal {
                changes: disabled.map(|one| Change::Put(Document::Webhook(Box::new(one)))).into_iter().collect(),
                decided_by: "the receiver answered 410".to_owned(),
                details: json!({ "status": 410 }),
                ..Proposal::default()
            })
        };
        match self.registry.change(&asked, decide).await {
            Ok(_) => tracing::warn!(webhook = %name, "a webhook was disabled: its receiver answered 410"),
            Err(ChangeError::Registry(error)) => return Err(error.into()),
            Err(error) => tracing::warn!(webhook = %name, %error, "a webhook could not be disabled"),
        }
        Ok(())
    }
}

/// What is noted of an attempt.
fn attempt(answered: &Answered) -> NewAttempt {
    NewAttempt {
        at: answered.at.trunc_subsecs(6),
        status: answered.status,
        error: answered.error.clone(),
        duration: answered.duration,
        answer: answered.answer.clone(),
    }
}
