//! `POST /api/v1/integrations/<name>/check` and `…/install`: what an administrator of the warehouse does, once, by a URL
//! that is kept nowhere.

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use scrim_catalog::{Kind, Name};
use scrim_registry::Asked;
use scrim_sql::system;
use scrim_store::Outcome;
use scrim_warehouse::{Finding, Subjects, WarehouseError};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::actions::objects::change::name;
use crate::caller::{Caller, permit};
use crate::json::{Body, InPath};
use crate::rights::Action;
use crate::{App, Problem};

/// An administrator of the warehouse.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Administrator {
    /// The URL, `postgresql://…` with its password: used this once, and neither kept nor logged.
    #[schemars(with = "String")]
    admin_url: SecretString,
}

/// What was installed.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct Installed {
    /// The integration.
    integration: String,
    /// What somebody should know.
    warnings: Vec<String>,
}

pub(crate) async fn check(
    State(app): State<App>,
    caller: Caller,
    InPath(text): InPath<String>,
    Body(administrator): Body<Administrator>,
) -> Result<Json<Vec<Finding>>, Problem> {
    let name = name(&text)?;
    let asked = caller.about("integration.check", Kind::Integration, &name);
    begin(&app, &caller, &asked, &name).await?;
    let world = app.registry().world();
    let catalog = &world.catalog;
    let integration = catalog.integrations.get(&name).ok_or_else(|| missing(&name))?;
    let tables = system::tables(catalog, integration);
    let sources = catalog.data_sources.values().filter(|source| source.integration == integration.name);
    let sources: Vec<String> = sources.map(|source| source.name.to_string()).collect();
    let people = catalog.users.values().filter(|user| !user.disabled);
    let people: Vec<(String, Option<String>)> = people
        .map(|user| (user.name.to_string(), user.login(&integration.name).map(|login| login.to_string())))
        .collect();
    let subjects = Subjects { tables: &tables, sources: &sources, people: &people };
    let found = scrim_warehouse::check(integration, &subjects, &administrator.admin_url).await;
    end(&app, &asked, found).await.map(Json)
}

pub(crate) async fn install(
    State(app): State<App>,
    caller: Caller,
    InPath(text): InPath<String>,
    Body(administrator): Body<Administrator>,
) -> Result<Json<Installed>, Problem> {
    let name = name(&text)?;
    let asked = caller.about("integration.install", Kind::Integration, &name);
    begin(&app, &caller, &asked, &name).await?;
    let world = app.registry().world();
    let integration = world.catalog.integrations.get(&name).ok_or_else(|| missing(&name))?;
    let tables = system::tables(&world.catalog, integration);
    let installed = scrim_warehouse::install(integration, &tables, &administrator.admin_url).await;
    let warnings = end(&app, &asked, installed).await?;
    // What it waited for is there.
    app.reconciler().wake(&name);
    Ok(Json(Installed { integration: name.to_string(), warnings }))
}

fn missing(name: &Name) -> Problem {
    Problem::not_found(format!("there is no integration `{name}`"))
}

/// What is done outside of the metadata database is written down before, and how it ended after.
async fn begin(app: &App, caller: &Caller, asked: &Asked, name: &Name) -> Result<(), Problem> {
    let by = permit(app, caller, asked, Action::Operate).await?;
    if !app.registry().world().catalog.integrations.contains_key(name) {
        return Err(missing(name));
    }
    app.store().audit(asked.audit(Outcome::Attempted, Some(by.to_owned()), serde_json::Value::Null)).await?;
    Ok(())
}

async fn end<T>(app: &App, asked: &Asked, ended: Result<T, WarehouseError>) -> Result<T, Problem> {
    let (outcome, reason) = match &ended {
        Ok(_) => (Outcome::Allowed, None),
        Err(error) => (Outcome::Failed, Some(error.to_string().replace("SCRIM_ADMIN_URL", "`admin_url`"))),
    };
    app.store().audit(asked.audit(outcome, None, json!({ "reason": reason }))).await?;
    ended.map_err(|_| Problem::conflict(reason.unwrap_or_default()))
}
