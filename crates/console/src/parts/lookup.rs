//! A field for a name of something, which is looked up while it is typed.

use maud::{Markup, html};

use crate::api::with_query;

/// A field for the name of one of a kind. With scripts the first names that fit are proposed; any other can be written, too.
pub(crate) fn lookup(name: &str, label: &str, kind: &str, value: &str, about: &str) -> Markup {
    // Within a form that narrows a list, nothing of how that one fetches is meant.
    let to = with_query("/suggest", &[("kind", kind)]);
    // A page may have two fields of a name: its label tells them apart.
    let label_in_id: String = label.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    let list = format!("names-of-{kind}-{name}-{label_in_id}");
    html! {
        label.field {
            span { (label) }
            input name=(name) value=(value) list=(list) autocomplete="off" spellcheck="false" hx-get=(to)
                hx-trigger="input changed delay:200ms, focus once" hx-target=(format!("#{list}"))
                hx-select="unset" hx-swap="innerHTML" hx-push-url="false";
            datalist id=(list) {}
            @if !about.is_empty() { small { (about) } }
        }
    }
}
