//! Connections: as Scrim's own login, or once as an administrator.

use std::time::Duration;

use scrim_catalog::documents::{Engine, Integration};
use scrim_sql::calls::Calls;
use scrim_sql::system;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::mpsc;
use tokio_postgres::error::SqlState;
use tokio_postgres::{AsyncMessage, Client, Config};

use crate::credentials::password;
use crate::error::{WarehouseError, describe};
use crate::tls;

/// Nobody's functions but the server's own, whatever schemas others may create in; no waiting for locks that somebody
/// may hold for as long as they like; and an end to a transaction whose client was stopped or cut off.
const SETTINGS: &str = "-c search_path=pg_catalog,pg_temp -c lock_timeout=10s \
     -c idle_in_transaction_session_timeout=30s -c tcp_user_timeout=30s";
/// How long a connection may take to stand.
const PATIENCE: Duration = Duration::from_secs(10);

/// An installed warehouse, connected to as Scrim's own login.
pub struct Warehouse {
    pub(crate) client: Client,
    pub(crate) calls: Calls,
    pub(crate) owner: String,
}

impl Warehouse {
    /// Connects, and makes sure that what is installed is what this version works with.
    ///
    /// # Errors
    /// When there is no password, no connection, or no installation.
    pub async fn connect(integration: &Integration) -> Result<Self, WarehouseError> {
        supported(integration)?;
        let mut config = Config::new();
        config.host(&integration.host).port(integration.port()).dbname(integration.database.as_str());
        config.user(integration.user.as_str());
        if let Some(password) = password(integration)? {
            config.password(password.expose_secret());
        }
        let (client, _) = open(integration, config).await?;
        let calls = Calls::of(integration);
        let at = place(integration);
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
        Ok(Self { client, calls, owner: integration.owner_role.to_string() })
    }
}

/// An administrator's connection, from a URL that is used once and kept nowhere.
pub(crate) async fn administrator(
    integration: &Integration,
    url: &SecretString,
) -> Result<(Client, mpsc::UnboundedReceiver<String>), WarehouseError> {
    supported(integration)?;
    // The parser's message could quote the URL.
    let mut config: Config = url
        .expose_secret()
        .parse()
        .map_err(|_| WarehouseError::AdminUrl("is not a URL like postgresql://user@host:5432/database".to_owned()))?;
    match config.get_dbname() {
        Some(database) if database != integration.database.as_str() => {
            return Err(WarehouseError::AdminUrl(format!(
                "names the database `{database}`, and the integration is in `{}`",
                integration.database
            )));
        }
        Some(_) => {}
        None => {
            config.dbname(integration.database.as_str());
        }
    }
    if config.get_hosts().is_empty() {
        config.host(&integration.host).port(integration.port());
    }
    open(integration, config).await
}

/// Opens a connection; what the server has to say on the way comes through the channel.
async fn open(
    integration: &Integration,
    mut config: Config,
) -> Result<(Client, mpsc::UnboundedReceiver<String>), WarehouseError> {
    config.options(SETTINGS);
    config.application_name("scrim").connect_timeout(PATIENCE).ssl_mode(tls::mode(integration.tls));
    let connector = tls::connector(integration.tls)?;
    let user = config.get_user().unwrap_or_default().to_owned();
    let (client, mut connection) = config.connect(connector).await.map_err(|error| WarehouseError::Connect {
        at: format!("{} as `{user}`", place(integration)),
        reason: describe(&error),
    })?;
    let (told, notices) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Some(Ok(message)) = std::future::poll_fn(|context| connection.poll_message(context)).await {
            if let AsyncMessage::Notice(notice) = message
                && notice.severity() == "WARNING"
            {
                // Nobody may be listening.
                let _ = told.send(notice.message().to_owned());
            }
        }
    });
    Ok((client, notices))
}

fn supported(integration: &Integration) -> Result<(), WarehouseError> {
    match integration.engine {
        Engine::Postgresql => Ok(()),
        Engine::Redshift => Err(WarehouseError::Redshift(integration.name.to_string())),
    }
}

fn place(integration: &Integration) -> String {
    format!("`{}` at {}:{}", integration.database, integration.host, integration.port())
}
