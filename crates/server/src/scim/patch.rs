//! Changing parts of a resource (RFC 7644, section 3.5.2): on the resource as it is told, which is then read as if it had
//! been sent whole.

mod target;

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::content::of;
use super::error::wrong;
use super::filter::Filter;
use super::schema::{Mutability, Shape, Type};
use crate::Problem;
use target::{Target, target};

/// How many changes a request may have.
const MOST: usize = 1000;

/// What is to be changed.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Patch {
    #[serde(alias = "operations", rename = "Operations")]
    operations: Vec<Operation>,
}

#[derive(Clone, Debug, Deserialize)]
struct Operation {
    op: String,
    path: Option<String>,
    value: Option<Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verb {
    Add,
    Replace,
    Remove,
}

impl Patch {
    /// Changes a resource.
    ///
    /// # Errors
    /// When an operation names nothing that can be changed, or changes it into something else.
    pub(crate) fn apply(&self, shape: &Shape, resource: &mut Value) -> Result<(), Problem> {
        if self.operations.len() > MOST {
            return Err(wrong("tooMany", format!("a request has at most {MOST} operations")));
        }
        for operation in &self.operations {
            operation.apply(shape, resource)?;
        }
        Ok(())
    }
}

impl Operation {
    fn apply(&self, shape: &Shape, resource: &mut Value) -> Result<(), Problem> {
        let verb = match self.op.to_ascii_lowercase().as_str() {
            "add" => Verb::Add,
            "replace" => Verb::Replace,
            "remove" => Verb::Remove,
            other => return Err(wrong("invalidSyntax", format!("`{}` is no operation", other.escape_debug()))),
        };
        let path = self.path.as_deref().filter(|path| !path.is_empty());
        match (path, verb, &self.value) {
            (None, Verb::Remove, _) => Err(wrong("noTarget", "`remove` needs a `path`")),
            (_, Verb::Add | Verb::Replace, None) => Err(wrong("invalidValue", "`add` and `replace` need a `value`")),
            (None, _, Some(Value::Object(fields))) => whole(shape, resource, verb, fields),
            (None, _, _) => Err(wrong("invalidValue", "without a `path`, `value` is an object")),
            (Some(path), _, value) => one(shape, resource, verb, path, value.as_ref()),
        }
    }
}

/// Each field of a value without a path; what Scrim does not know is not taken over, as when a resource is made.
fn whole(shape: &Shape, resource: &mut Value, verb: Verb, fields: &Map<String, Value>) -> Result<(), Problem> {
    for (name, value) in fields {
        match (&shape.extension, value) {
            (Some((schema, _)), Value::Object(parts)) if name.eq_ignore_ascii_case(schema) => {
                for (part, value) in parts {
                    field(shape, resource, verb, &format!("{schema}:{part}"), value)?;
                }
            }
            _ => field(shape, resource, verb, name, value)?,
        }
    }
    Ok(())
}

fn field(shape: &Shape, resource: &mut Value, verb: Verb, name: &str, value: &Value) -> Result<(), Problem> {
    let Ok(at) = super::path::path(shape, name, "invalidPath") else { return Ok(()) };
    if at.attribute.mutability == Mutability::ReadOnly {
        return Ok(());
    }
    one(shape, resource, verb, name, Some(value))
}

fn one(shape: &Shape, resource: &mut Value, verb: Verb, path: &str, value: Option<&Value>) -> Result<(), Problem> {
    let at = match target(shape, path)? {
        Target::Extension(schema) => {
            return match (verb, value) {
                (Verb::Remove, _) => {
                    resource.as_object_mut().map(|resource| resource.remove(schema));
                    Ok(())
                }
                (_, Some(Value::Object(parts))) => {
                    let parts = parts.iter().map(|(part, value)| (format!("{schema}:{part}"), value.clone()));
                    whole(shape, resource, verb, &parts.collect())
                }
                _ => Err(wrong("invalidValue", format!("`{schema}` is an object"))),
            };
        }
        Target::Attribute(at) => at,
    };
    let attribute = at.path.attribute;
    let fixed = [Some(attribute), at.path.part].into_iter().flatten().any(|it| it.mutability == Mutability::ReadOnly);
    if fixed {
        return Err(wrong("mutability", format!("`{path}` is not changed by provisioning")));
    }
    if verb == Verb::Remove && ["active", shape.key].contains(&attribute.name.as_str()) {
        return Err(wrong("mutability", format!("`{path}` cannot be removed: say what it is")));
    }
    let Some(holder) = holder(resource, at.path.extension) else {
        return Err(wrong("invalidPath", "a resource is an object"));
    };
    match (attribute.multi_valued, &at.filter) {
        (true, Some(filter)) => some(holder, &at, filter, verb, value),
        (true, None) => many(holder, &at, verb, value),
        (false, Some(_)) => Err(wrong("invalidPath", format!("`{}` has one value", attribute.name))),
        (false, None) => single(holder, &at, verb, value),
    }
}

/// Where an attribute stands: in the resource, or in an extension, which is made when there is none.
fn holder<'r>(resource: &'r mut Value, extension: Option<&str>) -> Option<&'r mut Map<String, Value>> {
    let resource = resource.as_object_mut()?;
    match extension {
        None => Some(resource),
        Some(schema) => resource.entry(schema.to_owned()).or_insert_with(|| Value::Object(Map::new())).as_object_mut(),
    }
}

