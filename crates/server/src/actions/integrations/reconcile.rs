//! `POST /api/v1/integrations/<name>/reconcile`.

use axum::extract::State;
use http::StatusCode;
use schemars::JsonSchema;
use scrim_catalog::Kind;
use scrim_reconciler::asked_to_reconcile;
use serde::Deserialize;

use crate::actions::objects::change::name;
use crate::caller::{Caller, permit};
use crate::json::{InPath, Query};
use crate::problem::{Told, refused};
use crate::rights::Action;
use crate::{App, Problem};

/// How far it may go.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
pub(crate) struct Asking {
    /// Drop however many views and users are not in the catalog. Without it, a service that never pushed to this warehouse drops
    /// a tenth of them at most.
    #[serde(default)]
    allow_drop: bool,
}

pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    InPath(text): InPath<String>,
    Query(asking): Query<Asking>,
) -> Result<StatusCode, Problem> {
    let integration = name(&text)?;
    let asked = caller.about("integration.reconcile", Kind::Integration, &integration);
    let by = permit(&app, &caller, &asked, Action::Operate).await?;
    if !app.registry().world().catalog.integrations.contains_key(&integration) {
        return Err(Problem::not_found(format!("there is no integration `{integration}`")));
    }
    // By an event: another replica may be the one that drives it.
    let event = asked_to_reconcile(&integration, asking.allow_drop);
    app.registry()
        .tell(&asked, &[event], Some(by))
        .await
        .map_err(|error| refused(error, &[], None, Told::Actor(&caller.actor)))?;
    Ok(StatusCode::ACCEPTED)
}
