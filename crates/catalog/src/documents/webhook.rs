//! `kind: webhook`: who is told of events, over HTTP.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::{At, Glob, Name, is_default};

/// How an event is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum WebhookFormat {
    /// As the Standard Webhooks specification says.
    #[default]
    Standard,
    /// As Slack takes messages.
    Slack,
}

/// An address that is told of events. Its secret is kept sealed in the metadata database, never here.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// `webhook`.
    pub kind: String,
    /// The name.
    pub name: At<Name>,
    /// For people.
    pub description: Option<String>,
    /// Where events are sent: https, unless the service allows others.
    pub url: At<String>,
    /// Which events, by the globs of their names: `data_policy.*`. All by default.
    #[serde(default, skip_serializing_if = "is_default")]
    pub events: Vec<Glob>,
    /// How an event is written.
    #[serde(default, skip_serializing_if = "is_default")]
    pub format: WebhookFormat,
    /// Nothing is sent to a disabled one.
    #[serde(default, skip_serializing_if = "is_default")]
    pub disabled: bool,
}

impl Webhook {
    /// Whether it is told of events of this name.
    pub fn wants(&self, event: &str) -> bool {
        !self.disabled && (self.events.is_empty() || self.events.iter().any(|glob| glob.is_match(event)))
    }
}
