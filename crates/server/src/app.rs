//! What every request has at hand.

use std::sync::Arc;

use chrono::{DateTime, SubsecRound, Utc};
use scrim_reconciler::Reconciler;
use scrim_registry::Registry;
use scrim_store::Store;

use crate::Settings;
use crate::audit::Reads;
use crate::credentials::throttle::Throttle;
use crate::oidc::Providers;
use crate::past::Past;
use crate::protection::Protection;
use crate::strangers::Strangers;

/// The service.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    registry: Arc<Registry>,
    reconciler: Arc<Reconciler>,
    settings: Settings,
    reads: Reads,
    throttle: Throttle,
    oidc: Providers,
    strangers: Strangers,
    past: Past,
    protection: Protection,
}

impl App {
    /// The service over a registry.
    pub fn new(registry: Arc<Registry>, reconciler: Arc<Reconciler>, settings: Settings) -> Self {
        let reads = Reads::start(registry.store().clone());
        let throttle = Throttle::new(&settings);
        let oidc = Providers::new(&settings.oidc);
        let (strangers, past, protection) = (Strangers::default(), Past::default(), Protection::default());
        Self(Arc::new(Inner { registry, reconciler, settings, reads, throttle, oidc, strangers, past, protection }))
    }

    /// The catalog, and where it is kept.
    pub fn registry(&self) -> &Arc<Registry> {
        &self.0.registry
    }

    /// The metadata database.
    pub fn store(&self) -> &Store {
        self.0.registry.store()
    }

    /// What keeps warehouses at the catalog.
    pub fn reconciler(&self) -> &Reconciler {
        &self.0.reconciler
    }

    /// How the service was set up.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// The audit of what only reads.
    pub(crate) fn reads(&self) -> &Reads {
        &self.0.reads
    }

    /// Waits until the audit trail has everything that was read up to now: what a service does last.
    pub async fn written(&self) {
        self.strangers().tell(self).await;
        self.0.reads.written().await;
    }

    /// Who shows tokens that are not valid.
    pub(crate) fn strangers(&self) -> &Strangers {
        &self.0.strangers
    }

    /// Who tries too often.
    pub(crate) fn throttle(&self) -> &Throttle {
        &self.0.throttle
    }

    /// What is known of the past.
    pub(crate) fn past(&self) -> &Past {
        &self.0.past
    }

    /// How many policies are in force on each data source.
    pub(crate) fn protection(&self) -> &Protection {
        &self.0.protection
    }

    /// Who vouches for people.
    pub(crate) fn oidc(&self) -> &Providers {
        &self.0.oidc
    }

    /// The time, as precise as it is kept.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(6)
    }
}
