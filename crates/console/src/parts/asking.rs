//! Being asked before something is done that is hard to undo.

use maud::{Markup, html};

use super::hidden;
use crate::form::Form;
use crate::problem::Problem;

/// A button that deletes something, behind what is to be known before: it is seen only by whoever opens it.
pub(crate) fn deleting(to: &str, what: &str, about: &str) -> Markup {
    html! {
        details.deleting {
            summary { "Delete " (what) }
            p { (about) }
            form.inline method="post" action=(to) { button.danger { "Delete " (what) } }
        }
    }
}

/// What somebody else wrote while a form was filled in: whoever sends it once more has read it.
pub(crate) fn meanwhile(stands: &[(&str, &str)]) -> Markup {
    html! {
        section.card {
            h2 { "What stands now" }
            p { "Somebody changed it while you wrote. Sent once more, what you wrote takes the place of this." }
            dl.facts { @for (label, text) in stands { dt { (label) } dd { @if text.is_empty() { span.muted { "nothing" } } @else { pre { (text) } } } } }
        }
    }
}

/// What a change would open, and the same form once more, for whoever means it.
pub(crate) fn anyway(to: &str, form: &Form, problem: &Problem, back: &str) -> Markup {
    html! {
        (problem.told())
        form.row method="post" action=(to) {
            @for (name, value) in form.fields().filter(|(name, _)| *name != "confirm") { (hidden(name, value)) }
            (hidden("confirm", "true"))
            button.danger { "Do it anyway" }
            a.button href=(back) { "Leave it as it is" }
        }
    }
}
