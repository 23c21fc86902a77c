//! What users and groups have, as SCIM describes it: read, checked and told from the same files.

use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;

/// The schema of users.
pub(crate) const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// The schema of groups.
pub(crate) const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
/// The schema of what organizations say of their people.
pub(crate) const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// Every schema, as it is told.
const TEXTS: [&str; 6] = [
    include_str!("schemas/user.json"),
    include_str!("schemas/group.json"),
    include_str!("schemas/enterprise.json"),
    include_str!("schemas/service_provider_config.json"),
    include_str!("schemas/resource_type.json"),
    include_str!("schemas/schema.json"),
];

/// What every resource has.
const COMMON: &str = r#"[
    { "name": "schemas", "type": "reference", "multiValued": true, "caseExact": true, "mutability": "readOnly" },
    { "name": "id", "type": "string", "caseExact": true, "mutability": "readOnly" },
    { "name": "externalId", "type": "string", "caseExact": true },
    { "name": "meta", "type": "complex", "mutability": "readOnly", "subAttributes": [
        { "name": "resourceType", "type": "string", "caseExact": true, "mutability": "readOnly" },
        { "name": "location", "type": "reference", "caseExact": true, "mutability": "readOnly" },
        { "name": "version", "type": "string", "caseExact": true, "mutability": "readOnly" }
    ] }
]"#;

/// What an attribute holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Type {
    String,
    Boolean,
    Reference,
    Complex,
    #[serde(other)]
    Other,
}

/// Who may set it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Mutability {
    ReadOnly,
    #[default]
    ReadWrite,
    Immutable,
    #[serde(other)]
    Other,
}

/// An attribute.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Attribute {
    pub(crate) name: String,
    #[serde(rename = "type")]
    pub(crate) holds: Type,
    #[serde(default)]
    pub(crate) multi_valued: bool,
    #[serde(default)]
    pub(crate) case_exact: bool,
    #[serde(default)]
    pub(crate) mutability: Mutability,
    #[serde(default)]
    pub(crate) sub_attributes: Vec<Attribute>,
}

#[derive(Deserialize)]
struct Schema {
    attributes: Vec<Attribute>,
}

/// What a type of resource has.
pub(crate) struct Shape {
    /// `User` or `Group`.
    pub(crate) name: &'static str,
    /// The name of the resource's own name.
    pub(crate) key: &'static str,
    /// Where they are.
    pub(crate) endpoint: &'static str,
    pub(crate) schema: &'static str,
    pub(crate) attributes: Vec<Attribute>,
    /// What an extension adds, under the name of its schema.
    pub(crate) extension: Option<(&'static str, Vec<Attribute>)>,
}

/// What users have.
pub(crate) static USERS: LazyLock<Shape> = LazyLock::new(|| Shape {
    name: "User",
    key: "userName",
    endpoint: "/scim/v2/Users",
    schema: USER,
    attributes: with_common(TEXTS[0]),
    extension: Some((ENTERPRISE, attributes(TEXTS[2]))),
});

/// What groups have.
pub(crate) static GROUPS: LazyLock<Shape> = LazyLock::new(|| Shape {
    name: "Group",
    key: "displayName",
    endpoint: "/scim/v2/Groups",
    schema: GROUP,
    attributes: with_common(TEXTS[1]),
    extension: None,
});

/// Every schema, as it is told.
pub(crate) static TOLD: LazyLock<Vec<Value>> =
    LazyLock::new(|| TEXTS.iter().filter_map(|text| serde_json::from_str(text).ok()).collect());

// The texts are part of the program, and a test reads them.
fn attributes(text: &str) -> Vec<Attribute> {
    serde_json::from_str::<Schema>(text).map_or_else(|_| vec![], |schema| schema.attributes)
}

fn with_common(text: &str) -> Vec<Attribute> {
    let mut all = serde_json::from_str(COMMON).unwrap_or_else(|_| vec![]);
    all.extend(attributes(text));
    all
}

/// The attribute of a name, in either case.
pub(crate) fn named<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a Attribute> {
    attributes.iter().find(|attribute| attribute.name.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_texts_can_be_read() {
        assert_eq!(TOLD.len(), TEXTS.len());
        assert!(named(&USERS.attributes, "USERNAME").is_some() && named(&USERS.attributes, "externalid").is_some());
        assert!(named(&GROUPS.attributes, "members").is_some_and(|members| members.sub_attributes.len() == 3));
        assert!(USERS.extension.as_ref().is_some_and(|(_, all)| named(all, "department").is_some()));
    }
}
