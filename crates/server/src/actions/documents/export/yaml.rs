//! A document as a policy file has it.

use std::path::PathBuf;
use std::sync::Arc;

use scrim_catalog::{Document, SourceFile};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};

/// What stands first, in this order; the rest follows in the order of its names.
const FIRST: &[&str] = &["kind", "name", "description", "status"];

/// Writes a document so that it is read as the same. Where YAML, as it is written here, would not be, it is written as JSON,
/// which is YAML, too.
pub(in crate::actions::documents) fn write(document: &Document) -> String {
    let fields = match document.to_json() {
        Ok(Value::Object(fields)) => fields,
        Ok(_) | Err(_) => Map::new(),
    };
    match serde_saphyr::to_string(&Ordered(&fields)) {
        Ok(text) if is(document, &text) => text,
        Ok(_) | Err(_) => plain(&Value::Object(fields)),
    }
}

/// Whether a text is read as this document, and as nothing else.
fn is(document: &Document, text: &str) -> bool {
    let (mut read, mut problems) = (Vec::new(), Vec::new());
    let file = SourceFile { path: Arc::new(PathBuf::new()), text: text.to_owned() };
    scrim_catalog::read(&file, &mut read, &mut problems);
    problems.is_empty() && matches!(read.as_slice(), [(_, one)] if one == document)
}

/// JSON in ASCII, in one line: nothing in it is anything else to YAML.
fn plain(document: &Value) -> String {
    let mut text = String::new();
    for char in document.to_string().chars() {
        if char.is_ascii() && char != '\u{7f}' {
            text.push(char);
        } else {
            let mut units = [0; 2];
            for unit in char.encode_utf16(&mut units) {
                text.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    text.push('\n');
    text
}

/// The fields of a document, what it is first.
struct Ordered<'a>(&'a Map<String, Value>);

impl Serialize for Ordered<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let first = FIRST.iter().filter_map(|name| self.0.get_key_value(*name));
        let rest = self.0.iter().filter(|(name, _)| !FIRST.contains(&name.as_str()));
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in first.chain(rest) {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use scrim_catalog::{Kind, from_json};
    use serde_json::json;

    use super::*;

    #[test]
    fn whatever_stands_in_a_document_is_read_again() {
        let hostile = [
            "yes",
            "null",
            "~",
            "0123",
            "1e3",
            "2027-01-31",
            "- a",
            "a: b",
            "# no",
            "'",
            "\"",
            "a\nb",
            "--- x",
            "\n---\nkind: user",
            "\u{85}",
            "\u{2028}",
            "\u{feff}",
            "\u{7f}",
            "\u{1}",
            "😀",
            " x ",
            "",
            "!tag",
            "&a",
            "*a",
            "{",
            "[",
            "%",
            "@x",
            "`",
            "...",
            "\t",
            "x:",
            "\u{ffff}",
            "|",
            ">",
            "?",
            "=",
            "<<",
            "true",
            "12:30",
            "0x1F",
            ".5",
            "+1",
        ];
        for text in hostile {
            let body = json!({ "description": text, "attributes": { "a": [text.trim(), "b"] } });
            let body = if text.trim().is_empty() { json!({ "description": text }) } else { body };
            let Ok(document) = from_json(Kind::User, "u", &body) else { continue };
            let written = write(&document);
            assert!(is(&document, &written), "{text:?} became\n{written}");
        }
        let group = from_json(Kind::Group, "hr", &json!({ "description": "people" })).unwrap();
        assert_eq!(write(&group), "kind: group\nname: hr\ndescription: people\n");
    }
}
