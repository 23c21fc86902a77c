//! What Scrim's login shows to be let in.

use scrim_catalog::documents::{Integration, Secret};
use secrecy::SecretString;

use crate::error::WarehouseError;

/// The password of Scrim's login, from where the integration says it is.
///
/// # Errors
/// When it is not there.
pub fn password(integration: &Integration) -> Result<Option<SecretString>, WarehouseError> {
    let wrong = |reason| WarehouseError::Password { integration: integration.name.to_string(), reason };
    let found = match &integration.password {
        None => return Ok(None),
        Some(Secret::Env(name)) => {
            std::env::var(name).map_err(|_| wrong(format!("the environment variable `{name}` is not set")))?
        }
        Some(Secret::File(path)) => {
            let text =
                std::fs::read_to_string(path).map_err(|error| wrong(format!("cannot read `{path}`: {error}")))?;
            text.strip_suffix('\n').map_or(text.clone(), |line| line.strip_suffix('\r').unwrap_or(line).to_owned())
        }
    };
    Ok(Some(SecretString::from(found)))
}
