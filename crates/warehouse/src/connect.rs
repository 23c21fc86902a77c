//! Opening connections: as Scrim's own login, or once as an administrator.

use std::time::Duration;

use scrim_catalog::documents::Integration;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::mpsc;
use tokio_postgres::config::Host;
use tokio_postgres::error::SqlState;
use tokio_postgres::{AsyncMessage, Client, Config, Error};

use crate::error::{WarehouseError, describe};
use crate::tls;

/// How long a connection may take to stand.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a connection may be silent before the other side is asked whether it is still there: what stands between
/// forgets silent connections after some minutes, and tells nobody.
const SILENCE: Duration = Duration::from_secs(60);
/// How often it is asked again, and how long what was sent may stay unanswered by the other side's system.
const UNANSWERED: Duration = Duration::from_secs(30);

/// Where Scrim's own login connects to, without credentials.
pub(crate) fn config(integration: &Integration, database: &str) -> Config {
    let mut config = Config::new();
    config.host(&integration.host).port(integration.port()).dbname(database);
    config
}

/// An administrator's connection, from a URL that is used once and kept nowhere, to a database.
pub(crate) fn administrator(
    integration: &Integration,
    url: &SecretString,
    database: &str,
) -> Result<Config, WarehouseError> {
    // The parser's message could quote the URL.
    let mut config: Config = url
        .expose_secret()
        .parse()
        .map_err(|_| WarehouseError::AdminUrl("is not a URL like postgresql://user@host:5432/database".to_owned()))?;
    let known = |name: &str| name == integration.database.as_str() || name == database;
    // Its name is not repeated: where a password was not encoded, it is a part of that.
    if config.get_dbname().is_some_and(|named| !known(named)) {
        return Err(WarehouseError::AdminUrl(format!(
            "names another database than `{}`, which the integration is in (or holds a password with `/`, `@` or `:` in it, which must be \
             percent-encoded)",
            integration.database
        )));
    }
    config.dbname(database);
    if config.get_hosts().is_empty() {
        config.host(&integration.host).port(integration.port());
    }
    Ok(config)
}

/// Where an administrator's URL leads, should it be elsewhere than the integration says: through a tunnel, or by mistake.
pub(crate) fn detour(integration: &Integration, url: &SecretString) -> Option<String> {
    let config: Config = url.expose_secret().parse().ok()?;
    let port = config.get_ports().first().copied().unwrap_or(5432);
    let host = config.get_hosts().first().map(|host| match host {
        Host::Tcp(name) => name.clone(),
        #[cfg(unix)]
        Host::Unix(path) => path.display().to_string(),
    })?;
    (host != integration.host || port != integration.port()).then(|| {
        format!(
            "this was done at {host}:{port}, as SCRIM_ADMIN_URL says; the integration is at {}:{}",
            integration.host,
            integration.port()
        )
    })
}

/// Opens a connection; what the server has to say on the way comes through the channel.
pub(crate) async fn open(
    integration: &Integration,
    mut config: Config,
) -> Result<(Client, mpsc::UnboundedReceiver<String>), WarehouseError> {
    config.keepalives_idle(SILENCE).keepalives_interval(UNANSWERED).tcp_user_timeout(UNANSWERED);
    config.application_name("scrim").connect_timeout(PATIENCE).ssl_mode(tls::mode(integration.tls()));
    let connector = tls::connector(integration.tls())?;
    let user = config.get_user().unwrap_or_default().to_owned();
    let database = config.get_dbname().unwrap_or_default().to_owned();
    let at = place(integration, &database);
    let (client, mut connection) = config.connect(connector).await.map_err(|error| match error.code() {
        Some(&SqlState::INVALID_CATALOG_NAME) => WarehouseError::NoDatabase { at: at.clone() },
        _ => WarehouseError::Connect {
            at: format!("{at} as `{user}`"),
            reason: unknown_authentication(&error).unwrap_or_else(|| describe(&error)),
            // What the server refused it refuses again; a broken line may come back.
            passing: error.as_db_error().is_none_or(|server| server.code() == &SqlState::CANNOT_CONNECT_NOW),
        },
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

/// Redshift asks users whose password was set as a SHA-256 hash, and those of an identity provider, in ways of its own
/// (authentication requests 13 and 14 of its drivers).
fn unknown_authentication(error: &Error) -> Option<String> {
    let text = describe(error);
    text.contains("authentication tag").then(|| {
        format!(
            "{text}: the password of this user is kept in a way that only Amazon's own drivers know; set it again with \
             `scrim integration install`, or as an MD5 hash, or use temporary credentials (`iam`)"
        )
    })
}

/// A database, for messages.
pub(crate) fn place(integration: &Integration, database: &str) -> String {
    format!("`{database}` at {}:{}", integration.host, integration.port())
}
