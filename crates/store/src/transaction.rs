//! Transactions that write, and such that read.

use sea_orm::{DatabaseTransaction, TransactionTrait};
use tokio::sync::OwnedMutexGuard;

use crate::ask::Ask;
use crate::row::Row;
use crate::{Store, StoreError};

/// A transaction that writes. Dropped before [`Writing::commit`], it has written nothing.
pub(crate) struct Writing {
    transaction: DatabaseTransaction,
    /// Freed only after the transaction is over.
    turn: Option<OwnedMutexGuard<()>>,
}

impl Writing {
    pub(crate) fn on(&self) -> &DatabaseTransaction {
        &self.transaction
    }

    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        let done = self.transaction.commit().await.map_err(StoreError::database("finish what was written"));
        drop(self.turn);
        done
    }
}

impl Store {
    /// Begins to write.
    pub(crate) async fn writing(&self) -> Result<Writing, StoreError> {
        let turn = self.turn().await;
        let begun = self.shared.connection.begin_with_options(self.engine().writing()).await;
        Ok(Writing { transaction: begun.map_err(StoreError::database("begin to write"))?, turn })
    }

    /// Sends one statement that writes, as a transaction of its own, and tells how many rows it changed.
    pub(crate) async fn write(&self, ask: Ask) -> Result<u64, StoreError> {
        let _turn = self.turn().await;
        ask.run(self.connection()).await
    }

    /// The same, for a statement that returns what it wrote.
    pub(crate) async fn write_returning(&self, ask: Ask) -> Result<Vec<Row>, StoreError> {
        let _turn = self.turn().await;
        ask.all(self.connection()).await
    }

    /// In SQLite one writes at a time, and who waits is not told when it is over but tries again: without queueing up some
    /// would wait for long.
    async fn turn(&self) -> Option<OwnedMutexGuard<()>> {
        match &self.shared.turn {
            Some(turn) => Some(turn.clone().lock_owned().await),
            None => None,
        }
    }

    /// Begins to read, in several statements, what stands at this moment.
    pub(crate) async fn reading(&self) -> Result<DatabaseTransaction, StoreError> {
        let begun = self.shared.connection.begin_with_options(self.engine().reading()).await;
        begun.map_err(StoreError::database("begin to read"))
    }
}
