//! Fields read as the document they say.

use std::cell::RefCell;
use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::control::named;
use super::shape::{Field, Needed, Shape, Variant};
use crate::form::Form;
use crate::pages::policies::yaml;
use crate::problem::Problem;

/// How deep fields may stand within fields: deeper no policy is read that is written as a text.
const DEEPEST: usize = 64;

/// How many fields a form may have: more than are shown, for a button may add some.
const MOST: usize = 2 * super::MOST;

/// What a form sent.
pub(super) struct Reading<'a> {
    fields: HashMap<&'a str, &'a str>,
    /// What a button does, and to which fields.
    does: (&'a str, &'a str),
    /// A name that stands twice where each has something of its own.
    twice: RefCell<Option<String>>,
}

impl<'a> Reading<'a> {
    /// What a form sent, and which button was pressed.
    ///
    /// # Errors
    /// When it says more than its fields can: reading it would take time and memory, and what is read ends in a page.
    pub(super) fn of(form: &'a Form) -> Result<Self, Problem> {
        let does = form.text("do").split_once(' ').unwrap_or(("", ""));
        let fields: HashMap<_, _> = form.fields().collect();
        if fields.len() > MOST {
            return Err(Problem::malformed(format!("a policy with more than {MOST} fields is written as a text")));
        }
        if fields.keys().any(|name| name.matches('.').count() > DEEPEST) {
            return Err(Problem::malformed(format!("the fields stand more than {DEEPEST} deep in each other")));
        }
        // Every entry of a list has a field.
        let lists = fields.iter().filter(|(name, _)| name.ends_with('#'));
        let entries =
            lists.map(|(_, count)| count.parse::<usize>().ok()).try_fold(0_usize, |sum, count| sum.checked_add(count?));
        if entries.is_none_or(|entries| entries > fields.len()) {
            return Err(Problem::malformed("a list says that it has more entries than there are fields"));
        }
        Ok(Self { fields, does, twice: RefCell::default() })
    }

    /// The document that the fields say; nothing where there are none.
    ///
    /// # Errors
    /// When a document cannot say it.
    pub(super) fn document(&self, shape: &Shape, name: &str) -> Result<Option<Value>, Problem> {
        let document = self.read(shape, name, true);
        match self.twice.take() {
            Some(name) => {
                Err(Problem::malformed(format!("`{name}` stands twice: join the conditions with `all` instead")))
            }
            None => Ok(document),
        }
    }

