//! The OpenAPI 3.1 document, made of the table of endpoints and of the types that are read and written.

use std::collections::BTreeSet;

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{Schema, SchemaGenerator, json_schema};
use scrim_catalog::Name;
use serde_json::{Map, Value, json};

use crate::endpoint::Endpoint;
use crate::problem::Problem;

/// The document.
pub(crate) fn document(endpoints: &[Endpoint]) -> Value {
    let mut settings = SchemaSettings::draft2020_12();
    settings.definitions_path = "/components/schemas".into();
    settings.meta_schema = None;
    settings.transforms.push(Box::new(RecursiveTransform(with_largest)));
    let mut generator = settings.into_generator();
    let problem = generator.subschema_for::<Problem>();
    let mut paths = Map::new();
    for endpoint in endpoints {
        let item = paths.entry(endpoint.path.clone()).or_insert_with(|| json!({}));
        let method = endpoint.method.as_str().to_ascii_lowercase();
        if let Some(item) = item.as_object_mut() {
            item.insert(method, operation(endpoint, &mut generator, &problem));
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Scrim",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Who may see what in the warehouse: policies in, views out. Errors are problem details (RFC 9457). \
                            Every write takes `dry_run=true` and answers what it would do.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "paths": paths,
        "components": {
            "schemas": generator.take_definitions(true),
            "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer", "description": "A token of the API." },
                "session": { "type": "apiKey", "in": "cookie", "name": crate::credentials::session::COOKIE },
            },
        },
        "security": [{ "token": [] }, { "session": [] }],
    })
}

fn operation(endpoint: &Endpoint, generator: &mut SchemaGenerator, problem: &schemars::Schema) -> Value {
    let mut operation = Map::new();
    operation.insert("operationId".into(), endpoint.id.as_str().into());
    operation.insert("tags".into(), json!([endpoint.tag]));
    operation.insert("summary".into(), endpoint.summary.as_str().into());
    if !endpoint.needs.is_empty() {
        operation.insert("description".into(), format!("Needs: {}.", endpoint.needs).into());
    }
    let in_path = in_path(&endpoint.path)
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": named(name, generator) }));
    let mut parameters: Vec<Value> = in_path.collect();
    parameters.extend(in_query(endpoint, generator));
    if !parameters.is_empty() {
        operation.insert("parameters".into(), parameters.into());
    }
    if let Some(body) = &endpoint.body {
        let schema = body(generator);
        let content = json!({ "application/json": { "schema": schema } });
        operation.insert("requestBody".into(), json!({ "required": true, "content": content }));
    }
    let mut answers = Map::new();
    for answer in &endpoint.answers {
        let mut documented = Map::from_iter([("description".to_owned(), Value::from(answer.about))]);
        let content = answer.content.iter().map(|(kind, describe)| {
            let schema = match describe {
                Some(describe) => json!({ "schema": describe(generator) }),
                None => json!({ "schema": { "type": "string" } }),
            };
            ((*kind).to_owned(), schema)
        });
        let content: Map<String, Value> = content.collect();
        if !content.is_empty() {
            documented.insert("content".into(), content.into());
        }
        answers.insert(answer.status.as_str().into(), documented.into());
    }
    // One class for all that goes wrong: which ones can, depends on more than the path.
    let wrong =
        json!({ "description": "What was wrong.", "content": { "application/problem+json": { "schema": problem } } });
    for status in ["400", "401", "403", "404", "409", "412", "413", "415", "422", "428", "429", "503"] {
        answers.entry(status).or_insert_with(|| wrong.clone());
    }
    // Before the service reads it, and so without a problem in it.
    answers.insert("414".into(), json!({ "description": "The address is longer than 65,534 bytes." }));
    operation.insert("responses".into(), answers.into());
    if endpoint.open {
        operation.insert("security".into(), json!([]));
    }
    operation.into()
}

/// The names between braces.
fn in_path(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

/// What stands for a name in a path.
fn named(name: &str, generator: &mut SchemaGenerator) -> Schema {
    match name {
        "id" | "provider" => json_schema!({ "type": "string", "minLength": 1 }),
        "number" => generator.subschema_for::<u64>(),
        _ => generator.subschema_for::<Name>(),
    }
}

/// The names of the parameters after the question mark.
pub(crate) fn query_names(endpoint: &Endpoint) -> BTreeSet<String> {
    let parameters = in_query(endpoint, &mut SchemaGenerator::default());
    let name = |parameter: &Value| parameter.get("name").and_then(Value::as_str).map(str::to_owned);
    parameters.iter().filter_map(name).collect()
}

/// The fields of what is read after the question mark, as parameters.
fn in_query(endpoint: &Endpoint, generator: &mut SchemaGenerator) -> Vec<Value> {
    let Some(describe) = &endpoint.query else { return vec![] };
    let schema = describe(generator);
    if let Some(Value::Object(definitions)) = schema.get("components").and_then(|c| c.get("schemas")) {
        for (name, definition) in definitions {
            generator.definitions_mut().entry(name.clone()).or_insert_with(|| definition.clone());
        }
    }
    let required = schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    let fields = schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
    fields
        .into_iter()
        .map(|(name, mut field)| {
            let about = field.as_object_mut().and_then(|field| field.remove("description")).unwrap_or_default();
            json!({
                "name": name, "in": "query", "required": required.contains(&Value::from(name.as_str())),
                "description": about.as_str().unwrap_or_default(), "schema": said(field)
            })
        })
        .collect()
}

/// Says how large a number may be: to a schema its `format` is a remark.
fn with_largest(schema: &mut Schema) {
    let largest = match schema.get("format").and_then(Value::as_str) {
        Some("uint64" | "uint") => u64::MAX,
        Some("uint32") => u64::from(u32::MAX),
        Some("uint16") => u64::from(u16::MAX),
        Some("uint8") => u64::from(u8::MAX),
        _ => return,
    };
    if schema.get("maximum").is_none() {
        schema.insert("maximum".to_owned(), largest.into());
    }
}

/// A field that may be left out, when it is there: after a question mark there is no null.
fn said(field: Value) -> Value {
    let Value::Object(mut field) = field else { return field };
    if let Some(Value::Array(types)) = field.get_mut("type") {
        types.retain(|one| one != "null");
        if let [one] = types.as_slice() {
            let one = one.clone();
            field.insert("type".to_owned(), one);
        }
    }
    if let Some(Value::Array(options)) = field.get_mut("anyOf") {
        options.retain(|one| one.get("type").is_none_or(|one| one != "null"));
        if let [one] = options.as_slice() {
            return one.clone();
        }
    }
    field.into()
}
