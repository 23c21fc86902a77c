//! The document of a user, of what a provisioner says.

use std::collections::BTreeMap;

use scrim_catalog::documents::{External, User, Values};
use scrim_catalog::{At, Name};
use serde_json::{Map, Value};

use crate::Problem;
use crate::scim::ScimSettings;
use crate::scim::error::wrong;
use crate::scim::path::path;
use crate::scim::schema::USERS;

/// What stands elsewhere in the document than in what the provisioner said of the person.
const ELSEWHERE: [&str; 3] = ["userName", "active", "externalId"];

/// A user as the provisioner says it is; groups, permissions and everything else that is not said by it stay as they are.
///
/// # Errors
/// When a value is none that Scrim can keep.
pub(super) fn document(user: User, said: Map<String, Value>, settings: &ScimSettings) -> Result<User, Problem> {
    let mut user = user;
    if let Some(active) = said.get("active").and_then(Value::as_bool) {
        user.disabled = !active;
    }
    let known = user.external.take().unwrap_or_default();
    user.external = Some(External { external_id: external_id(&said)?, profile: profile(&said), ..known });
    let said = Value::Object(said);
    for (key, attribute) in &settings.attributes {
        let path = path(&USERS, attribute, "invalidPath").map_err(|_| {
            let detail = format!("the settings map the attribute `{key}` from `{attribute}`, which users do not have");
            Problem::new(http::StatusCode::INTERNAL_SERVER_ERROR, "internal", "The settings are wrong").detail(detail)
        })?;
        let mut values = Vec::new();
        for value in path.values(&said) {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let value = Name::new(text).map_err(|error| wrong("invalidValue", format!("`{attribute}`: {error}")))?;
            let value = At::nowhere(value);
            if !values.contains(&value) {
                values.push(value);
            }
        }
        if values.is_empty() {
            user.attributes.remove(key);
        } else {
            user.attributes.insert(At::nowhere(key.clone()), Values(values));
        }
    }
    Ok(user)
}

/// The id that the provisioner gives.
///
/// # Errors
/// `invalidValue`, when it is too long, or no word.
pub(in crate::scim) fn external_id(said: &Map<String, Value>) -> Result<Option<Name>, Problem> {
    let id = said.get("externalId").and_then(Value::as_str);
    let id = id.map(|id| Name::new(id).map_err(|error| wrong("invalidValue", format!("`externalId`: {error}"))));
    id.transpose()
}

fn profile(said: &Map<String, Value>) -> BTreeMap<String, Value> {
    let rest = said.iter().filter(|(name, _)| !ELSEWHERE.contains(&name.as_str()));
    rest.map(|(name, value)| (name.clone(), value.clone())).collect()
}
