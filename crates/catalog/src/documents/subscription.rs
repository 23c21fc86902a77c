//! `kind: subscription`: what somebody asked for, and what became of it.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::{At, Name, is_default};

/// What became of a subscription.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SubscriptionState {
    /// It stands: the user is subscribed as far as the policies let them.
    #[default]
    Active,
    /// It waits for those who approve.
    Requested,
    /// Somebody who approves said no.
    Denied,
    /// It stood, and was taken away.
    Revoked,
}

/// One approver's yes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// As which approver of the policy: `OWNER` or a permission.
    #[serde(rename = "as")]
    pub role: At<Name>,
    /// Who said so.
    pub by: At<Name>,
    /// When.
    pub at: DateTime<Utc>,
}

/// A user's own subscription to a data source: what `requires_action` asks for, and what `approval` asks for once every
/// approver said yes. It never gives more than the policies do.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Subscription {
    /// `subscription`.
    pub kind: String,
    /// The name.
    pub name: At<Name>,
    /// For people.
    pub description: Option<String>,
    /// Who subscribed.
    pub user: At<Name>,
    /// To what.
    pub data_source: At<Name>,
    /// What became of it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub state: SubscriptionState,
    /// Why the user asked.
    pub reason: Option<String>,
    /// What the one who decided answered.
    pub answer: Option<String>,
    /// Who said yes so far.
    #[serde(default, skip_serializing_if = "is_default")]
    pub approvals: Vec<Approval>,
    /// When the user asked.
    pub requested: Option<DateTime<Utc>>,
    /// Who said no, or took it away.
    pub decided_by: Option<At<Name>>,
    /// When they did.
    pub decided: Option<DateTime<Utc>>,
    /// Until when it stands; for good when not written.
    pub expires: Option<DateTime<Utc>>,
    /// When it was taken away, until somebody other than the user gives it back: asking again does not.
    pub revoked: Option<DateTime<Utc>>,
}

impl Subscription {
    /// Whether it stands at a moment.
    pub fn stands(&self, now: DateTime<Utc>) -> bool {
        self.state == SubscriptionState::Active && self.expires.is_none_or(|expires| expires > now)
    }

    /// Whether everybody whom a policy asks said yes. Nobody says yes to what they asked for themselves.
    pub fn approved_by(&self, approvers: &[At<Name>]) -> bool {
        let counts = |approval: &&Approval| approval.by.value() != self.user.value();
        approvers.iter().all(|approver| self.approvals.iter().filter(counts).any(|given| given.role == *approver))
    }
}
