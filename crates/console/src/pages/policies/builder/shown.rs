//! Controls as a page has them. Whatever changes which fields there are is sent at once, by a button or a choice; what is
//! typed is sent by the box around all of them, and they stay as they are.

use maud::{Markup, html};

use super::control::{Control, Looks};
use crate::pages::policies::editor::DRAFT;
use crate::parts::{LookupInput, hidden, lookup_input};

/// Shows a control, and what belongs to it.
pub(super) fn shown(control: &Control) -> Markup {
    let Control { name, label, help, value, looks, parts } = control;
    let id = format!("f-{name}");
    html! {
        @match looks {
            Looks::Hidden => (hidden(name, value)),
            // What makes a choice what it is stands right beside it.
            Looks::Line if name.ends_with(".~") => input id=(id) name=(name) value=(value) aria-label=(label) placeholder=(beside(control))
                autocomplete="off" spellcheck="false";,
            Looks::Name(kind) => {
                @let field = |told: Option<&str>| lookup_input(&LookupInput { id: &id, name, kind, value, told });
                @if name.ends_with(".~") { (field(Some(&beside(control)))) }
                @else { label.field { span { (label) } (field(None)) @if !help.is_empty() { small { (help) } } } }
            },
            Looks::Line => label.field.grows[control.is_long()] {
                span { (label) }
                input id=(id) name=(name) value=(value) autocomplete="off" spellcheck="false";
                @if !help.is_empty() { small { (help) } }
            },
            Looks::Lines => label.field {
                span { (label) }
                textarea id=(id) name=(name) rows="3" spellcheck="false" { "\n" (value) }
                @if !help.is_empty() { small { (help) } }
            },
            Looks::Box => label.check { input type="checkbox" id=(id) name=(name) value="true" checked[!value.is_empty()]; " " (label) },
            Looks::Choice(choices) => {
                @let choice = html! {
                    select id=(id) name=(name) aria-label=[(!parts.is_empty()).then(|| if label.is_empty() { "What it is" } else { label })]
                        hx-post=(DRAFT) hx-trigger="change" hx-select="#builder" hx-target="#builder" hx-swap="outerHTML"
                        hx-select-oob="#read,#yaml,#was" hx-sync="closest form:replace" {
                        @for (id, called) in choices { option value=(id) selected[id == value] { (called) } }
                    }
                };
                @if parts.is_empty() { label.field { span { (label) } (choice) @if !help.is_empty() { small { (help) } } } }
                @else if value.is_empty() && !label.is_empty() { label.field { span { (label) } (choice) } (several(parts)) }
                @else if label.is_empty() { div.parts { (choice) (several(parts)) } }
                @else if name.ends_with(".~") { div.parts { label.field { span { (label) } (choice) } (several(parts)) } }
                @else { fieldset { legend { (label) } @if !help.is_empty() { small { (help) } } div.parts { (choice) (several(parts)) } } }
            },
            Looks::Group if label.is_empty() => (several(parts)),
            Looks::Group => fieldset { legend { (label) } div.parts { (several(parts)) } @if !help.is_empty() { small { (help) } } },
            // A condition is a line; a rule has a frame of its own.
            Looks::Entry if control.is_short() => div.parts.entry { (several(parts)) (moves(name)) },
            Looks::Entry => fieldset {
                @if !label.is_empty() { legend { (label) } }
                div.parts { (several(parts)) }
                div { (moves(name)) }
            },
            Looks::List(called) if name.ends_with(".~") => div.many {
                (several(parts))
                div { (button("add", name, &format!("Add {}", article(called)))) }
            },
            Looks::List(called) => fieldset {
                legend { (label) }
                @if !help.is_empty() { small { (help) } }
                (several(parts))
                div { (button("add", name, &format!("Add {}", article(called)))) }
            },
        }
    }
}

fn several(parts: &[Control]) -> Markup {
    html! { @for part in parts { (shown(part)) } }
}

fn moves(name: &str) -> Markup {
    html! { span { (button("remove", name, "Remove")) @if !name.ends_with(".0") { " " (button("up", name, "Up")) } } }
}

/// What belongs into a field without a label that is seen.
fn beside(control: &Control) -> String {
    let Control { label, help, .. } = control;
    if help.is_empty() { label.clone() } else { format!("{label}, {help}") }
}

fn button(does: &str, name: &str, label: &str) -> Markup {
    html! {
        button.small name="do" value=(format!("{does} {name}")) formaction=(DRAFT)
            hx-post=(DRAFT) hx-select="#builder" hx-target="#builder" hx-swap="outerHTML" hx-select-oob="#read,#yaml,#was"
            hx-sync="closest form:replace" { (label) }
    }
}

fn article(called: &str) -> String {
    if called == "one" { called.to_owned() } else { format!("a {called}") }
}
