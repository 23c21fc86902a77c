//! An installed warehouse of either engine.

use std::collections::{BTreeMap, BTreeSet};

use scrim_catalog::documents::{Engine, Integration};
use scrim_catalog::{FoundColumn, TableName};
use scrim_sql::ProfileRow;
use secrecy::SecretString;

use crate::change::{Refused, Unmask, UserChange, ViewChange};
use crate::connect::detour;
use crate::error::WarehouseError;
use crate::finding::{Finding, Subjects};
use crate::found::{
    FoundSchema, FoundTable, ListedTable, Login, Privilege, Pushed, SampledColumn, SampledRow, SchemaName,
};
use crate::postgresql::{self, Postgresql};
use crate::redshift::{self, Redshift};
use crate::removal::Removal;

/// An installed warehouse, connected to as Scrim's own login.
pub struct Warehouse(Connected);

enum Connected {
    Postgresql(Box<Postgresql>),
    Redshift(Box<Redshift>),
}

/// Calls the same method of whichever engine it is. Boxed: what waits for AWS inside is large and deeply nested.
macro_rules! ask {
    ($warehouse:expr, $method:ident($($argument:expr),*)) => {
        match $warehouse {
            Connected::Postgresql(postgresql) => Box::pin(postgresql.$method($($argument),*)).await,
            Connected::Redshift(redshift) => Box::pin(redshift.$method($($argument),*)).await,
        }
    };
}

/// Makes the system objects, or brings them up to date, lets the owner of the views read `tables`, and sets the
/// password of Scrim's login. Answers what somebody should know. Safe to run again.
///
/// # Errors
/// When the administrator cannot connect or a statement is refused; then nothing was changed.
pub async fn install(
    integration: &Integration,
    tables: &[TableName],
    url: &SecretString,
) -> Result<Vec<String>, WarehouseError> {
    let mut told: Vec<String> = detour(integration, url).into_iter().collect();
    told.extend(match integration.engine {
        Engine::Postgresql => postgresql::install(integration, tables, url).await?,
        Engine::Redshift => Box::pin(redshift::install(integration, tables, url)).await?,
    });
    Ok(told)
}

/// Takes away what an installation and its pushes made, as an administrator, or only says what that would be. Nothing is
/// removed while something that somebody else made is in the way. Safe to run again, also after it was interrupted.
/// `tables` are those that the views read.
///
/// # Errors
/// When the administrator cannot connect or the removal is refused.
pub async fn uninstall(
    integration: &Integration,
    tables: &[TableName],
    url: &SecretString,
    really: bool,
) -> Result<Removal, WarehouseError> {
    match integration.engine {
        Engine::Postgresql => postgresql::uninstall(integration, url, really).await,
        Engine::Redshift => redshift::uninstall(integration, tables, url, really).await,
    }
}

/// Tells who gets around the views, and what else is not as it should be: what matters most comes first. Changes nothing.
///
/// # Errors
/// When the administrator cannot connect, or may not look.
pub async fn check(
    integration: &Integration,
    subjects: &Subjects<'_>,
    url: &SecretString,
) -> Result<Vec<Finding>, WarehouseError> {
    match integration.engine {
        Engine::Postgresql => postgresql::check(integration, subjects, url).await,
        Engine::Redshift => redshift::check(integration, subjects, url).await,
    }
}

impl Warehouse {
    /// Connects, and makes sure that what is installed is what this version works with.
    ///
    /// # Errors
    /// When there is no password, no connection, or no installation.
    pub async fn connect(integration: &Integration) -> Result<Self, WarehouseError> {
        Ok(Self(match integration.engine {
            Engine::Postgresql => Connected::Postgresql(Box::new(Postgresql::connect(integration).await?)),
            Engine::Redshift => Connected::Redshift(Box::new(Box::pin(Redshift::connect(integration)).await?)),
        }))
    }

    /// The tables that are there, of these, by the names that views use.
    ///
    /// # Errors
    /// When the warehouse cannot be asked.
    pub async fn tables(&self, wanted: &[TableName]) -> Result<BTreeMap<TableName, FoundTable>, WarehouseError> {
        ask!(&self.0, tables(wanted))
    }

