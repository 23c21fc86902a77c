//! Installing the system objects, once, as an administrator.

use postgres_protocol::password::scram_sha_256;
use scrim_catalog::TableName;
use scrim_catalog::documents::Integration;
use scrim_sql::system;
use secrecy::{ExposeSecret, SecretString};

use crate::connect::{administrator, password};
use crate::error::WarehouseError;

/// Runs the bootstrap script in one transaction, lets the owner role read `tables`, and sets the password of
/// Scrim's login. Answers the warnings of the warehouse. Safe to run again.
///
/// # Errors
/// When the administrator cannot connect or a statement is refused; then nothing was changed.
pub async fn install(
    integration: &Integration,
    tables: &[TableName],
    url: &SecretString,
) -> Result<Vec<String>, WarehouseError> {
    let secret = password(integration)?;
    let (mut client, mut notices) = administrator(integration, url).await?;
    let failed = WarehouseError::statement("the installation was refused, and nothing was changed");
    let transaction = client.transaction().await.map_err(&failed)?;
    for statement in system::postgresql::install(integration) {
        transaction.batch_execute(&statement).await.map_err(&failed)?;
    }
    for table in tables {
        transaction.batch_execute(&system::postgresql::reads(integration, table)).await.map_err(&failed)?;
    }
    if let Some(secret) = secret {
        // Only a verifier leaves this process: statements may be logged.
        let verifier = scram_sha_256(secret.expose_secret().as_bytes());
        transaction.batch_execute(&system::postgresql::set_password(integration, &verifier)).await.map_err(&failed)?;
    }
    transaction.commit().await.map_err(&failed)?;
    let mut warnings = Vec::new();
    while let Ok(warning) = notices.try_recv() {
        warnings.push(warning);
    }
    Ok(warnings)
}
