//! The values of attributes that somebody or a group has: shown, given, taken.

use std::collections::BTreeMap;

use http::Method;
use maud::{Markup, html};
use serde_json::Value;

use crate::api::{Api, to};
use crate::form::Form;
use crate::parts::{Again, hidden, input, lookup};
use crate::problem::Problem;

/// The values, by attribute.
pub(super) type Values = BTreeMap<String, Vec<String>>;

/// The values as one line.
pub(super) fn line(values: &Values) -> Markup {
    html! {
        @for (key, values) in values { @for value in values { code { (key) "=" (value) } " " } }
    }
}

/// The values with a way to take each, and to give another one, where whoever looks may.
pub(super) fn editor(values: &Values, page: &str, may: bool, form: Again<'_>) -> Markup {
    html! {
        @if values.values().all(Vec::is_empty) { p.muted { "No attribute." } }
        @else {
            dl.facts {
                @for (key, values) in values {
                    dt { a href=(to!("/people/attributes/{}", key)) { (key) } }
                    dd {
                        @for value in values {
                            form.inline method="post" action=(format!("{page}/attributes/remove")) {
                                (hidden("key", key)) (hidden("value", value))
                                code { (value) }
                                @if may { button.small aria-label=(format!("Take {key}={value}")) { "Take" } }
                            } " "
                        }
                    }
                }
            }
        }
        @if may {
            (form.told())
            form.row method="post" action=(format!("{page}/attributes")) {
                (lookup("key", "Attribute", "attributes", form.text("key", ""), ""))
                (input("value", "Value", form.text("value", ""), ""))
                button { "Give" }
            }
        }
    }
}

/// Gives or takes the value that a form names; `whose` is a path of the API.
pub(super) async fn set(api: &Api, method: Method, whose: &str, form: &Form) -> Result<String, Problem> {
    let (key, value) = (form.text("key"), form.text("value"));
    if key.is_empty() || value.is_empty() {
        return Err(Problem::malformed("an attribute and its value are needed: write both"));
    }
    let given = method == Method::PUT;
    api.send(method, format!("{whose}{}", to!("/attributes/{}/{}", key, value)), &Value::Null).await?;
    Ok(if given { format!("{key}={value} is given.") } else { format!("{key}={value} is taken.") })
}
