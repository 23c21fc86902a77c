//! Being told of events, also of those that another replica wrote.

use std::sync::{Arc, Weak};
use std::time::Duration;

use sea_orm::ConnectionTrait;
use sqlx::postgres::{PgListener, PgPool};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::ask::Ask;
use crate::engine::Engine;
use crate::store::Shared;
use crate::{Store, StoreError};

/// The channel replicas tell one another on that there is something new.
const CHANNEL: &str = "scrim_log";

/// How long a message may be lost before it is noticed: then the database is asked.
const LOOK: Duration = Duration::from_secs(3);

impl Store {
    /// The number of the last event, and each newer one as soon as it is known: at once when this store wrote it, by a
    /// message of PostgreSQL when another replica did, and after some seconds should the message be lost. Numbers may be
    /// passed over, and never go back.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.shared.last.subscribe()
    }

    /// Tells those who watch.
    pub(crate) fn note_last(&self, sequence: u64) {
        note(&self.shared, sequence);
    }

    /// Has other replicas told, once the transaction is over.
    pub(crate) async fn tell_replicas(&self, on: &impl ConnectionTrait) -> Result<(), StoreError> {
        if self.engine() == Engine::Postgres {
            Ask::to("tell other replicas", format!("NOTIFY {CHANNEL}")).run(on).await?;
        }
        Ok(())
    }
}

/// Looks for what others wrote, until the last copy of the store is gone.
pub(crate) fn start(shared: &Arc<Shared>, pool: Option<PgPool>) {
    tokio::spawn(follow(Arc::downgrade(shared), pool));
}

async fn follow(shared: Weak<Shared>, pool: Option<PgPool>) {
    let mut listener = None;
    loop {
        if listener.is_none() {
            listener = match &pool {
                Some(pool) => listen(pool).await,
                None => None,
            };
        }
        match &mut listener {
            // What it says is not read: messages of two commits may be one, and the number is in the database.
            Some(messages) => {
                if let Ok(Err(_)) = timeout(LOOK, messages.recv()).await {
                    listener = None;
                    sleep(LOOK).await;
                }
            }
            None => sleep(LOOK).await,
        }
        let Some(shared) = shared.upgrade() else { return };
        // Without an answer it is asked again after a while.
        if let Ok(sequence) = (Store { shared: shared.clone() }).last_sequence().await {
            note(&shared, sequence);
        }
    }
}

async fn listen(pool: &PgPool) -> Option<PgListener> {
    let mut listener = PgListener::connect_with(pool).await.ok()?;
    // The store can be closed while this waits.
    listener.ignore_pool_close_event(false);
    listener.listen(CHANNEL).await.ok()?;
    Some(listener)
}

fn note(shared: &Shared, sequence: u64) {
    shared.last.send_if_modified(|last| {
        let newer = sequence > *last;
        *last = (*last).max(sequence);
        newer
    });
}
