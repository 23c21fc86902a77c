//! Documents in JSON, as the API has them. They are read by the reader of files: JSON is YAML, and what a document may say
//! is decided in one place. Each line of the text that is read holds one value, so that a place in it is a field.

use serde_json::Value;

use crate::change::place;
use crate::read::{SourceFile, Written, read_as};
use crate::{Document, Kind, Mark, Problem};

/// Reads a document of that kind and name. The body may leave both out, and may not say others.
///
/// # Errors
/// What is wrong with it; [`pointer`] tells the field.
pub fn from_json(kind: Kind, name: &str, body: &Value) -> Result<Document, Problem> {
    let file = place(kind, name);
    let wrong = |message: String| Problem::error(&file, Mark::default(), message);
    let body = complete(kind, name, body).map_err(wrong)?;
    let text = text(&body).map_err(|error| wrong(error.to_string()))?;
    let (mut documents, mut problems) = (Vec::new(), Vec::new());
    read_as(Written::AsJson, &SourceFile { path: place(kind, name), text }, &mut documents, &mut problems);
    match (documents.pop(), problems.into_iter().next()) {
        (Some((_, document)), None) => Ok(document),
        (_, Some(problem)) => Err(problem),
        (None, None) => Err(wrong("there is no document".to_owned())),
    }
}

/// One value a line. What YAML takes for no character, or for the end of a line, is escaped: it stands in texts only.
fn text(body: &Value) -> serde_json::Result<String> {
    let plain = |char: &char| {
        !matches!(*char, '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
    };
    let mut text = String::new();
    for char in serde_json::to_string_pretty(body)?.chars() {
        if plain(&char) { text.push(char) } else { text.push_str(&format!("\\u{:04x}", u32::from(char))) }
    }
    Ok(text)
}

/// The body with what its address says of it.
fn complete(kind: Kind, name: &str, body: &Value) -> Result<Value, String> {
    let Value::Object(fields) = body else {
        return Err("a document is an object: `{ … }`".to_owned());
    };
    let mut fields = fields.clone();
    for (field, said) in [("kind", kind.as_str()), ("name", name)] {
        match fields.insert(field.to_owned(), said.into()) {
            Some(Value::String(other)) if other != said => {
                return Err(format!("`{field}` is `{other}`, and the address says `{said}`"));
            }
            Some(Value::String(_)) | None => {}
            Some(_) => return Err(format!("`{field}` must be a text")),
        }
    }
    Ok(Value::Object(fields))
}

/// The field at a line of a document as [`from_json`] reads it, as a JSON pointer; empty for the whole document.
pub fn pointer(kind: Kind, name: &str, body: &Value, line: usize) -> String {
    let Ok(body) = complete(kind, name, body) else { return String::new() };
    let mut rest = line.saturating_sub(1);
    at(&body, &mut rest).unwrap_or_default()
}

/// Walks the lines of a value written prettily; answers the pointer of the one that is reached when `rest` is used up.
fn at(value: &Value, rest: &mut usize) -> Option<String> {
    if *rest == 0 {
        return Some(String::new());
    }
    let parts: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(field, value)| (escape(field), value)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect(),
        _ => return None,
    };
    if parts.is_empty() {
        return None;
    }
    for (name, part) in parts {
        *rest -= 1;
        if let Some(found) = at(part, rest) {
            return Some(format!("/{name}{found}"));
        }
    }
    // The line that closes it.
    *rest -= 1;
    (*rest == 0).then(String::new)
}

fn escape(field: &str) -> String {
    field.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_a_field() {
        let body = serde_json::json!({
            "groups": ["a", "b"], "attributes": { "x/y": ["1"], "empty": [] }, "disabled": false
        });
        let whole = complete(Kind::User, "u", &body).unwrap();
        let text = text(&whole).unwrap();
        for (number, line) in text.lines().enumerate() {
            let found = pointer(Kind::User, "u", &body, number + 1);
            let value = whole.pointer(&found).unwrap();
            let written = serde_json::to_string(value).unwrap();
            let scalar = line.trim().trim_end_matches(',').rsplit(": ").next().unwrap();
            if !scalar.ends_with(['{', '[', '}', ']']) {
                assert_eq!(scalar, written, "line {} is {found}", number + 1);
            }
        }
        assert_eq!(pointer(Kind::User, "u", &body, 5), "/attributes/x~1y/0");
    }

    #[test]
    fn a_problem_is_at_its_field() {
        let body = serde_json::json!({ "groups": ["a", ""] });
        let problem = from_json(Kind::User, "u", &body).unwrap_err();
        assert_eq!(pointer(Kind::User, "u", &body, problem.line), "/groups/1", "{problem}");
        let hostile = serde_json::json!({ "description": "quote \" back \\ \u{1} \u{7f} \u{85} \u{2028} \u{feff} \u{ffff} \u{fdd0} 😀 --- \n--- x" });
        let Document::User(user) = from_json(Kind::User, "u", &hostile).unwrap() else { panic!() };
        assert_eq!(user.description.as_deref(), hostile["description"].as_str());
    }
}
