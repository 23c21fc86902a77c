//! What Scrim's login shows to be let in: a password from where the integration says it is, or one that AWS issues
//! for some minutes.

#[cfg(feature = "aws")]
mod iam;
#[cfg(feature = "aws")]
mod kept;
#[cfg(test)]
mod tests;
#[cfg(feature = "aws")]
mod trouble;

use chrono::{DateTime, Utc};
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

/// What a connection is opened with.
#[derive(Clone, Debug)]
pub(crate) struct Login {
    /// The name that is sent. With IAM it may have a prefix that the user's name in the database has not.
    pub(crate) user: String,
    /// The password; none where the server asks for none.
    pub(crate) password: Option<SecretString>,
}

/// Logins of one integration to one of its databases.
pub(crate) struct Credentials(From);

enum From {
    /// A lasting password, looked up for every connection: somebody may have changed it.
    Setting(Box<Integration>),
    #[cfg(feature = "aws")]
    Iam(Box<iam::Issued>),
    #[cfg(not(feature = "aws"))]
    Unbuilt(String),
}

impl Credentials {
    /// Those of an integration, for connections to `database`: AWS issues passwords for one.
    pub(crate) fn of(integration: &Integration, database: &str) -> Self {
        #[cfg(not(feature = "aws"))]
        let _ = database;
        Self(match &integration.iam {
            None => From::Setting(Box::new(integration.clone())),
            #[cfg(feature = "aws")]
            Some(iam) => From::Iam(Box::new(iam::Issued::of(integration, iam, database))),
            #[cfg(not(feature = "aws"))]
            Some(_) => From::Unbuilt(integration.name.to_string()),
        })
    }

    /// A login that works at `now`, and for as long as it takes to connect; sessions outlive it.
    ///
    /// # Errors
    /// When the password is not where it should be, or AWS issues none.
    #[cfg_attr(not(feature = "aws"), expect(clippy::unused_async, reason = "only AWS has to be waited for"))]
    #[cfg_attr(not(feature = "aws"), expect(unused_variables, reason = "only what AWS issues expires"))]
    pub(crate) async fn login(&self, now: DateTime<Utc>) -> Result<Login, WarehouseError> {
        match &self.0 {
            From::Setting(integration) => {
                Ok(Login { user: integration.user.to_string(), password: password(integration)? })
            }
            #[cfg(feature = "aws")]
            From::Iam(issued) => issued.login(now).await,
            #[cfg(not(feature = "aws"))]
            From::Unbuilt(integration) => Err(WarehouseError::WithoutAws(integration.clone())),
        }
    }
}
