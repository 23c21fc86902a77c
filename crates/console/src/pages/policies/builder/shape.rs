//! What a part of a document may be.

/// A part of a document, and with it the fields that it is written in.
pub(super) enum Shape {
    /// A line of text, or a number that is taken as its text.
    Text,
    /// The name of something that there is, of a kind as [`crate::pages::suggest`] has it; another can be written, too.
    Name(&'static str),
    /// A whole number.
    Number,
    /// True, or left out.
    Flag,
    /// True or false.
    Truth,
    /// One of some words, each with what it is called; where the empty one is among them, it is left out.
    Word(&'static [(&'static str, &'static str)]),
    /// Some texts, a line each.
    Lines,
    /// Names, each with something.
    Pairs(&'static Shape, &'static Shape),
    /// Some of the same.
    Many(&'static Shape, &'static str),
    /// Fields.
    Map(&'static [Field]),
    /// One of several forms.
    One(&'static [Variant]),
}

/// A field of a form.
pub(super) struct Field {
    pub(super) key: &'static str,
    pub(super) label: &'static str,
    pub(super) help: &'static str,
    pub(super) shape: &'static Shape,
    /// Whether it must be there.
    pub(super) needed: bool,
}

/// One of several forms: a bare word where it has no fields, otherwise a map that has the field of its key.
pub(super) struct Variant {
    pub(super) key: &'static str,
    pub(super) label: &'static str,
    pub(super) fields: &'static [Field],
}

impl Variant {
    /// What a form sends for it: a word and a map may have the same key.
    pub(super) fn id(&self) -> String {
        if self.fields.is_empty() { self.key.to_owned() } else { format!("{}:", self.key) }
    }
}

/// A field that must be there.
pub(super) const fn need(key: &'static str, label: &'static str, shape: &'static Shape, help: &'static str) -> Field {
    Field { key, label, help, shape, needed: true }
}

/// A field that may be left out.
pub(super) const fn may(key: &'static str, label: &'static str, shape: &'static Shape, help: &'static str) -> Field {
    Field { key, label, help, shape, needed: false }
}

/// A form with fields.
pub(super) const fn form(key: &'static str, label: &'static str, fields: &'static [Field]) -> Variant {
    Variant { key, label, fields }
}

/// A bare word.
pub(super) const fn word(key: &'static str, label: &'static str) -> Variant {
    Variant { key, label, fields: &[] }
}
