//! How signing in with OpenID Connect is set up.

use std::collections::BTreeMap;
use std::path::PathBuf;

use scrim_catalog::Name;
use scrim_catalog::documents::Permission;
use secrecy::SecretString;
use serde::Deserialize;

/// A provider that people sign in with. A claim is written by its name, or as a JSON pointer (`/realm_access/roles`).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OidcProvider {
    /// The provider's issuer, as its tokens say it; https, unless it is on this machine.
    pub issuer: String,
    /// As which client Scrim is known there.
    pub client_id: String,
    /// Where the secret of the client is; none for a public client.
    #[serde(default)]
    pub client_secret: Option<SecretSource>,
    /// Where the provider sends people back: `https://<this service>/api/v1/oidc/<the name of the provider>/callback`.
    pub redirect_url: String,
    /// What is asked for; `openid profile email` by default.
    #[serde(default = "scopes")]
    pub scopes: Vec<String>,
    /// The claim that names the user at the first sign-in; `preferred_username` by default, and `sub` where it is missing.
    /// After that it is the subject that tells who somebody is.
    #[serde(default = "user_claim")]
    pub user_claim: String,
    /// Whether somebody of whom there is no user yet becomes one; no by default.
    #[serde(default)]
    pub create_users: bool,
    /// Whether somebody who signs in for the first time becomes the user of that name who is there already, and whom nobody
    /// else signs in as; no by default. Only for providers where nobody chooses that claim for themselves.
    #[serde(default)]
    pub link_existing: bool,
    /// The groups that come from a claim; none by default.
    #[serde(default)]
    pub groups: Option<GroupClaim>,
    /// The attributes that come from claims: the key, and the claim; none by default.
    #[serde(default)]
    pub attributes: BTreeMap<Name, String>,
    /// The permissions that come from claims; none by default.
    #[serde(default)]
    pub permissions: Vec<PermissionClaim>,
    /// The claim that names the user in the warehouses; none by default.
    #[serde(default)]
    pub warehouse_user: Option<String>,
}

/// Where a secret is: never in the settings themselves.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "lowercase")]
pub enum SecretSource {
    /// In a file, without the line's end.
    File(PathBuf),
    /// In a variable of the environment.
    Env(String),
}

/// Which groups come from a claim. Groups that Scrim does not have are left out.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupClaim {
    /// The claim.
    #[serde(default = "groups_claim")]
    pub claim: String,
    /// What the names in Scrim begin with, before what the claim says; nothing by default.
    #[serde(default)]
    pub prefix: String,
    /// The only values of the claim that count; all by default.
    #[serde(default)]
    pub allow: Option<Vec<String>>,
}

/// A permission for whom a claim has a value.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PermissionClaim {
    /// The claim.
    pub claim: String,
    /// The value it must have among its values.
    pub value: String,
    /// The permission.
    pub permission: Permission,
}

fn scopes() -> Vec<String> {
    ["openid", "profile", "email"].map(str::to_owned).to_vec()
}

fn user_claim() -> String {
    "preferred_username".to_owned()
}

fn groups_claim() -> String {
    "groups".to_owned()
}

/// A secret is not where the settings say.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SecretError {
    #[error("cannot read the secret of the client from `{}`: {cause}", path.display())]
    File { path: PathBuf, cause: std::io::Error },
    #[error("the variable `{0}` of the environment, which should hold the secret of the client, is not set")]
    Env(String),
}

impl SecretSource {
    /// The secret; read each time, so that a new one needs no restart.
    ///
    /// # Errors
    /// When it is not there.
    pub(crate) async fn read(&self) -> Result<SecretString, SecretError> {
        match self {
            Self::File(path) => match tokio::fs::read_to_string(path).await {
                Ok(text) => Ok(SecretString::from(text.trim_end_matches(['\r', '\n']))),
                Err(cause) => Err(SecretError::File { path: path.clone(), cause }),
            },
            Self::Env(name) => std::env::var(name).map(SecretString::from).map_err(|_| SecretError::Env(name.clone())),
        }
    }
}
