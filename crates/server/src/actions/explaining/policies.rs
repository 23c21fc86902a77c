//! `GET /api/v1/data-sources/<name>/policies`.

use axum::Json;
use axum::extract::State;
use scrim_catalog::Kind;
use scrim_policy::SourcePolicies;

use crate::actions::objects::change::name;
use crate::caller::{Caller, note, permit};
use crate::compute::compute;
use crate::json::InPath;
use crate::rights::Action;
use crate::{App, Problem};

pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    InPath(text): InPath<String>,
) -> Result<Json<SourcePolicies>, Problem> {
    let source = name(&text)?;
    let asked = caller.about("data-source.policies", Kind::DataSource, &source);
    let by = permit(&app, &caller, &asked, Action::ReadPolicies(&source)).await?;
    note(&app, &asked, by, serde_json::Value::Null).await;
    let (world, now) = (app.registry().world(), app.now());
    let told = compute(move || {
        let found = world.catalog.data_sources.get(&source);
        let found = found.ok_or_else(|| Problem::not_found(format!("there is no data source `{source}`")))?;
        Ok::<_, Problem>(scrim_policy::source_policies(&world.catalog, found, now))
    });
    Ok(Json(told.await??))
}
