//! What a policy was: its versions, what is different between two of them, and making an earlier one count again.

use axum::extract::Query;
use axum::response::Response;
use chrono::{DateTime, Utc};
use futures_util::future::try_join3;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::Value;

use super::document::Policy;
use super::draft::Draft;
use super::kind::Of;
use super::yaml;
use crate::api::{Api, with_query};
use crate::parts::{Page, badge, difference, head, pager, section, state};
use crate::problem::Problem;
use crate::route::Route;
use crate::time;
use crate::visit::Visit;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/policies/{kind}/{name}/history", all), Route::get("/policies/{kind}/{name}/compare", compare)]
}

/// What a policy was at a time.
#[derive(Deserialize)]
pub(super) struct Version {
    version: u64,
    sequence: u64,
    pub(super) at: DateTime<Utc>,
    pub(super) actor: String,
    /// Nothing where it was deleted.
    document: Option<Value>,
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    cursor: String,
}

#[derive(Deserialize)]
struct Two {
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
}

/// Versions, newest first.
///
/// # Errors
/// What the API refuses it with.
pub(super) async fn versions(api: &Api, of: &Of, cursor: &str) -> Result<Page<Version>, Problem> {
    let list = format!("{}/versions", of.kind.one(&of.name));
    api.get(with_query(&list, &[("limit", "20"), ("cursor", cursor)])).await
}

/// One version: the newest are looked at first.
async fn version(api: &Api, of: &Of, wanted: u64) -> Result<Version, Problem> {
    let list = format!("{}/versions", of.kind.one(&of.name));
    let mut cursor = String::new();
    loop {
        let page = api.get::<Page<Version>>(with_query(&list, &[("limit", "200"), ("cursor", &cursor)])).await?;
        if let Some(found) = page.items.into_iter().find(|version| version.version == wanted) {
            return Ok(found);
        }
        let none = || Problem::malformed(format!("there is no version {wanted} that you may know of"));
        cursor = page.next.ok_or_else(none)?;
    }
}

/// A table of versions, of which two can be compared.
pub(super) fn table(of: &Of, versions: &Page<Version>) -> Markup {
    let page = of.kind.page(&of.name);
    let rows: Vec<_> = versions.items.iter().enumerate().map(|(at, one)| {
        let (newer, older) = (format!("Compare to version {}", one.version), format!("Compare from version {}", one.version));
        vec![
            html! { input type="radio" name="from" value=(one.version) aria-label=(older) checked[at == 1 || versions.items.len() == 1]; },
            html! { input type="radio" name="to" value=(one.version) aria-label=(newer) checked[at == 0]; },
            html! { (one.version) },
            time::moment(one.at),
            html! { (one.actor) },
            html! { (one.sequence) },
            html! { @match &one.document { Some(document) => (state(super::document::status(document))), None => (badge("bad", "deleted")) } },
        ]
    }).collect();
    html! {
        form method="get" action=(format!("{page}/compare")) {
            (crate::parts::table(&["From", "To", "Version", "When", "Who", "Event", "Status"], &rows))
            @if versions.items.len() > 1 { p { button { "Compare" } } }
        }
        @if versions.next.is_some() { p { a href=(format!("{page}/history")) { "Every version" } } }
    }
}

async fn all(visit: Visit, of: Of, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let found = versions(&visit.api, &of, &asked.cursor).await?;
    let page = of.kind.page(&of.name);
    let cursor = &asked.cursor;
    let main = html! {
        (head(&format!("What {} was", of.name), "", html! { a.button href=(page) { "Back to " (of.name) } }))
        (section("Versions", table(&of, &found)))
        (pager(&format!("{page}/history"), &[], cursor, found.next.as_deref()))
    };
    Ok(visit.page("History", main))
}

async fn compare(visit: Visit, of: Of, Query(two): Query<Two>) -> Result<Response, Problem> {
    let (from, to) = (number(&two.from)?, number(&two.to)?);
    let pair = (version(&visit.api, &of, from), version(&visit.api, &of, to));
    // Where it was deleted, an earlier version becomes a new policy of that name.
    let stands = async {
        match Policy::get(&visit.api, of.kind, &of.name).await {
            Ok(policy) => Ok((of.name.clone(), policy.version)),
            Err(problem) if problem.status == 404 => Ok((String::new(), String::new())),
            Err(problem) => Err(problem),
        }
    };
    let (from, to, (name, stands)) = try_join3(pair.0, pair.1, stands).await?;
    let page = of.kind.page(&of.name);
    let main = html! {
        (head(&format!("{}: version {} and {}", of.name, from.version, to.version), "", html! { a.button href=(page) { "Back to " (of.name) } }))
        p { "From " strong { (from.version) } ", " (time::moment(from.at)) " by " (from.actor) ", to " strong { (to.version) } ", " (time::moment(to.at)) " by " (to.actor) "." }
        (section("Difference", difference(&text(&from), &text(&to))))
        div.row {
            // What it means is read before it counts again.
            @for one in [&from, &to] {
                @if one.document.is_some() {
                    form.inline method="post" action="/policies/review" {
                        (Draft::begun(of.kind, name.clone(), stands.clone(), text(one)).whole())
                        button { "Review and restore version " (one.version) }
                    }
                }
            }
        }
    };
    Ok(visit.page("Compare", main))
}

fn text(version: &Version) -> String {
    version.document.as_ref().map_or_else(String::new, yaml::write)
}

/// The number of a version.
fn number(text: &str) -> Result<u64, Problem> {
    text.parse().map_err(|_| Problem::malformed("choose two versions: which is meant cannot be read"))
}
