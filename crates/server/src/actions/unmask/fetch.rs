//! `POST /api/v1/unmask-requests/<name>/value`.

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use scrim_catalog::documents::{UnmaskRequest, UnmaskState};
use scrim_catalog::{Catalog, Document, Kind, Name};
use scrim_policy::source_key;
use scrim_registry::World;
use scrim_sql::located;
use scrim_store::Outcome;
use scrim_warehouse::{Unmask, Warehouse};
use serde::Serialize;
use serde_json::json;

use super::request::reversible;
use crate::actions::objects::change::{make, name};
use crate::actions::objects::known::{allowed, known, missing, source};
use crate::actor::Actor;
use crate::caller::{Caller, refuse};
use crate::json::InPath;
use crate::{App, Problem};

/// What was found.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Found {
    /// The value; nothing when no row has the token any more.
    value: Option<String>,
}

pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    InPath(text): InPath<String>,
) -> Result<Json<Found>, Problem> {
    let fetched = name(&text)?;
    let asked = caller.about("unmask-request.fetch", Kind::UnmaskRequest, &fetched);
    let (actor, now) = (&caller.actor, app.now());
    let world = app.registry().world();
    let request = match open(actor, &world.catalog, &fetched, now) {
        Ok(request) => request,
        Err(problem) => return Err(refuse(&app, &asked, problem).await),
    };
    let value = match resolve(&world.catalog, &request, now).await {
        Ok(value) => value,
        Err(problem) => {
            let details = json!({ "status": problem.status });
            app.store().audit(asked.audit(Outcome::Failed, problem.detail.clone(), details)).await?;
            return Err(problem);
        }
    };
    // Only now it is used, and only once: of two who fetch at the same time one gets here, and the other is told nothing.
    let decide = |world: &World| {
        let mut request = open(actor, &world.catalog, &fetched, now)?;
        let details = json!({
            "data_source": request.data_source, "column": request.column, "approved_by": request.decided_by,
            "reason": request.reason, "found": value.is_some()
        });
        request.state = UnmaskState::Used;
        Ok(allowed(Document::UnmaskRequest(Box::new(request)), "approved by somebody else", details))
    };
    drop(make(&app, &caller, &asked, false, decide).await?);
    Ok(Json(Found { value }))
}

/// The request, if its value may be fetched now.
fn open(
    actor: &Actor,
    catalog: &Catalog,
    fetched: &Name,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<UnmaskRequest, Problem> {
    known(actor, catalog, Kind::UnmaskRequest, fetched, now)?;
    let request = catalog.unmask_requests.get(fetched).ok_or_else(missing)?;
    if *request.user.value() != actor.name {
        return Err(Problem::forbidden("only who asked for the value can fetch it"));
    }
    if request.allowed_by(now).is_none() {
        return Err(Problem::forbidden(match request.state {
            UnmaskState::Requested => "nobody has approved this yet",
            UnmaskState::Denied => "this was denied",
            UnmaskState::Used => "the value was fetched already: ask again",
            UnmaskState::Approved => "this was approved too long ago: ask again",
        }));
    }
    // What the approval was for must still be so.
    let source = source(actor, catalog, request.data_source.value(), now)?;
    let user = catalog.users.get(&actor.name).ok_or_else(missing)?;
    if !scrim_policy::decide(catalog, &source, user, now).granted {
        return Err(Problem::forbidden("this needs to be allowed to read the data source"));
    }
    reversible(catalog, &source, request.column.value())?;
    Ok(request.item.clone())
}

async fn resolve(
    catalog: &Catalog,
    request: &UnmaskRequest,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Option<String>, Problem> {
    let source = catalog.data_sources.get(request.data_source.value()).ok_or_else(missing)?;
    let integration = catalog.integrations.get(source.integration.value()).ok_or_else(missing)?;
    let approved_by = request.allowed_by(now).ok_or_else(missing)?;
    let failed = |error: scrim_warehouse::WarehouseError| {
        tracing::warn!(%error, "a token could not be resolved");
        Problem::unavailable("the warehouse could not be asked; the request still stands")
    };
    let warehouse = Warehouse::connect(integration).await.map_err(failed)?;
    let unmask = Unmask {
        key: &source_key(&source.name),
        table: &located(integration, &source.table),
        column: &request.column,
        token: &request.token,
        requested_by: &request.user,
        approved_by,
        reason: &request.reason,
    };
    warehouse.resolve(&unmask).await.map_err(failed)
}
