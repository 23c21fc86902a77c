//! Fields of forms, each with its label.

use maud::{Markup, html};

use crate::form::Secret;

/// A line of text. `about` says what belongs there.
pub(crate) fn input(name: &str, label: &str, value: &str, about: &str) -> Markup {
    html! {
        label.field {
            span { (label) }
            input name=(name) value=(value) autocomplete="off" spellcheck="false";
            @if !about.is_empty() { small { (about) } }
        }
    }
}

/// A secret: never filled in by the page.
pub(crate) fn password(secret: Secret, label: &str, autocomplete: &str) -> Markup {
    html! { label.field { span { (label) } input type="password" name=(secret.field()) autocomplete=(autocomplete) required; } }
}

/// Several lines of text.
pub(crate) fn area(name: &str, label: &str, value: &str, rows: u32, about: &str) -> Markup {
    html! {
        label.field.wide {
            span { (label) }
            // The first line feed after the tag is not part of the value.
            textarea name=(name) rows=(rows) spellcheck="false" { "\n" (value) }
            @if !about.is_empty() { small { (about) } }
        }
    }
}

/// One of some values, each with what it is called.
pub(crate) fn choice(name: &str, label: &str, chosen: &str, values: &[(&str, &str)]) -> Markup {
    html! {
        label.field {
            span { (label) }
            select name=(name) {
                @for (value, called) in values { option value=(value) selected[*value == chosen] { (called) } }
            }
        }
    }
}

/// Until when something stands: a moment in UTC, or nothing.
pub(crate) fn until(name: &str, label: &str, value: &str) -> Markup {
    html! {
        label.field {
            span { (label) ", UTC" }
            input type="datetime-local" step="1" name=(name) value=(value);
            small { "empty: until it is taken away" }
        }
    }
}

/// A moment in UTC that is asked about, or now.
pub(crate) fn at(name: &str, label: &str, value: &str) -> Markup {
    html! {
        label.field {
            span { (label) ", UTC" }
            // The box knows no zone.
            input type="datetime-local" step="1" name=(name) value=(value.trim_end_matches('Z'));
            small { "empty: now" }
        }
    }
}

/// A box that is ticked or not.
pub(crate) fn check(name: &str, value: &str, label: &str, ticked: bool) -> Markup {
    html! { label.check { input type="checkbox" name=(name) value=(value) checked[ticked]; " " (label) } }
}

/// What a form carries along.
pub(crate) fn hidden(name: &str, value: &str) -> Markup {
    html! { input type="hidden" name=(name) value=(value); }
}
