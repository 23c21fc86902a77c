//! Changes, each in one transaction, through the stored procedures.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use scrim_sql::{ProfileRow, Read, Rendered};
use tokio_postgres::error::SqlState;

use crate::connect::Warehouse;
use crate::error::{WarehouseError, describe};

/// How long a change waits for a lock: readers queue behind a waiting replacement, so it must not wait long.
const LOCK_TIMEOUT: &str = "SET LOCAL lock_timeout = '50ms'";
/// How often a change is tried before it is given up.
const ATTEMPTS: u32 = 8;
/// The first pause between attempts; each further one is twice as long.
const PAUSE: Duration = Duration::from_millis(25);

/// One user's change: applied whole, or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserChange {
    /// The warehouse user.
    pub login: String,
    /// Rows that go.
    pub removed: BTreeSet<ProfileRow>,
    /// Rows that come.
    pub added: BTreeSet<ProfileRow>,
    /// Whether no row is left.
    pub emptied: bool,
}

/// A token that somebody was allowed to have resolved.
#[derive(Clone, Copy, Debug)]
pub struct Unmask<'a> {
    /// The data source's key.
    pub key: &'a str,
    /// The column.
    pub column: &'a str,
    /// The token, as the view shows it.
    pub token: &'a str,
    /// Who asks.
    pub requested_by: &'a str,
    /// Who allowed it.
    pub approved_by: &'a str,
    /// Why.
    pub reason: &'a str,
}

/// A view to be created or replaced.
#[derive(Clone, Debug)]
pub struct ViewChange {
    /// The data source's key.
    pub key: String,
    /// The data source.
    pub data_source: String,
    /// The view, in the schema of views.
    pub view: String,
    /// Its parts; the version in it is the epoch of the push.
    pub rendered: Rendered,
    /// The definition, by its hash.
    pub hash: String,
    /// The audience under which it is listed.
    pub audience: Option<String>,
    /// The identity of the table below.
    pub base_oid: u32,
    /// The owner of the table below.
    pub base_owner: String,
    /// The columns of the view by name: type and place in the table below.
    pub base_columns: BTreeMap<String, (String, i64)>,
    /// The tables that rules look up in, by name: identity and owner.
    pub lookups: BTreeMap<String, (u32, String)>,
}

/// Why a view could not be changed.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// Sessions hold locks on it.
    #[error("sessions hold locks on the view, and it was tried {ATTEMPTS} times")]
    Locked,
    /// Something else is built on it.
    #[error("other views are built on it, and nothing is dropped that Scrim did not make: {0}")]
    Blocked(String),
    /// The statement was refused.
    #[error("{0}")]
    Statement(String),
    /// The whole push cannot go on.
    #[error(transparent)]
    Stop(#[from] WarehouseError),
}

impl Warehouse {
    /// Takes the next epoch: whoever pushed before can change nothing any more.
    ///
    /// # Errors
    /// When the warehouse refuses.
    pub async fn claim(&self) -> Result<i64, WarehouseError> {
        let failed = WarehouseError::statement("taking over");
        let row = self.client.query_one(&self.calls.claim, &[]).await.map_err(|error| match error.code() {
            Some(&SqlState::LOCK_NOT_AVAILABLE) => WarehouseError::Busy,
            _ => failed(error),
        })?;
        row.try_get(0).map_err(&failed)
    }

    /// Applies changes of profiles in one transaction.
    ///
    /// # Errors
    /// When the warehouse refuses; then none was applied.
    pub async fn apply_profiles(&mut self, epoch: i64, changes: &[UserChange]) -> Result<(), WarehouseError> {
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
    pub async fn close(&self, epoch: i64, key: &str, reason: &str) -> Result<(), WarehouseError> {
        let failed = WarehouseError::statement("closing a data source");
        self.client.execute(&self.calls.close_source, &[&epoch, &key, &reason]).await.map_err(&failed)?;
        Ok(())
    }

    /// Creates or replaces a view in one transaction, tried again while others hold locks.
    ///
    /// # Errors
    /// When it is refused; then the view is as it was.
    pub async fn apply_view(&mut self, epoch: i64, change: &ViewChange) -> Result<(), Refused> {
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
            &change.base_oid,
            &change.base_owner,
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
    pub async fn refresh(&mut self, epoch: i64, key: &str) -> Result<(), Refused> {
        let transaction = self.client.transaction().await.map_err(refused)?;
        transaction.execute(&self.calls.refresh, &[&epoch, &key]).await.map_err(refused)?;
        transaction.commit().await.map_err(refused)
    }

    /// Finds the value of a token of a `reversible` mask in the table, and records who asked, who allowed it and why.
    /// None when no row has it.
    ///
    /// # Errors
    /// When there are no tokens of that column, or the warehouse refuses.
    pub async fn resolve(&self, unmask: &Unmask<'_>) -> Result<Option<String>, WarehouseError> {
        let failed = WarehouseError::statement("resolving a token");
        let parameters: [&(dyn tokio_postgres::types::ToSql + Sync); 6] =
            [&unmask.key, &unmask.column, &unmask.token, &unmask.requested_by, &unmask.approved_by, &unmask.reason];
        let row = self.client.query_one(&self.calls.resolve, &parameters).await.map_err(&failed)?;
        row.try_get(0).map_err(&failed)
    }

    /// Drops the view of a source, tried again while others hold locks.
    ///
    /// # Errors
    /// When it is refused; then the view is as it was.
    pub async fn drop_view(&mut self, epoch: i64, key: &str) -> Result<(), Refused> {
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

/// Lists and maps of text always have a form in JSON.
fn json<T: serde::Serialize>(value: &T) -> String {
    serde_json::json!(value).to_string()
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

/// Waits longer each time, and never as long as another who waits.
async fn pause(attempt: u32) {
    let longest = PAUSE.saturating_mul(2_u32.saturating_pow(attempt));
    let part = u32::try_from(RandomState::new().hash_one(attempt) % 512).unwrap_or(0);
    tokio::time::sleep(longest / 2 + longest * part / 1024).await;
}
