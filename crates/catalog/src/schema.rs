//! The JSON Schema of all kinds, so that editors complete and check policy files.

use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Value, json};

use crate::documents::{
    Attribute, DataPolicyForm, DataSource, Grant, Group, Identifier, Integration, PolicyTest, Project, Purpose,
    SubscriptionPolicy, TagNote, User,
};

fn kind<T: JsonSchema>(generator: &mut SchemaGenerator, name: &str) -> Value {
    let schema = generator.subschema_for::<T>();
    json!({ "if": { "properties": { "kind": { "const": name } }, "required": ["kind"] }, "then": schema })
}

/// The JSON Schema (draft 2020-12) of one document of any kind, made from the types that read it.
pub fn schema() -> Value {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let kinds = vec![
        kind::<Integration>(&mut generator, "integration"),
        kind::<DataSource>(&mut generator, "data-source"),
        kind::<TagNote>(&mut generator, "tag"),
        kind::<User>(&mut generator, "user"),
        kind::<Group>(&mut generator, "group"),
        kind::<Attribute>(&mut generator, "attribute"),
        kind::<Purpose>(&mut generator, "purpose"),
        kind::<Project>(&mut generator, "project"),
        kind::<Grant>(&mut generator, "grant"),
        kind::<SubscriptionPolicy>(&mut generator, "subscription-policy"),
        kind::<DataPolicyForm>(&mut generator, "data-policy"),
        kind::<PolicyTest>(&mut generator, "policy-test"),
        kind::<Identifier>(&mut generator, "identifier"),
    ];
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
