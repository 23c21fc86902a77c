//! Words that say how something stands, and tags.

use maud::{Markup, html};

use crate::api::with_query;

/// A word with a colour: `good`, `bad`, `warn`, or nothing in particular.
pub(crate) fn badge(class: &str, word: &str) -> Markup {
    html! { span class=(format!("badge {class}")) { (word) } }
}

/// How something stands, by the word that the API has for it.
pub(crate) fn state(word: &str) -> Markup {
    let class = match word {
        "in_sync" | "active" | "allowed" | "delivered" | "approved" => "good",
        "failed" | "refused" | "closed" | "denied" | "revoked" => "bad",
        "retrying" | "pushing" | "waiting" | "requested" | "staged" | "attempted" | "pending" => "warn",
        _ => "",
    };
    badge(class, &word.replace('_', " "))
}

/// A tag, and the way to where it is used.
pub(crate) fn tag(name: &str) -> Markup {
    html! { a.tag href=(with_query("/tags", &[("tag", name)])) { (name) } }
}

/// Tags.
pub(crate) fn tags(names: &[String]) -> Markup {
    html! { @for name in names { (tag(name)) " " } }
}
