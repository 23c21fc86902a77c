//! What a part of a document may be.

use serde_json::Value;

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
    /// True: that it is there says it.
    True,
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

impl Shape {
    /// Whether what was written in one can stand in the other.
    pub(super) fn agrees(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text, Self::Text)
            | (Self::Number, Self::Number)
            | (Self::Flag, Self::Flag)
            | (Self::Truth, Self::Truth)
            | (Self::True, Self::True)
            | (Self::Lines, Self::Lines) => true,
            (Self::Name(kind), Self::Name(other)) => kind == other,
            (Self::Word(words), Self::Word(others)) => words == others,
            (Self::Pairs(key, of), Self::Pairs(other_key, others)) => key.agrees(other_key) && of.agrees(others),
            (Self::Many(of, _), Self::Many(others, _)) => of.agrees(others),
            (Self::Map(fields), Self::Map(others)) => std::ptr::eq(*fields, *others),
            (Self::One(variants), Self::One(others)) => std::ptr::eq(*variants, *others),
            _ => false,
        }
    }
}

/// Whether a field must be there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Needed {
    Always,
    /// What it belongs to begins with it; it may be left out where something else says the same.
    AtFirst,
    No,
}

/// A field of a form.
pub(super) struct Field {
    pub(super) key: &'static str,
    pub(super) label: &'static str,
    pub(super) help: &'static str,
    pub(super) shape: &'static Shape,
    pub(super) needed: Needed,
    /// Whether it may stand in what it belongs to.
    fits: fn(&Value) -> bool,
}

impl Field {
    /// Whether it is shown: where it may stand, and where it stands all the same.
    pub(super) fn shows(&self, of: Option<&Value>) -> bool {
        of.is_none_or(|of| of.get(self.key).is_some() || (self.fits)(of))
    }

    /// The same, where it may stand beside some others only.
    pub(super) const fn only(self, fits: fn(&Value) -> bool) -> Self {
        Self { fits, ..self }
    }
}

/// One of several forms: a bare word where it has no fields, otherwise a map that has the field of its key.
pub(super) struct Variant {
    pub(super) key: &'static str,
    pub(super) label: &'static str,
    pub(super) fields: &'static [Field],
    /// Nobody is offered it: it is shown where a document has it. It stands for one of the same key that is offered.
    pub(super) kept: bool,
}

impl Variant {
    /// What a form sends for it: a word and a map may have the same key.
    pub(super) fn id(&self) -> String {
        if self.fields.is_empty() { self.key.to_owned() } else { format!("{}:", self.key) }
    }
}

fn anywhere(_: &Value) -> bool {
    true
}

/// A field that must be there.
pub(super) const fn need(key: &'static str, label: &'static str, shape: &'static Shape, help: &'static str) -> Field {
    Field { key, label, help, shape, needed: Needed::Always, fits: anywhere }
}

/// A field that is there at first, and may be left out.
pub(super) const fn begin(key: &'static str, label: &'static str, shape: &'static Shape, help: &'static str) -> Field {
    Field { key, label, help, shape, needed: Needed::AtFirst, fits: anywhere }
}

/// A field that may be left out.
pub(super) const fn may(key: &'static str, label: &'static str, shape: &'static Shape, help: &'static str) -> Field {
    Field { key, label, help, shape, needed: Needed::No, fits: anywhere }
}

/// A form with fields.
pub(super) const fn form(key: &'static str, label: &'static str, fields: &'static [Field]) -> Variant {
    Variant { key, label, fields, kept: false }
}

/// A bare word.
pub(super) const fn word(key: &'static str, label: &'static str) -> Variant {
    Variant { key, label, fields: &[], kept: false }
}

/// One that a document may have, and nobody is offered.
pub(super) const fn kept(variant: Variant) -> Variant {
    Variant { kept: true, ..variant }
}
