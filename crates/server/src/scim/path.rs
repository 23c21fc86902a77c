//! Names of attributes: `userName`, `name.familyName`, `urn:…:User:department`.

use serde_json::Value;

use super::error::wrong;
use super::schema::{Attribute, Shape, named};
use crate::Problem;

/// An attribute that a shape has, and one of its parts.
#[derive(Clone, Copy)]
pub(crate) struct Path<'a> {
    /// Of which extension.
    pub(crate) extension: Option<&'static str>,
    pub(crate) attribute: &'a Attribute,
    pub(crate) part: Option<&'a Attribute>,
}

/// Reads the name of an attribute.
///
/// # Errors
/// `word`, when the shape has none of that name.
pub(crate) fn path<'a>(shape: &'a Shape, text: &str, word: &'static str) -> Result<Path<'a>, Problem> {
    let unknown = || wrong(word, format!("a {} has no attribute `{}`", shape.name, text.escape_debug()));
    let (extension, attributes, rest) = match text.rfind(':') {
        None => (None, &shape.attributes, text),
        Some(_) => {
            if let Some(rest) = behind(shape.schema, text) {
                (None, &shape.attributes, rest)
            } else {
                let (schema, attributes) = shape.extension.as_ref().ok_or_else(unknown)?;
                (Some(*schema), attributes, behind(schema, text).ok_or_else(unknown)?)
            }
        }
    };
    let (name, part) = rest.split_once('.').map_or((rest, None), |(name, part)| (name, Some(part)));
    let attribute = named(attributes, name).ok_or_else(unknown)?;
    let part = part.map(|part| named(&attribute.sub_attributes, part).ok_or_else(unknown)).transpose()?;
    Ok(Path { extension, attribute, part })
}

/// What stands behind the name of a schema and a colon.
fn behind<'a>(schema: &str, text: &'a str) -> Option<&'a str> {
    let (start, rest) = (text.get(..schema.len())?, text.get(schema.len()..)?);
    if start.eq_ignore_ascii_case(schema) { rest.strip_prefix(':') } else { None }
}

impl<'a> Path<'a> {
    /// What decides how its values are compared.
    pub(crate) fn last(&self) -> &'a Attribute {
        let default = || named(&self.attribute.sub_attributes, "value");
        self.part.or_else(default).unwrap_or(self.attribute)
    }

    /// Its values in a resource; of what has parts, their `value`.
    pub(crate) fn values<'v>(&self, resource: &'v Value) -> Vec<&'v Value> {
        let holder = self.extension.map_or(Some(resource), |schema| resource.get(schema));
        let found = holder.and_then(|holder| holder.get(&self.attribute.name));
        let all = match found {
            Some(Value::Array(all)) => all.iter().collect(),
            Some(value) => vec![value],
            None => vec![],
        };
        let part = self.part.map_or("value", |part| part.name.as_str());
        all.into_iter()
            .filter_map(|value| match value {
                Value::Object(parts) => parts.get(part).or(if self.part.is_none() { Some(value) } else { None }),
                value => Some(value),
            })
            .collect()
    }
}
