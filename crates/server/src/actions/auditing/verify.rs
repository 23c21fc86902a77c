//! `GET /api/v1/audit/verify`.

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use scrim_store::AuditHash;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::caller::{Caller, note, permit};
use crate::json::Query;
use crate::rights::Action;
use crate::{App, Problem};

/// From where.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub(crate) struct Wanted {
    /// An end that was kept elsewhere, `NUMBER:HASH`: whether it still is what it was, and all after it is whole.
    #[schemars(regex(pattern = "^[0-9]{1,19}:[0-9a-f]{64}$"))]
    head: Option<String>,
}

/// What was found out.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct Verdict {
    /// Whether nothing is broken.
    whole: bool,
    /// How many entries are whole, from where it began.
    entries: u64,
    /// The last of them, `NUMBER:HASH`: keep it elsewhere.
    head: String,
    /// The number of the first entry that is not whole.
    broken: Option<u64>,
    /// What is wrong with it.
    reason: Option<String>,
}

pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Verdict>, Problem> {
    let asked = caller.doing("audit.verify");
    let by = permit(&app, &caller, &asked, Action::ReadAudit).await?;
    note(&app, &asked, by, json!({ "head": wanted.head })).await;
    let found = match &wanted.head {
        None => app.store().verify_audit().await?,
        Some(head) => {
            let parts = head.split_once(':');
            let parts = parts.and_then(|(number, hash)| Some((number.parse().ok()?, AuditHash::parse(hash)?)));
            let (number, hash) = parts
                .ok_or_else(|| Problem::malformed("`head` is `NUMBER:HASH`, as this answers it: take it as it was"))?;
            app.store().verify_from(number, hash).await?
        }
    };
    Ok(Json(Verdict {
        whole: found.broken.is_none(),
        entries: found.entries,
        head: format!("{}:{}", found.head.number, found.head.hash),
        broken: found.broken.map(|broken| broken.number),
        reason: found.broken.map(|broken| broken.to_string()),
    }))
}
