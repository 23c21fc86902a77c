//! Where in a file a field of a document stands, by its JSON pointer.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// A value of a YAML document, and where it stands.
struct Node {
    line: usize,
    column: usize,
    shape: Shape,
}

enum Shape {
    Scalar(Option<String>),
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
}

/// The place of a field of the document of that kind and name in a file: line and column, from 1. Of a field that does not
/// stand there as such, the nearest one around it.
pub(crate) fn place(text: &str, kind: &str, name: &str, pointer: &str) -> Option<(usize, usize)> {
    let documents = serde_saphyr::from_multiple::<Node>(text).ok()?;
    let is = |node: &Node, field: &str, wanted: &str| {
        node.field(field).is_some_and(|(_, value)| matches!(&value.shape, Shape::Scalar(Some(text)) if text == wanted))
    };
    let document = documents.iter().find(|node| is(node, "kind", kind) && is(node, "name", name))?;
    let mut found = document.field("name").map_or(document, |(_, value)| value);
    let mut node = document;
    for part in pointer.split('/').skip(1) {
        let part = part.replace("~1", "/").replace("~0", "~");
        let next = match &node.shape {
            Shape::Map(_) => node.field(&part).map(|(key, value)| match value.shape {
                // What is in a field is told by the value, a whole field by its name.
                Shape::Scalar(_) => (value, value),
                _ => (key, value),
            }),
            Shape::List(items) => part.parse::<usize>().ok().and_then(|at| items.get(at)).map(|item| (item, item)),
            Shape::Scalar(_) => None,
        };
        let Some((place, value)) = next else { break };
        (found, node) = (place, value);
    }
    Some((found.line, found.column))
}

impl Node {
    fn field(&self, name: &str) -> Option<(&Node, &Node)> {
        let Shape::Map(fields) = &self.shape else { return None };
        let is = |key: &Node| matches!(&key.shape, Shape::Scalar(Some(text)) if text == name);
        fields.iter().find(|(key, _)| is(key)).map(|(key, value)| (key, value))
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = serde_saphyr::Spanned::<Shape>::deserialize(deserializer)?;
        let number = |number: u64| usize::try_from(number).unwrap_or(0);
        let place = spanned.referenced;
        Ok(Self { line: number(place.line()), column: number(place.column()), shape: spanned.value })
    }
}

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reading)
    }
}

struct Reading;

impl<'de> Visitor<'de> for Reading {
    type Value = Shape;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Shape, E> {
        Ok(Shape::Scalar(Some(text.to_owned())))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Shape, E> {
        Ok(Shape::Scalar(Some(value.to_string())))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Shape, E> {
        Ok(Shape::Scalar(Some(value.to_string())))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Shape, E> {
        Ok(Shape::Scalar(Some(value.to_string())))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Shape, E> {
        Ok(Shape::Scalar(Some(value.to_string())))
    }

    fn visit_u128<E>(self, value: u128) -> Result<Shape, E> {
        Ok(Shape::Scalar(Some(value.to_string())))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Shape, E> {
        Ok(Shape::Scalar(Some(value.to_string())))
    }

    fn visit_unit<E>(self) -> Result<Shape, E> {
        Ok(Shape::Scalar(None))
    }

    fn visit_none<E>(self) -> Result<Shape, E> {
        Ok(Shape::Scalar(None))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Shape, D::Error> {
        Shape::deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Shape, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Shape::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Shape, A::Error> {
        let mut map = Vec::new();
        while let Some(field) = fields.next_entry()? {
            map.push(field);
        }
        Ok(Shape::Map(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_found_by_its_pointer() {
        let text = "# people\nkind: user\nname: ann\ngroups: [ a, b ]\n---\nkind: data-policy\nname: ann\nrules:\n  - mask: { columns: { tag: X }, with: hash }\n    except:\n      group: hr\n";
        let at = |kind, pointer| place(text, kind, "ann", pointer);
        assert_eq!(at("user", "/groups/1"), Some((4, 14)));
        assert_eq!(at("user", ""), Some((3, 7)));
        assert_eq!(at("data-policy", "/rules/0/except/group"), Some((11, 14)));
        assert_eq!(at("data-policy", "/rules/0/mask/columns/tag/odd"), Some((9, 29)));
        assert_eq!(at("data-policy", "/rules/7"), Some((8, 1)));
        assert_eq!(at("group", ""), None);
    }
}
