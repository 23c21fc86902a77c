//! Quoted names: Redshift writes their ASCII letters in lower case ("Names and identifiers").

use scrim_redshift_gate::Shape;

use super::text::{Text, ident};

/// Folds a quoted name, unless it is a user's or the session says otherwise.
pub(super) fn fold(text: &mut Text<'_>, at: usize) {
    if text.is(at, Shape::Quoted)
        && let Some(token) = text.get(at)
    {
        let name = text.name(at);
        let written = ident(&name);
        if written != token.text {
            text.replace(at, at + 1, &written);
        }
    }
}
