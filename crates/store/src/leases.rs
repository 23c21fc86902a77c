//! Leases: of several replicas, one at a time does something.

use chrono::{DateTime, TimeDelta, Utc};
use std::time::Duration;

use crate::ask::Ask;
use crate::engine::Engine;
use crate::row::Row;
use crate::{Store, StoreError};

/// The right to do something alone, until it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// What it is for.
    pub name: String,
    /// Who has it: a name that no other process has, nor had.
    pub holder: String,
    /// Grows each time the lease is taken; whoever acts under it says so, and a lower one is refused.
    pub epoch: u64,
    /// When it ends, by the clock of the database.
    pub until: DateTime<Utc>,
}

impl Store {
    /// Takes a lease that nobody has, or renews one that this holder has; nothing while somebody else has it.
    ///
    /// The clock is the database's in PostgreSQL, where the replicas' may differ, and `now` in SQLite.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn acquire(
        &self,
        name: &str,
        holder: &str,
        ttl: Duration,
        now: DateTime<Utc>,
    ) -> Result<Option<Lease>, StoreError> {
        let (clock, end) = self.clock();
        let ask = format!(
            "INSERT INTO leases (name, holder, epoch, until) VALUES ($1, $2, 1, {end})
             ON CONFLICT (name) DO UPDATE SET
             epoch = CASE WHEN leases.holder = excluded.holder AND leases.until > {clock}
                          THEN leases.epoch ELSE leases.epoch + 1 END,
             holder = excluded.holder, until = excluded.until
             WHERE leases.holder IS NULL OR leases.holder = excluded.holder OR leases.until <= {clock}
             RETURNING name, holder, epoch, until"
        );
        let ask = Ask::to("take a lease", ask).key("the name of a lease", name).key("the holder of a lease", holder);
        let rows = self.write_returning(self.times(ask, ttl, now)).await?;
        rows.first().map(lease).transpose()
    }

    /// Makes a lease last longer.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`] when it has ended, even if nobody else took it yet.
    pub async fn renew(&self, lease: &Lease, ttl: Duration, now: DateTime<Utc>) -> Result<Lease, StoreError> {
        let (clock, end) = self.clock();
        let ask = format!(
            "UPDATE leases SET until = {end} WHERE name = $1 AND holder = $2 AND epoch = $5 AND until > {clock}
             RETURNING name, holder, epoch, until"
        );
        let ask = Ask::to("renew a lease", ask)
            .key("the name of a lease", &lease.name)
            .key("the holder of a lease", &lease.holder);
        let rows = self.write_returning(self.times(ask, ttl, now).number(lease.epoch)).await?;
        rows.first().map(self::lease).unwrap_or_else(|| Err(lost(lease)))
    }

    /// Gives a lease back, for others to take at once.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`] when somebody else took it, or it was given back.
    pub async fn release(&self, lease: &Lease) -> Result<(), StoreError> {
        let ask = "UPDATE leases SET holder = NULL WHERE name = $1 AND holder = $2 AND epoch = $3";
        let ask = Ask::to("give a lease back", ask)
            .key("the name of a lease", &lease.name)
            .key("the holder of a lease", &lease.holder)
            .number(lease.epoch);
        if self.write(ask).await? == 0 { Err(lost(lease)) } else { Ok(()) }
    }

    /// How the time is said, and the end of a lease that begins now, with the values of [`Store::times`].
    fn clock(&self) -> (&'static str, &'static str) {
        match self.engine() {
            Engine::Sqlite => ("$3", "$4"),
            // Not now(): it stands still while one waits for the row.
            Engine::Postgres => ("clock_timestamp()", "clock_timestamp() + $3 * interval '1 microsecond'"),
        }
    }

    /// Binds the third and the fourth value.
    fn times(&self, ask: Ask, ttl: Duration, now: DateTime<Utc>) -> Ask {
        match self.engine() {
            Engine::Sqlite => {
                let ttl = TimeDelta::from_std(ttl).unwrap_or(TimeDelta::MAX);
                let until = now.checked_add_signed(ttl).unwrap_or(DateTime::<Utc>::MAX_UTC);
                ask.moment("the time", now).moment("the end of a lease", until)
            }
            Engine::Postgres => ask.number(u64::try_from(ttl.as_micros()).unwrap_or(u64::MAX)).number(0),
        }
    }
}

fn lost(lease: &Lease) -> StoreError {
    StoreError::LeaseLost { name: lease.name.clone(), holder: lease.holder.clone() }
}

fn lease(row: &Row) -> Result<Lease, StoreError> {
    Ok(Lease {
        name: row.text("name")?,
        holder: row.text("holder")?,
        epoch: row.number("epoch")?,
        until: row.moment("until")?,
    })
}
