//! `POST /api/v1/integrations/<name>/reconcile`.

use axum::extract::State;
use http::StatusCode;
use scrim_catalog::Kind;
use scrim_store::Outcome;
use serde_json::Value;

use crate::actions::objects::change::name;
use crate::caller::{Caller, permit};
use crate::json::InPath;
use crate::rights::Action;
use crate::{App, Problem};

pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    InPath(text): InPath<String>,
) -> Result<StatusCode, Problem> {
    let integration = name(&text)?;
    let asked = caller.about("integration.reconcile", Kind::Integration, &integration);
    let by = permit(&app, &caller, &asked, Action::Operate).await?;
    if !app.registry().world().catalog.integrations.contains_key(&integration) {
        return Err(Problem::not_found(format!("there is no integration `{integration}`")));
    }
    app.store().audit(asked.audit(Outcome::Allowed, Some(by.to_owned()), Value::Null)).await?;
    app.reconciler().wake(&integration);
    Ok(StatusCode::ACCEPTED)
}
