//! The fields beside the text of a policy. One table ([`grammar`]) says which forms there are; the fields ([`control`]) and
//! the reading of them ([`reading`]) are both made from it, so that neither knows a form that the other does not.

mod control;
mod grammar;
mod place;
mod reading;
mod shape;
mod shown;

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use maud::{Markup, html};
use serde_json::Value;

pub(super) use control::Does;

use super::document::Wrong;
use super::kind::PolicyKind;
use crate::form::Form;
use crate::problem::Problem;

/// The name of the fields of the whole document.
const ROOT: &str = "p";

/// How many fields a page has at most: a policy with more is written as a text.
const MOST: usize = 2000;

/// What is to be told beside the fields of a document.
#[derive(Default)]
pub(super) struct Beside<'a> {
    /// What is wrong, by the field that it is wrong in.
    pub(super) wrong: HashMap<&'a str, &'a Wrong>,
    /// What somebody did to the fields just now.
    pub(super) does: Option<&'a Does>,
}

/// The fields of a document; nothing where they would be too many for a page.
pub(super) fn fields(kind: PolicyKind, document: &Value, beside: &Beside<'_>) -> Option<Markup> {
    let control = control::document(grammar::of(kind), document, ROOT);
    (control.many() <= MOST).then(|| {
        let goes_on = beside.does.and_then(|does| control.goes_on(does));
        shown::Page { wrong: &beside.wrong, goes_on }.shown(&control)
    })
}

/// The name of the field that shows what stands at a JSON pointer; nothing where that is the whole document.
pub(super) fn place(kind: PolicyKind, document: &Value, pointer: &str) -> Option<String> {
    Some(place::place(grammar::of(kind), document, pointer, ROOT)).filter(|name| name != ROOT)
}

/// What is wrong with a field, where the script finds it: while that is typed into, it is not shown again.
pub(super) fn told(name: &str, wrong: &Wrong) -> Markup {
    html! { template data-field=(shown::id(name)) { (shown::said(name, wrong)) } }
}

/// The document that the fields of a form say, after whichever button was pressed.
///
/// # Errors
/// When they cannot be the fields of one.
pub(super) fn read(kind: PolicyKind, form: &Form) -> Result<Option<Value>, Problem> {
    reading::Reading::of(form)?.document(grammar::of(kind), ROOT)
}
