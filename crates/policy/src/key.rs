//! Names of things in the warehouse: hashes that no two things share.

use scrim_catalog::Name;
use sha2::{Digest, Sha256};

/// The key of a data source in the warehouse, under which users are subscribed to it one by one.
pub fn source_key(source: &Name) -> String {
    format!("s_{}", digest(&[source.as_str()]))
}

/// 32 hexadecimal digits of SHA-256 over texts that no other list of texts shares.
pub(crate) fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    hex::encode(hash.finalize()).chars().take(32).collect()
}

/// Which secret salt: those of different uses have nothing to do with each other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SaltKey {
    /// Of a data source, with the mask it is for unless that is `hash`; or of a project.
    pub scope: String,
    /// The column; or the tag whose columns are to join.
    pub name: Name,
}

impl SaltKey {
    /// The salt of hashes of a column.
    pub fn hash(source: &Name, column: &Name) -> Self {
        Self { scope: source_key(source), name: column.clone() }
    }

    /// The salt of another mask of a column.
    pub fn of(source: &Name, column: &Name, mask: &str) -> Self {
        Self { scope: format!("{}:{mask}", source_key(source)), name: column.clone() }
    }

    /// The salt that hashes of equally tagged columns share under a project with masked joins.
    pub fn joined(project: &Name, tag: &Name) -> Self {
        Self { scope: format!("p_{}", digest(&[project.as_str()])), name: tag.clone() }
    }
}
