//! `GET /api/v1/reports/who-reads-what`.

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use http::HeaderMap;
use schemars::JsonSchema;
use scrim_catalog::Name;
use scrim_catalog::documents::User;
use scrim_policy::{AccessRules, Facts, Merger, admitted, decide};
use serde::{Deserialize, Serialize};

use super::answer::{self, answer};
use crate::caller::Caller;
use crate::json::Query;
use crate::page::{Page, Paging};
use crate::past::Then;
use crate::table::{Format, Row};
use crate::{App, Problem};

/// Which rows, and how.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub(crate) struct Wanted {
    /// How it is written; by default what `Accept` says.
    format: Option<Format>,
    /// As it was at this moment; as it is by default.
    as_of: Option<DateTime<Utc>>,
    /// Where the page begins: `next` of the page before; of CSV, its header `x-next-cursor`.
    cursor: Option<String>,
    /// How many rows at most; 1 to 1000.
    #[schemars(range(min = 1, max = 1000))]
    limit: Option<usize>,
    /// Only this data source.
    data_source: Option<String>,
    /// Only this user.
    user: Option<String>,
}

/// Somebody who may read a data source.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct Reader {
    /// The data source.
    data_source: Name,
    /// The user.
    user: Name,
    /// By which name the warehouse knows the user, if it does.
    login: Option<Name>,
    /// Why they may.
    because: Vec<String>,
}

impl Row for Reader {
    const COLUMNS: &'static [&'static str] = &["data_source", "user", "login", "because"];
}

pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let paging = Paging { cursor: wanted.cursor.clone(), limit: wanted.limit };
    let limit = paging.limit()?;
    let after: Option<(String, String)> = match paging.after()?.as_str() {
        "" => None,
        text => Some(serde_json::from_str(text).map_err(|_| Problem::malformed("`cursor` is not one of this report"))?),
    };
    let how = answer::Wanted { format: wanted.format, as_of: wanted.as_of };
    let make = move |then: &Then| {
        let readers = readers(then, &wanted, after.as_ref(), limit + 1);
        Page::cut(readers, limit, |last| serde_json::json!([last.data_source, last.user]).to_string())
    };
    answer(&app, &caller, "who-reads-what", how, &headers, make).await
}

fn readers(then: &Then, wanted: &Wanted, after: Option<&(String, String)>, most: usize) -> Vec<Reader> {
    let catalog = &*then.catalog;
    let people = catalog.users.values().filter(|user| !user.disabled);
    let people = people.filter(|user| wanted.user.as_ref().is_none_or(|name| user.name.as_str() == name));
    let people: Vec<(&User, Facts)> = people.map(|user| (&user.item, Facts::of(catalog, user))).collect();
    let merger = Merger::new(catalog);
    let mut readers = Vec::new();
    for source in catalog.data_sources.values() {
        let name = source.name.as_str();
        let passed = after.is_some_and(|(source, _)| name < source.as_str());
        if passed || wanted.data_source.as_ref().is_some_and(|wanted| name != wanted) {
            continue;
        }
        // Of one that is closed, or whose columns are not known, nobody reads anything.
        if merger.merge(source).is_ok_and(|merged| merged.closed.is_empty()) {
            let rules = AccessRules::of(catalog, source);
            for (user, facts) in &people {
                let told = after.is_some_and(|(source, last)| name == source && user.name.as_str() <= last.as_str());
                if told || !admitted(catalog, &rules, source, facts, then.at) {
                    continue;
                }
                readers.push(Reader {
                    data_source: source.name.value().clone(),
                    user: user.name.value().clone(),
                    login: user.login(&source.integration),
                    because: decide(catalog, source, user, then.at).because,
                });
                if readers.len() == most {
                    return readers;
                }
            }
        }
    }
    readers
}
