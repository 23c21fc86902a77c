//! Signing in with OpenID Connect: the authorization code flow with PKCE.
//!
//! [`flow`] binds a sign-in to the browser that began it, [`provider`] talks to the provider and believes nothing that is
//! not signed for this flow, [`mapping`] makes a user of claims, and [`sign_in`] decides whom they mean.

pub(crate) mod flow;
mod http;
mod mapping;
pub(crate) mod provider;
mod settings;
pub(crate) mod sign_in;

pub use settings::{GroupClaim, OidcProvider, PermissionClaim, SecretSource};

use std::collections::BTreeMap;

use provider::Provider;

/// The providers, by name, with what is known of each.
pub(crate) struct Providers(BTreeMap<String, Provider>);

impl Providers {
    /// As they are set; none is asked anything yet.
    pub(crate) fn new(settings: &BTreeMap<String, OidcProvider>) -> Self {
        Self(settings.iter().map(|(name, one)| (name.clone(), Provider::new(name, one.clone()))).collect())
    }

    /// The names that their addresses have.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The provider of a name.
    pub(crate) fn get(&self, name: &str) -> Option<&Provider> {
        self.0.get(name)
    }
}
