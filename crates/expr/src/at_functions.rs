//! Functions that start with `@`: columns by tag, and the reader.

use scrim_catalog::Name;
use sqlparser::ast::{self, Value};
use sqlparser::tokenizer::Location;

use crate::check::{At, Checker};
use crate::place::place;
use crate::suggest::{listed, nearest};
use crate::{Expr, Fact, Refused, Set};

type Checked = Result<Expr, Refused>;

/// The names, as they are shown.
const NAMES: [&str; 10] = [
    "@username",
    "@column",
    "@columnTagged",
    "@columnReference",
    "@attributeValuesContains",
    "@groupsContains",
    "@purposesContains",
    "@hasAttribute",
    "@isInGroups",
    "@isUsingPurpose",
];

impl Checker<'_, '_> {
    /// `@name` without arguments.
    pub(crate) fn at_name(&self, name: &str, at: Location) -> Checked {
        match known(name, at)? {
            "@username" => Ok(Expr::Username),
            "@column" => match self.scope.masked {
                Some(column) => self.column(column, at),
                None => {
                    let refused = Refused::new(at, "there is no `@column` in predicates");
                    Err(refused.help("only masks have it: name the column itself"))
                }
            },
            known => {
                Err(Refused::new(at, format!("`{known}` needs arguments")).help(format!("write {}", usage(known))))
            }
        }
    }

    /// `@name(…)`.
    pub(crate) fn at_function(&mut self, name: &str, arguments: &[&ast::Expr], at: At) -> Checked {
        let name = known(name, at.place)?;
        match (name, arguments) {
            ("@columnTagged", [tag]) => self.column_tagged(tag, at),
            ("@columnReference", [column]) => {
                let (column, place) = written(column, at.place)?;
                self.column(&column, place)
            }
            ("@attributeValuesContains", [key, text]) => {
                let key = exists(self.scope.attributes, "attribute", key, at.place)?;
                Ok(Expr::Contains(Set::Attribute(key), Box::new(self.text(text, at)?)))
            }
            ("@groupsContains", [text]) => Ok(Expr::Contains(Set::Groups, Box::new(self.text(text, at)?))),
            ("@purposesContains", [text]) => Ok(Expr::Contains(Set::Purposes, Box::new(self.text(text, at)?))),
            ("@hasAttribute", [key, value]) => {
                let key = exists(self.scope.attributes, "attribute", key, at.place)?;
                Ok(Expr::Fact(Fact::HasAttribute { key, value: named(value, at.place)?.0 }))
            }
            ("@isInGroups", [_, ..]) => {
                let one = |group: &&ast::Expr| exists(self.scope.groups, "group", group, at.place);
                Ok(Expr::Fact(Fact::IsInGroups(arguments.iter().map(one).collect::<Result<_, _>>()?)))
            }
            ("@isUsingPurpose", [purpose]) => {
                let purpose = exists(self.scope.purposes, "purpose", purpose, at.place)?;
                Ok(Expr::Fact(Fact::IsUsingPurpose(purpose)))
            }
            _ => {
                let refused = Refused::new(at.place, format!("`{name}` does not take these arguments"));
                Err(refused.help(format!("write {}", usage(name))))
            }
        }
    }

    fn column_tagged(&self, tag: &ast::Expr, at: At) -> Checked {
        let (tag, place) = written(tag, at.place)?;
        let columns = (self.scope.tagged)(&tag);
        match columns.as_slice() {
            [column] => self.column(column, place),
            [] => Err(Refused::new(place, format!("no column is tagged `{tag}` or below it"))),
            several => {
                let message =
                    format!("several columns are tagged `{tag}`: {}", listed(several.iter().map(Name::as_str)));
                Err(Refused::new(place, message).help("name one with @columnReference"))
            }
        }
    }
}

/// The name in its usual spelling.
fn known(name: &str, at: Location) -> Result<&'static str, Refused> {
    let written = format!("@{name}");
    if let Some(known) = NAMES.into_iter().find(|known| known.eq_ignore_ascii_case(&written)) {
        return Ok(known);
    }
    let refused = Refused::new(at, format!("there is no `{written}`"));
    Err(refused.help(match nearest(&written, NAMES) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are {}", listed(NAMES)),
    }))
}

fn usage(name: &str) -> &'static str {
    match name {
        "@columnTagged" => "@columnTagged('tag')",
        "@columnReference" => "@columnReference('column')",
        "@attributeValuesContains" => "@attributeValuesContains('key', text)",
        "@groupsContains" => "@groupsContains(text)",
        "@purposesContains" => "@purposesContains(text)",
        "@hasAttribute" => "@hasAttribute('key', 'value')",
        "@isInGroups" => "@isInGroups('group', …)",
        "@isUsingPurpose" => "@isUsingPurpose('purpose')",
        "@column" => "@column",
        _ => "@username",
    }
}

/// An argument that must be a text in quotes.
fn written(tree: &ast::Expr, at: Location) -> Result<(String, Location), Refused> {
    let at = place(tree).unwrap_or(at);
    match tree {
        ast::Expr::Value(value) if matches!(value.value, Value::SingleQuotedString(_)) => {
            let text = value.value.clone().into_string().unwrap_or_default();
            Ok((text.replace("''", "'"), at))
        }
        _ => Err(Refused::new(at, "a text in single quotes is needed here")),
    }
}

fn named(tree: &ast::Expr, at: Location) -> Result<(Name, Location), Refused> {
    let (text, at) = written(tree, at)?;
    match Name::new(text) {
        Ok(name) => Ok((name, at)),
        Err(error) => Err(Refused::new(at, error.to_string())),
    }
}

/// A name of something that exists: a misspelt one behind a NOT would open.
fn exists(known: &dyn Fn(&str) -> bool, what: &str, tree: &ast::Expr, at: Location) -> Result<Name, Refused> {
    let (name, at) = named(tree, at)?;
    if known(&name) {
        return Ok(name);
    }
    let refused = Refused::new(at, format!("there is no {what} `{name}`"));
    let mut variants =
        [name.to_lowercase(), name.to_uppercase(), name.replace('_', "-"), name.replace('-', "_")].into_iter();
    let variant = variants.find(|variant| known(variant));
    Err(refused.maybe_help(variant.map(|variant| format!("did you mean `{variant}`?"))))
}
