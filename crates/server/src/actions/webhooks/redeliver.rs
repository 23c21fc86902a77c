//! `POST /api/v1/webhooks/{name}/deliveries/{id}/redeliver`.

use axum::extract::State;
use http::StatusCode;
use scrim_store::Outcome;
use serde_json::json;

use super::allowed;
use crate::caller::Caller;
use crate::json::InPath;
use crate::{App, Problem};

pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    InPath((text, id)): InPath<(String, u64)>,
) -> Result<StatusCode, Problem> {
    let (asked, name, by) = allowed(&app, &caller, "webhook.redeliver", &text).await?;
    let found = app.store().delivery(id).await?.filter(|delivery| delivery.webhook == name.as_str());
    if found.is_none() {
        return Err(Problem::not_found(format!("the webhook `{name}` has no delivery {id}")));
    }
    app.store().audit(asked.audit(Outcome::Allowed, Some(by.to_owned()), json!({ "delivery": id }))).await?;
    app.store().redeliver(id, app.now()).await?;
    Ok(StatusCode::ACCEPTED)
}
