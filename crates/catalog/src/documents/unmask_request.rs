//! `kind: unmask-request`: one value of a `reversible` mask that somebody asked for, and what became of it. Never the value.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::{At, Name, is_default};

/// What became of a request for a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum UnmaskState {
    /// It waits for somebody who approves.
    #[default]
    Requested,
    /// Somebody else said yes: the user may fetch the value once.
    Approved,
    /// Somebody said no.
    Denied,
    /// The user has fetched the value.
    Used,
}

/// A request for the value behind one token of a `reversible` mask.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnmaskRequest {
    /// `unmask-request`.
    pub kind: String,
    /// The name.
    pub name: At<Name>,
    /// For people.
    pub description: Option<String>,
    /// Who asks.
    pub user: At<Name>,
    /// Of what.
    pub data_source: At<Name>,
    /// In which column.
    pub column: At<Name>,
    /// The token, as the view shows it.
    pub token: String,
    /// Why.
    pub reason: String,
    /// What became of it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub state: UnmaskState,
    /// When the user asked.
    pub requested: DateTime<Utc>,
    /// Who decided.
    pub decided_by: Option<At<Name>>,
    /// When they did.
    pub decided: Option<DateTime<Utc>>,
    /// What the one who decided answered.
    pub answer: Option<String>,
    /// Until when the value may be fetched.
    pub expires: Option<DateTime<Utc>>,
}

impl UnmaskRequest {
    /// Who allowed the value to be fetched at a moment. Nobody allows it to themselves.
    pub fn allowed_by(&self, now: DateTime<Utc>) -> Option<&Name> {
        let by = self.decided_by.as_ref().map(At::value).filter(|by| *by != self.user.value());
        by.filter(|_| self.state == UnmaskState::Approved && self.expires.is_none_or(|expires| expires > now))
    }
}
