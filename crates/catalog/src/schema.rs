//! The JSON Schema of all kinds, so that editors complete and check policy files.

use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use crate::Kind;

/// The JSON Schema (draft 2020-12) of one document of any kind, made from the types that read it.
pub fn schema() -> Value {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let kinds: Vec<Value> = Kind::ALL
        .iter()
        .map(|kind| {
            let schema = kind.schema(&mut generator);
            json!({ "if": { "properties": { "kind": { "const": kind.as_str() } }, "required": ["kind"] }, "then": schema })
        })
        .collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Scrim policy document",
        "type": "object",
        "required": ["kind", "name"],
        "properties": { "kind": { "enum": crate::KINDS } },
        "allOf": kinds,
        "$defs": generator.take_definitions(true),
    })
}
