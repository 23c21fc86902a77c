//! The fields of a document, as a tree of controls: what a page shows, and what its form sends.

use serde_json::{Map, Value};

use super::shape::{Field, Needed, Shape, Variant};
use crate::form::Form;

/// A field, or several that belong together.
pub(super) struct Control {
    pub(super) name: String,
    pub(super) label: String,
    pub(super) help: &'static str,
    pub(super) value: String,
    pub(super) looks: Looks,
    pub(super) parts: Vec<Control>,
}

/// How a control looks.
#[derive(PartialEq, Eq)]
pub(super) enum Looks {
    Hidden,
    Line,
    /// A line for a name of a kind.
    Name(&'static str),
    Lines,
    Box,
    /// The values, each with what it is called.
    Choice(Vec<(String, &'static str)>),
    Group,
    /// Something that can be taken out of its list.
    Entry,
    /// What can be added to it.
    List(&'static str),
}

/// What a button does: to a list, and at which place of it.
pub(crate) enum Does {
    Add { list: String, at: usize },
    Remove { list: String, at: usize },
    Up { list: String, at: usize },
}

impl Does {
    /// What the button of a form does that was pressed.
    pub(crate) fn of(form: &Form) -> Option<Self> {
        let (what, which) = form.text("do").split_once(' ')?;
        if what == "add" {
            let at = form.text(&format!("{which}#")).parse().unwrap_or(0);
            return Some(Self::Add { list: which.to_owned(), at });
        }
        let (list, at) = which.rsplit_once('.')?;
        let (list, at) = (list.to_owned(), at.parse().ok()?);
        match what {
            "remove" => Some(Self::Remove { list, at }),
            "up" => Some(Self::Up { list, at }),
            _ => None,
        }
    }
}

impl Control {
    fn of(name: &str, label: &str, help: &'static str, looks: Looks, value: String) -> Self {
        Self { name: name.to_owned(), label: label.to_owned(), help, value, looks, parts: vec![] }
    }

    fn hidden(name: String, value: String) -> Self {
        Self::of(&name, "", "", Looks::Hidden, value)
    }

    fn with(mut self, parts: Vec<Self>) -> Self {
        self.parts = parts;
        self
    }

    /// Whether it fits into a line: a choice with at most one field.
    pub(super) fn is_short(&self) -> bool {
        let lines = |parts: &[Self]| {
            parts.iter().all(|part| matches!(part.looks, Looks::Hidden | Looks::Line | Looks::Name(_)))
        };
        self.parts.iter().all(|part| part.looks != Looks::Group && lines(&part.parts))
    }

    /// Whether it holds a sentence or an expression.
    pub(super) fn is_long(&self) -> bool {
        ["because", "when", "description"].iter().any(|key| self.name.rsplit('.').next() == Some(key))
    }

    /// The first field in it that can be written into or chosen from.
    fn first(&self) -> Option<&str> {
        match self.looks {
            Looks::Line | Looks::Name(_) | Looks::Lines | Looks::Box | Looks::Choice(_) => Some(&self.name),
            Looks::Hidden => None,
            Looks::Group | Looks::Entry | Looks::List(_) => self.parts.iter().find_map(Self::first),
        }
    }

    fn named(&self, name: &str) -> Option<&Self> {
        if self.name == name {
            return Some(self);
        }
        let mut around = self.parts.iter().filter(|part| name.starts_with(part.name.as_str()));
        around.find_map(|part| part.named(name))
    }

    /// Where whoever pressed a button goes on: in the first field of what it brought or moved, or of what took the place of
    /// what it took away; at the button that adds one where nothing is left.
    pub(super) fn goes_on(&self, does: &Does) -> Option<String> {
        let entry = |list: &str, at: usize| self.named(&format!("{list}.{at}"))?.first().map(str::to_owned);
        match does {
            Does::Add { list, at } => entry(list, *at),
            Does::Up { list, at } if *at > 1 => Some(format!("up {list}.{}", at - 1)),
            Does::Up { list, at } => entry(list, at.checked_sub(1)?),
            Does::Remove { list, at } => {
                let before = || entry(list, at.checked_sub(1)?);
                entry(list, *at).or_else(before).or_else(|| Some(format!("add {list}")))
            }
        }
    }

    /// How many controls it is made of.
    pub(super) fn many(&self) -> usize {
        self.parts.iter().map(Self::many).sum::<usize>() + 1
    }

    /// What the form sends.
    #[cfg(test)]
    pub(super) fn sent(&self, fields: &mut Vec<(String, String)>) {
        match self.looks {
            Looks::Group | Looks::Entry | Looks::List(_) => {}
            Looks::Box if self.value.is_empty() => {}
            _ => fields.push((self.name.clone(), self.value.clone())),
        }
        self.parts.iter().for_each(|part| part.sent(fields));
    }
}

/// The controls of a whole document.
pub(super) fn document(shape: &Shape, document: &Value, name: &str) -> Control {
    control(shape, Some(document), name, "", "", true)
}

fn control(shape: &Shape, value: Option<&Value>, name: &str, label: &str, help: &'static str, needed: bool) -> Control {
    if let Some(value) = value.filter(|value| !fits(shape, value)) {
        // What is written in no form that is known stays as it is, and can be written on.
        return Control::of(&format!("{name}="), label, "as YAML", Looks::Lines, value.to_string());
    }
    let line = |looks: Looks| Control::of(name, label, help, looks, value.map_or_else(String::new, text));
    match shape {
        Shape::Text | Shape::Name(_) if value.is_some_and(|value| text(value).contains('\n')) => line(Looks::Lines),
        Shape::Text | Shape::Number => line(Looks::Line),
        Shape::Name(kind) => line(Looks::Name(kind)),
        Shape::Flag => Control::of(
            name,
            label,
            help,
            Looks::Box,
            if value == Some(&Value::Bool(true)) { "true" } else { "" }.to_owned(),
        ),
        Shape::True => Control::hidden(name.to_owned(), "true".to_owned()),
        Shape::Truth => line(Looks::Choice(vec![("true".to_owned(), "yes"), ("false".to_owned(), "no")])),
        Shape::Word(words) => {
            line(Looks::Choice(words.iter().map(|(word, called)| ((*word).to_owned(), *called)).collect()))
        }
        Shape::Lines => {
            let lines = value.and_then(Value::as_array).map_or_else(Vec::new, |lines| lines.iter().map(text).collect());
            Control::of(name, label, help, Looks::Lines, lines.join("\n"))
        }
        Shape::Pairs(key, of) => {
            let pairs: Vec<_> = value.and_then(Value::as_object).map_or_else(Vec::new, |map| map.iter().collect());
            let entry = |(at, (written, value)): (usize, &(&String, &Value))| {
                let name = format!("{name}.{at}");
                let written = Value::String((*written).clone());
                let key = control(key, Some(&written), &format!("{name}.key"), "Name", "", true);
                let value = control(of, Some(value), &format!("{name}.value"), "Value", "", true);
                Control::of(&name, "", "", Looks::Entry, String::new()).with(vec![key, value])
            };
            list(name, label, help, "one", pairs.iter().enumerate().map(entry).collect())
        }
        Shape::Many(of, called) => {
            let values = value.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            let entry = |(at, value): (usize, &Value)| {
                let name = format!("{name}.{at}");
                let title = format!("{} {}", title(called), at + 1);
                Control::of(&name, &title, "", Looks::Entry, String::new()).with(vec![control(
                    of,
                    Some(value),
                    &name,
                    "",
                    "",
                    true,
                )])
            };
            list(name, label, help, called, values.iter().enumerate().map(entry).collect())
        }
        Shape::Map(fields) => {
            let parts = fields.iter().filter(|field| field.shows(value));
            let parts = parts.map(|field| part(field, value, &format!("{name}.{}", field.key)));
            let rest = value.and_then(|value| rest(name, fields, value));
            Control::of(name, label, help, Looks::Group, String::new()).with(parts.chain(rest).collect())
        }
        Shape::One(variants) => one(variants, value, name, label, help, needed),
    }
}

fn part(field: &Field, of: Option<&Value>, name: &str) -> Control {
    let value = of.and_then(|value| value.get(field.key));
    control(field.shape, value, name, field.label, field.help, field.needed == Needed::Always)
}

fn one(
    variants: &[Variant],
    value: Option<&Value>,
    name: &str,
    label: &str,
    help: &'static str,
    needed: bool,
) -> Control {
    let chosen = value.and_then(|value| variants.iter().find(|variant| is(variant, value)));
    let offered = variants.iter().filter(|variant| offers(variant, chosen));
    let mut choices: Vec<_> = offered.map(|variant| (variant.id(), variant.label)).collect();
    if !needed {
        choices.insert(0, (String::new(), "–"));
    }
    let id = chosen.map_or_else(String::new, Variant::id);
    let fields = chosen.map_or(&[][..], |variant| variant.fields);
    let parts = fields.iter().filter(|field| field.shows(value));
    let parts = parts.map(|field| part(field, value, &named(name, chosen.map_or("", |variant| variant.key), field)));
    let rest = value.and_then(|value| rest(name, fields, value));
    let was = Control::hidden(format!("{name}!"), id.clone());
    let parts = std::iter::once(was).chain(parts).chain(rest).collect();
    Control::of(name, label, help, Looks::Choice(choices), id).with(parts)
}

/// Whether a form is among the choices where one of them is chosen: what can be written in two ways is there once.
fn offers(variant: &Variant, chosen: Option<&Variant>) -> bool {
    match chosen {
        Some(chosen) if std::ptr::eq(chosen, variant) => true,
        Some(chosen) if chosen.kept && chosen.key == variant.key => false,
        _ => !variant.kept,
    }
}

/// What the part of a variant is called: the one that makes it what it is has the same name in all of them, so that what was
/// written stays when somebody chooses another that can have it.
pub(super) fn named(name: &str, variant: &str, field: &Field) -> String {
    format!("{name}.{}", if field.key == variant { "~" } else { field.key })
}

fn list(name: &str, label: &str, help: &'static str, called: &'static str, entries: Vec<Control>) -> Control {
    let count = Control::hidden(format!("{name}#"), entries.len().to_string());
    let parts = std::iter::once(count).chain(entries).collect();
    Control::of(name, label, help, Looks::List(called), String::new()).with(parts)
}

/// What a map has besides fields that are known.
fn rest(name: &str, fields: &[Field], value: &Value) -> Option<Control> {
    let others = value.as_object()?.iter().filter(|(key, _)| fields.iter().all(|field| field.key != key.as_str()));
    let others: Map<String, Value> = others.map(|(key, value)| (key.clone(), value.clone())).collect();
    (!others.is_empty()).then(|| Control::hidden(format!("{name}?"), Value::Object(others).to_string()))
}

/// Whether a value is of a form.
pub(super) fn is(variant: &Variant, value: &Value) -> bool {
    match value {
        Value::String(word) => variant.fields.is_empty() && word == variant.key,
        Value::Object(map) => !variant.fields.is_empty() && map.contains_key(variant.key),
        _ => false,
    }
}

/// Whether a value is of a shape, so that its fields show all of it.
pub(super) fn fits(shape: &Shape, value: &Value) -> bool {
    let scalar = |value: &Value| matches!(value, Value::String(_) | Value::Number(_));
    match shape {
        // A form sends every end of a line as the same.
        Shape::Text | Shape::Name(_) => scalar(value) && !text(value).contains('\r'),
        Shape::Number => value.is_number() || value.as_str().is_some_and(|text| text.parse::<i64>().is_err()),
        Shape::Flag | Shape::True => *value == Value::Bool(true),
        Shape::Truth => value.is_boolean(),
        Shape::Word(words) => value.as_str().is_some_and(|one| words.iter().any(|(word, _)| *word == one)),
        Shape::Lines => value.as_array().is_some_and(|lines| {
            lines.iter().all(|line| {
                line.as_str()
                    .is_some_and(|line| !line.is_empty() && line.trim() == line && !line.contains(['\n', '\r']))
            })
        }),
        Shape::Pairs(..) | Shape::Map(_) => value.is_object(),
        Shape::Many(..) => value.is_array(),
        Shape::One(variants) => variants.iter().any(|variant| is(variant, value)),
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn title(called: &str) -> String {
    let mut letters = called.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
