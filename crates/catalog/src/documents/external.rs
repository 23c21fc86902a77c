//! Who somebody is in other systems.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_with::skip_serializing_none;

use super::Permission;
use crate::{Name, is_default};

/// What other systems know of a user or a group, and what of the document came from them. It gives no rights by itself.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct External {
    /// The id under which provisioning knows it: made once, never given to another.
    pub id: Option<Name>,
    /// The id that the provisioner gave it.
    pub external_id: Option<Name>,
    /// What else the provisioner said, by attribute.
    #[serde(default, skip_serializing_if = "is_default")]
    pub profile: BTreeMap<String, Value>,
    /// What the claims of the last sign-in gave, by provider: the next sign-in takes away only what came so.
    #[serde(default, skip_serializing_if = "is_default")]
    pub claims: BTreeMap<Name, Claimed>,
}

/// What claims gave to a user, beyond what Scrim itself gives.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Claimed {
    /// Groups.
    #[serde(default, skip_serializing_if = "is_default")]
    pub groups: Vec<Name>,
    /// Attributes, by key.
    #[serde(default, skip_serializing_if = "is_default")]
    pub attributes: Vec<Name>,
    /// Permissions.
    #[serde(default, skip_serializing_if = "is_default")]
    pub permissions: Vec<Permission>,
}
