//! Which field shows the part of a document that something is said about.

use serde_json::Value;

use super::control::{fits, is, named};
use super::shape::Shape;

/// The name of the field at a JSON pointer, or of the innermost around it.
pub(super) fn place(shape: &Shape, document: &Value, pointer: &str, name: &str) -> String {
    let parts: Vec<String> =
        pointer.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~")).collect();
    within(shape, document, &parts, name)
}

fn within(shape: &Shape, value: &Value, parts: &[String], name: &str) -> String {
    if !fits(shape, value) {
        return format!("{name}=");
    }
    inner(shape, value, parts, name).unwrap_or_else(|| name.to_owned())
}

fn inner(shape: &Shape, value: &Value, parts: &[String], name: &str) -> Option<String> {
    let (first, rest) = parts.split_first()?;
    let part = value.get(first).or_else(|| value.get(first.parse::<usize>().ok()?))?;
    match shape {
        Shape::Map(fields) => {
            let field = fields.iter().find(|field| field.key == first)?;
            Some(within(field.shape, part, rest, &format!("{name}.{first}")))
        }
        Shape::One(variants) => {
            let variant = variants.iter().find(|variant| is(variant, value))?;
            let field = variant.fields.iter().find(|field| field.key == first)?;
            // What says itself by being there is no field to look at.
            let shown = !matches!(field.shape, Shape::True);
            shown.then(|| within(field.shape, part, rest, &named(name, variant.key, field)))
        }
        Shape::Many(of, _) => Some(within(of, part, rest, &format!("{name}.{first}"))),
        Shape::Pairs(_, of) => {
            let at = value.as_object()?.keys().position(|key| key == first)?;
            // What is wrong with the whole of it is wrong with what it is for.
            if rest.is_empty() {
                Some(format!("{name}.{at}.key"))
            } else {
                Some(within(of, part, rest, &format!("{name}.{at}.value")))
            }
        }
        _ => None,
    }
}
