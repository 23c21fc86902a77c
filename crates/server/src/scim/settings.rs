//! How provisioning is set up.

use std::collections::BTreeMap;

use scrim_catalog::Name;
use serde::Deserialize;

/// What can be set of provisioning (SCIM 2.0, under `/scim/v2`).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ScimSettings {
    /// Which attributes of users come from the provisioner: the key in Scrim, and the attribute of SCIM as a filter would
    /// name it, such as `title`, `emails.value` or `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department`.
    /// What the provisioner leaves out, the user loses. None by default.
    pub attributes: BTreeMap<Name, String>,
    /// How many resources a page has at most. 1000 by default.
    pub largest_page: usize,
}

impl Default for ScimSettings {
    fn default() -> Self {
        Self { attributes: BTreeMap::new(), largest_page: 1000 }
    }
}
