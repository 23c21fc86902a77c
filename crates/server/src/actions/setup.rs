//! `POST /api/v1/setup`: the first administrator. There is no default password: whoever can read a file of the service
//! makes the first account, once.

use std::io::Write;
use std::path::{Path, PathBuf};

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, StatusCode, header};
use schemars::JsonSchema;
use scrim_catalog::documents::{Permission, User};
use scrim_catalog::{Change, Document, Kind, Name, from_json};
use scrim_registry::{Asked, ChangeError, Proposal};
use scrim_store::{Account, ActorKind, StoreError, Via};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::objects::change::name;
use super::signing_in::From;
use crate::caller::{refuse, request_id};
use crate::credentials::{password, secret, session};
use crate::endpoint::Endpoint;
use crate::json::Body;
use crate::problem::{Told, refused};
use crate::{App, Problem};

/// Under which the hash of the token of the setup is kept, as long as it may be used.
const SETTING: &str = "setup-token";

/// Where the token for making the first administrator is.
#[derive(Clone, Debug)]
pub struct SetupToken {
    /// The file, which only the user of the service can read.
    pub file: PathBuf,
}

/// Why there is no way to make the first administrator.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The metadata database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file.
    #[error("cannot write the token for the first administrator to `{}`: {cause}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The reason.
        cause: std::io::Error,
    },
}

/// Makes a new token for the first administrator, in a file of the directory, unless somebody can sign in already.
///
/// # Errors
/// When it cannot be kept.
pub async fn first_admin(app: &App, directory: &Path) -> Result<Option<SetupToken>, SetupError> {
    let file = directory.join("setup-token");
    if somebody_administers(app).await? {
        // Of no use any more.
        let _ = std::fs::remove_file(&file);
        return Ok(None);
    }
    let token = secret("scrim_setup_");
    write(&file, &token).map_err(|cause| SetupError::File { path: file.clone(), cause })?;
    app.store().set_setting(SETTING, &json!(hash(&token))).await?;
    Ok(Some(SetupToken { file }))
}

/// Whether the first administrator is still to be made, and there is a token for it.
///
/// # Errors
/// When the metadata database cannot be read.
pub(crate) async fn is_open(app: &App) -> Result<bool, StoreError> {
    // Asked first: strangers ask this, and of a service that was set up it is nothing.
    let kept = app.store().setting(SETTING).await?.is_some_and(|kept| kept.is_string());
    Ok(kept && !somebody_administers(app).await?)
}

/// Whether an active user with `APPLICATION_ADMIN` has an account or an outside identity.
async fn somebody_administers(app: &App) -> Result<bool, StoreError> {
    let world = app.registry().world();
    let admin = |user: &User| !user.disabled && user.permissions.contains(&Permission::ApplicationAdmin);
    for user in world.catalog.users.values().filter(|user| admin(user)) {
        if app.store().account(&user.name).await?.is_some() || !app.store().identities_of(&user.name).await?.is_empty()
        {
            return Ok(true);
        }
    }
    Ok(false)
}

fn hash(token: &SecretString) -> String {
    base64::Engine::encode(&URL_SAFE_NO_PAD, Sha256::digest(token.expose_secret().as_bytes()))
}

fn write(file: &Path, token: &SecretString) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(file)?;
    // Also where there was one that others could read.
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    writeln!(file, "{}", token.expose_secret())
}

/// The first administrator.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Setup {
    /// What stands in the file `setup-token` of the service.
    #[schemars(with = "String")]
    token: SecretString,
    /// The name of the user; one of that name is given the permissions.
    #[schemars(with = "Name")]
    user: String,
    /// The password, of at least 12 characters.
    #[schemars(with = "crate::forms::NewPassword")]
    password: SecretString,
}

pub(crate) fn endpoint() -> Endpoint {
    Endpoint::post("/api/v1/setup", "set_up", run)
        .about("Signing in", "Makes the first administrator, with the token that the service wrote to a file")
        .open()
        .body::<Setup>()
        .answers_nothing(StatusCode::NO_CONTENT, "The administrator is signed in.")
}

async fn run(
    State(app): State<App>,
    From(from): From,
    headers: HeaderMap,
    Body(setup): Body<Setup>,
) -> Result<Response, Problem> {
    app.throttle().sign_in(from)?;
    let name = name(&setup.user)?;
    let kept = app.store().setting(SETTING).await?;
    let shown = hash(&setup.token);
    let good = kept.as_ref().and_then(serde_json::Value::as_str).is_some_and(|kept| same(kept, &shown));
    let asked = Asked {
        at: app.now(),
        actor: name.to_string(),
        actor_kind: ActorKind::User,
        via: Via::Session,
        request: request_id(&headers),
        address: from.map(|address| address.to_string()),
        action: "setup".to_owned(),
        object: Some((Kind::User, name.to_string())),
    };
    if !good || somebody_administers(&app).await? {
        let problem = Problem::forbidden("this is not the token of the setup, or the setup is over");
        return Err(refuse(&app, &asked, problem).await);
    }
    let password_hash = password::hash(setup.password).await?;
    let mut change = Vec::new();
    let planned = app.registry().change(&asked, |world| -> Result<Proposal, Problem> {
        let user = match world.catalog.users.get(&name) {
            Some(known) => User { permissions: Permission::ALL.to_vec(), disabled: false, ..known.item.clone() },
            None => administrator(&name)?,
        };
        change = vec![Change::Put(Document::User(Box::new(user)))];
        Ok(Proposal { changes: change.clone(), decided_by: "the token of the setup".to_owned(), ..Proposal::default() })
    });
    planned.await.map_err(|error: ChangeError<Problem>| refused(error, &change, None, Told::Anybody))?;
    let account = Account { user: name.to_string(), password_hash, must_change: false, created: app.now() };
    app.store().put_account(&account).await?;
    app.store().set_setting(SETTING, &serde_json::Value::Null).await?;
    let cookie = session::begin(&app, &headers, &name).await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

fn same(one: &str, other: &str) -> bool {
    subtle::ConstantTimeEq::ct_eq(one.as_bytes(), other.as_bytes()).into()
}

fn administrator(name: &Name) -> Result<User, Problem> {
    let body = json!({ "permissions": Permission::NAMES });
    match from_json(Kind::User, name, &body) {
        Ok(Document::User(user)) => Ok(*user),
        Ok(_) => Err(Problem::malformed("this is no user")),
        Err(problem) => Err(Problem::malformed(problem.message)),
    }
}
