//! Controls as a page has them. Whatever changes which fields there are is sent at once, by a button or a choice; what is
//! typed is sent by the box around all of them, and they stay as they are.

use std::collections::HashMap;

use maud::{Markup, html};

use super::control::{Control, Looks};
use crate::pages::policies::document::Wrong;
use crate::pages::policies::editor::DRAFT;
use crate::parts::{LookupInput, hidden, lookup_input, prose};

/// The id of a field.
pub(super) fn id(name: &str) -> String {
    format!("f-{name}")
}

/// What is wrong with a field, beside it.
pub(super) fn said(name: &str, wrong: &Wrong) -> Markup {
    html! {
        small.wrong.blank[wrong.empty] id=(format!("e-{name}")) {
            @if wrong.empty { "not written yet" } @else { (prose(&wrong.detail)) }
        }
    }
}

/// What is shown besides the controls themselves.
pub(super) struct Page<'a> {
    /// What is wrong, by the field that it is wrong in.
    pub(super) wrong: &'a HashMap<&'a str, &'a Wrong>,
    /// The field, or what the button does, where whoever pressed one goes on.
    pub(super) goes_on: Option<String>,
}

impl Page<'_> {
    /// Shows a control, and what belongs to it.
    pub(super) fn shown(&self, control: &Control) -> Markup {
        let Control { name, label, help, value, looks, parts } = control;
        let (id, wrong) = (id(name), self.wrong.get(name.as_str()));
        let focus = self.goes_on.as_ref() == Some(name);
        let (invalid, told) = (wrong.map(|_| "true"), wrong.map(|_| format!("e-{name}")));
        let said = html! { @if let Some(wrong) = wrong { (said(name, wrong)) } };
        html! {
            @match looks {
                Looks::Hidden => (hidden(name, value)),
                // What makes a choice what it is stands right beside it.
                Looks::Line if name.ends_with(".~") => {
                    input id=(id) name=(name) value=(value) aria-label=(label) placeholder=(beside(control)) autocomplete="off"
                        spellcheck="false" autofocus[focus] aria-invalid=[invalid] aria-describedby=[told];
                    (said)
                },
                Looks::Name(kind) => {
                    @let field = |beside: Option<&str>| html! {
                        (lookup_input(&LookupInput { id: &id, name, kind, value, told: beside, focus, wrong: told.as_deref() }))
                        (said)
                    };
                    @if name.ends_with(".~") { (field(Some(&beside(control)))) }
                    @else { label.field { span { (label) } (field(None)) @if !help.is_empty() { small { (help) } } } }
                },
                Looks::Line => label.field.grows[control.is_long()] {
                    span { (label) }
                    input id=(id) name=(name) value=(value) autocomplete="off" spellcheck="false" autofocus[focus]
                        aria-invalid=[invalid] aria-describedby=[told];
                    (said)
                    @if !help.is_empty() { small { (help) } }
                },
                Looks::Lines => label.field {
                    span { (label) }
                    textarea id=(id) name=(name) rows="3" spellcheck="false" autofocus[focus] aria-invalid=[invalid] aria-describedby=[told] { "\n" (value) }
                    (said)
                    @if !help.is_empty() { small { (help) } }
                },
                Looks::Box => label.check {
                    input type="checkbox" id=(id) name=(name) value="true" checked[!value.is_empty()] autofocus[focus]
                        aria-invalid=[invalid] aria-describedby=[told];
                    " " (label) " " (said)
                },
                Looks::Choice(choices) => {
                    @let choice = html! {
                        select id=(id) name=(name) aria-label=[(!parts.is_empty()).then(|| if label.is_empty() { "What it is" } else { label })]
                            autofocus[focus] aria-invalid=[invalid] aria-describedby=[told]
                            hx-post=(DRAFT) hx-trigger="change" hx-select="#builder" hx-target="#builder" hx-swap="outerHTML"
                            hx-select-oob="#read,#yaml,#was" hx-sync="closest form:replace" {
                            @for (id, called) in choices { option value=(id) selected[id == value] { (called) } }
                        }
                        (said)
                    };
                    @if parts.is_empty() { label.field { span { (label) } (choice) @if !help.is_empty() { small { (help) } } } }
                    @else if value.is_empty() && !label.is_empty() { label.field { span { (label) } (choice) } (self.several(parts)) }
                    @else if label.is_empty() { div.parts { (choice) (self.several(parts)) } }
                    @else if name.ends_with(".~") { div.parts { label.field { span { (label) } (choice) } (self.several(parts)) } }
                    @else { fieldset { legend { (label) } @if !help.is_empty() { small { (help) } } div.parts { (choice) (self.several(parts)) } } }
                },
                Looks::Group if label.is_empty() => { (said) (self.several(parts)) },
                Looks::Group => fieldset id=(id) aria-describedby=[told] {
                    legend { (label) }
                    (said)
                    div.parts { (self.several(parts)) }
                    @if !help.is_empty() { small { (help) } }
                },
                // A condition is a line; a rule has a frame of its own.
                Looks::Entry if control.is_short() => div.parts.entry { (self.several(parts)) (self.moves(name)) },
                Looks::Entry => fieldset {
                    @if !label.is_empty() { legend { (label) } }
                    div.parts { (self.several(parts)) }
                    div { (self.moves(name)) }
                },
                Looks::List(called) if name.ends_with(".~") => div.many {
                    (said)
                    (self.several(parts))
                    div { (self.button("add", name, &format!("Add {}", article(called)))) }
                },
                Looks::List(called) => fieldset id=(id) aria-describedby=[told] {
                    legend { (label) }
                    (said)
                    @if !help.is_empty() { small { (help) } }
                    (self.several(parts))
                    div { (self.button("add", name, &format!("Add {}", article(called)))) }
                },
            }
        }
    }

    fn several(&self, parts: &[Control]) -> Markup {
        html! { @for part in parts { (self.shown(part)) } }
    }

    fn moves(&self, name: &str) -> Markup {
        html! {
            span {
                (self.button("remove", name, "Remove"))
                @if !name.ends_with(".0") { " " (self.button("up", name, "Up")) }
            }
        }
    }

    fn button(&self, does: &str, name: &str, label: &str) -> Markup {
        let value = format!("{does} {name}");
        html! {
            button.small id=(format!("{does}-{name}")) name="do" value=(value) autofocus[self.goes_on.as_ref() == Some(&value)]
                formaction=(DRAFT) hx-post=(DRAFT) hx-select="#builder" hx-target="#builder" hx-swap="outerHTML"
                hx-select-oob="#read,#yaml,#was" hx-sync="closest form:replace" { (label) }
        }
    }
}

/// What belongs into a field without a label that is seen.
fn beside(control: &Control) -> String {
    let Control { label, help, .. } = control;
    if help.is_empty() { label.clone() } else { format!("{label}, {help}") }
}

fn article(called: &str) -> String {
    if called == "one" { called.to_owned() } else { format!("a {called}") }
}
