//! What a provisioner may say of a resource: attributes that there are, of the right type, in their own spelling.

use serde_json::{Map, Value};

use super::error::wrong;
use super::schema::{Attribute, Mutability, Shape, Type, named};
use crate::Problem;

/// How long one text may be, in bytes.
const LONGEST: usize = 4096;
/// How many values an attribute has at most, beside the members of a group.
const MOST: usize = 100;
/// How large everything is at most that is kept of one resource, in bytes of JSON.
const LARGEST: usize = 16 * 1024;

/// What is left of a resource that somebody sent: what Scrim does not know, or keeps by itself, is not taken over
/// (RFC 7644, section 3.3). `permissions` is nothing that a shape has.
///
/// # Errors
/// `invalidValue`, when a value is of another type, or too large.
pub(crate) fn clean(shape: &Shape, sent: &Value) -> Result<Map<String, Value>, Problem> {
    let Value::Object(sent) = sent else {
        return Err(wrong("invalidSyntax", "a resource is an object: `{ … }`"));
    };
    let mut clean = Map::new();
    for (name, value) in sent {
        if let Some(attribute) = named(&shape.attributes, name) {
            if attribute.mutability != Mutability::ReadOnly
                && let Some(value) = of(attribute, value)?
            {
                once(&mut clean, &attribute.name, value)?;
            }
            continue;
        }
        let Some((schema, attributes)) = &shape.extension else { continue };
        if name.eq_ignore_ascii_case(schema)
            && let Some(parts) = parts(schema, attributes, value)?
        {
            once(&mut clean, schema, parts)?;
        }
    }
    let kept = clean.iter().filter(|(name, _)| *name != "members").map(|(name, value)| name.len() + size(value));
    if kept.sum::<usize>() > LARGEST {
        return Err(wrong("invalidValue", format!("of one resource at most {LARGEST} bytes are kept")));
    }
    Ok(clean)
}

/// The same name in two spellings would mean whichever comes last.
fn once(clean: &mut Map<String, Value>, name: &str, value: Value) -> Result<(), Problem> {
    match clean.insert(name.to_owned(), value) {
        None => Ok(()),
        Some(_) => Err(wrong("invalidSyntax", format!("`{name}` stands there twice"))),
    }
}

fn size(value: &Value) -> usize {
    serde_json::to_string(value).map_or(usize::MAX / 1024, |text| text.len())
}

/// A value of an attribute as it is kept; nothing where it says nothing.
///
/// # Errors
/// `invalidValue`.
pub(crate) fn of(attribute: &Attribute, value: &Value) -> Result<Option<Value>, Problem> {
    if !attribute.multi_valued {
        return single(attribute, value);
    }
    let all = match value {
        Value::Null => return Ok(None),
        Value::Array(all) => all.as_slice(),
        one => std::slice::from_ref(one),
    };
    if all.len() > MOST && attribute.name != "members" {
        return Err(wrong("invalidValue", format!("`{}` has at most {MOST} values", attribute.name)));
    }
    let mut kept = Vec::with_capacity(all.len());
    for value in all {
        kept.extend(single(attribute, value)?);
    }
    // One is the primary one: the last that says so.
    let mut primary = kept.iter().rposition(|value| value.get("primary") == Some(&Value::Bool(true)));
    for value in kept.iter_mut().take(primary.take().unwrap_or(0)) {
        if let Some(flag) = value.get_mut("primary") {
            *flag = Value::Bool(false);
        }
    }
    Ok((!kept.is_empty()).then_some(Value::Array(kept)))
}

fn single(attribute: &Attribute, value: &Value) -> Result<Option<Value>, Problem> {
    let name = &attribute.name;
    let other = |expected: &str| Err(wrong("invalidValue", format!("`{name}` must be {expected}")));
    match (attribute.holds, value) {
        (_, Value::Null) => Ok(None),
        (Type::Boolean, Value::Bool(_)) => Ok(Some(value.clone())),
        // As some provisioners write it.
        (Type::Boolean, Value::String(text)) if text.eq_ignore_ascii_case("true") => Ok(Some(true.into())),
        (Type::Boolean, Value::String(text)) if text.eq_ignore_ascii_case("false") => Ok(Some(false.into())),
        (Type::Boolean, _) => other("true or false"),
        (Type::String | Type::Reference, Value::String(text)) => {
            if text.len() > LONGEST {
                return other(&format!("a text of at most {LONGEST} bytes"));
            }
            if text.contains('\0') {
                return other("a text without the character NUL");
            }
            Ok(Some(value.clone()))
        }
        (Type::String | Type::Reference | Type::Other, _) => other("a text"),
        // A value by itself means that part.
        (Type::Complex, Value::String(_)) if named(&attribute.sub_attributes, "value").is_some() => {
            parts(name, &attribute.sub_attributes, &serde_json::json!({ "value": value }))
        }
        (Type::Complex, value) => parts(name, &attribute.sub_attributes, value),
    }
}

fn parts(name: &str, attributes: &[Attribute], value: &Value) -> Result<Option<Value>, Problem> {
    let Value::Object(sent) = value else {
        return Err(wrong("invalidValue", format!("`{name}` must be an object: `{{ … }}`")));
    };
    let mut kept = Map::new();
    for (part, value) in sent {
        let Some(attribute) = named(attributes, part) else { continue };
        if attribute.mutability != Mutability::ReadOnly
            && let Some(value) = of(attribute, value)?
        {
            once(&mut kept, &attribute.name, value)?;
        }
    }
    Ok((!kept.is_empty()).then_some(Value::Object(kept)))
}