/// An attribute with one value.
fn single(
    holder: &mut Map<String, Value>,
    at: &target::Place<'_>,
    verb: Verb,
    value: Option<&Value>,
) -> Result<(), Problem> {
    let attribute = at.path.attribute;
    if let Some(part) = at.path.part {
        let parts = holder.entry(attribute.name.clone()).or_insert_with(|| Value::Object(Map::new()));
        let Some(parts) = parts.as_object_mut() else { return Ok(()) };
        put(parts, &part.name, if verb == Verb::Remove { None } else { kept(part, value)? });
        return Ok(());
    }
    let new = if verb == Verb::Remove { None } else { kept(attribute, value)? };
    match (holder.get_mut(&attribute.name), new) {
        // What has parts keeps those that are not named.
        (Some(Value::Object(old)), Some(Value::Object(new))) if attribute.holds == Type::Complex => old.extend(new),
        (_, new) => put(holder, &attribute.name, new),
    }
    Ok(())
}

fn kept(attribute: &super::schema::Attribute, value: Option<&Value>) -> Result<Option<Value>, Problem> {
    value.map_or(Ok(None), |value| of(attribute, value))
}

fn put(holder: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    match value {
        Some(value) => drop(holder.insert(name.to_owned(), value)),
        None => drop(holder.remove(name)),
    }
}

/// All values of an attribute.
fn many(
    holder: &mut Map<String, Value>,
    at: &target::Place<'_>,
    verb: Verb,
    value: Option<&Value>,
) -> Result<(), Problem> {
    let attribute = at.path.attribute;
    if let Some(part) = at.path.part {
        let new = if verb == Verb::Remove { None } else { kept(part, value)? };
        for value in values(holder, &attribute.name)?.iter_mut().filter_map(Value::as_object_mut) {
            put(value, &part.name, new.clone());
        }
        return Ok(());
    }
    let new = match kept(attribute, value)? {
        Some(Value::Array(new)) => new,
        _ => vec![],
    };
    match (verb, value) {
        (Verb::Replace, _) => put(holder, &attribute.name, (!new.is_empty()).then_some(Value::Array(new))),
        (Verb::Remove, None | Some(Value::Null)) => drop(holder.remove(&attribute.name)),
        (Verb::Remove, Some(_)) => {
            let gone: HashSet<String> = new.iter().map(key).collect();
            values(holder, &attribute.name)?.retain(|value| !gone.contains(&key(value)));
        }
        (Verb::Add, _) => {
            let all = values(holder, &attribute.name)?;
            let mut known: HashSet<String> = all.iter().map(key).collect();
            if new.iter().any(|value| value.get("primary") == Some(&Value::Bool(true))) {
                all.iter_mut().filter_map(|value| value.get_mut("primary")).for_each(|primary| *primary = false.into());
            }
            all.extend(new.into_iter().filter(|value| known.insert(key(value))));
        }
    }
    Ok(())
}

/// What tells one value from another: what it is, where it has that.
fn key(value: &Value) -> String {
    let text = |part: &str| value.get(part).and_then(Value::as_str).unwrap_or("");
    match value.get("value") {
        Some(Value::String(what)) => format!("{what} {}", text("type").replace("User", "")),
        _ => value.to_string(),
    }
}

/// The values that a filter means.
fn some(
    holder: &mut Map<String, Value>,
    at: &target::Place<'_>,
    filter: &Filter<'_>,
    verb: Verb,
    value: Option<&Value>,
) -> Result<(), Problem> {
    let attribute = at.path.attribute;
    let all = values(holder, &attribute.name)?;
    if verb == Verb::Remove {
        match at.path.part {
            None => all.retain(|value| !filter.holds(value)),
            Some(part) => all
                .iter_mut()
                .filter(|value| filter.holds(value))
                .filter_map(Value::as_object_mut)
                .for_each(|value| put(value, &part.name, None)),
        }
        return Ok(());
    }
    let new = match at.path.part {
        Some(part) => kept(part, value)?.map(|value| Map::from_iter([(part.name.clone(), value)])),
        None => match kept(attribute, value)? {
            Some(Value::Array(mut new)) if new.len() == 1 => match new.pop() {
                Some(Value::Object(new)) => Some(new),
                _ => None,
            },
            _ => None,
        },
    };
    let new = new.ok_or_else(|| wrong("invalidValue", "`value` must be one value"))?;
    if !all.iter().any(|value| filter.holds(value)) {
        // Where nothing is so, `add` makes one that is, if the filter says what that would be.
        let made = filter.equals_part().filter(|_| verb == Verb::Add);
        let (part, wanted) = made.ok_or_else(|| wrong("noTarget", "no value is as the filter says"))?;
        all.push(Value::Object(Map::from_iter([(part.to_owned(), wanted.clone())])));
    }
    let primary = new.get("primary") == Some(&Value::Bool(true));
    for value in all.iter_mut() {
        let meant = filter.holds(value);
        let Some(fields) = value.as_object_mut() else { continue };
        if meant {
            fields.extend(new.clone());
        } else if primary && fields.contains_key("primary") {
            fields.insert("primary".to_owned(), false.into());
        }
    }
    Ok(())
}

/// The values of an attribute, which are made when there are none.
fn values<'r>(holder: &'r mut Map<String, Value>, name: &str) -> Result<&'r mut Vec<Value>, Problem> {
    let values = holder.entry(name.to_owned()).or_insert_with(|| Value::Array(vec![]));
    values.as_array_mut().ok_or_else(|| wrong("invalidPath", format!("`{name}` has one value")))
}
