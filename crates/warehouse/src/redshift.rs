//! Amazon Redshift: simple queries only, with values as quoted literals; whole transactions that are tried again when
//! the server says so, or when the connection broke and nobody can say how they ended: each of them does, done twice,
//! what it does done once, and only while this push holds the lease.

mod apply;
mod check;
mod install;
mod list;
mod look;
mod probe;
mod sample;
mod session;
mod uninstall;

use std::collections::BTreeMap;
use std::sync::Arc;

use scrim_catalog::documents::Integration;
use scrim_sql::calls::redshift::Calls;
use scrim_sql::system;
use tokio::sync::Mutex;
use tokio_postgres::error::SqlState;

use crate::connect::place;
use crate::error::WarehouseError;
use session::{Failed, Session};

pub(crate) use check::check;
pub(crate) use install::install;
pub use probe::{Outcome, Probed, Probing, probe, scratch};
pub(crate) use uninstall::uninstall;

/// An installed Redshift, connected to as Scrim's own login.
pub(crate) struct Redshift {
    integration: Integration,
    calls: Calls,
    /// Since when the service leads that pushes, in milliseconds; none where it is no service.
    pub(crate) leads_since: Option<i64>,
    /// In the database of the views.
    home: Session,
    /// In the other databases, whose catalogs are looked at: no database tells of another's tables what they are.
    others: Mutex<BTreeMap<String, Arc<Session>>>,
}

impl Redshift {
    pub(crate) async fn connect(integration: &Integration) -> Result<Self, WarehouseError> {
        let home = Session::of_login(integration, integration.home());
        let calls = Calls::of(integration);
        let at = place(integration, integration.home());
        let installed = home.rows(&calls.installed()).await.map_err(|failed| match failed.code() {
            Some(
                &SqlState::INVALID_SCHEMA_NAME | &SqlState::UNDEFINED_FUNCTION | &SqlState::INSUFFICIENT_PRIVILEGE,
            ) => WarehouseError::NotInstalled { at: at.clone(), user: integration.user.to_string() },
            Some(&SqlState::INVALID_CATALOG_NAME) => {
                WarehouseError::NotInstalled { at: at.clone(), user: integration.user.to_string() }
            }
            Some(&SqlState::QUERY_CANCELED) => WarehouseError::Busy,
            _ => failed.into_error("looking for the installation"),
        })?;
        let installed = installed.first().and_then(|row| row.first()).and_then(Option::as_deref);
        if installed == Some(system::redshift::CHANGED) {
            return Err(WarehouseError::Changed(at));
        }
        if installed != Some(system::redshift::installation(integration).as_str()) {
            return Err(WarehouseError::OtherInstallation(at));
        }
        Ok(Self { integration: integration.clone(), calls, leads_since: None, home, others: Mutex::default() })
    }

    /// A session in a database.
    async fn session(&self, database: &str) -> Arc<Session> {
        let mut others = self.others.lock().await;
        let session = others
            .entry(database.to_owned())
            .or_insert_with(|| Arc::new(Session::of_login(&self.integration, database)));
        Arc::clone(session)
    }
}

/// What went wrong while something was done.
fn while_doing(what: &'static str) -> impl Fn(Failed) -> WarehouseError {
    move |failed| failed.into_error(what)
}
