//! The catalog, and keeping it up to date.

use std::sync::Arc;

use arc_swap::ArcSwap;
use futures_util::TryStreamExt;
use scrim_catalog::{Catalog, Change, Document, Kind, Name, Problem, from_json};
use scrim_store::{AsOf, Object, Snapshot, Store, StoreError};
use tokio::sync::{Mutex, watch};

use crate::RegistryError;

/// The catalog as it was after an event.
#[derive(Clone, Debug)]
pub struct World {
    /// The catalog.
    pub catalog: Arc<Catalog>,
    /// The number of the last event it knows of.
    pub sequence: u64,
    /// The number of the last event that the catalog changed with: those since only tell how something stands.
    pub changed: u64,
}

/// The current catalog, and where it is kept.
pub struct Registry {
    store: Store,
    pub(crate) world: ArcSwap<World>,
    /// Whoever writes, or catches up.
    pub(crate) writing: Mutex<()>,
    news: watch::Sender<u64>,
}

impl Registry {
    /// Loads the catalog.
    ///
    /// # Errors
    /// When the database cannot be read, or holds no valid catalog.
    pub async fn open(store: Store) -> Result<Arc<Self>, RegistryError> {
        let world = load(store.objects().await?).await?;
        let (news, _) = watch::channel(world.sequence);
        let registry = Arc::new(Self { store, world: ArcSwap::from_pointee(world), writing: Mutex::new(()), news });
        tokio::spawn(follow(Arc::downgrade(&registry), registry.store.watch()));
        Ok(registry)
    }

    /// The catalog as it stands.
    pub fn world(&self) -> Arc<World> {
        self.world.load_full()
    }

    /// The catalog as it stood.
    ///
    /// # Errors
    /// When the database cannot be read, or what it held then is no valid catalog to this version.
    pub async fn as_of(&self, moment: AsOf) -> Result<World, RegistryError> {
        load(self.store.objects_as_of(moment).await?).await
    }

    /// Where it is kept.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The number of the last event that the catalog knows of, and each newer one. Unlike the store's own, a number is told
    /// when [`Registry::world`] has it.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.news.subscribe()
    }

    /// Takes in what others changed.
    ///
    /// # Errors
    /// When the database cannot be read, or what they wrote is no valid catalog to this version.
    pub async fn catch_up(&self) -> Result<(), RegistryError> {
        let _writing = self.writing.lock().await;
        self.take_in().await
    }

    /// As [`Registry::catch_up`], for whoever writes.
    pub(crate) async fn take_in(&self) -> Result<(), RegistryError> {
        let known = self.world();
        let mut versions = self.store.objects_since(known.sequence).await?;
        let (sequence, changed) = (versions.last_sequence, versions.last_change);
        if sequence == known.sequence {
            return Ok(());
        }
        let (mut changes, mut problems) = (Vec::new(), Vec::new());
        while let Some(version) = versions.try_next().await? {
            match version.body {
                Some(body) => match document(&version.kind, &version.name, &body)? {
                    Ok(document) => changes.push(Change::Put(document)),
                    Err(problem) => problems.push(problem),
                },
                None => changes.push(Change::Delete(kind(&version.kind, &version.name)?, name(&version.name)?)),
            }
        }
        if !problems.is_empty() {
            return Err(RegistryError::Invalid(problems));
        }
        let catalog = match changes.is_empty() {
            true => Arc::clone(&known.catalog),
            false => Arc::new(known.catalog.replay(changes).map_err(RegistryError::Invalid)?),
        };
        self.stand(World { catalog, sequence, changed });
        Ok(())
    }

    /// From now on this is how it stands.
    pub(crate) fn stand(&self, world: World) {
        let sequence = world.sequence;
        self.world.store(Arc::new(world));
        self.news.send_replace(sequence);
    }
}

/// Takes in what other replicas write, until the registry is gone.
async fn follow(registry: std::sync::Weak<Registry>, mut store: watch::Receiver<u64>) {
    while store.changed().await.is_ok() {
        let Some(registry) = registry.upgrade() else { return };
        // Also when it fails: whoever writes next is told why, and the next event tries again.
        if *store.borrow_and_update() > registry.world().sequence
            && let Err(error) = registry.catch_up().await
        {
            tracing::error!(%error, "the catalog cannot be brought up to date");
        }
    }
}

/// How many documents are read at once by each of a few threads.
const BLOCK: usize = 4096;

async fn load(mut objects: Snapshot<Object>) -> Result<World, RegistryError> {
    let (sequence, changed) = (objects.last_sequence, objects.last_change);
    let (mut documents, mut problems) = (Vec::new(), Vec::new());
    let mut read = |block: Vec<Object>| -> Result<(), RegistryError> {
        for one in at_once(&block) {
            match one? {
                Ok(document) => documents.push(document),
                Err(problem) => problems.push(problem),
            }
        }
        Ok(())
    };
    let mut block = Vec::with_capacity(BLOCK);
    while let Some(object) = objects.try_next().await? {
        block.push(object);
        if block.len() == BLOCK {
            read(std::mem::take(&mut block))?;
        }
    }
    read(block)?;
    if !problems.is_empty() {
        return Err(RegistryError::Invalid(problems));
    }
    let (catalog, _) = Catalog::of(documents).map_err(RegistryError::Invalid)?;
    Ok(World { catalog: Arc::new(catalog), sequence, changed })
}

type Read = Result<Result<Document, Problem>, RegistryError>;

/// Reads documents, some on each processor.
fn at_once(objects: &[Object]) -> Vec<Read> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let share = objects.len().div_ceil(threads).max(1);
    let read = |some: &[Object]| -> Vec<Read> {
        some.iter().map(|object| document(&object.kind, &object.name, &object.body)).collect()
    };
    std::thread::scope(|scope| {
        let running: Vec<_> = objects.chunks(share).map(|some| scope.spawn(move || read(some))).collect();
        running
            .into_iter()
            .flat_map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}

fn document(kind: &str, name: &str, body: &serde_json::Value) -> Read {
    Ok(from_json(self::kind(kind, name)?, name, body))
}

fn kind(kind: &str, name: &str) -> Result<Kind, RegistryError> {
    let unknown = |()| RegistryError::UnknownKind { kind: kind.to_owned(), name: name.to_owned() };
    kind.parse().map_err(unknown)
}

fn name(name: &str) -> Result<Name, RegistryError> {
    Name::new(name).map_err(|error| {
        RegistryError::Store(StoreError::Unreadable { what: format!("the name `{name}`"), reason: error.to_string() })
    })
}
