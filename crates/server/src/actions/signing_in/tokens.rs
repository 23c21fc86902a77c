//! Tokens of the API.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use http::StatusCode;
use schemars::JsonSchema;
use scrim_catalog::Kind;
use scrim_catalog::documents::Permission;
use scrim_store::{ApiToken, Outcome, SecretHash, Via};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::actions::objects::change::name;
use crate::caller::{Caller, note, refuse};
use crate::credentials::{secret, token};
use crate::json::{Body, InPath};
use crate::rights::{Action, may};
use crate::{App, Problem};

/// How many characters the name of a token has at most.
const LONGEST_NAME: usize = 200;
/// How many valid tokens somebody has at most.
const MOST: usize = 100;

/// A token to be made.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewToken {
    /// What it is for: something, and at most 200 characters.
    #[schemars(length(min = 1, max = 200))]
    name: String,
    /// What it may do: `read` and `write`, and of the user's permissions those that are named, or `all`. Without a permission
    /// it does what a user without permissions can.
    #[schemars(with = "Vec<crate::forms::Scope>")]
    scopes: Vec<String>,
    /// From when on it is not valid; at most a year from now.
    expires: DateTime<Utc>,
}

/// A token, without what it is shown by.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Token {
    id: String,
    name: String,
    scopes: Vec<String>,
    created: DateTime<Utc>,
    expires: Option<DateTime<Utc>>,
    last_used: Option<DateTime<Utc>>,
    revoked: Option<DateTime<Utc>>,
}

/// A new token.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Made {
    /// What it is called by.
    id: String,
    /// What it is shown by. Nobody can read it again.
    token: String,
}

pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    InPath(text): InPath<String>,
) -> Result<Json<Vec<Token>>, Problem> {
    let user = name(&text)?;
    let asked = caller.about("token.list", Kind::User, &user);
    let by = allowed(&app, &caller, &asked, &user).await?;
    note(&app, &asked, by, serde_json::Value::Null).await;
    let tokens = app.store().tokens(Some(&user)).await?.into_iter().map(|token| Token {
        id: token.id,
        name: token.name,
        scopes: token.scopes,
        created: token.created,
        expires: token.expires,
        last_used: token.last_used,
        revoked: token.revoked,
    });
    Ok(Json(tokens.collect()))
}

pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    InPath(text): InPath<String>,
    Body(new): Body<NewToken>,
) -> Result<Response, Problem> {
    let user = name(&text)?;
    let asked = caller.about("token.create", Kind::User, &user);
    if user != caller.actor.name {
        let problem = Problem::forbidden("people make tokens for themselves only: a token acts as its user");
        return Err(refuse(&app, &asked, problem).await);
    }
    // Otherwise one that was found would make others, which live on when it is revoked.
    if caller.asked.via == Via::Token {
        let problem = Problem::forbidden("a token makes no tokens: sign in");
        return Err(refuse(&app, &asked, problem).await);
    }
    let known = ["read", "write", "all"].into_iter().chain(Permission::NAMES);
    if let Some(other) = new.scopes.iter().find(|scope| !known.clone().any(|known| known == scope.as_str())) {
        return Err(Problem::malformed(format!("`{other}` is no scope: there are read, write, all, and permissions")));
    }
    let now = app.now();
    if new.expires <= now || new.expires > now + chrono::TimeDelta::days(366) {
        return Err(Problem::malformed("`expires` must be within a year from now"));
    }
    if new.name.trim().is_empty() || new.name.chars().count() > LONGEST_NAME {
        return Err(Problem::malformed(format!(
            "`name` says what the token is for, in at most {LONGEST_NAME} characters"
        )));
    }
    let tokens = app.store().tokens(Some(&user)).await?;
    if tokens.iter().filter(|token| token.is_valid(now)).count() >= MOST {
        let problem = format!("`{user}` has {MOST} tokens that are valid: revoke one that is not used any more");
        return Err(Problem::conflict(problem));
    }
    let mut scopes: Vec<String> = Vec::new();
    for scope in new.scopes {
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    let shown = secret(token::PREFIX);
    let token = ApiToken {
        id: Uuid::now_v7().to_string(),
        hash: SecretHash::of(&shown),
        user: user.to_string(),
        name: new.name,
        scopes,
        created: now,
        expires: Some(new.expires),
        last_used: None,
        revoked: None,
    };
    let details = json!({ "id": token.id, "scopes": token.scopes, "expires": new.expires });
    app.store().audit(asked.audit(Outcome::Allowed, Some("the user's own".to_owned()), details)).await?;
    app.store().add_token(&token).await?;
    let made = Made { id: token.id, token: shown.expose_secret().to_owned() };
    Ok((StatusCode::CREATED, Json(made)).into_response())
}

pub(crate) async fn revoke(
    State(app): State<App>,
    caller: Caller,
    InPath((text, id)): InPath<(String, String)>,
) -> Result<StatusCode, Problem> {
    let user = name(&text)?;
    let asked = caller.about("token.revoke", Kind::User, &user);
    let by = allowed(&app, &caller, &asked, &user).await?;
    if !app.store().tokens(Some(&user)).await?.iter().any(|token| token.id == id) {
        return Err(Problem::not_found(format!("`{user}` has no token `{id}`")));
    }
    app.store().audit(asked.audit(Outcome::Allowed, Some(by.to_owned()), json!({ "id": id }))).await?;
    app.store().revoke_token(&id, app.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn allowed(
    app: &App,
    caller: &Caller,
    asked: &scrim_registry::Asked,
    user: &str,
) -> Result<&'static str, Problem> {
    match may(&caller.actor, &app.registry().world().catalog, Action::Tokens(user)).required() {
        Ok(by) => Ok(by),
        Err(problem) => Err(refuse(app, asked, problem).await),
    }
}
