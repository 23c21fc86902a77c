//! Which policies, grants and projects name something, of those that whoever looks may know of.

use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::api::{Api, to, with_query};
use crate::parts::{Page, empty, state, table};
use crate::problem::Problem;

/// How many of a kind are asked for at once.
const PAGE: &str = "1000";
/// Where something may be named: what it is called, where the API lists it, and where it has a page.
const PLACES: [(&str, &str, &str); 4] = [
    ("subscription policy", "subscription-policies", "/policies/subscription-policy/"),
    ("data policy", "data-policies", "/policies/data-policy/"),
    ("project", "projects", "/projects/"),
    ("grant", "grants", ""),
];

/// What is looked for.
#[derive(Clone, Copy)]
pub(super) enum Used<'a> {
    /// A group.
    Group(&'a str),
    /// A purpose.
    Purpose(&'a str),
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
    for (called, kind, page) in PLACES {
        let mut cursor = String::new();
        loop {
            let list = with_query(&format!("/api/v1/{kind}"), &[("limit", PAGE), ("cursor", &cursor)]);
            let list = api.get::<Page<Document>>(list).await?;
            let found = list.items.iter().filter(|one| one.rest.iter().any(|(field, value)| names(field, value, used)));
            rows.extend(found.map(|one| row(called, page, one)));
            match list.next {
                Some(next) => cursor = next,
                None => break,
            }
        }
    }
    Ok(html! {
        @if rows.is_empty() { (empty("Nothing that you may know of names it", html! { "What tags stand for is not looked through." })) }
        @else { (table(&["What", "Name", "State"], &rows)) }
    })
}

/// A document that names it: what it is, where it is shown, in which state it is.
fn row(called: &str, page: &str, one: &Document) -> Vec<Markup> {
    vec![
        html! { (called) },
        html! {
            @if let Some(source) = &one.data_source { "of " a href=(to!("/data-sources/{}", source)) { (source) } }
            @else if page.is_empty() { (one.name) }
            @else { a href=(format!("{page}{}", crate::api::encoded(&one.name))) { (one.name) } }
        },
        html! { @if let Some(status) = &one.status { (state(status)) } },
    ]
}

/// Whether a part of a document names it, wherever a form of conditions, rules or owners does.
fn names(field: &str, value: &Value, used: Used<'_>) -> bool {
    let here = match used {
        Used::Group(name) => field == "group" && value.as_str() == Some(name),
        Used::Purpose(name) => match field {
            "purpose" | "purposes" => lists(value, name),
            _ => false,
        },
    };
    here || match value {
        Value::Object(fields) => fields.iter().any(|(field, value)| names(field, value, used)),
        Value::Array(items) => items.iter().any(|item| names("", item, used)),
        _ => false,
    }
}

/// A name, a list of names, or any of a list.
fn lists(value: &Value, name: &str) -> bool {
    // A purpose stands for those below it.
    let is = |text: &str| text == name || name.strip_prefix(text).is_some_and(|rest| rest.starts_with('.'));
    match value {
        Value::String(text) => is(text),
        Value::Array(items) => items.iter().any(|item| item.as_str().is_some_and(is)),
        Value::Object(form) => form.get("any").is_some_and(|any| lists(any, name)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_where_a_condition_has_it() {
        let group = Used::Group("staff");
        assert!(names("access", &serde_json::json!({ "conditions": { "all": [{ "group": "staff" }] } }), group));
        assert!(!names("description", &serde_json::json!("staff"), group));
        let purpose = Used::Purpose("Fraud.Refunds");
        assert!(names("purpose", &serde_json::json!({ "any": ["Ads", "Fraud"] }), purpose));
        assert!(!names("purpose", &serde_json::json!("Fraud.Ref"), purpose));
    }
}
