//! A field for a name of something, which is looked up while it is typed.

use maud::{Markup, html};

use crate::api::with_query;

/// The box that is typed into.
pub(crate) struct LookupInput<'a> {
    pub(crate) id: &'a str,
    pub(crate) name: &'a str,
    /// What can be looked up, as [`crate::pages::suggest`] has it.
    pub(crate) kind: &'a str,
    pub(crate) value: &'a str,
    /// What belongs there, where no label says it.
    pub(crate) told: Option<&'a str>,
    /// Whether whoever sees the page goes on there.
    pub(crate) focus: bool,
    /// The id of what says why it is wrong.
    pub(crate) wrong: Option<&'a str>,
}

/// A field for the name of one of a kind, with its label.
pub(crate) fn lookup(name: &str, label: &str, kind: &str, value: &str, about: &str) -> Markup {
    // A page may have two fields of a name: its label tells them apart.
    let label_in_id: String = label.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    let id = format!("{kind}-{name}-{label_in_id}");
    html! {
        label.field {
            span { (label) }
            (lookup_input(&LookupInput { id: &id, name, kind, value, told: None, focus: false, wrong: None }))
            @if !about.is_empty() { small { (about) } }
        }
    }
}

/// The box alone. With scripts the first names that fit are proposed; any other can be written, too.
pub(crate) fn lookup_input(input: &LookupInput<'_>) -> Markup {
    let LookupInput { id, name, kind, value, told, focus, wrong } = input;
    let (to, list) = (with_query("/suggest", &[("kind", kind)]), format!("names-of-{id}"));
    html! {
        // Of the form around it, how that one is sent is not meant.
        input id=(id) name=(name) value=(value) list=(list) aria-label=[*told] placeholder=[*told] autocomplete="off" spellcheck="false"
            autofocus[*focus] aria-invalid=[wrong.map(|_| "true")] aria-describedby=[*wrong]
            hx-get=(to) hx-trigger="input changed delay:200ms, focus once" hx-target="next datalist" hx-swap="innerHTML"
            hx-include="this" hx-select="unset" hx-select-oob="unset" hx-sync="this:replace" hx-push-url="false";
        datalist id=(list) {}
    }
}
