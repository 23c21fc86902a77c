//! A driver for each integration of the catalog.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use scrim_catalog::Name;
use scrim_registry::Registry;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::driver::Driver;

/// How often things are done.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// So long after the last push everything is compared again, whether or not anything changed.
    pub compare_every: Duration,
    /// So long after a replica was heard of last, another takes over.
    pub lease: Duration,
    /// How often the tables of the warehouse are looked at.
    pub look_every: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            compare_every: Duration::from_secs(300),
            lease: Duration::from_secs(6),
            look_every: Duration::from_secs(5),
        }
    }
}

/// What drivers are told: that somebody asked for a push now.
type Bells = Mutex<BTreeMap<Name, Arc<Notify>>>;

/// All drivers of one replica.
pub struct Reconciler {
    bells: Bells,
    stopping: watch::Sender<bool>,
}

impl Reconciler {
    /// Starts a driver for each integration there is, and for each that comes. Answers also what ends when all of them have
    /// stopped.
    pub fn start(registry: Arc<Registry>, settings: Settings) -> (Arc<Self>, tokio::task::JoinHandle<()>) {
        let (stopping, stop) = watch::channel(false);
        let reconciler = Arc::new(Self { bells: Bells::default(), stopping });
        let running = tokio::spawn(supervise(Arc::clone(&reconciler), registry, settings, stop));
        (reconciler, running)
    }

    /// Asks for a push of an integration now. Whichever replica drives it looks at the next turn of its timer at the latest.
    pub fn wake(&self, integration: &Name) {
        let bells = self.bells.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bell) = bells.get(integration) {
            bell.notify_one();
        }
    }

    /// Asks every driver to stop: after the step it is at, giving its lease back.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
    }

    fn bell(&self, integration: &Name) -> Arc<Notify> {
        let mut bells = self.bells.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(bells.entry(integration.clone()).or_default())
    }
}

async fn supervise(
    reconciler: Arc<Reconciler>,
    registry: Arc<Registry>,
    settings: Settings,
    mut stop: watch::Receiver<bool>,
) {
    // A name of its own for each start: a process that was killed holds no lease of this one.
    let holder = Uuid::new_v4().to_string();
    let mut news = registry.watch();
    let mut drivers: JoinSet<Name> = JoinSet::new();
    let mut driven: std::collections::BTreeSet<Name> = std::collections::BTreeSet::new();
    loop {
        if *stop.borrow() {
            break;
        }
        let world = registry.world();
        for name in world.catalog.integrations.keys() {
            if driven.insert(name.clone()) {
                let driver = Driver {
                    registry: Arc::clone(&registry),
                    integration: name.clone(),
                    holder: holder.clone(),
                    settings,
                    bell: reconciler.bell(name),
                    stop: stop.clone(),
                    pushed: watch::Sender::new(0),
                };
                let name = name.clone();
                drivers.spawn(async move {
                    driver.run().await;
                    name
                });
            }
        }
        tokio::select! {
            changed = news.changed() => if changed.is_err() { break },
            changed = stop.changed() => if changed.is_err() { break },
            Some(ended) = drivers.join_next() => match ended {
                Ok(name) => drop(driven.remove(&name)),
                Err(error) => {
                    // A driver that broke is started anew with everything else at the next event.
                    tracing::error!(%error, "a driver broke");
                    driven.clear();
                    drivers.abort_all();
                }
            },
        }
    }
    while drivers.join_next().await.is_some() {}
}
