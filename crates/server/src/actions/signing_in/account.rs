//! `PUT` and `DELETE /api/v1/users/<name>/password`.

use axum::extract::State;
use http::StatusCode;
use schemars::JsonSchema;
use scrim_catalog::Kind;
use scrim_store::{Account, Outcome};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::actions::objects::change::name;
use crate::caller::{Caller, refuse};
use crate::credentials::password;
use crate::json::{Body, InPath};
use crate::rights::{Action, may};
use crate::{App, Problem};

/// A new password.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Password {
    /// The password, of at least 12 characters. Whoever was given it by somebody else chooses another one when signing in.
    #[schemars(with = "crate::forms::NewPassword")]
    password: SecretString,
    /// One's own password until now; needed to change one's own.
    #[schemars(with = "Option<String>")]
    current_password: Option<SecretString>,
}

pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    InPath(text): InPath<String>,
    Body(new): Body<Password>,
) -> Result<StatusCode, Problem> {
    let user = name(&text)?;
    let asked = caller.about("account.password", Kind::User, &user);
    let own = user == caller.actor.name;
    let decided = if own {
        app.throttle().own_password(&user)?;
        let kept = app.store().account(&user).await?.map(|account| account.password_hash);
        let shown = new.current_password.unwrap_or_default();
        match password::matches(shown, kept).await? {
            true => Ok("the user's own password"),
            false => Err(Problem::forbidden("`current_password` is not the password until now")),
        }
    } else {
        may(&caller.actor, &app.registry().world().catalog, Action::Accounts(&user)).required()
    };
    let by = match decided {
        Ok(by) => by,
        Err(problem) => return Err(refuse(&app, &asked, problem).await),
    };
    if !app.registry().world().catalog.has(Kind::User, &user) {
        return Err(Problem::not_found(format!("there is no user `{user}`")));
    }
    let password_hash = password::hash(new.password).await?;
    let account = Account { user: user.to_string(), password_hash, must_change: !own, created: app.now() };
    let details = if own { Value::Null } else { json!({ "tokens": "revoked" }) };
    app.store().audit(asked.audit(Outcome::Allowed, Some(by.to_owned()), details)).await?;
    app.store().put_account(&account).await?;
    app.store().delete_sessions_of(&user).await?;
    // Somebody else sets it where the user may not be who acts: what was made until then goes as well.
    if !own {
        app.store().revoke_tokens_of(&user, app.now()).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn delete(
    State(app): State<App>,
    caller: Caller,
    InPath(text): InPath<String>,
) -> Result<StatusCode, Problem> {
    let user = name(&text)?;
    let asked = caller.about("account.delete", Kind::User, &user);
    let by = match may(&caller.actor, &app.registry().world().catalog, Action::Accounts(&user)).required() {
        Ok(by) => by,
        Err(problem) => return Err(refuse(&app, &asked, problem).await),
    };
    app.store().audit(asked.audit(Outcome::Allowed, Some(by.to_owned()), Value::Null)).await?;
    app.store().delete_account(&user).await?;
    app.store().delete_sessions_of(&user).await?;
    Ok(StatusCode::NO_CONTENT)
}
