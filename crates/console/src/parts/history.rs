//! What a document was, and who changed what of it.

use chrono::{DateTime, Utc};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{empty, table};
use crate::api::to;
use crate::time;

/// A version of a document.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Version {
    version: u64,
    at: DateTime<Utc>,
    actor: String,
    #[serde(default)]
    document: Option<Map<String, Value>>,
}

/// The versions of a document, newest first; each says what it has that the one before had not. Of the last one of a page the
/// one before is not known.
pub(crate) fn history(versions: &[Version]) -> Markup {
    if versions.is_empty() {
        return empty("No version is kept", html! { "Each change from now on stands here." });
    }
    let before = versions.iter().skip(1).map(Some).chain([None]);
    let rows = versions.iter().zip(before).map(|(one, before)| {
        vec![
            html! { (one.version) },
            time::moment(one.at),
            html! { a href=(to!("/people/users/{}", one.actor)) { (one.actor) } },
            changed(one, before),
        ]
    });
    table(&["Version", "When", "By", "What changed"], &rows.collect::<Vec<_>>())
}

fn changed(one: &Version, before: Option<&Version>) -> Markup {
    let Some(now) = &one.document else { return html! { strong { "deleted" } } };
    let none = Map::new();
    let was = match before {
        Some(before) => before.document.as_ref(),
        None if one.version == 1 => None,
        None => {
            return html! { details { summary { "all of it" } pre tabindex="0" { (pretty(&Value::Object(now.clone()))) } } };
        }
    };
    let (made, was) = (was.is_none(), was.unwrap_or(&none));
    let kept = |field: &&String| *field != "kind" && *field != "name";
    let mut fields: Vec<&String> = now.keys().chain(was.keys()).filter(kept).collect();
    fields.sort_unstable();
    fields.dedup();
    let differing: Vec<_> = fields.into_iter().filter(|field| now.get(*field) != was.get(*field)).collect();
    html! {
        @if made { strong { "made" } }
        @else if differing.is_empty() { span.muted { "nothing that is shown" } }
        ul.plain {
            @for field in differing {
                li {
                    (field.replace('_', " ")) ": "
                    @if let Some(value) = was.get(field) { del { code { (short(value)) } } " " }
                    @if let Some(value) = now.get(field) { ins { code { (short(value)) } } }
                }
            }
        }
    }
}

/// A value in a line, as a person reads it.
fn short(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) if items.is_empty() => "none".to_owned(),
        Value::Array(items) if items.iter().all(|item| !item.is_object()) => {
            items.iter().map(short).collect::<Vec<_>>().join(", ")
        }
        // Lists by name, as attributes are.
        Value::Object(fields)
            if fields
                .values()
                .all(|value| value.as_array().is_some_and(|items| items.iter().all(Value::is_string))) =>
        {
            fields.iter().map(|(name, values)| format!("{name}: {}", short(values))).collect::<Vec<_>>().join("; ")
        }
        other => other.to_string(),
    }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_written_as_people_read_them() {
        for (value, told) in [
            (json!(["staff", "hr"]), "staff, hr"),
            (json!([]), "none"),
            (json!({ "country": ["US", "GB"], "team": ["a"] }), "country: US, GB; team: a"),
            (json!([{ "user": "felix" }]), r#"[{"user":"felix"}]"#),
            (json!("text"), "text"),
        ] {
            assert_eq!(short(&value), told);
        }
    }
}
