//! The catalog as it was, which takes long to find out: one is found out at a time, and one for each caller.

use std::collections::HashMap;
use std::sync::{Arc, Mutex as Lock, PoisonError, Weak};
use std::time::Duration;

use chrono::{DateTime, Utc};
use scrim_catalog::{Catalog, Kind, Name};
use scrim_registry::World;
use scrim_store::AsOf;
use tokio::runtime::Handle;
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::actions::objects::known::missing;
use crate::actor::Actor;
use crate::compute::compute;
use crate::rights::sees_all;
use crate::{App, Problem};

/// So long the last one is kept for whoever asks for the same moment: pages of a report, one person after the other.
const KEPT: Duration = Duration::from_secs(300);

/// The last world that was found out, and who asks for one.
#[derive(Default)]
pub(crate) struct Past {
    last: Arc<Mutex<Option<Arc<World>>>>,
    asking: Lock<HashMap<Name, Weak<Mutex<()>>>>,
}

impl Past {
    /// Waits until nothing else of the past is looked at for a caller: however much somebody asks for, others come next.
    async fn turn(&self, caller: &Name) -> OwnedMutexGuard<()> {
        let turn = {
            let mut asking = self.asking.lock().unwrap_or_else(PoisonError::into_inner);
            asking.retain(|_, turn| turn.strong_count() > 0);
            let known = asking.get(caller).and_then(Weak::upgrade);
            known.unwrap_or_else(|| {
                let turn = Arc::default();
                asking.insert(caller.clone(), Arc::downgrade(&turn));
                turn
            })
        };
        turn.lock_owned().await
    }
}

/// A catalog, and the moment at which it is looked at.
pub(crate) struct Then {
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) at: DateTime<Utc>,
    /// The number of the last event of that moment; nothing for the catalog as it is.
    sequence: Option<u64>,
    /// Of the caller. It ends when nobody looks at the catalog any more, so that nobody holds many of them.
    _turn: Option<OwnedMutexGuard<()>>,
}

/// The catalog as it was at a moment, for a caller; as it is, when none is given.
///
/// # Errors
/// When what was then is no catalog to this version, or cannot be read.
pub(crate) async fn at(app: &App, caller: &Name, moment: Option<DateTime<Utc>>) -> Result<Then, Problem> {
    let Some(at) = moment else {
        let catalog = Arc::clone(&app.registry().world().catalog);
        return Ok(Then { catalog, at: app.now(), sequence: None, _turn: None });
    };
    // Also finding out which event was the last then may take long.
    let turn = app.past().turn(caller).await;
    let sequence = app.store().sequence_at(at).await?;
    let now = app.registry().world();
    let (world, turn) = if (now.changed..=now.sequence).contains(&sequence) {
        (now, None)
    } else {
        drop(now);
        let (world, turn) = found(app, sequence, turn).await?;
        (world, Some(turn))
    };
    Ok(Then { catalog: Arc::clone(&world.catalog), at, sequence: Some(sequence), _turn: turn })
}

/// The world after an event. Whoever waits for it takes none of the turns that others compute in.
async fn found(
    app: &App,
    sequence: u64,
    turn: OwnedMutexGuard<()>,
) -> Result<(Arc<World>, OwnedMutexGuard<()>), Problem> {
    let kept = &app.past().last;
    let mut last = Arc::clone(kept).lock_owned().await;
    if let Some(world) = last.as_ref().filter(|world| world.sequence == sequence) {
        return Ok((Arc::clone(world), turn));
    }
    // It would be held beside the next one.
    *last = None;
    let (registry, here, kept) = (Arc::clone(app.registry()), Handle::current(), Arc::downgrade(kept));
    let done = compute(move || {
        let world = Arc::new(here.block_on(registry.as_of(AsOf::Sequence(sequence)))?);
        *last = Some(Arc::clone(&world));
        here.spawn(forgotten(kept, Arc::downgrade(&world)));
        // Both go on when nobody waits any more, and end with the work.
        Ok::<_, Problem>((world, turn))
    });
    done.await?
}

/// Gives the memory back, unless another one stands there by then.
async fn forgotten(kept: Weak<Mutex<Option<Arc<World>>>>, world: Weak<World>) {
    tokio::time::sleep(KEPT).await;
    let Some(kept) = kept.upgrade() else { return };
    let mut last = kept.lock().await;
    if last.as_ref().is_some_and(|last| std::ptr::eq(Arc::as_ptr(last), world.as_ptr())) {
        *last = None;
    }
}

impl Then {
    /// Whether it is the past.
    pub(crate) fn is_past(&self) -> bool {
        self.sequence.is_some()
    }

    /// Refuses to tell of what had a name then, where something else has it since; not to whoever sees all of the kind.
    ///
    /// # Errors
    /// When it was deleted meanwhile, or that cannot be read.
    pub(crate) async fn same(&self, app: &App, actor: &Actor, kind: Kind, name: &Name) -> Result<(), Problem> {
        match self.sequence {
            Some(sequence) if !sees_all(actor, kind) => {
                let another = app.store().deleted_since(kind.as_str(), name, sequence).await?;
                if another { Err(missing()) } else { Ok(()) }
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use scrim_catalog::Name;

    use super::Past;

    #[tokio::test]
    async fn whoever_asks_for_much_waits_for_themselves_only() {
        let past = Past::default();
        let [ann, bob] = ["ann", "bob"].map(|name| Name::new(name).unwrap());
        let soon = Duration::from_millis(20);
        let first = past.turn(&ann).await;
        assert!(tokio::time::timeout(soon, past.turn(&ann)).await.is_err());
        drop(tokio::time::timeout(soon, past.turn(&bob)).await.unwrap());
        drop(first);
        drop(tokio::time::timeout(soon, past.turn(&ann)).await.unwrap());
        drop(past.turn(&bob).await);
        assert_eq!(past.asking.lock().unwrap().len(), 1, "who asks no more is forgotten");
    }
}
