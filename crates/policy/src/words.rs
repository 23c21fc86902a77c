//! Conditions in words.

use scrim_catalog::Who;

/// A condition in words.
pub fn in_words(who: &Who) -> String {
    let list = |parts: &[Who], word: &str, none: &str| match parts {
        [] => none.to_owned(),
        [one] => in_words(one),
        many => format!("({})", many.iter().map(in_words).collect::<Vec<_>>().join(word)),
    };
    match who {
        Who::Everyone => "everyone".to_owned(),
        Who::Group(name) => format!("in group `{name}`"),
        Who::Attribute(values) => {
            values.iter().map(|(key, value)| format!("`{key}` is `{value}`")).collect::<Vec<_>>().join(" and ")
        }
        Who::Purpose(name) => format!("acting for purpose `{name}`"),
        Who::User(name) => format!("user `{name}`"),
        Who::All(parts) => list(parts, " and ", "everyone"),
        Who::Any(parts) => list(parts, " or ", "nobody"),
        Who::Not(part) => format!("not {}", in_words(part)),
    }
}
