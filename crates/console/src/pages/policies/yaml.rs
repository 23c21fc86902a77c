//! A document as the text of a policy file, in the order in which people write one.

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::{Map, Value};

/// What stands in this order in whatever has it; the rest follows in the order of its names.
const ORDER: &[&str] = &[
    "kind",
    "name",
    "description",
    "status",
    "valid",
    "where",
    "access",
    "priority",
    "mask",
    "rows",
    "purpose",
    "reveal",
    "columns",
    "for",
    "with",
    "when",
    "cases",
    "except",
    "otherwise",
    "rules",
    "because",
];

/// Writes a document. Where YAML, as it is written here, would be read as something else, it is written as JSON, which is
/// YAML, too.
pub(super) fn write(document: &Value) -> String {
    match serde_saphyr::to_string(&Ordered(document)) {
        Ok(text) if read(&text).as_ref() == Some(document) => text,
        Ok(_) | Err(_) => format!("{document:#}\n"),
    }
}

/// Reads what is YAML, whether or not it is a document of any kind; not what would be much more than is written.
pub(super) fn read(text: &str) -> Option<Value> {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_nodes: MOST },
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: MOST / 10 },
    };
    serde_saphyr::from_str_with_options(text, options).ok()
}

/// How many values a text may have.
const MOST: usize = 50_000;

/// A value whose fields are in the order in which people write them.
struct Ordered<'a>(&'a Value);

impl Serialize for Ordered<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Object(fields) => {
                let mut map = serializer.serialize_map(Some(fields.len()))?;
                for (name, value) in ordered(fields) {
                    map.serialize_entry(name, &Ordered(value))?;
                }
                map.end()
            }
            Value::Array(values) => {
                let mut list = serializer.serialize_seq(Some(values.len()))?;
                for value in values {
                    list.serialize_element(&Ordered(value))?;
                }
                list.end()
            }
            other => other.serialize(serializer),
        }
    }
}

fn ordered(fields: &Map<String, Value>) -> impl Iterator<Item = (&String, &Value)> {
    let first = ORDER.iter().filter_map(|name| fields.get_key_value(*name));
    let rest = fields.iter().filter(|(name, _)| !ORDER.contains(&name.as_str()));
    first.chain(rest)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_document_is_written_as_people_write_it_and_read_as_the_same() {
        let document =
            json!({ "where": "all", "name": "x", "kind": "data-policy", "rules": [{ "with": "hash", "mask": "a" }] });
        let written = write(&document);
        assert!(written.starts_with("kind: data-policy\nname: x\nwhere: all\nrules:\n"), "{written}");
        assert_eq!(read(&written), Some(document));
    }

    #[test]
    fn a_short_text_is_no_large_document() {
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for step in 1..5 {
            let others = vec![format!("*a{}", step - 1); 10].join(", ");
            bomb.push_str(&format!("a{step}: &a{step} [{others}]\n"));
        }
        assert_eq!(read(&bomb), None);
        assert_eq!(read("a: &x [1]\nb: *x"), Some(json!({ "a": [1], "b": [1] })));
    }

    #[test]
    fn whatever_stands_in_a_text_is_read_again() {
        for text in [
            "yes", "null", "~", "0123", "1e3", "- a", "a: b", "# no", "a\nb", "\u{85}", "\u{1}", "", "&a", "{", "---",
            "1000",
        ] {
            let document = json!({ "name": text, "rules": [text] });
            assert_eq!(read(&write(&document)), Some(document), "{text:?}");
        }
    }
}
