//! `POST /api/v1/webhooks/{name}/test`.

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use scrim_catalog::documents::WebhookFormat;
use scrim_notify::{Message, Secrets, Sender, life, test_event};
use scrim_store::Outcome as Audited;
use serde::Serialize;
use serde_json::{Value, json};

use super::{allowed, missing};
use crate::caller::Caller;
use crate::json::InPath;
use crate::{App, Problem};

/// What came of trying a webhook.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Outcome {
    /// Whether the receiver took it.
    delivered: bool,
    /// The status of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    /// Why it was not taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// The beginning of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<String>,
    /// How long it took, in milliseconds.
    milliseconds: u64,
}

pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    InPath(text): InPath<String>,
) -> Result<Json<Outcome>, Problem> {
    let (asked, name, by) = allowed(&app, &caller, "webhook.test", &text).await?;
    let world = app.registry().world();
    let webhook = world.catalog.webhooks.get(&name).ok_or_else(|| missing(&name))?;
    let made = life(app.store(), &name).await?.ok_or_else(|| missing(&name))?;
    let secrets = Secrets::load(app.store(), &name, made).await.map_err(|error| Problem::internal(&error))?;
    if secrets.is_none() && webhook.format == WebhookFormat::Standard {
        return Err(Problem::conflict(format!(
            "the webhook has no secret to sign messages with: make one with `POST /api/v1/webhooks/{name}/secret`"
        )));
    }
    let sender = Sender::new(&app.settings().notify).map_err(|error| Problem::internal(&error))?;
    let message = Message::of(&test_event(&name, &asked.actor, app.now()), webhook.format);
    // Before anything is sent: what cannot be told is not done.
    app.store().audit(asked.audit(Audited::Attempted, Some(by.to_owned()), Value::Null)).await?;
    let answered = sender.send(&webhook.url, &message, secrets.as_ref()).await;
    let details = json!({ "status": answered.status, "delivered": answered.is_good() });
    app.store().audit(asked.audit(Audited::Allowed, Some(by.to_owned()), details)).await?;
    Ok(Json(Outcome {
        delivered: answered.is_good(),
        status: answered.status,
        milliseconds: u64::try_from(answered.duration.as_millis()).unwrap_or(u64::MAX),
        error: answered.error,
        answer: answered.answer.filter(|answer| !answer.is_empty()),
    }))
}
