//! How a service is set up.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::{OidcProvider, ScimSettings, Secrets};

/// What can be set. Each has the default that suits one machine.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How long a session lasts after it was last used.
    pub session_idle: Duration,
    /// How long a session lasts at most.
    pub session_longest: Duration,
    /// Whether the cookie of a session is sent over https only.
    pub secure_cookies: bool,
    /// How large a request may be, in bytes.
    pub largest_request: usize,
    /// How long a request may take.
    pub longest_request: Duration,
    /// How many requests a caller may make in a second, on average.
    pub requests_per_second: u32,
    /// How many attempts to sign in an address may make in a minute.
    pub sign_ins_per_minute: u32,
    /// What metrics are read from, if they are kept.
    pub metrics: Option<metrics_exporter_prometheus::PrometheusHandle>,
    /// How webhooks and people are told; `webhooks.targets` are its [`Targets`](scrim_notify::Targets).
    pub notify: scrim_notify::Settings,
    /// Where the passwords of integrations may be.
    pub secrets: Secrets,
    /// Behind how many proxies the service stands: so many addresses at the end of `X-Forwarded-For` are believed.
    pub proxies: usize,
    /// The providers of OpenID Connect that people sign in with, by the name that their addresses have.
    pub oidc: BTreeMap<String, OidcProvider>,
    /// Provisioning.
    pub scim: ScimSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            session_idle: Duration::from_secs(8 * 3600),
            session_longest: Duration::from_secs(24 * 3600),
            secure_cookies: true,
            largest_request: 4 << 20,
            longest_request: Duration::from_secs(60),
            requests_per_second: 200,
            sign_ins_per_minute: 20,
            metrics: None,
            notify: scrim_notify::Settings::default(),
            secrets: Secrets::default(),
            proxies: 0,
            oidc: BTreeMap::new(),
            scim: ScimSettings::default(),
        }
    }
}
