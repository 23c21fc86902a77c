//! A project, as the API tells it.

use chrono::{DateTime, Utc};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::Value;

use crate::parts::user;
use crate::visit::Me;

#[derive(Deserialize)]
pub(super) struct Project {
    #[serde(default)]
    pub(super) name: String,
    #[serde(default)]
    pub(super) description: Option<String>,
    #[serde(default)]
    pub(super) owners: Vec<Owner>,
    #[serde(default)]
    pub(super) data_sources: Vec<String>,
    #[serde(default)]
    pub(super) purposes: Vec<String>,
    #[serde(default)]
    pub(super) members: Vec<Member>,
    #[serde(default)]
    pub(super) requested_purposes: Vec<Requested>,
    #[serde(default)]
    pub(super) refused_purposes: Vec<Refused>,
    #[serde(default)]
    pub(super) access: Value,
    #[serde(default)]
    pub(super) equalized: bool,
    #[serde(default)]
    pub(super) masked_joins: bool,
}

/// A purpose that it was refused.
#[derive(Deserialize)]
pub(super) struct Refused {
    pub(super) purpose: String,
    pub(super) by: String,
    pub(super) refused_by: String,
    pub(super) at: DateTime<Utc>,
    #[serde(default)]
    pub(super) answer: Option<String>,
}

/// Who owns it: a user, or everybody in a group.
#[derive(Deserialize, PartialEq)]
#[serde(untagged)]
pub(super) enum Owner {
    User(String),
    Named { user: String },
    Group { group: String },
}

#[derive(Deserialize)]
pub(super) struct Member {
    pub(super) user: String,
    #[serde(default)]
    pub(super) acknowledged: Acknowledged,
}

/// Which purposes a member has acknowledged.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Acknowledged {
    All(bool),
    Purposes(Vec<String>),
}

impl Default for Acknowledged {
    fn default() -> Self {
        Self::All(false)
    }
}

impl Acknowledged {
    pub(super) fn has(&self, purpose: &str) -> bool {
        match self {
            Self::All(all) => *all,
            Self::Purposes(purposes) => purposes.iter().any(|one| one == purpose),
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Requested {
    pub(super) purpose: String,
    pub(super) by: String,
    pub(super) at: DateTime<Utc>,
    #[serde(default)]
    pub(super) reason: Option<String>,
}

impl Project {
    /// Whether somebody owns it, by name or by a group.
    pub(super) fn owned_by(&self, me: &Me) -> bool {
        self.owners.iter().any(|owner| match owner {
            Owner::User(user) | Owner::Named { user } => *user == me.user,
            Owner::Group { group } => me.groups().contains(group),
        })
    }

    /// Whether people join by themselves, all of them or those who meet its conditions.
    pub(super) fn joinable(&self) -> bool {
        self.access.as_str() == Some("anyone") || self.access.get("conditions").is_some()
    }

    /// Who can join, in words.
    pub(super) fn joining(&self) -> String {
        match &self.access {
            Value::String(word) if word == "anyone" => "anyone may join".to_owned(),
            Value::String(_) | Value::Null => "its owners add its members".to_owned(),
            access => match access.get("approval").and_then(Value::as_array) {
                Some(approvers) => {
                    let names: Vec<&str> = approvers.iter().filter_map(Value::as_str).collect();
                    format!("with the approval of {}", names.join(" and "))
                }
                None => "whoever meets its conditions may join".to_owned(),
            },
        }
    }
}

impl Owner {
    pub(super) fn shown(&self, me: &Me) -> Markup {
        html! {
            @match self {
                Self::User(name) | Self::Named { user: name } => (user(me, name)),
                Self::Group { group } => { "group " (crate::parts::group(me, group)) },
            }
        }
    }

    /// As a form sends it.
    pub(super) fn key(&self) -> (&'static str, &str) {
        match self {
            Self::User(user) | Self::Named { user } => ("owner_users", user),
            Self::Group { group } => ("owner_groups", group),
        }
    }
}
