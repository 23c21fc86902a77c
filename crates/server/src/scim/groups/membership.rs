//! Who is in a group: kept with each user.

use std::collections::{BTreeSet, HashMap};

use scrim_catalog::documents::{External, Group};
use scrim_catalog::{At, Catalog, Change, Document, Name};
use serde_json::{Map, Value};

use crate::Problem;
use crate::scim::error::wrong;
use crate::scim::provisioned::Provisioned;
use crate::scim::users::external_id;

/// The changes that make a group what a provisioner says, and its members those that it names.
///
/// # Errors
/// `invalidValue`, when a member is nobody.
pub(super) fn changes(catalog: &Catalog, group: Group, said: &Map<String, Value>) -> Result<Vec<Change>, Problem> {
    let name = group.name.value().clone();
    let known = group.external.clone().unwrap_or_default();
    let external = Some(External { external_id: external_id(said)?, ..known });
    let mut changes = vec![Change::Put(Document::Group(Box::new(Group { external, ..group })))];
    let wanted = wanted(catalog, said)?;
    for user in catalog.users.values() {
        let is = user.groups.iter().any(|group| *group.value() == name);
        if is == wanted.contains(user.name.value()) {
            continue;
        }
        let mut user = user.item.clone();
        if is {
            user.groups.retain(|group| *group.value() != name);
            // What was taken away is not taken away again by the next sign-in, nor given back by what it gave before.
            let claims = user.external.iter_mut().flat_map(|external| external.claims.values_mut());
            claims.for_each(|claimed| claimed.groups.retain(|group| *group != name));
        } else {
            user.groups.push(At::nowhere(name.clone()));
        }
        changes.push(Change::Put(Document::User(Box::new(user))));
    }
    Ok(changes)
}

/// The users that are named as members.
fn wanted(catalog: &Catalog, said: &Map<String, Value>) -> Result<BTreeSet<Name>, Problem> {
    let Some(Value::Array(members)) = said.get("members") else { return Ok(BTreeSet::new()) };
    let known: HashMap<String, &Name> = catalog.users.values().map(|user| (user.id(), user.name.value())).collect();
    let of = |member: &Value| {
        if member.get("type").and_then(Value::as_str).is_some_and(|kind| !kind.eq_ignore_ascii_case("user")) {
            return Err(wrong("invalidValue", "`members`: the members of a group are users"));
        }
        let id = member.get("value").and_then(Value::as_str).unwrap_or("");
        let name = known.get(id).map(|name| (*name).clone());
        name.ok_or_else(|| {
            wrong("invalidValue", format!("`members`: there is no user of the id `{}`", id.escape_debug()))
        })
    };
    members.iter().map(of).collect()
}
