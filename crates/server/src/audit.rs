//! The audit of what only reads: written a moment later, many at a time, so that reading does not mean writing. What
//! changes something is audited in the transaction of the change.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use scrim_store::{NewAudit, Store};
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

/// How many entries wait at most; whoever reads then waits, too.
const WAITING: usize = 4096;

/// Where entries are put.
pub(crate) struct Reads {
    put: mpsc::Sender<Put>,
    failing: Arc<AtomicBool>,
}

/// What is put there.
enum Put {
    /// An entry.
    Entry(Box<NewAudit>),
    /// Somebody who waits until everything before is written.
    Waiting(oneshot::Sender<()>),
}

impl Reads {
    /// Starts what writes them, until the service is gone.
    pub(crate) fn start(store: Store) -> Self {
        let (sender, mut waiting) = mpsc::channel(WAITING);
        let failing = Arc::new(AtomicBool::new(false));
        let fails = Arc::clone(&failing);
        tokio::spawn(async move {
            let mut put = Vec::new();
            while waiting.recv_many(&mut put, WAITING).await > 0 {
                let (mut some, mut told) = (Vec::new(), Vec::new());
                for put in put.drain(..) {
                    match put {
                        Put::Entry(entry) => some.push(*entry),
                        Put::Waiting(who) => told.push(who),
                    }
                }
                let mut pause = std::time::Duration::from_millis(50);
                // They are not dropped: as long as they cannot be written, nobody reads much more.
                while let Err(error) = store.audit_many(some.clone()).await {
                    fails.store(true, Ordering::Relaxed);
                    tracing::error!(%error, "the audit trail cannot be written");
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(std::time::Duration::from_secs(5));
                }
                fails.store(false, Ordering::Relaxed);
                // Whoever waits no longer need not be told.
                for who in told {
                    let _ = who.send(());
                }
            }
        });
        Self { put: sender, failing }
    }

    /// Whether entries cannot be written at the moment.
    pub(crate) fn failing(&self) -> bool {
        self.failing.load(Ordering::Relaxed)
    }

    /// Has an entry written.
    pub(crate) async fn add(&self, entry: NewAudit) {
        if self.put.send(Put::Entry(Box::new(writable(entry)))).await.is_err() {
            tracing::error!("the audit trail is not written any more");
        }
    }

    /// Waits until everything that was put there is written.
    pub(crate) async fn written(&self) {
        let (who, told) = oneshot::channel();
        if self.put.send(Put::Waiting(who)).await.is_ok() {
            let _ = told.await;
        }
    }
}

/// The entry without the character that no database keeps: one that cannot be written would hold up all after it, and then
/// whoever reads. What was asked for with a NUL in it is still seen, by the sign for it.
fn writable(mut entry: NewAudit) -> NewAudit {
    let texts = [&mut entry.actor, &mut entry.request, &mut entry.action].into_iter();
    let more = [&mut entry.object_kind, &mut entry.object_name, &mut entry.decided_by, &mut entry.address];
    texts.chain(more.into_iter().flatten()).for_each(sign);
    signed(&mut entry.details);
    entry
}

fn sign(text: &mut String) {
    if text.contains('\0') {
        *text = text.replace('\0', "\u{2400}");
    }
}

fn signed(value: &mut Value) {
    match value {
        Value::String(text) => sign(text),
        Value::Array(values) => values.iter_mut().for_each(signed),
        Value::Object(fields) => {
            let named = std::mem::take(fields).into_iter();
            *fields = named
                .map(|(mut name, mut value)| {
                    sign(&mut name);
                    signed(&mut value);
                    (name, value)
                })
                .collect();
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
