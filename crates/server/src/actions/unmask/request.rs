//! `POST /api/v1/data-sources/<name>/unmask-requests`.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use schemars::JsonSchema;
use scrim_catalog::documents::{DataSource, UnmaskRequest, UnmaskState};
use scrim_catalog::{At, Catalog, Document, Kind, Name};
use scrim_policy::{Masking, merge};
use scrim_registry::World;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::actions::objects::change::{make, name};
use crate::actions::objects::known::{allowed, missing, source, words};
use crate::caller::Caller;
use crate::json::{Body, InPath};
use crate::{App, Problem};

/// Which value.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wish {
    /// The column.
    #[schemars(with = "Name")]
    column: String,
    /// The token, as the view shows it.
    #[schemars(with = "crate::forms::Words")]
    token: String,
    /// Why; kept with the names in the warehouse.
    #[schemars(with = "crate::forms::Words")]
    reason: String,
}

/// A request that was made.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Requested {
    /// Its name, by which it is approved and fetched.
    name: String,
}

pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    InPath(text): InPath<String>,
    Body(wish): Body<Wish>,
) -> Result<Response, Problem> {
    let (of, column) = (name(&text)?, name(&wish.column)?);
    let (token, reason) = (words(&wish.token, "token")?, words(&wish.reason, "reason")?);
    let asked = caller.about("data-source.request-unmask", Kind::DataSource, &of);
    let made = name(&Uuid::now_v7().to_string())?;
    let (actor, now) = (&caller.actor, app.now());
    let mut open = None;
    let decide = |world: &World| {
        let catalog = &world.catalog;
        let source = source(actor, catalog, &of, now)?;
        let user = catalog.users.get(&actor.name).ok_or_else(missing)?;
        // The token is seen in the view: who may not read it has it from somewhere else.
        if !scrim_policy::decide(catalog, &source, user, now).granted {
            return Err(Problem::forbidden("this needs to be allowed to read the data source"));
        }
        reversible(catalog, &source, &column)?;
        // Asking again is no other request, as long as it is open.
        let same = catalog.unmask_requests.values().find(|one| {
            let asks = (one.user.value(), one.data_source.value(), one.column.value(), one.token.as_str());
            let open = one.state == UnmaskState::Requested || one.allowed_by(now).is_some();
            open && asks == (&actor.name, &of, &column, token.as_str())
        });
        open = same.map(|one| one.name.value().clone());
        if let Some(same) = same {
            let document = Document::UnmaskRequest(Box::new(same.item.clone()));
            return Ok(allowed(document, "to be allowed to read the data source", json!({ "request": same.name })));
        }
        let request = UnmaskRequest {
            kind: Kind::UnmaskRequest.as_str().to_owned(),
            name: At::nowhere(made.clone()),
            description: None,
            user: At::nowhere(actor.name.clone()),
            data_source: At::nowhere(of.clone()),
            column: At::nowhere(column.clone()),
            token: token.clone(),
            reason: reason.clone(),
            state: UnmaskState::Requested,
            requested: now,
            decided_by: None,
            decided: None,
            answer: None,
            expires: None,
        };
        let details = json!({ "request": made, "column": column, "reason": reason });
        Ok(allowed(Document::UnmaskRequest(Box::new(request)), "to be allowed to read the data source", details))
    };
    drop(make(&app, &caller, &asked, false, decide).await?);
    let status = if open.is_some() { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(Requested { name: open.unwrap_or(made).to_string() })).into_response())
}

/// A value can be found only behind a `reversible` mask.
///
/// # Errors
/// When none is on the column.
pub(super) fn reversible(catalog: &Catalog, source: &DataSource, column: &Name) -> Result<(), Problem> {
    // A source whose columns only the warehouse knows is left to it: there are no tokens of other columns.
    let Ok(merged) = merge(catalog, source) else { return Ok(()) };
    let of = &source.name;
    let Some(found) = merged.columns.iter().find(|one| one.name == *column) else {
        return Err(Problem::conflict(format!("`{of}` has no column `{column}`")));
    };
    if !found.masks.iter().any(|mask| mask.mask == Masking::Reversible) {
        return Err(Problem::conflict(format!("no `reversible` mask is on the column `{column}` of `{of}`")));
    }
    Ok(())
}
