//! Messages, as receivers read them.

use chrono::{DateTime, SecondsFormat, Utc};
use scrim_catalog::Kind;
use scrim_catalog::documents::WebhookFormat;
use scrim_store::Event;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::slack;

/// A message to a webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// What it is known by: the same each time it is sent, so that receivers notice what they have.
    pub id: String,
    /// What is sent.
    pub body: String,
}

impl Message {
    /// The message of an event.
    pub fn of(event: &Event, format: WebhookFormat) -> Self {
        let id =
            if event.sequence == 0 { format!("test_{}", Uuid::new_v4()) } else { format!("evt_{}", event.sequence) };
        let body = match format {
            WebhookFormat::Standard => payload(event),
            WebhookFormat::Slack => json!({ "text": slack::sentence(event) }),
        };
        Self { id, body: body.to_string() }
    }
}

/// An event that did not happen, to try a webhook with.
pub fn test_event(webhook: &str, actor: &str, at: DateTime<Utc>) -> Event {
    Event {
        sequence: 0,
        at,
        actor: actor.to_owned(),
        request: String::new(),
        kind: "webhook.test".to_owned(),
        object_kind: Kind::Webhook.as_str().to_owned(),
        object_name: webhook.to_owned(),
        payload: json!({}),
    }
}

/// An event in the form of the Standard Webhooks specification: its type, its time, and its data.
pub fn payload(event: &Event) -> Value {
    let mut data = Map::new();
    data.insert("sequence".to_owned(), event.sequence.into());
    data.insert("actor".to_owned(), event.actor.clone().into());
    data.insert("object".to_owned(), json!({ "kind": event.object_kind, "name": event.object_name }));
    for (field, value) in event.payload.as_object().into_iter().flatten() {
        match field.as_str() {
            // Beside the object itself stands what it says.
            "object" => drop(data.insert("document".to_owned(), shown(&event.object_kind, value))),
            field => drop(data.insert(field.to_owned(), value.clone())),
        }
    }
    json!({
        "type": event.kind,
        "timestamp": event.at.to_rfc3339_opts(SecondsFormat::AutoSi, true),
        "data": data,
    })
}

/// What of a document is sent: no rows, which tests of policies hold, and no addresses of webhooks, by which whoever knows
/// them can write to a channel.
fn shown(kind: &str, document: &Value) -> Value {
    let mut shown = document.clone();
    let hidden: &[&str] = match kind.parse() {
        Ok(Kind::PolicyTest) => &["rows", "lookups", "expect"],
        Ok(Kind::Webhook) => &["url"],
        _ => &[],
    };
    if let Some(fields) = shown.as_object_mut() {
        fields.retain(|field, _| !hidden.contains(&field.as_str()));
    }
    shown
}
