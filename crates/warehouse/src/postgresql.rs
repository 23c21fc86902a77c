//! PostgreSQL: values are parameters, changes are one call each.

mod apply;
mod check;
mod install;
mod list;
mod look;
mod sample;
mod uninstall;

use std::time::Duration;

use scrim_catalog::documents::Integration;
use scrim_sql::calls::postgresql::Calls;
use scrim_sql::system;
use secrecy::ExposeSecret;
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use crate::connect::{config, open, place};
use crate::credentials::password;
use crate::error::WarehouseError;

pub(crate) use check::check;
pub(crate) use install::install;
pub(crate) use uninstall::uninstall;

/// Nobody's functions but the server's own, whatever schemas others may create in; no waiting for locks that somebody
/// may hold for as long as they like; and an end to a transaction whose client was stopped or cut off.
const SETTINGS: &str = "-c search_path=pg_catalog,pg_temp -c lock_timeout=10s \
     -c idle_in_transaction_session_timeout=30s -c tcp_user_timeout=30s";

/// An installed PostgreSQL, connected to as Scrim's own login.
pub(crate) struct Postgresql {
    integration: Integration,
    client: Client,
    calls: Calls,
    /// Since when the service leads that pushes, in milliseconds; none where it is no service.
    pub(crate) leads_since: Option<i64>,
    /// The schemas of Scrim's own.
    own: [String; 4],
}

impl Postgresql {
    pub(crate) async fn connect(integration: &Integration) -> Result<Self, WarehouseError> {
        let client = session(integration).await?;
        let calls = Calls::of(integration);
        let at = place(integration, &integration.database);
        let installed = client.query_one(&calls.installed, &[]).await.map_err(|error| match error.code() {
            Some(
                &SqlState::INVALID_SCHEMA_NAME | &SqlState::UNDEFINED_FUNCTION | &SqlState::INSUFFICIENT_PRIVILEGE,
            ) => WarehouseError::NotInstalled { at: at.clone(), user: integration.user.to_string() },
            _ => WarehouseError::statement("looking for the installation")(error),
        })?;
        let installed: String =
            installed.try_get(0).map_err(WarehouseError::statement("looking for the installation"))?;
        if installed == system::postgresql::CHANGED {
            return Err(WarehouseError::Changed(at));
        }
        if installed != system::postgresql::installation(integration) {
            return Err(WarehouseError::OtherInstallation(at));
        }
        let own = [
            integration.system_schema(),
            integration.functions_schema(),
            integration.procedures_schema(),
            integration.views.schema.to_string(),
        ];
        Ok(Self { integration: integration.clone(), client, calls, leads_since: None, own })
    }

    /// A session for one call that reads a table of somebody's: what they hang on it may leave something in the session, such as
    /// a prepared statement in the place of another, which would run as Scrim's login. Nothing else is done in it.
    async fn apart(&self) -> Result<Apart, WarehouseError> {
        let client = session(&self.integration).await?;
        // Should nobody wait for it any more. Servers on which this cannot be asked for are waited for as long as it takes.
        let _ = client.batch_execute("SET client_connection_check_interval = '10s'").await;
        let row = client.query_one("SELECT pg_catalog.pg_backend_pid()", &[]).await;
        let process = row.and_then(|row| row.try_get(0)).map_err(WarehouseError::statement("opening a session"))?;
        Ok(Apart { client, process })
    }

    /// What is asked in a session apart, ended where it takes too long. Not by a `statement_timeout`: functions of others catch that,
    /// and nothing catches the end of their session.
    ///
    /// # Errors
    /// When it took too long.
    async fn in_time<T>(
        &self,
        apart: &Apart,
        limit: Duration,
        asked: impl Future<Output = T>,
    ) -> Result<T, WarehouseError> {
        if let Ok(answered) = tokio::time::timeout(limit, asked).await {
            return Ok(answered);
        }
        let failed = WarehouseError::statement("ending a session that takes too long");
        self.client.execute("SELECT pg_catalog.pg_terminate_backend($1)", &[&apart.process]).await.map_err(failed)?;
        Err(WarehouseError::TooLong(limit))
    }
}

/// A session apart, and the process of the server that it has.
struct Apart {
    client: Client,
    process: i32,
}

/// A session of Scrim's own login.
async fn session(integration: &Integration) -> Result<Client, WarehouseError> {
    let mut config = config(integration, &integration.database);
    config.user(integration.user.as_str()).options(SETTINGS);
    if let Some(password) = password(integration)? {
        config.password(password.expose_secret());
    }
    let (client, _) = open(integration, config).await?;
    Ok(client)
}
