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

/// The name of the fields of the whole document.
const ROOT: &str = "p";

/// The fields of a document.
pub(super) fn fields(kind: PolicyKind, document: &Value) -> Markup {
    shown::shown(&control::document(grammar::of(kind), document, ROOT))
}

/// The document that the fields of a form say, after whichever button was pressed.
pub(super) fn read(kind: PolicyKind, form: &Form) -> Option<Value> {
    reading::Reading::of(form).document(grammar::of(kind), ROOT)
}
