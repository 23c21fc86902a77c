//! `POST /api/v1/users/<name>/confirm`.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use schemars::JsonSchema;
use scrim_catalog::documents::{Integration, User};
use scrim_catalog::{Change, Document, Kind, Name};
use scrim_registry::World;
use scrim_warehouse::{Login, LoginKind};
use serde::Deserialize;
use serde_json::json;

use crate::actions::objects::Writing;
use crate::actions::objects::change::{answer, make, name};
use crate::actions::objects::known::{put, user};
use crate::caller::{Caller, refuse};
use crate::deputy::{connect, silent};
use crate::json::{Body, InPath, Query};
use crate::rights::may_change;
use crate::{App, Problem};

/// Whose login is theirs, and where.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "LoginConfirmation")]
pub(crate) struct Wanted {
    /// The integration in whose warehouse the login was made anew.
    integration: Name,
}

pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    InPath(text): InPath<String>,
    Query(writing): Query<Writing>,
    Body(wanted): Body<Wanted>,
) -> Result<Response, Problem> {
    let whose = name(&text)?;
    let asked = caller.about("user.confirm", Kind::User, &whose);
    let world = app.registry().world();
    let before = match user(&caller.actor, &world.catalog, &whose, app.now()) {
        Ok(user) => user,
        Err(problem) => return Err(refuse(&app, &asked, problem).await),
    };
    // Before the warehouse is asked for somebody who may not.
    let same = Change::Put(Document::User(Box::new(before.clone())));
    if let Err(problem) =
        may_change(&caller.actor, &world.catalog, &world.catalog, &same, &crate::rights::Readable::new()).required()
    {
        return Err(refuse(&app, &asked, problem).await);
    }
    let integration = world.catalog.integrations.get(&wanted.integration);
    let integration =
        integration.ok_or_else(|| Problem::not_found(format!("there is no integration `{}`", wanted.integration)))?;
    let (login, found) = seen(integration, &before).await?;
    let decide = |world: &World| {
        let mut user = user(&caller.actor, &world.catalog, &whose, app.now())?;
        // What was asked for is the id of this login, and of no other one.
        if user.login(&wanted.integration).as_ref() != Some(&login) {
            return Err(Problem::conflict("the user was given another login meanwhile: look again, and decide again"));
        }
        user.confirmed.insert(wanted.integration.clone(), found.id.clone());
        let details = json!({ "integration": wanted.integration, "login": login, "id": found.id });
        Ok(put(Document::User(Box::new(user)), details))
    };
    let planned = make(&app, &caller, &asked, writing.dry_run, decide).await?;
    Ok(answer(&planned, writing.dry_run, StatusCode::OK, None))
}

/// The login of a user as the warehouse has it now.
async fn seen(integration: &Integration, user: &User) -> Result<(Name, Login), Problem> {
    let nothing = |why: String| Problem::conflict(format!("{why}: nothing can be confirmed"));
    let login = user
        .login(&integration.name)
        .ok_or_else(|| nothing(format!("`{}` has no login in `{}`", user.name, integration.name)))?;
    let warehouse = connect(integration).await?;
    let mut logins = warehouse.logins(Some(&[login.as_str()])).await.map_err(|error| silent(integration, &error))?;
    match logins.remove(login.as_str()) {
        Some(found) if found.kind == LoginKind::Person => Ok((login, found)),
        Some(_) => Err(nothing(format!("`{login}` is no login of a person"))),
        None => Err(nothing(format!("there is no login `{login}` in the warehouse"))),
    }
}
