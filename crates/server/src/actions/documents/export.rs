//! `GET /api/v1/export`.

pub(super) mod yaml;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use http::{HeaderValue, header};
use scrim_catalog::{Catalog, Kind};
use serde_json::json;

use crate::actor::Actor;
use crate::caller::{Caller, note};
use crate::compute::compute;
use crate::rights::Reader;
use crate::{App, Problem};

pub(crate) async fn run(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let (world, actor, now) = (app.registry().world(), caller.actor.clone(), app.now());
    let (sequence, catalog) = (world.sequence, std::sync::Arc::clone(&world.catalog));
    let (text, count) = compute(move || all(&actor, &catalog, now)).await?;
    note(&app, &caller.doing("documents.export"), "what each of them allows", json!({ "count": count })).await;
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/yaml"));
    headers.insert("x-scrim-sequence", HeaderValue::from(sequence));
    Ok(response)
}

/// The documents that somebody may read, and how many they are.
fn all(actor: &Actor, catalog: &Catalog, now: DateTime<Utc>) -> (String, usize) {
    let (mut text, mut count) = (String::new(), 0);
    let reader = Reader::new(actor, catalog, now);
    for kind in Kind::ALL {
        for name in catalog.names_after(*kind, "") {
            if !reader.may(*kind, name).is_allowed() {
                continue;
            }
            let Some(document) = catalog.document(*kind, name) else { continue };
            if count > 0 {
                text.push_str("---\n");
            }
            text.push_str(&yaml::write(&document));
            count += 1;
        }
    }
    (text, count)
}
