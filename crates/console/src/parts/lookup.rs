//! A field for a name of something, which is looked up while it is typed.

use maud::{Markup, html};

use crate::api::with_query;

/// A field for the name of one of a kind. With scripts the first names that fit are proposed; any other can be written, too.
pub(crate) fn lookup(name: &str, label: &str, kind: &str, value: &str, about: &str) -> Markup {
    let (list, to) = (format!("names-of-{kind}-{name}"), with_query("/suggest", &[("kind", kind)]));
    html! {
        label.field {
            span { (label) }
            input name=(name) value=(value) list=(list) autocomplete="off" spellcheck="false" hx-get=(to)
                hx-trigger="input changed delay:200ms, focus once" hx-target=(format!("#{list}"));
            datalist id=(list) {}
            @if !about.is_empty() { small { (about) } }
        }
    }
}
