//! `GET /api/v1/reports/attributes-in-use`.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use schemars::JsonSchema;
use scrim_catalog::{Catalog, Kind, Name};
use scrim_policy::{Bound, Facts};
use serde::Serialize;
use serde_json::Value;

use super::answer::{Wanted, answer, whole};
use crate::caller::Caller;
use crate::json::Query;
use crate::past::Then;
use crate::table::Row;
use crate::{App, Problem};

/// A value of an attribute.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct InUse {
    /// The attribute.
    attribute: Name,
    /// The value; nothing for an attribute that nobody has.
    value: Option<Name>,
    /// How many active users have it, by themselves or by a group.
    users: usize,
    /// How many groups have it.
    groups: usize,
    /// The policies that read the attribute.
    policies: Vec<String>,
}

impl Row for InUse {
    const COLUMNS: &'static [&'static str] = &["attribute", "value", "users", "groups", "policies"];
}

pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    answer(&app, &caller, "attributes-in-use", wanted, &headers, |then| whole(in_use(then))).await
}

/// By attribute and value: how many users, and how many groups.
type Counts = BTreeMap<Name, BTreeMap<Option<Name>, (usize, usize)>>;

fn in_use(then: &Then) -> Vec<InUse> {
    let catalog = &*then.catalog;
    let mut counts: Counts = catalog.attribute_keys().into_iter().map(|key| (key.clone(), BTreeMap::new())).collect();
    for user in catalog.users.values().filter(|user| !user.disabled) {
        let facts = Facts::personal(catalog, user);
        for (key, values) in &facts.held(Bound::Every).attributes {
            let known = counts.entry(key.clone()).or_default();
            values.iter().for_each(|value| known.entry(Some(value.clone())).or_default().0 += 1);
        }
    }
    for group in catalog.groups.values() {
        for (key, values) in &group.attributes {
            let known = counts.entry(key.value().clone()).or_default();
            values.0.iter().for_each(|value| known.entry(Some(value.value().clone())).or_default().1 += 1);
        }
    }
    let policies = policies(catalog);
    let mut rows = Vec::new();
    for (attribute, mut values) in counts {
        if values.is_empty() {
            values.insert(None, (0, 0));
        }
        let policies: Vec<String> = policies.get(attribute.as_str()).into_iter().flatten().cloned().collect();
        rows.extend(values.into_iter().map(|(value, (users, groups))| InUse {
            attribute: attribute.clone(),
            value,
            users,
            groups,
            policies: policies.clone(),
        }));
    }
    rows
}

/// By attribute: the policies that read it.
fn policies(catalog: &Catalog) -> BTreeMap<String, BTreeSet<String>> {
    let mut readers: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for kind in [Kind::SubscriptionPolicy, Kind::DataPolicy, Kind::Project] {
        for name in catalog.names_after(kind, "") {
            let mut read = BTreeSet::new();
            if let Some(document) = catalog.json(kind, name) {
                attributes(&document, &mut read);
            }
            for attribute in read {
                readers.entry(attribute).or_default().insert(format!("{}/{name}", kind.plural()));
            }
        }
    }
    readers
}

/// The attributes that a document names: in conditions (`attribute: { key: value }`), in `match` and `tag_as_attribute`
/// (`attribute: key`), and in predicates (`@hasAttribute('key', …)`).
fn attributes(value: &Value, read: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (field, inner) in fields {
                match inner {
                    Value::String(key) if field == "attribute" => drop(read.insert(key.clone())),
                    Value::Object(keys) if field == "attribute" => read.extend(keys.keys().cloned()),
                    inner => attributes(inner, read),
                }
            }
        }
        Value::Array(parts) => parts.iter().for_each(|part| attributes(part, read)),
        Value::String(text) => {
            for function in ["@hasattribute(", "@attributevaluescontains("] {
                // Lower case in ASCII keeps every place.
                let lower = text.to_ascii_lowercase();
                for (at, _) in lower.match_indices(function) {
                    let rest = text.get(at + function.len()..).unwrap_or("").trim_start();
                    if let Some(key) = rest.strip_prefix('\'').and_then(|rest| rest.split('\'').next()) {
                        read.insert(key.to_owned());
                    }
                }
            }
        }
        _ => {}
    }
}
