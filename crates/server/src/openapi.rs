//! The OpenAPI 3.1 document, made of the table of endpoints and of the types that are read and written.

use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::endpoint::Endpoint;
use crate::problem::Problem;

/// The document.
pub(crate) fn document(endpoints: &[Endpoint]) -> Value {
    let mut settings = SchemaSettings::draft2020_12();
    settings.definitions_path = "/components/schemas".into();
    settings.meta_schema = None;
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
    let mut parameters: Vec<Value> = in_path(&endpoint.path)
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string", "minLength": 1 } }))
        .collect();
    if let Some(query) = &endpoint.query {
        parameters.extend(in_query(&query(generator), generator));
    }
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
        if let Some((kind, describe)) = &answer.content {
            let schema = match describe {
                Some(describe) => json!({ "schema": describe(generator) }),
                None => json!({ "schema": { "type": "string" } }),
            };
            documented.insert("content".to_owned(), json!({ *kind: schema }));
        }
        answers.insert(answer.status.as_str().into(), documented.into());
    }
    // One class for all that goes wrong: which ones can, depends on more than the path.
    let wrong =
        json!({ "description": "What was wrong.", "content": { "application/problem+json": { "schema": problem } } });
    for status in ["400", "401", "403", "404", "409", "412", "413", "415", "422", "428", "429", "503"] {
        answers.entry(status).or_insert_with(|| wrong.clone());
    }
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

/// The fields of a schema, as parameters.
fn in_query(schema: &schemars::Schema, generator: &mut SchemaGenerator) -> Vec<Value> {
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
                "description": about.as_str().unwrap_or_default(), "schema": field
            })
        })
        .collect()
}
