//! Counts and times of the service, as Prometheus reads them.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use metrics::{counter, gauge, histogram};
use scrim_catalog::Kind;
use scrim_reconciler::WHOLE;
use scrim_store::{StoreError, SyncWord};

use crate::App;

/// Counts a request, by its route and never by its address: there are as many of those as clients like.
pub(crate) async fn measured(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str).to_owned();
    let (method, begun) = (request.method().to_string(), Instant::now());
    let response = next.run(request).await;
    let status = response.status().as_u16().to_string();
    histogram!("scrim_request_seconds", "route" => route.clone(), "method" => method.clone())
        .record(begun.elapsed().as_secs_f64());
    counter!("scrim_requests_total", "route" => route, "method" => method, "status" => status).increment(1);
    response
}

/// How it stands at this moment: what is not counted as it happens.
///
/// # Errors
/// When the metadata database does not answer.
#[expect(clippy::cast_precision_loss, reason = "gauges are floating-point numbers")]
pub(crate) async fn look(app: &App) -> Result<(), StoreError> {
    let world = app.registry().world();
    for kind in Kind::ALL {
        gauge!("scrim_documents", "kind" => kind.as_str()).set(world.catalog.count(*kind) as f64);
    }
    gauge!("scrim_last_event").set(world.sequence as f64);
    gauge!("scrim_audit_failing").set(if app.reads().failing() { 1.0 } else { 0.0 });
    for name in world.catalog.integrations.keys() {
        let states = app.store().sync_states(name).await?;
        let whole = states.iter().find(|state| state.subject == WHOLE);
        for word in SyncWord::ALL {
            let count = states.iter().filter(|state| state.subject != WHOLE && state.state == *word).count();
            let labels = [("integration", name.to_string()), ("state", word.to_string())];
            gauge!("scrim_sync_data_sources", &labels).set(count as f64);
            let stands = whole.is_some_and(|whole| whole.state == *word);
            gauge!("scrim_sync_state", &labels).set(if stands { 1.0 } else { 0.0 });
        }
        let pushed = whole.and_then(|whole| whole.pushed_sequence).unwrap_or(0);
        let behind = world.changed.saturating_sub(pushed);
        gauge!("scrim_sync_events_behind", "integration" => name.to_string()).set(behind as f64);
        let since = whole.map_or(0, |whole| whole.since.timestamp());
        gauge!("scrim_sync_state_since_seconds", "integration" => name.to_string()).set(since as f64);
    }
    Ok(())
}
