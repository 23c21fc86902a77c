//! What a data source was: its versions, and what changed between any two.

use axum::extract::{Path, Query};
use axum::response::Response;
use chrono::{DateTime, Utc};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::Value;

use super::source::{Source, Tab};
use crate::api::{to, with_query};
use crate::parts::{Page, difference, empty, pager, section, table};
use crate::problem::Problem;
use crate::route::Route;
use crate::time;
use crate::visit::Visit;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/data-sources/{name}/history", show)]
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    cursor: String,
    from: Option<u64>,
    to: Option<u64>,
}

#[derive(Clone, Deserialize)]
struct Version {
    version: u64,
    at: DateTime<Utc>,
    actor: String,
    document: Option<Value>,
}

impl Version {
    /// The document as lines; none where it was deleted.
    fn lines(&self) -> Result<String, Problem> {
        let Some(document) = self.document.as_ref().filter(|document| !document.is_null()) else {
            return Ok(String::new());
        };
        serde_json::to_string_pretty(document).map_err(|error| Problem::broken(error.to_string()))
    }
}

async fn show(visit: Visit, Path(name): Path<String>, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let source = Source::find(&visit, &name).await?;
    let list = [("limit", "50"), ("cursor", asked.cursor.as_str())];
    let versions =
        visit.api.get::<Page<Version>>(with_query(&to!("/api/v1/data-sources/{}/versions", name), &list)).await?;
    let newest = versions.items.first().map(|version| version.version);
    let (to, from) = (asked.to.or(newest), asked.from.or(versions.items.get(1).map(|version| version.version)));
    let of = |number: Option<u64>| versions.items.iter().find(|version| Some(version.version) == number);
    let page = to!("/data-sources/{}/history", name);
    let main = html! {
        (source.heading(&visit, Tab::History))
        (section("Versions", html! {
            form method="get" action=(page) {
                @if !asked.cursor.is_empty() { input type="hidden" name="cursor" value=(asked.cursor); }
                (table(&["Version", "When", "By", "From", "To"], &versions.items.iter().map(|one| row(one, from, to)).collect::<Vec<_>>()))
                button { "Compare" }
            }
            (pager(&page, &[], &asked.cursor, versions.next.as_deref()))
        }))
        @match (of(from), of(to)) {
            (Some(before), Some(after)) => {
                (section(&format!("From version {} to version {}", before.version, after.version), difference(&before.lines()?, &after.lines()?)))
            }
            (None, Some(only)) => { (section(&format!("Version {}", only.version), html! { pre tabindex="0" { (only.lines()?) } })) }
            _ => { (empty("Nothing to compare", html! { "Choose two versions of this page." })) }
        }
    };
    Ok(visit.page(&format!("History of {name}"), main))
}

fn row(one: &Version, from: Option<u64>, to: Option<u64>) -> Vec<Markup> {
    let choose = |name: &str, chosen: Option<u64>| {
        html! { input type="radio" name=(name) value=(one.version) checked[chosen == Some(one.version)] aria-label=(format!("{name} version {}", one.version)); }
    };
    vec![
        html! { (one.version) @if one.document.as_ref().is_none_or(Value::is_null) { " " span.muted { "deleted" } } },
        time::moment(one.at),
        html! { (one.actor) },
        choose("from", from),
        choose("to", to),
    ]
}
