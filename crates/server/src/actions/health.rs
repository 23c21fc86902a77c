//! What watches the service asks, and what documents it.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;

use crate::endpoint::Endpoint;
use crate::{App, Problem, measuring};

/// How it stands.
#[derive(Serialize, JsonSchema)]
struct Health {
    /// `ok`.
    status: &'static str,
    /// The version of the program.
    version: &'static str,
}

pub(crate) fn endpoints() -> Vec<Endpoint> {
    const TAG: &str = "Service";
    vec![
        Endpoint::get("/healthz", "is_alive", alive)
            .any_query()
            .about(TAG, "Whether the process answers")
            .open()
            .answers::<Health>(StatusCode::OK, "It does."),
        Endpoint::get("/readyz", "is_ready", ready)
            .any_query()
            .about(
                TAG,
                "Whether requests can be answered: the metadata database is there, and the audit trail is written",
            )
            .open()
            .answers::<Health>(StatusCode::OK, "They can."),
        Endpoint::get("/metrics", "metrics", metrics)
            .any_query()
            .about(TAG, "Counts and times, as Prometheus reads them")
            .open()
            .answers_text(StatusCode::OK, "The metrics.", "text/plain"),
    ]
}

const GOOD: Health = Health { status: "ok", version: env!("CARGO_PKG_VERSION") };

async fn alive() -> Json<Health> {
    Json(GOOD)
}

async fn ready(State(app): State<App>) -> Result<Json<Health>, Problem> {
    match app.store().last_sequence().await {
        // Nothing is read that cannot be written down.
        Ok(_) if app.reads().failing() => Err(Problem::unavailable("the audit trail cannot be written: see the log")),
        Ok(_) => Ok(Json(GOOD)),
        Err(error) => {
            tracing::warn!(%error, "the metadata database does not answer");
            Err(Problem::unavailable("the metadata database does not answer"))
        }
    }
}

async fn metrics(State(app): State<App>) -> String {
    let Some(metrics) = app.settings().metrics.as_ref() else { return String::new() };
    if let Err(error) = measuring::look(&app).await {
        tracing::warn!(%error, "how it stands cannot be measured");
    }
    metrics.render()
}
