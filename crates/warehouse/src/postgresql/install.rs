//! Installing the system objects, once, as an administrator.

use std::time::Duration;

use postgres_protocol::password::scram_sha_256;
use scrim_catalog::TableName;
use scrim_catalog::documents::Integration;
use scrim_sql::system;
use secrecy::{ExposeSecret, SecretString};
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use super::SETTINGS;
use crate::connect::{administrator, open};
use crate::credentials::password;
use crate::error::WarehouseError;

pub(crate) async fn install(
    integration: &Integration,
    tables: &[TableName],
    url: &SecretString,
) -> Result<Vec<String>, WarehouseError> {
    let secret = password(integration)?;
    let mut config = administrator(integration, url, &integration.database)?;
    config.options(SETTINGS);
    let (mut client, mut notices) = open(integration, config).await?;
    // Readers queue behind an installation that waits for one of them: it gives way, and comes again.
    for pause in [1, 2, 4] {
        match transaction(&mut client, integration, tables, secret.as_ref()).await {
            Err(error) if error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) => {
                tokio::time::sleep(Duration::from_secs(pause)).await;
            }
            done => {
                done.map_err(WarehouseError::statement("the installation was refused, and nothing was changed"))?;
                return Ok(std::iter::from_fn(|| notices.try_recv().ok()).collect());
            }
        }
    }
    Err(WarehouseError::Locked("the installation could not be made"))
}

/// Everything, or nothing.
async fn transaction(
    client: &mut Client,
    integration: &Integration,
    tables: &[TableName],
    secret: Option<&SecretString>,
) -> Result<(), tokio_postgres::Error> {
    let transaction = client.transaction().await?;
    for statement in system::postgresql::install(integration, tables) {
        transaction.batch_execute(&statement).await?;
    }
    for table in tables {
        transaction.batch_execute(&system::postgresql::reads(integration, table)).await?;
    }
    if let Some(secret) = secret {
        // Only a verifier leaves this process: statements may be logged.
        let verifier = scram_sha_256(secret.expose_secret().as_bytes());
        transaction.batch_execute(&system::postgresql::set_password(integration, &verifier)).await?;
    }
    transaction.commit().await
}
