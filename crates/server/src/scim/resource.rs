//! Users and groups as SCIM has them.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use scrim_catalog::documents::{External, Group, User};
use scrim_catalog::{Catalog, Name};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::provisioned::Provisioned;
use super::schema::{ENTERPRISE, GROUP, GROUPS, Shape, USER, USERS};

/// What a made-up id begins with: of what was not made by provisioning, the id is its name.
const NAMED: &str = "name.";

/// The id of a user or a group.
pub(crate) fn id(name: &Name, external: Option<&External>) -> String {
    match external.and_then(|external| external.id.as_ref()) {
        Some(id) => id.to_string(),
        None => format!("{NAMED}{}", URL_SAFE_NO_PAD.encode(name.as_bytes())),
    }
}

/// The name that an id was made of.
pub(crate) fn named(id: &str) -> Option<String> {
    String::from_utf8(URL_SAFE_NO_PAD.decode(id.strip_prefix(NAMED)?).ok()?).ok()
}

/// The users in each group.
pub(crate) type Members<'c> = BTreeMap<&'c str, Vec<&'c User>>;

/// The users in these groups.
pub(crate) fn members<'c>(catalog: &'c Catalog, groups: &BTreeSet<&str>) -> Members<'c> {
    let mut members = Members::new();
    for user in catalog.users.values() {
        let of = user.groups.iter().map(|group| group.as_str()).filter(|group| groups.contains(group));
        of.for_each(|group| members.entry(group).or_default().push(&user.item));
    }
    members
}

/// A user as SCIM has it.
pub(crate) fn of_user(catalog: &Catalog, user: &User) -> Value {
    let id = user.id();
    let mut fields = known(user.external.as_ref(), &id);
    fields.insert("userName".to_owned(), user.name.as_str().into());
    fields.insert("active".to_owned(), (!user.disabled).into());
    let groups = user.groups.iter().filter_map(|group| catalog.groups.get(group.value()));
    let groups: Vec<Value> = groups
        .map(|group| {
            let id = group.id();
            let at = format!("{}/{id}", GROUPS.endpoint);
            json!({ "value": id, "$ref": at, "display": group.name, "type": "direct" })
        })
        .collect();
    if !groups.is_empty() {
        fields.insert("groups".to_owned(), groups.into());
    }
    let schemas = if fields.contains_key(ENTERPRISE) { json!([USER, ENTERPRISE]) } else { json!([USER]) };
    finished(&USERS, &id, schemas, fields)
}

/// A group as SCIM has it, with its members.
pub(crate) fn of_group(group: &Group, members: &Members<'_>) -> Value {
    let id = group.id();
    let mut fields = known(group.external.as_ref(), &id);
    fields.insert("displayName".to_owned(), group.name.as_str().into());
    let members = members.get(group.name.as_str()).into_iter().flatten();
    let members: Vec<Value> = members.map(|user| member(user)).collect();
    if !members.is_empty() {
        fields.insert("members".to_owned(), members.into());
    }
    finished(&GROUPS, &id, json!([GROUP]), fields)
}

/// A user as a member of a group.
fn member(user: &User) -> Value {
    let id = user.id();
    let at = format!("{}/{id}", USERS.endpoint);
    json!({ "value": id, "$ref": at, "type": "User" })
}

fn known(external: Option<&External>, id: &str) -> Map<String, Value> {
    let mut fields = Map::new();
    fields.insert("id".to_owned(), id.into());
    if let Some(external) = external {
        if let Some(id) = &external.external_id {
            fields.insert("externalId".to_owned(), id.as_str().into());
        }
        fields.extend(external.profile.iter().map(|(name, value)| (name.clone(), value.clone())));
    }
    fields
}

/// With where it is, and its version: the hash of all that is told of it, since a group changes with its members.
fn finished(shape: &Shape, id: &str, schemas: Value, mut fields: Map<String, Value>) -> Value {
    fields.insert("schemas".to_owned(), schemas);
    let told = serde_json::to_vec(&fields).map_or([0; 32].into(), Sha256::digest);
    let version = format!("W/\"{}\"", URL_SAFE_NO_PAD.encode(told.iter().take(18).copied().collect::<Vec<u8>>()));
    let at = format!("{}/{id}", shape.endpoint);
    fields.insert("meta".to_owned(), json!({ "resourceType": shape.name, "location": at, "version": version }));
    Value::Object(fields)
}

/// The version of a resource.
pub(crate) fn version(resource: &Value) -> &str {
    resource.pointer("/meta/version").and_then(Value::as_str).unwrap_or("")
}
