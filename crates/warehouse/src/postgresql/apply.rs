//! Changes, each in one transaction, through the stored procedures.

use std::collections::BTreeSet;
use std::time::Duration;

use scrim_sql::Read;
use tokio_postgres::error::SqlState;

use super::Postgresql;
use crate::change::{ATTEMPTS, Refused, Unmask, UserChange, ViewChange, json, pause};
use crate::error::{WarehouseError, describe};

/// How long a change waits for a lock: readers queue behind a waiting replacement, so it must not wait long.
const LOCK_TIMEOUT: &str = "SET LOCAL lock_timeout = '50ms'";

/// How long it may take to work through a whole table.
const COUNTING: Duration = Duration::from_mins(30);

impl Postgresql {
    /// Takes the next epoch: whoever pushed before can change nothing any more.
    ///
    /// # Errors
    /// When the warehouse refuses.
    pub(crate) async fn claim(&self) -> Result<i64, WarehouseError> {
        let failed = WarehouseError::statement("taking over");
        let row = self.client.query_one(&self.calls.claim, &[&self.leads_since]).await.map_err(|error| match error
            .code()
        {
            Some(&SqlState::LOCK_NOT_AVAILABLE) => WarehouseError::Busy,
            _ => failed(error),
        })?;
        row.try_get(0).map_err(&failed)
    }

    /// Applies changes of profiles in one transaction.
    ///
    /// # Errors
    /// When the warehouse refuses; then none was applied.
    pub(crate) async fn apply_profiles(&mut self, epoch: i64, changes: &[UserChange]) -> Result<(), WarehouseError> {
        let failed = WarehouseError::statement("changing profiles");
        let rows = changes.iter().flat_map(|change| {
            let removed = change.removed.iter().map(|row| (false, change.login.as_str(), row));
            removed.chain(change.added.iter().map(|row| (true, change.login.as_str(), row)))
        });
        let rows: Vec<_> = rows.collect();
        let added: Vec<bool> = rows.iter().map(|(added, _, _)| *added).collect();
        let users: Vec<&str> = rows.iter().map(|(_, user, _)| *user).collect();
        let kinds: Vec<&str> = rows.iter().map(|(_, _, row)| row.kind.as_ref()).collect();
        let keys: Vec<&str> = rows.iter().map(|(_, _, row)| &*row.key).collect();
        let values: Vec<&str> = rows.iter().map(|(_, _, row)| &*row.value).collect();
        let expires: Vec<_> = rows.iter().map(|(_, _, row)| row.expires).collect();
        let stage = self.client.prepare(&self.calls.stage).await.map_err(&failed)?;
        let transaction = self.client.transaction().await.map_err(&failed)?;
        // The number tells this batch from one that another transaction stages meanwhile.
        let parameters: [&(dyn tokio_postgres::types::ToSql + Sync); 7] =
            [&epoch, &added, &users, &kinds, &keys, &values, &expires];
        transaction.execute(&stage, &parameters).await.map_err(&failed)?;
        transaction.execute(&self.calls.apply_profiles, &[&epoch, &epoch]).await.map_err(&failed)?;
        transaction.commit().await.map_err(&failed)
    }

    /// Closes a source at once; needs no lock on its view.
    ///
    /// # Errors
    /// When the warehouse refuses.
    pub(crate) async fn close(&self, epoch: i64, key: &str, reason: &str) -> Result<(), WarehouseError> {
        let failed = WarehouseError::statement("closing a data source");
        self.client.execute(&self.calls.close_source, &[&epoch, &key, &reason]).await.map_err(&failed)?;
        Ok(())
    }

    /// Creates or replaces a view in one transaction, tried again while others hold locks.
    ///
    /// # Errors
    /// When it is refused; then the view is as it was.
    pub(crate) async fn apply_view(&mut self, epoch: i64, change: &ViewChange) -> Result<(), Refused> {
        for attempt in 0..ATTEMPTS {
            match self.try_view(epoch, change).await {
                Err(error) if passing(&error) => pause(attempt).await,
                done => return done.map_err(refused),
            }
        }
        Err(Refused::Locked)
    }

