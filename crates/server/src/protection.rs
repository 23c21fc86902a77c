//! How many policies are in force on each data source. Of thousands that takes long enough to be counted once for each
//! catalog, and then only of what is not as it was.

use std::collections::HashMap;
use std::sync::Arc;

use scrim_catalog::documents::{DataSource, Integration, SubscriptionPolicy};
use scrim_catalog::{Catalog, DataPolicy, Name, Named, Stored};
use scrim_policy::{AccessRules, Merger};
use scrim_registry::World;
use tokio::sync::Mutex;

use crate::Problem;

/// How many policies are in force on a data source, whether or not their time has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct InForce {
    /// Data policies: without one, every reader sees everything.
    pub(crate) data_policies: usize,
    /// Subscription policies that give access: without one, only owners and grants do.
    pub(crate) subscription_policies: usize,
}

impl InForce {
    /// Whether there are policies of both kinds.
    pub(crate) fn protects(self) -> bool {
        self.data_policies > 0 && self.subscription_policies > 0
    }
}

/// Counts them, one data source after the other.
pub(crate) fn counting(catalog: &Catalog) -> impl Fn(&DataSource) -> InForce {
    let (merger, access) = (Merger::new(catalog), AccessRules::of_each(catalog));
    move |source| InForce {
        data_policies: merger.policies(source).len(),
        subscription_policies: access(source).giving(),
    }
}

/// What was counted last.
#[derive(Default)]
pub(crate) struct Protection(Mutex<Option<Arc<Counted>>>);

/// What was counted, and of what.
#[derive(Default)]
pub(crate) struct Counted {
    /// The number of the event that the catalog changed with.
    changed: u64,
    integrations: Named<Integration>,
    subscription_policies: Named<SubscriptionPolicy>,
    data_policies: Named<DataPolicy>,
    sources: HashMap<Name, (Arc<Stored<DataSource>>, InForce)>,
}

impl Protection {
    /// What is in force by the catalog of a world. Whoever asks meanwhile waits, and counts nothing.
    ///
    /// # Errors
    /// When counting breaks.
    pub(crate) async fn of(&self, world: &World) -> Result<Arc<Counted>, Problem> {
        let mut last = self.0.lock().await;
        if let Some(counted) = last.as_ref().filter(|counted| counted.changed == world.changed) {
            return Ok(Arc::clone(counted));
        }
        let (catalog, changed, known) = (Arc::clone(&world.catalog), world.changed, last.clone());
        let count = tokio::task::spawn_blocking(move || Counted::of(&catalog, changed, known.as_deref()));
        let counted = Arc::new(count.await.map_err(|error| Problem::internal(&error))?);
        *last = Some(Arc::clone(&counted));
        Ok(counted)
    }

    /// What is in force on one data source: where the others are not counted yet, nobody waits for them.
    ///
    /// # Errors
    /// When counting breaks.
    pub(crate) async fn of_one(&self, world: &World, source: &Name) -> Result<Arc<Counted>, Problem> {
        let last = self.0.try_lock().ok().and_then(|last| last.clone());
        if let Some(counted) = last.filter(|counted| counted.changed == world.changed) {
            return Ok(counted);
        }
        let (catalog, changed, source) = (Arc::clone(&world.catalog), world.changed, source.clone());
        let count = tokio::task::spawn_blocking(move || Counted::of_one(&catalog, changed, &source));
        Ok(Arc::new(count.await.map_err(|error| Problem::internal(&error))?))
    }
}

impl Counted {
    fn of(catalog: &Catalog, changed: u64, known: Option<&Self>) -> Self {
        let in_force = counting(catalog);
        let known = known.filter(|known| {
            same(&known.integrations, &catalog.integrations)
                && same(&known.subscription_policies, &catalog.subscription_policies)
                && same(&known.data_policies, &catalog.data_policies)
        });
        let of = |(name, source): (&Name, &Arc<Stored<DataSource>>)| {
            let before = known.and_then(|known| known.sources.get(name));
            let before = before.filter(|(before, _)| Arc::ptr_eq(before, source)).map(|(_, in_force)| *in_force);
            (name.clone(), (Arc::clone(source), before.unwrap_or_else(|| in_force(source))))
        };
        Self {
            changed,
            integrations: catalog.integrations.clone(),
            subscription_policies: catalog.subscription_policies.clone(),
            data_policies: catalog.data_policies.clone(),
            sources: catalog.data_sources.iter().map(of).collect(),
        }
    }

    fn of_one(catalog: &Catalog, changed: u64, source: &Name) -> Self {
        let in_force = counting(catalog);
        let found = catalog.data_sources.get_key_value(source);
        let of =
            |(name, source): (&Name, &Arc<Stored<DataSource>>)| (name.clone(), (Arc::clone(source), in_force(source)));
        Self { changed, sources: found.map(of).into_iter().collect(), ..Self::default() }
    }

    /// What is in force on a data source of that catalog.
    pub(crate) fn on(&self, source: &Name) -> Option<InForce> {
        self.sources.get(source).map(|(_, in_force)| *in_force)
    }
}

/// Whether these are the very same documents.
fn same<T>(one: &Named<T>, other: &Named<T>) -> bool {
    one.len() == other.len() && one.values().zip(other.values()).all(|(one, other)| Arc::ptr_eq(one, other))
}
