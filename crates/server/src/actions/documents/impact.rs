//! `POST /api/v1/impact`.

use axum::Json;
use axum::extract::State;
use scrim_policy::SourceEffect;
use serde_json::json;

use super::apply::{documents, effects};
use super::listed::Listed;
use crate::caller::{Caller, note};
use crate::json::Body;
use crate::{App, Problem};

pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    Body(listed): Body<Listed>,
) -> Result<Json<Vec<SourceEffect>>, Problem> {
    let count = listed.documents.len();
    let (planned, _) = documents(&app, &caller, "documents.impact", listed, true).await?;
    let effects = effects(&app, &caller, &planned).await?;
    note(&app, &caller.doing("documents.impact"), "what each of the changes allows", json!({ "documents": count }))
        .await;
    Ok(Json(effects))
}
