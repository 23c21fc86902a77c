//! Which policies, grants and projects name something, of those that whoever looks may know of.

use std::collections::BTreeSet;

use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::api::{Api, to, with_query};
use crate::parts::{Page, empty, state, table};
use crate::problem::Problem;

/// How many of a kind are asked for at once.
const PAGE: &str = "1000";
/// Where something may be named: what it is called, where the API lists it, and where it has a page.
type Place = (&'static str, &'static str, &'static str);
const POLICIES: [Place; 2] = [
    ("subscription policy", "subscription-policies", "/policies/subscription-policy/"),
    ("data policy", "data-policies", "/policies/data-policy/"),
];
/// Where people and purposes are named besides.
const OTHERS: [Place; 2] = [("project", "projects", "/projects/"), ("grant", "grants", "")];
/// What puts tags on columns.
const IDENTIFIERS: [Place; 1] = [("identifier", "identifiers", "/discovery/identifiers/")];

/// What is looked for.
#[derive(Clone, Copy)]
pub(super) enum Used<'a> {
    /// A group.
    Group(&'a str),
    /// A purpose.
    Purpose(&'a str),
    /// A tag.
    Tag(&'a str),
}

impl<'a> Used<'a> {
    fn name(self) -> &'a str {
        match self {
            Self::Group(name) | Self::Purpose(name) | Self::Tag(name) => name,
        }
    }

    fn places(self) -> impl Iterator<Item = Place> {
        let others: &[Place] = match self {
            Self::Group(_) | Self::Purpose(_) => &OTHERS,
            Self::Tag(_) => &IDENTIFIERS,
        };
        POLICIES.into_iter().chain(others.iter().copied())
    }

    /// What names it without saying its name is not found.
    fn left_out(self) -> &'static str {
        match self {
            Self::Group(_) => {
                "What tags stand for is not looked through; what it owns is in the list of data sources, by owner."
            }
            Self::Purpose(_) => "What tags stand for is not looked through.",
            Self::Tag(_) => {
                "Policies for whatever has any tag, or that compare tags with groups or attributes, name none."
            }
        }
    }
}

#[derive(Deserialize)]
struct Document {
    name: String,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    data_source: Option<String>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// What names it, as a table.
pub(super) async fn uses(api: &Api, used: Used<'_>) -> Result<Markup, Problem> {
    let mut rows = Vec::new();
    for (called, kind, page) in used.places() {
        let mut cursor = String::new();
        loop {
            let list = with_query(&format!("/api/v1/{kind}"), &[("limit", PAGE), ("cursor", &cursor)]);
            let list = api.get::<Page<Document>>(list).await?;
            for one in &list.items {
                let mut by = BTreeSet::new();
                for (field, value) in &one.rest {
                    names(field, value, used, &mut by);
                }
                if !by.is_empty() {
                    rows.push(row((called, page), one, used, &by));
                }
            }
            match list.next {
                Some(next) => cursor = next,
                None => break,
            }
        }
    }
    Ok(html! {
        @if rows.is_empty() { (empty("Nothing that you may know of names it", html! { (used.left_out()) })) }
        @else { (table(&["What", "Name", "State"], &rows)) }
    })
}

/// A document that names it: what it is, where it is shown, in which state it is.
fn row((called, page): (&str, &str), one: &Document, used: Used<'_>, by: &BTreeSet<&str>) -> Vec<Markup> {
    vec![
        html! { (called) },
        html! {
            @if let Some(source) = &one.data_source { "of " a href=(to!("/data-sources/{}", source)) { (source) } }
            @else if page.is_empty() { (one.name) }
            @else { a href=(format!("{page}{}", crate::api::encoded(&one.name))) { (one.name) } }
            // What is above it stands for it, too.
            @if !by.contains(used.name()) { " " span.muted { "by " (by.iter().copied().collect::<Vec<_>>().join(", ")) } }
        },
        html! { @if let Some(status) = &one.status { (state(status)) } },
    ]
}

/// The names by which a part of a document names it, wherever a form of conditions, rules or owners does.
fn names<'a>(field: &str, value: &'a Value, used: Used<'_>, by: &mut BTreeSet<&'a str>) {
    match (used, field) {
        (Used::Group(name), "group") => by.extend(value.as_str().filter(|text| *text == name)),
        (Used::Purpose(name), "purpose" | "purposes") => listed(value, name, by),
        (Used::Tag(name), "source_tag" | "column_tag" | "tag") => listed(value, name, by),
        _ => {}
    }
    match value {
        Value::Object(fields) => fields.iter().for_each(|(field, value)| names(field, value, used, by)),
        Value::Array(items) => items.iter().for_each(|item| names("", item, used, by)),
        _ => {}
    }
}

/// A name, a list of names, or any of a list.
fn listed<'a>(value: &'a Value, name: &str, by: &mut BTreeSet<&'a str>) {
    // One stands for those below it.
    let is = |text: &&str| *text == name || name.strip_prefix(*text).is_some_and(|rest| rest.starts_with('.'));
    match value {
        Value::String(text) => by.extend(Some(text.as_str()).filter(is)),
        Value::Array(items) => by.extend(items.iter().filter_map(Value::as_str).filter(is)),
        Value::Object(form) => form.get("any").into_iter().for_each(|any| listed(any, name, by)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(field: &str, value: &Value, used: Used<'_>) -> Vec<String> {
        let mut by = BTreeSet::new();
        names(field, value, used, &mut by);
        by.into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn a_name_is_found_where_a_condition_has_it() {
        let group = Used::Group("staff");
        assert_eq!(found("access", &json!({ "conditions": { "all": [{ "group": "staff" }] } }), group), ["staff"]);
        assert!(found("description", &json!("staff"), group).is_empty());
        let purpose = Used::Purpose("Fraud.Refunds");
        assert_eq!(found("purpose", &json!({ "any": ["Ads", "Fraud"] }), purpose), ["Fraud"]);
        assert!(found("purpose", &json!("Fraud.Ref"), purpose).is_empty());
    }

    #[test]
    fn a_tag_is_found_by_those_above_it_and_not_by_those_below() {
        let tag = Used::Tag("PII.Name");
        assert_eq!(found("where", &json!({ "any": [{ "schema": "s" }, { "column_tag": "PII" }] }), tag), ["PII"]);
        assert_eq!(found("where", &json!({ "not": { "source_tag": "PII.Name" } }), tag), ["PII.Name"]);
        let rules =
            json!([{ "mask": { "columns": { "any": [{ "tag": "PII.Name" }, { "tag": "PII" }] }, "with": "hash" } }]);
        assert_eq!(found("rules", &rules, tag), ["PII", "PII.Name"]);
        let rows = json!([{ "rows": { "match": { "attribute": "country", "column": { "tag": "PII.Name.First" } } } }]);
        assert!(found("rules", &rows, tag).is_empty());
        assert!(found("where", &json!({ "column_tag": "PI" }), tag).is_empty());
        assert!(found("access", &json!({ "conditions": { "tag_as_group": { "on": "source" } } }), tag).is_empty());
    }
}
