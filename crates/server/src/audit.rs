//! The audit of what only reads: written a moment later, many at a time, so that reading does not mean writing. What
//! changes something is audited in the transaction of the change.

use scrim_store::{NewAudit, Store};
use tokio::sync::mpsc;

/// How many entries wait at most; whoever reads then waits, too.
const WAITING: usize = 4096;

/// Where entries are put.
pub(crate) struct Reads(mpsc::Sender<NewAudit>);

impl Reads {
    /// Starts what writes them, until the service is gone.
    pub(crate) fn start(store: Store) -> Self {
        let (sender, mut waiting) = mpsc::channel(WAITING);
        tokio::spawn(async move {
            let mut entries = Vec::new();
            while waiting.recv_many(&mut entries, WAITING).await > 0 {
                let some = std::mem::take(&mut entries);
                let mut pause = std::time::Duration::from_millis(50);
                // They are not dropped: as long as they cannot be written, nobody reads much more.
                while let Err(error) = store.audit_many(some.clone()).await {
                    tracing::error!(%error, "the audit trail cannot be written");
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(std::time::Duration::from_secs(5));
                }
            }
        });
        Self(sender)
    }

    /// Has an entry written.
    pub(crate) async fn add(&self, entry: NewAudit) {
        if self.0.send(entry).await.is_err() {
            tracing::error!("the audit trail is not written any more");
        }
    }
}
