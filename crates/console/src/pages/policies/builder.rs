//! The fields beside the text of a policy. One table ([`grammar`]) says which forms there are; the fields ([`control`]) and
//! the reading of them ([`reading`]) are both made from it, so that neither knows a form that the other does not.

mod control;
mod grammar;
mod reading;
mod shape;
mod shown;

#[cfg(test)]
mod tests;

use maud::Markup;
use serde_json::Value;

use super::kind::PolicyKind;
use crate::form::Form;
use crate::problem::Problem;

/// The name of the fields of the whole document.
const ROOT: &str = "p";

/// How many fields a page has at most: a policy with more is written as a text.
const MOST: usize = 2000;

/// The fields of a document; nothing where they would be too many for a page.
pub(super) fn fields(kind: PolicyKind, document: &Value) -> Option<Markup> {
    let control = control::document(grammar::of(kind), document, ROOT);
    (control.many() <= MOST).then(|| shown::shown(&control))
}

/// The document that the fields of a form say, after whichever button was pressed.
///
/// # Errors
/// When they cannot be the fields of one.
pub(super) fn read(kind: PolicyKind, form: &Form) -> Result<Option<Value>, Problem> {
    reading::Reading::of(form)?.document(grammar::of(kind), ROOT)
}
