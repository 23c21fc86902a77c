//! `GET /api/v1/integrations/<name>/bootstrap-script`.

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use scrim_catalog::Kind;
use scrim_sql::system;
use serde::Serialize;
use serde_json::Value;

use crate::actions::objects::change::name;
use crate::caller::{Caller, note, permit};
use crate::compute::compute;
use crate::json::InPath;
use crate::rights::Action;
use crate::{App, Problem};

/// What an administrator of the warehouse runs once. No secret is in it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct Script {
    /// The integration.
    integration: String,
    /// The script, for psql.
    sql: String,
    /// Its parts, for other programs.
    sections: Vec<Section>,
}

/// Statements that are run in one database.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct Section {
    /// The database to connect to.
    database: String,
    /// Whether they are one transaction; otherwise each stands for itself, and one that fails stops no other.
    transaction: bool,
    /// The statements.
    statements: Vec<String>,
}

pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    InPath(text): InPath<String>,
) -> Result<Json<Script>, Problem> {
    let name = name(&text)?;
    let asked = caller.about("integration.bootstrap-script", Kind::Integration, &name);
    let by = permit(&app, &caller, &asked, Action::Operate).await?;
    note(&app, &asked, by, Value::Null).await;
    let world = app.registry().world();
    let script = compute(move || {
        let integration = world.catalog.integrations.get(&name);
        let integration = integration.ok_or_else(|| Problem::not_found(format!("there is no integration `{name}`")))?;
        let sections = system::script(integration, &system::tables(&world.catalog, integration));
        let sql = system::psql(integration, &sections);
        let sections = sections.into_iter().map(|section| Section {
            database: section.database,
            transaction: section.whole,
            statements: section.statements,
        });
        Ok::<_, Problem>(Script { integration: name.to_string(), sql, sections: sections.collect() })
    });
    Ok(Json(script.await??))
}
