//! `GET /api/v1/data-sources/<name>/sql`.

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use scrim_catalog::documents::{Engine, SourceStatus};
use scrim_catalog::{Catalog, Kind};
use scrim_policy::Remark;
use scrim_sql::{Dialect, ViewPlan};
use serde::{Deserialize, Serialize};

use crate::actions::objects::change::name;
use crate::caller::{Caller, note, permit};
use crate::compute::compute;
use crate::json::{InPath, Query};
use crate::rights::Action;
use crate::{App, Problem};

/// How to show it.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub(crate) struct Wanted {
    /// For this engine; by default for the one of the integration.
    dialect: Option<Engine>,
}

/// A view.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct View {
    /// The data source.
    data_source: String,
    /// The name of the view.
    view: String,
    /// For which engine.
    dialect: &'static str,
    /// The statement.
    sql: String,
    /// What closes the data source, so that its view shows no rows.
    closed: Vec<String>,
    /// What somebody should know.
    warnings: Vec<String>,
}

pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    InPath(text): InPath<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<View>, Problem> {
    let source = name(&text)?;
    let asked = caller.about("data-source.sql", Kind::DataSource, &source);
    let by = permit(&app, &caller, &asked, Action::ReadSql(&source)).await?;
    let dialect = wanted.dialect.map(Dialect::from);
    note(&app, &asked, by, serde_json::Value::Null).await;
    let world = app.registry().world();
    Ok(Json(compute(move || view(&world.catalog, &source, dialect)).await??))
}

fn view(catalog: &Catalog, name: &str, dialect: Option<Dialect>) -> Result<View, Problem> {
    let source = catalog.data_sources.get(name);
    let source = source.ok_or_else(|| Problem::not_found(format!("there is no data source `{name}`")))?;
    if source.status == SourceStatus::Disabled {
        return Err(Problem::conflict(format!("the data source `{name}` is disabled, and has no view")));
    }
    let plan = ViewPlan::of(catalog, source).map_err(|error| Problem::conflict(error.to_string()))?;
    let engine = catalog.integrations.get(source.integration.value()).map(|integration| integration.engine);
    let dialect = dialect.or(engine.map(Dialect::from));
    let dialect = dialect.ok_or_else(|| Problem::conflict("its integration is not defined"))?;
    let line = |remark: &Remark| format!("rule {} of `{}`: {}", remark.rule, remark.policy, remark.message);
    Ok(View {
        data_source: plan.source.to_string(),
        view: plan.view.to_string(),
        dialect: match dialect {
            Dialect::Redshift => "redshift",
            Dialect::Postgresql => "postgresql",
        },
        sql: scrim_sql::render(&plan, dialect, 1),
        closed: plan.merged.closed.iter().map(line).collect(),
        warnings: plan
            .merged
            .warnings
            .iter()
            .chain(plan.merged.keys.iter().map(|(_, remark)| remark))
            .map(line)
            .collect(),
    })
}
