//! What pages are made of.

mod asking;
mod difference;
mod facets;
mod field;
mod history;
mod kept;
mod listing;
mod lookup;
mod named;
mod state;
mod token;

pub(crate) use asking::{anyway, deleting, meanwhile};
pub(crate) use difference::difference;
pub(crate) use facets::{Facet, facets};
pub(crate) use field::{area, at, check, choice, hidden, input, password, until};
pub(crate) use history::{Version, history};
pub(crate) use kept::{Again, Kept};
pub(crate) use listing::{Page, empty, filters, pager, pager_of, table};
pub(crate) use lookup::{LookupInput, lookup, lookup_input};
pub(crate) use named::{group, installing, integration, named, user};
pub(crate) use state::{badge, state, tag, tags};
pub(crate) use token::{Token, tokens};

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

/// The first button of a form in which something is decided: Enter presses it, and it decides nothing.
pub(crate) fn undecided() -> Markup {
    html! { button.skip name="decision" value="" tabindex="-1" aria-hidden="true" { "Decide nothing" } }
}

/// A name that people copy, to paste it elsewhere.
pub(crate) fn copied(text: &str) -> Markup {
    html! { span.copied { code { (text) } button.small type="button" data-copy=(text) hidden { "Copy" } } }
}

/// Names and what they are, one below the other.
pub(crate) fn facts(facts: &[(&str, Markup)]) -> Markup {
    html! { dl.facts { @for (name, value) in facts { dt { (name) } dd { (value) } } } }
}

/// A sentence in which names stand between backticks: as many on both sides as no name between them has in a row.
pub(crate) fn prose(text: &str) -> Markup {
    html! {
        @for (name, part) in split(text) {
            @if name { code { (part) } } @else { (part) }
        }
    }
}

/// The first name in a sentence.
pub(crate) fn first_name(text: &str) -> Option<&str> {
    split(text).into_iter().find_map(|(name, part)| name.then_some(part))
}

/// The parts of a sentence, and whether each is a name.
fn split(text: &str) -> Vec<(bool, &str)> {
    let (mut parts, mut rest) = (Vec::new(), text);
    while let Some((before, after)) = rest.find('`').map(|at| rest.split_at(at)) {
        let inside = after.trim_start_matches('`');
        let fence = after.len() - inside.len();
        let Some(end) = closing(inside, fence) else { break };
        let (name, closed) = inside.split_at(end);
        // Names that begin or end with a backtick stand a blank away from the fence.
        let name = if fence > 1 {
            name.strip_prefix(' ').and_then(|name| name.strip_suffix(' ')).unwrap_or(name)
        } else {
            name
        };
        parts.extend([(false, before), (true, name)]);
        rest = closed.split_at(fence).1;
    }
    parts.push((false, rest));
    parts.retain(|(_, part)| !part.is_empty());
    parts
}

/// Where a run of exactly so many backticks begins.
fn closing(text: &str, fence: usize) -> Option<usize> {
    let mut at = 0;
    while let Some(found) = text.get(at..)?.find('`') {
        let begin = at + found;
        let run = text.get(begin..)?.bytes().take_while(|byte| *byte == b'`').count();
        if run == fence {
            return Some(begin);
        }
        at = begin + run;
    }
    None
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

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn names_stand_out_of_a_sentence_whatever_is_in_them() {
        let cases: [(&str, &[(bool, &str)]); 5] = [
            ("in group `hr`.", &[(false, "in group "), (true, "hr"), (false, ".")]),
            ("`` a`b `` and `c`", &[(true, "a`b"), (false, " and "), (true, "c")]),
            ("no end `here", &[(false, "no end `here")]),
            ("`` ` ``", &[(true, "`")]),
            ("plain", &[(false, "plain")]),
        ];
        for (text, parts) in cases {
            assert_eq!(split(text), parts, "{text}");
        }
    }
}
