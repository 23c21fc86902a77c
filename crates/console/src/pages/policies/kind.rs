//! The two kinds of policies.

use axum::extract::{FromRequestParts, Path};
use http::request::Parts;
use serde::{Deserialize, Serialize};

use crate::api::{Service, to};
use crate::problem::Problem;

/// A kind of policy, as documents and addresses have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::pages) enum PolicyKind {
    /// Who may read.
    SubscriptionPolicy,
    /// What they see.
    DataPolicy,
}

impl PolicyKind {
    /// Both, in the order of the list.
    pub(in crate::pages) const ALL: [Self; 2] = [Self::SubscriptionPolicy, Self::DataPolicy];

    /// As documents and addresses have it.
    pub(in crate::pages) fn word(self) -> &'static str {
        match self {
            Self::SubscriptionPolicy => "subscription-policy",
            Self::DataPolicy => "data-policy",
        }
    }

    /// As people say it.
    pub(in crate::pages) fn called(self) -> &'static str {
        match self {
            Self::SubscriptionPolicy => "subscription policy",
            Self::DataPolicy => "data policy",
        }
    }

    /// What it is of a word.
    pub(in crate::pages) fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Many of them, as the API says it.
    pub(in crate::pages) fn plural(self) -> &'static str {
        match self {
            Self::SubscriptionPolicy => "subscription-policies",
            Self::DataPolicy => "data-policies",
        }
    }

    /// Where the API has all of them.
    pub(in crate::pages) fn list(self) -> String {
        format!("/api/v1/{}", self.plural())
    }

    /// Where the API has one of them.
    pub(in crate::pages) fn one(self, name: &str) -> String {
        format!("{}/{}", self.list(), to!("{}", name))
    }

    /// The page of one of them.
    pub(in crate::pages) fn page(self, name: &str) -> String {
        to!("/policies/{}/{}", self.word(), name)
    }
}

/// Which policy an address is about.
#[derive(Clone)]
pub(super) struct Of {
    pub(super) kind: PolicyKind,
    pub(super) name: String,
}

impl FromRequestParts<Service> for Of {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Service) -> Result<Self, Problem> {
        let path = Path::<(PolicyKind, String)>::from_request_parts(parts, service).await;
        let Path((kind, name)) = path.map_err(|_| Problem::nowhere())?;
        Ok(Self { kind, name })
    }
}
