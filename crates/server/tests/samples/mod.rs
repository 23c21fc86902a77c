//! Requests made of the OpenAPI document, and what is put into each of their texts.

#![allow(dead_code, unreachable_pub, reason = "each test file uses some of it")]

use serde_json::{Map, Value, json};

/// One call of the API.
pub struct Operation {
    pub method: reqwest::Method,
    /// With its names between braces.
    pub path: String,
    /// The parameters after the question mark.
    pub query: Vec<String>,
    /// Bodies that the document allows, each with other branches of its alternatives.
    pub bodies: Vec<Value>,
}

/// Every call.
pub fn operations(document: &Value) -> Vec<Operation> {
    let mut all = vec![];
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, call) in item.as_object().unwrap() {
            let parameters = call["parameters"].as_array().into_iter().flatten();
            let query = parameters.filter(|one| one["in"] == "query");
            let query = query.map(|one| one["name"].as_str().unwrap().to_owned()).collect();
            let mut bodies: Vec<Value> = vec![];
            if let Some(schema) = call.pointer("/requestBody/content/application~1json/schema") {
                for branch in 0..BRANCHES {
                    let mut body = Sampling { document, branch }.of(schema, "", 0);
                    if method == "put" && path.ends_with("s/{name}") {
                        // The address says it.
                        body.as_object_mut().unwrap().remove("name");
                    }
                    if !bodies.contains(&body) {
                        bodies.push(body);
                    }
                }
            }
            let method = method.to_uppercase().parse().unwrap();
            all.push(Operation { method, path: path.clone(), query, bodies });
        }
    }
    all
}

/// How many alternatives are tried at most.
const BRANCHES: usize = 4;
/// How deep a body becomes: conditions hold conditions.
const DEEPEST: usize = 7;

struct Sampling<'a> {
    document: &'a Value,
    branch: usize,
}

impl Sampling<'_> {
    /// A value that a schema allows, with everything that may be left out; `field` is where it stands.
    fn of(&self, schema: &Value, field: &str, depth: usize) -> Value {
        if let Some(reference) = schema["$ref"].as_str() {
            return self.of(self.document.pointer(&reference[1..]).unwrap(), field, depth + 1);
        }
        for several in ["anyOf", "oneOf"] {
            if let Some(options) = schema[several].as_array() {
                let options: Vec<&Value> = options.iter().filter(|one| one["type"] != "null").collect();
                return self.of(options[self.branch % options.len()], field, depth + 1);
            }
        }
        if let Some(one) = schema.get("const") {
            return one.clone();
        }
        if let Some(one) = schema["enum"].as_array() {
            return one[self.branch % one.len()].clone();
        }
        let kind = match &schema["type"] {
            Value::Array(kinds) => kinds[0].as_str().unwrap(),
            kind => kind.as_str().unwrap_or("object"),
        };
        match kind {
            "string" if schema["format"] == "date-time" => json!("2027-01-01T00:00:00Z"),
            "string" => json!(text(field)),
            "integer" | "number" => schema.get("minimum").cloned().unwrap_or(json!(1)),
            "boolean" => json!(false),
            "array" if depth > DEEPEST => json!([]),
            "array" => json!([self.of(&schema["items"], field, depth + 1)]),
            _ => self.object(schema, depth),
        }
    }

    fn object(&self, schema: &Value, depth: usize) -> Value {
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        let mut made = Map::new();
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            if depth <= DEEPEST || required.contains(&json!(name)) {
                made.insert(name.clone(), self.of(field, name, depth + 1));
            }
        }
        if schema["additionalProperties"].is_object() {
            made.insert("key".to_owned(), self.of(&schema["additionalProperties"], "value", depth + 1));
        }
        made.into()
    }
}

/// What there is of that name.
fn text(field: &str) -> &'static str {
    match field {
        "user" | "owners" | "by" => "anna",
        "group" | "groups" => "staff",
        "data_source" | "data_sources" => "people",
        "integration" => "spare",
        "project" => "study",
        "purpose" | "purposes" => "Fraud",
        "tag" | "tags" | "source_tag" | "column_tag" => "PII.SSN",
        "column" | "columns" => "id",
        "table" | "tables" => "s.other",
        "type" => "integer",
        // A name would be looked up somewhere.
        "host" => "127.0.0.1",
        "url" => "https://receiver.invalid/",
        "events" => "*.deleted",
        _ => "x",
    }
}

/// The places of the texts in a body, as JSON pointers; also of names of fields that somebody chooses.
pub fn texts(body: &Value) -> Vec<String> {
    let mut found = vec![];
    collect(body, String::new(), &mut found);
    found
}

fn collect(value: &Value, at: String, found: &mut Vec<String>) {
    match value {
        Value::String(_) => found.push(at),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(number, item)| collect(item, format!("{at}/{number}"), found));
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                collect(field, format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), found);
            }
        }
        _ => {}
    }
}

/// Texts that mean something to SQL, JSON, YAML, HTML, a path, a shell, a spreadsheet, a terminal or a reader of logs; and
/// such as nobody expects.
pub fn hostile() -> Vec<String> {
    let mut texts: Vec<String> = [
        "",
        " ",
        "'",
        "\"",
        "\\",
        "'; DROP TABLE users; --",
        "\" OR \"\"=\"",
        "$$; SELECT 1; $$",
        "\\'; SELECT 1 --",
        "\0",
        "a\0b",
        "a\nb",
        "\r\nSet-Cookie: a=b",
        "\u{1b}[31m\u{7}",
        "${x}",
        "{{7*7}}",
        "%s%n%x",
        "../../../../etc/passwd",
        "..",
        "/",
        "<script>alert(1)</script>",
        "`id`$(id)",
        "=1+1",
        "- a\n- b: &x !!y *x",
        "---\nkind: user\nname: mallory\npermissions: [ APPLICATION_ADMIN ]",
        "null",
        "true",
        "1e400",
        "-99999999999999999999999999",
        "0001-01-01T00:00:00Z",
        "+262142-12-31T23:59:59Z",
        "@columnTagged('PII.SSN') OR 1 = 1 /*",
        "(((a+)+)+)+$",
        "\u{202e}abc\u{202c}",
        "e\u{301}\u{301}\u{301}",
        "\u{200b}\u{feff}\u{fffd}\u{ffff}",
        "😀\u{1f3fd}\u{200d}",
    ]
    .map(str::to_owned)
    .to_vec();
    texts.extend(["x".repeat(127), "ß".repeat(127), "x".repeat(20_000), "(".repeat(5_000)]);
    texts
}

/// What is no text, in the place of one.
pub fn misfits() -> Vec<Value> {
    let mut deep = json!(1);
    for _ in 0..100 {
        deep = json!([{ "all": deep }]);
    }
    vec![json!(null), json!(true), json!(-1), json!(1e308), json!(u64::MAX), json!([]), json!({}), json!([["x"]]), deep]
}
