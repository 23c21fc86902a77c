//! What texts of requests must look like, for the OpenAPI document. What decides is where they are read.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use scrim_catalog::Kind;
use scrim_catalog::documents::Permission;

/// A text that somebody wrote for others to read: something beside blanks, and no NUL, as
/// [`words`](crate::actions::objects::known::words) has it.
pub(crate) struct Words;

impl JsonSchema for Words {
    fn schema_name() -> Cow<'static, str> {
        "Words".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let something =
            "[^\\u0000\\u0009-\\u000d\\u0020\\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
        let pattern = format!("^[^\\u0000]*{something}[^\\u0000]*$");
        json_schema!({ "type": "string", "minLength": 1, "maxLength": 4096, "pattern": pattern })
    }
}

/// A password that somebody chooses, as [`hash`](crate::credentials::password::hash) has it.
pub(crate) struct NewPassword;

impl JsonSchema for NewPassword {
    fn schema_name() -> Cow<'static, str> {
        "NewPassword".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "minLength": 12, "maxLength": 1024 })
    }
}

/// As which approver somebody decides.
pub(crate) struct Approver;

impl JsonSchema for Approver {
    fn schema_name() -> Cow<'static, str> {
        "Approver".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let roles: Vec<&str> = ["OWNER"].into_iter().chain(Permission::NAMES).collect();
        json_schema!({ "type": "string", "enum": roles })
    }
}

/// What a token may do.
pub(crate) struct Scope;

impl JsonSchema for Scope {
    fn schema_name() -> Cow<'static, str> {
        "Scope".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let scopes: Vec<&str> = ["read", "write", "all"].into_iter().chain(Permission::NAMES).collect();
        json_schema!({ "type": "string", "enum": scopes })
    }
}

/// How a request ended, in the audit trail.
pub(crate) struct OutcomeName;

impl JsonSchema for OutcomeName {
    fn schema_name() -> Cow<'static, str> {
        "OutcomeName".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "enum": ["allowed", "refused", "failed", "attempted"] })
    }
}

/// The name of a kind of documents.
pub(crate) struct KindName;

impl JsonSchema for KindName {
    fn schema_name() -> Cow<'static, str> {
        "Kind".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "enum": scrim_catalog::KINDS })
    }
}

/// A document of any kind, as in a file.
pub(crate) struct AnyDocument;

impl JsonSchema for AnyDocument {
    fn schema_name() -> Cow<'static, str> {
        "AnyDocument".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let kinds: Vec<Schema> = Kind::ALL.iter().map(|kind| kind.schema(generator)).collect();
        json_schema!({ "anyOf": kinds })
    }
}

/// A document as it is sent to its own address, which says its kind and name already.
pub(crate) fn at_its_address(kind: Kind, generator: &mut SchemaGenerator) -> Schema {
    let document = kind.schema(generator);
    let name = document.get("$ref").and_then(|to| to.as_str()?.rsplit('/').next()).unwrap_or("").to_owned();
    let Some(mut body) = generator.definitions().get(&name).cloned() else { return document };
    if let Some(required) = body.get_mut("required").and_then(|required| required.as_array_mut()) {
        required.retain(|field| field != "kind" && field != "name");
    }
    let name = format!("{name}Body");
    generator.definitions_mut().insert(name.clone(), body);
    Schema::new_ref(format!("#/components/schemas/{name}"))
}