    fn field(&self, name: &str) -> Option<&'a str> {
        self.fields.get(name).copied()
    }

    fn read(&self, shape: &Shape, name: &str, needed: bool) -> Option<Value> {
        if let Some(text) = self.field(&format!("{name}=")) {
            return Some(yaml::read(text).unwrap_or_else(|| json!(text)));
        }
        let text = self.field(name);
        let there = |text: &&str| needed || !text.is_empty();
        match shape {
            Shape::Text | Shape::Name(_) => text.or(needed.then_some("")).filter(there).map(|text| json!(text)),
            Shape::Number => {
                let text = text.or(needed.then_some("4")).map(str::trim).filter(there)?;
                Some(text.parse::<i64>().map_or_else(|_| json!(text), |number| json!(number)))
            }
            Shape::Flag => text.map(|_| json!(true)),
            Shape::Truth => Some(json!(text != Some("false"))),
            Shape::True => Some(json!(true)),
            Shape::Word(words) => {
                let known = text.filter(|text| words.iter().any(|(word, _)| word == text));
                let word = known.or_else(|| words.first().map(|(word, _)| *word))?;
                (!word.is_empty()).then(|| json!(word))
            }
            Shape::Lines => {
                let lines: Vec<_> = text.unwrap_or("").lines().map(str::trim).filter(|line| !line.is_empty()).collect();
                (needed || !lines.is_empty()).then(|| json!(lines))
            }
            Shape::Pairs(_, of) => {
                let mut pairs = Map::new();
                for name in self.entries(name) {
                    let key = self.field(&format!("{name}.key")).unwrap_or("").trim();
                    let Some(value) = self.read(of, &format!("{name}.value"), true) else { continue };
                    if pairs.insert(key.to_owned(), value).is_some() && !key.is_empty() {
                        self.twice.borrow_mut().get_or_insert_with(|| key.to_owned());
                    }
                }
                (needed || !pairs.is_empty()).then_some(Value::Object(pairs))
            }
            Shape::Many(of, _) => {
                let values: Vec<_> = self.entries(name).iter().filter_map(|name| self.read(of, name, true)).collect();
                (needed || !values.is_empty()).then_some(Value::Array(values))
            }
            Shape::Map(fields) => {
                let map = self.map(name, fields, |field| Some(format!("{name}.{}", field.key)));
                (needed || !map.is_empty()).then_some(Value::Object(map))
            }
            Shape::One(variants) => self.one(variants, name, needed),
        }
    }

    /// The names of the entries of a list, after whichever button was pressed. A list that was not there begins with one.
    fn entries(&self, name: &str) -> Vec<String> {
        let count = self.field(&format!("{name}#")).map_or(Some(1), |count| count.parse().ok()).unwrap_or(0);
        let mut names: Vec<_> = (0..count).map(|at| format!("{name}.{at}")).collect();
        let (what, which) = self.does;
        let at = names.iter().position(|name| name == which);
        match (what, at) {
            ("add", _) if which == name => names.push(format!("{name}.{}", names.len())),
            ("remove", Some(at)) => drop(names.remove(at)),
            ("up", Some(at)) if at > 0 => names.swap(at - 1, at),
            _ => {}
        }
        names
    }

    /// What fields say, each under its name; what has none begins anew.
    fn map(&self, name: &str, fields: &[Field], called: impl Fn(&Field) -> Option<String>) -> Map<String, Value> {
        let kept = self.field(&format!("{name}?"));
        let kept = kept.and_then(|rest| serde_json::from_str::<Map<String, Value>>(rest).ok());
        let mut map: Map<String, Value> = kept.into_iter().flatten().collect();
        for field in fields {
            let value = match called(field) {
                Some(name) => {
                    let begins = field.needed == Needed::AtFirst && self.field(&name).is_none();
                    self.read(field.shape, &name, begins || field.needed == Needed::Always)
                }
                None if field.needed == Needed::No => None,
                None => begun(field.shape),
            };
            if let Some(value) = value {
                map.insert(field.key.to_owned(), value);
            }
        }
        map
    }

    fn one(&self, variants: &[Variant], name: &str, needed: bool) -> Option<Value> {
        let find = |id: &str| variants.iter().find(|variant| variant.id() == id);
        let chosen = match self.field(name) {
            Some("") | None if !needed => return None,
            Some(id) => find(id).or(variants.first()),
            None => variants.first(),
        }?;
        if chosen.fields.is_empty() {
            return Some(json!(chosen.key));
        }
        let before = self.field(&format!("{name}!")).and_then(find).filter(|before| before.id() != chosen.id());
        // What was written in another form stays where the new one can have it.
        let stays = |called: &str, field: &Field| {
            let others = before.iter().flat_map(|before| before.fields.iter().map(|other| (before.key, other)));
            let mut same = others.filter(|(key, other)| named(name, key, other) == called);
            same.all(|(_, other)| other.shape.agrees(field.shape))
        };
        let mut map = self.map(name, chosen.fields, |field| {
            Some(named(name, chosen.key, field)).filter(|called| stays(called, field))
        });
        // What was one condition is the first of several.
        if let (Some(before), Some(own)) = (before, chosen.fields.iter().find(|field| field.key == chosen.key)) {
            let same = |inner: &Shape| matches!(inner, Shape::One(inner) if std::ptr::eq(*inner, variants));
            let alone = !before.fields.iter().any(|field| matches!(field.shape, Shape::Many(..)));
            let value = self.variant(before, name);
            match own.shape {
                Shape::Many(inner, _) if same(inner) && alone => drop(map.insert(own.key.to_owned(), json!([value]))),
                inner if same(inner) => drop(map.insert(own.key.to_owned(), value)),
                _ => {}
            }
        }
        Some(Value::Object(map))
    }

    fn variant(&self, variant: &Variant, name: &str) -> Value {
        if variant.fields.is_empty() {
            return json!(variant.key);
        }
        Value::Object(self.map(name, variant.fields, |field| Some(named(name, variant.key, field))))
    }
}

/// What a part begins as.
fn begun(shape: &Shape) -> Option<Value> {
    Reading { fields: HashMap::new(), does: ("", ""), twice: RefCell::default() }.read(shape, "", true)
}
