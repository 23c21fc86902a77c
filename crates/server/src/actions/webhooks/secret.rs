//! `POST /api/v1/webhooks/{name}/secret`.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, TimeDelta, Utc};
use http::StatusCode;
use schemars::JsonSchema;
use scrim_notify::{Secrets, life};
use scrim_store::Outcome;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{allowed, missing};
use crate::caller::Caller;
use crate::json::{Body, InPath};
use crate::{App, Problem};

/// How long the secret before counts, unless the caller says.
const USUAL: u32 = 24;
/// How long it counts at most, in hours.
const LONGEST: u32 = 30 * 24;

/// How a secret is replaced.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rotation {
    /// For so many hours messages are signed with the secret before, too; 24 unless said, at most 720. 0 when it was found
    /// by somebody.
    #[schemars(range(max = 720))]
    keep_earlier_hours: Option<u32>,
}

/// A new secret.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Made {
    /// The secret, for the receiver to check signatures with. Nobody can read it again.
    secret: String,
    /// Until when messages are signed with the secret before, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    earlier_until: Option<DateTime<Utc>>,
}

pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    InPath(text): InPath<String>,
    Body(rotation): Body<Rotation>,
) -> Result<(StatusCode, Json<Made>), Problem> {
    let (asked, name, by) = allowed(&app, &caller, "webhook.rotate-secret", &text).await?;
    let hours = rotation.keep_earlier_hours.unwrap_or(USUAL);
    if hours > LONGEST {
        return Err(Problem::malformed(format!("`keep_earlier_hours` is {hours}, and must be 0 to {LONGEST}")));
    }
    let made = life(app.store(), &name).await?.ok_or_else(|| missing(&name))?;
    let until = app.now() + TimeDelta::hours(i64::from(hours));
    let before = Secrets::load(app.store(), &name, made).await.map_err(|error| Problem::internal(&error))?;
    let earlier_until = before.is_some().then_some(until);
    let secrets = Secrets::rotated(before, until);
    let details = json!({ "earlier_until": earlier_until });
    app.store().audit(asked.audit(Outcome::Allowed, Some(by.to_owned()), details)).await?;
    secrets.keep(app.store(), &name, made).await.map_err(|error| Problem::internal(&error))?;
    let made = Made { secret: secrets.current().expose_secret().to_owned(), earlier_until };
    Ok((StatusCode::CREATED, Json(made)))
}
