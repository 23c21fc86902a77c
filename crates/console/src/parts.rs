//! What pages are made of.

mod asking;
mod difference;
mod facets;
mod field;
mod history;
mod listing;
mod lookup;
mod named;
mod state;

pub(crate) use asking::{anyway, deleting};
pub(crate) use difference::difference;
pub(crate) use facets::{Facet, facets};
pub(crate) use field::{area, check, choice, hidden, input, password};
pub(crate) use history::{Version, history};
pub(crate) use listing::{Page, empty, filters, pager, table};
pub(crate) use lookup::lookup;
pub(crate) use named::{group, integration, named, user};
pub(crate) use state::{badge, state, tag, tags};

use maud::{Markup, html};

/// The heading of a page: what it is, and what can be done there.
pub(crate) fn head(title: &str, about: &str, actions: Markup) -> Markup {
    html! {
        header.head {
            div { h1 { (title) } @if !about.is_empty() { p.muted { (about) } } }
            div.actions { (actions) }
        }
    }
}

/// A part of a page with a heading of its own.
pub(crate) fn section(title: &str, content: Markup) -> Markup {
    html! { section.card { h2 { (title) } (content) } }
}

/// A button that does something at once: a form of its own.
pub(crate) fn button(to: &str, label: &str, class: &str) -> Markup {
    html! { form.inline method="post" action=(to) { button class=(class) { (label) } } }
}

/// A name that people copy, to paste it elsewhere.
pub(crate) fn copied(text: &str) -> Markup {
    html! { span.copied { code { (text) } button.small type="button" data-copy=(text) hidden { "Copy" } } }
}

/// Names and what they are, one below the other.
pub(crate) fn facts(facts: &[(&str, Markup)]) -> Markup {
    html! { dl.facts { @for (name, value) in facts { dt { (name) } dd { (value) } } } }
}

/// A sentence in which names stand in backticks.
pub(crate) fn prose(text: &str) -> Markup {
    html! {
        @for (at, part) in text.split('`').enumerate() {
            @if at % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

/// Several sentences, one below the other where there are more than one.
pub(crate) fn sentences(texts: &[String]) -> Markup {
    html! {
        @if let [text] = texts { (prose(text)) }
        @else if !texts.is_empty() { ul.plain { @for text in texts { li { (prose(text)) } } } }
    }
}

/// The parts of a page that has several, and which of them is shown.
pub(crate) fn tabs(shown: &str, tabs: &[(&str, String)]) -> Markup {
    html! {
        nav.tabs aria-label="Parts of this page" {
            @for (label, to) in tabs { a href=(to) aria-current=[(*label == shown).then_some("page")] { (label) } }
        }
    }
}