    /// What was pushed, by the key of the data source.
    ///
    /// # Errors
    /// When the warehouse cannot be asked.
    pub async fn pushed(&self) -> Result<BTreeMap<String, Pushed>, WarehouseError> {
        ask!(&self.0, pushed())
    }

    /// As [`Warehouse::pushed`], of the data sources with these keys; those of which nothing was pushed are left out.
    ///
    /// # Errors
    /// When the warehouse cannot be asked.
    pub async fn pushed_of(&self, keys: &[&str]) -> Result<BTreeMap<String, Pushed>, WarehouseError> {
        ask!(&self.0, pushed_of(keys))
    }

    /// Which salts there are.
    ///
    /// # Errors
    /// When the warehouse cannot be asked.
    pub async fn salted(&self) -> Result<BTreeSet<(String, String)>, WarehouseError> {
        ask!(&self.0, salted())
    }

    /// Privileges on Scrim's objects that are not as intended.
    ///
    /// # Errors
    /// When the warehouse cannot be asked.
    pub async fn unintended(&self) -> Result<Vec<Privilege>, WarehouseError> {
        ask!(&self.0, unintended())
    }

    /// Every profile, one user after the other.
    ///
    /// # Errors
    /// When the warehouse cannot be asked.
    pub async fn profiles(&self, each: impl FnMut(String, BTreeSet<ProfileRow>)) -> Result<(), WarehouseError> {
        ask!(&self.0, profiles(each))
    }

    /// The profiles of these users; those who have none are left out.
    ///
    /// # Errors
    /// When the warehouse cannot be asked.
    pub async fn profiles_of(&self, logins: &[&str]) -> Result<BTreeMap<String, BTreeSet<ProfileRow>>, WarehouseError> {
        ask!(&self.0, profiles_of(logins))
    }

    /// What people log in by, of everybody or of these, by name; those that are not there are left out.
    ///
    /// # Errors
    /// When the warehouse cannot be asked.
    pub async fn logins(&self, of: Option<&[&str]>) -> Result<BTreeMap<String, Login>, WarehouseError> {
        ask!(&self.0, logins(of))
    }

    /// The schemas whose tables could be governed, of all databases of the integration: neither the system's nor Scrim's own.
    ///
    /// # Errors
    /// When the warehouse cannot be asked.
    pub async fn schemas(&self) -> Result<Vec<FoundSchema>, WarehouseError> {
        ask!(&self.0, schemas())
    }

    /// The tables and views of these schemas, in one statement for each database. What has a name that no document can hold is
    /// left out, and so are tables of external schemas and datashares, which tell nobody what there is.
    ///
    /// # Errors
    /// When the warehouse cannot be asked.
    pub async fn listed(&self, schemas: &[SchemaName]) -> Result<Vec<ListedTable>, WarehouseError> {
        ask!(&self.0, listed(schemas))
    }

    /// A mark of each of these schemas that is not empty. While it stays the same, so does what [`Warehouse::listed`] says.
    ///
    /// # Errors
    /// When the warehouse cannot be asked.
    pub async fn marks(&self, schemas: &[SchemaName]) -> Result<BTreeMap<SchemaName, String>, WarehouseError> {
        ask!(&self.0, marks(schemas))
    }

    /// Which of these tables, by the names that views use, a user of the warehouse may select from, whole and all of its rows.
    /// Whoever is not there may nothing, and nobody may what is the system's or Scrim's own. Rights on columns are not enough. What
    /// is shared or kept elsewhere tells nothing of rights, and is not among them.
    ///
    /// # Errors
    /// When the warehouse cannot be asked.
    pub async fn may_select(&self, login: &str, tables: &[TableName]) -> Result<BTreeSet<TableName>, WarehouseError> {
        ask!(&self.0, may_select(login, tables))
    }

