//! What is noticed of tables that come and go.

use std::collections::BTreeMap;

use axum::extract::Path;
use axum::response::Response;
use chrono::{DateTime, Utc};
use maud::html;
use serde::Deserialize;

use super::frame::beginning;
use crate::api::to;
use crate::parts::{empty, facts, prose, section, table};
use crate::problem::Problem;
use crate::time;
use crate::visit::Visit;

/// So many data sources of a change, and so many refused tables, are shown.
const SHOWN: usize = 50;

#[derive(Deserialize)]
struct Monitoring {
    looked: Option<DateTime<Utc>>,
    schemas: Vec<String>,
    trouble: Option<String>,
    refused: BTreeMap<String, String>,
    noticed: Vec<Noticed>,
}

#[derive(Deserialize)]
struct Noticed {
    seen: DateTime<Utc>,
    data_sources: Vec<String>,
    protected: Option<DateTime<Utc>>,
    seconds: Option<f64>,
}

pub(super) async fn show(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    let found = visit.api.get::<Monitoring>(to!("/api/v1/integrations/{}/monitoring", name)).await?;
    let main = html! {
        (beginning(&visit, &name, "Monitoring"))
        (section("Watching", html! {
            (facts(&[
                ("Looked", time::maybe(found.looked)),
                ("Schemas", html! { @if found.schemas.is_empty() { "none: monitored schemas are named in the settings" } @else { code { (found.schemas.join(", ")) } } }),
            ]))
            @if let Some(trouble) = &found.trouble { div.notice.bad { (prose(trouble)) } }
        }))
        @if !found.refused.is_empty() {
            (section("Tables that cannot become data sources", html! {
                (table(&["Table", "Why"], &found.refused.iter().take(SHOWN).map(|(table, why)| vec![
                    html! { code { (table) } }, prose(why),
                ]).collect::<Vec<_>>()))
                @if found.refused.len() > SHOWN { p.muted { "and " (found.refused.len() - SHOWN) " more" } }
            }))
        }
        (section("Changes in the warehouse", html! {
            @if found.noticed.is_empty() { (empty("None yet", html! { "New tables and columns are told here once they are noticed." })) }
            @else {
                (table(&["Seen", "Data sources", "Protected", "After"], &found.noticed.iter().map(|one| vec![
                    time::moment(one.seen),
                    html! {
                        @for source in one.data_sources.iter().take(SHOWN) { a href=(to!("/data-sources/{}", source)) { (source) } " " }
                        @if one.data_sources.len() > SHOWN { span.muted { "and " (one.data_sources.len() - SHOWN) " more" } }
                    },
                    time::maybe(one.protected),
                    html! { @if let Some(seconds) = one.seconds { (format!("{seconds:.1} s")) } },
                ]).collect::<Vec<_>>()))
            }
        }))
    };
    Ok(visit.page(&name, main))
}