    async fn try_view(&mut self, epoch: i64, change: &ViewChange) -> Result<(), tokio_postgres::Error> {
        let columns: Vec<&str> = change.rendered.columns.iter().map(|name| name.as_str()).collect();
        let salts = || change.rendered.salted.iter();
        let scopes: Vec<&str> = salts().map(|salt| salt.scope.as_str()).collect();
        let salts: Vec<&str> = salts().map(|salt| salt.name.as_str()).collect();
        let counted = || change.rendered.statistics.iter();
        let statistics: Vec<&str> = counted().map(|statistic| statistic.key.as_str()).collect();
        let counts: Vec<&str> = counted().map(|statistic| statistic.query.as_str()).collect();
        let base_columns = json(&change.base_columns);
        let lookups = json(&change.lookups);
        let reads = json::<BTreeSet<Read>>(&change.rendered.reads);
        let transaction = self.client.transaction().await?;
        transaction.batch_execute(LOCK_TIMEOUT).await?;
        let parameters: [&(dyn tokio_postgres::types::ToSql + Sync); 18] = [
            &epoch,
            &change.key,
            &change.data_source,
            &change.view,
            &columns,
            &change.rendered.barrier,
            &change.rendered.query,
            &change.hash,
            &change.audience,
            &scopes,
            &salts,
            &statistics,
            &counts,
            &change.base.oid,
            &change.base.owner,
            &base_columns,
            &lookups,
            &reads,
        ];
        transaction.execute(&self.calls.apply_view, &parameters).await?;
        transaction.commit().await
    }

    /// Counts again what the `k_anonymous` masks of a source ask for.
    ///
    /// # Errors
    /// When it is refused; then the masks show nothing, as before.
    pub(crate) async fn refresh(&mut self, key: &str) -> Result<(), Refused> {
        let apart = self.apart().await.map_err(Refused::Stop)?;
        let mut counted = Some(String::new());
        while let Some(last) = counted {
            let row = self.in_time(&apart, COUNTING, apart.client.query_one(&self.calls.refresh, &[&key, &last])).await;
            let row = row.map_err(|late| Refused::Statement(late.to_string()))?.map_err(refused)?;
            counted = row.try_get(0).map_err(refused)?;
        }
        Ok(())
    }

    /// Finds the value of a token of a `reversible` mask in the table, and records who asked, who allowed it and why.
    /// None when no row has it.
    ///
    /// # Errors
    /// When there are no tokens of that column, or the warehouse refuses.
    pub(crate) async fn resolve(&self, unmask: &Unmask<'_>) -> Result<Option<String>, WarehouseError> {
        let failed = WarehouseError::statement("resolving a token");
        let parameters: [&(dyn tokio_postgres::types::ToSql + Sync); 6] =
            [&unmask.key, &unmask.column, &unmask.token, &unmask.requested_by, &unmask.approved_by, &unmask.reason];
        let apart = self.apart().await?;
        let row = self.in_time(&apart, COUNTING, apart.client.query_one(&self.calls.resolve, &parameters)).await?;
        row.map_err(&failed)?.try_get(0).map_err(&failed)
    }

    /// Drops the view of a source, tried again while others hold locks.
    ///
    /// # Errors
    /// When it is refused; then the view is as it was.
    pub(crate) async fn drop_view(&mut self, epoch: i64, key: &str) -> Result<(), Refused> {
        for attempt in 0..ATTEMPTS {
            match self.try_drop(epoch, key).await {
                Err(error) if passing(&error) => pause(attempt).await,
                done => return done.map_err(refused),
            }
        }
        Err(Refused::Locked)
    }

    async fn try_drop(&mut self, epoch: i64, key: &str) -> Result<(), tokio_postgres::Error> {
        let transaction = self.client.transaction().await?;
        transaction.batch_execute(LOCK_TIMEOUT).await?;
        transaction.execute(&self.calls.drop_view, &[&epoch, &key]).await?;
        transaction.commit().await
    }
}

/// Whether another attempt may do.
fn passing(error: &tokio_postgres::Error) -> bool {
    let passing = [SqlState::LOCK_NOT_AVAILABLE, SqlState::T_R_DEADLOCK_DETECTED, SqlState::T_R_SERIALIZATION_FAILURE];
    error.code().is_some_and(|code| passing.contains(code))
}

fn refused(error: tokio_postgres::Error) -> Refused {
    match error.as_db_error() {
        Some(server) if server.code() == &SqlState::DEPENDENT_OBJECTS_STILL_EXIST => {
            Refused::Blocked(server.detail().unwrap_or_default().replace('\n', "; "))
        }
        Some(server) if server.code().code() == "SC001" => Refused::Stop(WarehouseError::TakenOver),
        Some(_) => Refused::Statement(describe(&error)),
        // The connection is gone.
        None => Refused::Stop(WarehouseError::statement("changing a view")(error)),
    }
}