    /// Samples columns of a table, by name, from at most `rows` of its rows (10,000 are the most): inside the warehouse, and only
    /// what is governed or stands in a monitored schema. Columns of types that have no text are left out.
    ///
    /// # Errors
    /// When the table may not be sampled, takes too long, or cannot be read.
    pub async fn sample(
        &mut self,
        table: &TableName,
        columns: &[FoundColumn],
        rows: u32,
    ) -> Result<BTreeMap<String, SampledColumn>, WarehouseError> {
        ask!(&mut self.0, sample(table, columns, rows))
    }

    /// Some rows of the table below a data source's view, at most `rows` (1,000 are the most), each value cut after 1,025 characters.
    /// Nothing where there is no view with these columns that stands and is open, and on Redshift, where rows are not read yet.
    ///
    /// # Errors
    /// When the table takes too long, or cannot be read.
    pub async fn sample_rows(
        &mut self,
        key: &str,
        columns: &[&str],
        rows: u32,
    ) -> Result<Option<Vec<SampledRow>>, WarehouseError> {
        match &mut self.0 {
            Connected::Postgresql(postgresql) => Box::pin(postgresql.sample_rows(key, columns, rows)).await,
            Connected::Redshift(_) => Ok(None),
        }
    }

    /// Since when the service leads that pushes, in milliseconds of whatever clock its replicas share: it pushes only until
    /// one has that leads since later.
    pub fn lead(&mut self, since: i64) {
        match &mut self.0 {
            Connected::Postgresql(postgresql) => postgresql.leads_since = Some(since),
            Connected::Redshift(redshift) => redshift.leads_since = Some(since),
        }
    }

    /// Takes the next epoch: whoever pushed before can change nothing any more.
    ///
    /// # Errors
    /// When the warehouse refuses, or another replica of the service leads.
    pub async fn claim(&self) -> Result<i64, WarehouseError> {
        ask!(&self.0, claim())
    }

    /// Applies changes of profiles in one transaction.
    ///
    /// # Errors
    /// When the warehouse refuses; then none was applied.
    pub async fn apply_profiles(&mut self, epoch: i64, changes: &[UserChange]) -> Result<(), WarehouseError> {
        ask!(&mut self.0, apply_profiles(epoch, changes))
    }

    /// Closes a source at once; needs no lock on its view.
    ///
    /// # Errors
    /// When the warehouse refuses.
    pub async fn close(&self, epoch: i64, key: &str, reason: &str) -> Result<(), WarehouseError> {
        ask!(&self.0, close(epoch, key, reason))
    }

    /// Creates or replaces a view in one transaction, tried again while others hold locks.
    ///
    /// # Errors
    /// When it is refused; then the view is as it was.
    pub async fn apply_view(&mut self, epoch: i64, change: &ViewChange) -> Result<(), Refused> {
        ask!(&mut self.0, apply_view(epoch, change))
    }

    /// Counts again what the `k_anonymous` masks of a source ask for.
    ///
    /// # Errors
    /// When it is refused; then the masks show nothing, as before.
    pub async fn refresh(&mut self, epoch: i64, key: &str) -> Result<(), Refused> {
        match &mut self.0 {
            Connected::Postgresql(postgresql) => Box::pin(postgresql.refresh(key)).await,
            Connected::Redshift(redshift) => Box::pin(redshift.refresh(epoch, key)).await,
        }
    }

    /// Whether a count holds up nobody who pushes, and may go on beside pushes.
    pub fn counts_beside(&self) -> bool {
        matches!(self.0, Connected::Postgresql(_))
    }

    /// Finds the value of a token of a `reversible` mask in the table, and records who asked, who allowed it and why.
    /// None when no row has it.
    ///
    /// # Errors
    /// When there are no tokens of that column, or the warehouse refuses.
    pub async fn resolve(&self, unmask: &Unmask<'_>) -> Result<Option<String>, WarehouseError> {
        ask!(&self.0, resolve(unmask))
    }

    /// Drops the view of a source, tried again while others hold locks.
    ///
    /// # Errors
    /// When it is refused; then the view is as it was.
    pub async fn drop_view(&mut self, epoch: i64, key: &str) -> Result<(), Refused> {
        ask!(&mut self.0, drop_view(epoch, key))
    }
}
