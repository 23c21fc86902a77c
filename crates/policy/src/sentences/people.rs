//! Who: conditions on users.

use scrim_catalog::Who;
use scrim_catalog::documents::{AccessWho, TagMatch, TagsOn};

use super::phrase::{About, Phrase, quoted};

pub(super) const PEOPLE: About = About { all: "everyone", none: "nobody", that: "users who" };

/// Users who meet a condition: `members of group `hr``.
pub fn people(who: &Who) -> String {
    phrase(who).noun(&PEOPLE)
}

/// The same, behind `except` and `only`.
pub(crate) fn exception(who: &Who) -> String {
    phrase(who).exception(&PEOPLE)
}

fn phrase(who: &Who) -> Phrase {
    match who {
        Who::Everyone => everyone(),
        Who::Group(name) => group(name),
        Who::Attribute(values) => Phrase::All(values.iter().map(|(key, value)| attribute(key, value)).collect()),
        Who::Purpose(name) => purpose(name),
        Who::User(name) => user(name),
        Who::All(parts) => Phrase::All(parts.iter().map(phrase).collect()),
        Who::Any(parts) => Phrase::Any(parts.iter().map(phrase).collect()),
        Who::Not(part) => Phrase::Not(Box::new(phrase(part))),
    }
}

/// Conditions of access.
pub(super) fn of_access(who: &AccessWho) -> Phrase {
    match who {
        AccessWho::Everyone => everyone(),
        AccessWho::Group(name) => group(name),
        AccessWho::Attribute(values) => Phrase::All(values.iter().map(|(key, value)| attribute(key, value)).collect()),
        AccessWho::Purpose(name) => purpose(name),
        AccessWho::User(name) => user(name),
        AccessWho::TagAsAttribute(form) => {
            let (some, of) = (matched(form.matching), tags(form.on));
            let key = quoted(&form.attribute);
            Phrase::plain(
                format!("users who have {some} tag (or one above it) of {of} as a value of {key}"),
                format!("have {some} tag (or one above it) of {of} as a value of {key}"),
                format!("do not have {some} tag (or one above it) of {of} as a value of {key}"),
            )
        }
        AccessWho::TagAsGroup(form) => {
            let (some, of) = (matched(form.matching), tags(form.on));
            Phrase::plain(
                format!("members of groups named as {some} tag (or one above it) of {of}"),
                format!("are in groups named as {some} tag (or one above it) of {of}"),
                format!("are not in groups named as {some} tag (or one above it) of {of}"),
            )
        }
        AccessWho::All(parts) => Phrase::All(parts.iter().map(of_access).collect()),
        AccessWho::Any(parts) => Phrase::Any(parts.iter().map(of_access).collect()),
        AccessWho::Not(part) => Phrase::Not(Box::new(of_access(part))),
    }
}

fn matched(matching: TagMatch) -> &'static str {
    match matching {
        TagMatch::Any => "at least one",
        TagMatch::Every => "every",
    }
}

fn tags(on: TagsOn) -> &'static str {
    match on {
        TagsOn::Source => "the data source",
        TagsOn::Column => "its columns",
    }
}

fn everyone() -> Phrase {
    Phrase::plain("everyone".to_owned(), "are anybody".to_owned(), "are nobody".to_owned())
}

fn group(name: &str) -> Phrase {
    let name = quoted(name);
    Phrase::plain(
        format!("members of group {name}"),
        format!("are in group {name}"),
        format!("are not in group {name}"),
    )
}

fn attribute(key: &str, value: &str) -> Phrase {
    let (key, value) = (quoted(key), quoted(value));
    Phrase::plain(
        format!("users who have {value} as {key}"),
        format!("have {value} as {key}"),
        format!("do not have {value} as {key}"),
    )
}

fn purpose(name: &str) -> Phrase {
    let name = quoted(name);
    Phrase::plain(
        format!("users acting for purpose {name}"),
        format!("act for purpose {name}"),
        format!("do not act for purpose {name}"),
    )
}

fn user(name: &str) -> Phrase {
    let name = quoted(name);
    Phrase::plain(format!("user {name}"), format!("are user {name}"), format!("are not user {name}"))
}
