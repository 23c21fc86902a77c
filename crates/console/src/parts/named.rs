//! Names of what not everybody has a page of: each is a way there for those who have one. Whether they have it is the API's to
//! say; a way that leads to a refusal is none.

use maud::{Markup, html};

use crate::api::to;
use crate::visit::Me;

/// Who looks people and groups up.
const LOOKS_PEOPLE_UP: &[&str] = &["APPLICATION_ADMIN", "USER_ADMIN", "GOVERNANCE", "AUDIT"];
/// Who looks warehouses up.
const LOOKS_WAREHOUSES_UP: &[&str] = &["APPLICATION_ADMIN", "GOVERNANCE", "AUDIT", "CREATE_DATA_SOURCE"];

/// A user.
pub(crate) fn user(me: &Me, name: &str) -> Markup {
    named(me.has(LOOKS_PEOPLE_UP), &to!("/people/users/{}", name), name)
}

/// A group.
pub(crate) fn group(me: &Me, name: &str) -> Markup {
    named(me.has(LOOKS_PEOPLE_UP), &to!("/people/groups/{}", name), name)
}

/// An integration.
pub(crate) fn integration(me: &Me, name: &str) -> Markup {
    named(me.has(LOOKS_WAREHOUSES_UP), &to!("/integrations/{}", name), name)
}

/// The way to install once more in the console, for whoever may, beside a text that says to do it by a command.
pub(crate) fn installing(me: &Me, integration: &str, text: &str) -> Markup {
    let asked = text.contains("scrim integration install") && !integration.is_empty();
    let asked = asked && me.has(&["APPLICATION_ADMIN"]);
    html! { @if asked { " " a href=(to!("/integrations/{}/install", integration)) { "Install again here" } } }
}

/// A name, with the way to its page for whoever has one.
pub(crate) fn named(has_page: bool, page: &str, name: &str) -> Markup {
    html! { @if has_page { a href=(page) { (name) } } @else { span { (name) } } }
}
