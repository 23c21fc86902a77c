//! Tokens of the API, as a table of them has them.

use chrono::{DateTime, Utc};
use maud::{Markup, html};
use serde::Deserialize;

use super::{badge, button, table};
use crate::time;

/// A token, without what it is shown by.
#[derive(Deserialize)]
pub(crate) struct Token {
    pub(crate) id: String,
    name: String,
    scopes: Vec<String>,
    created: DateTime<Utc>,
    expires: Option<DateTime<Utc>>,
    last_used: Option<DateTime<Utc>>,
    pub(crate) revoked: Option<DateTime<Utc>>,
}

/// Tokens, each with a way to revoke it; `revoking` is the address where that is done.
pub(crate) fn tokens<'a>(tokens: impl Iterator<Item = &'a Token>, revoking: impl Fn(&Token) -> String) -> Markup {
    let row = |token: &Token| {
        vec![
            html! { (token.name) },
            html! { (token.scopes.join(", ")) },
            time::moment(token.created),
            time::maybe(token.expires),
            time::maybe(token.last_used),
            html! {
                @match token.revoked {
                    Some(at) => { (badge("bad", "revoked")) " " (time::moment(at)) },
                    None => (button(&revoking(token), "Revoke", "small danger")),
                }
            },
        ]
    };
    table(&["Name", "Scopes", "Made", "Expires", "Last used", ""], &tokens.map(row).collect::<Vec<_>>())
}
