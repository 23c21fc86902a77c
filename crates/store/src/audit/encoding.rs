//! What is hashed of an entry.
//!
//! The hash of an entry is the SHA-256 of these bytes, one after the other. Numbers are big-endian; a text is the number
//! of its bytes in UTF-8 as 8 bytes, and then those; an optional text is one byte, 0 without and 1 with a text, and then
//! the text, if any. No two entries have the same bytes.
//!
//! 1. the 14 bytes `scrim audit 1\n`
//! 2. the hash of the entry before, 32 bytes; zeros before the first one
//! 3. the number, 8 bytes
//! 4. the time in microseconds since 1970-01-01T00:00:00Z, 8 bytes, signed
//! 5. the texts actor, kind of actor, via, request, action
//! 6. the optional texts kind and name of the object
//! 7. the text outcome
//! 8. the optional text decided by
//! 9. the text details: JSON, to the byte as it is kept
//! 10. the optional text address

use std::fmt;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

/// The hash of an entry of the audit trail. Shown as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct AuditHash([u8; 32]);

impl AuditHash {
    /// What stands in for the hash of an entry before the first one.
    pub const START: Self = Self([0; 32]);

    /// Reads 64 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text.trim(), &mut bytes).ok()?;
        Some(Self(bytes))
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

impl fmt::Display for AuditHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for AuditHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AuditHash({self})")
    }
}

/// An entry in the texts it is kept as.
pub(super) struct Entry<'a> {
    pub(super) number: u64,
    pub(super) at: DateTime<Utc>,
    pub(super) actor: &'a str,
    pub(super) actor_kind: &'a str,
    pub(super) via: &'a str,
    pub(super) request: &'a str,
    pub(super) action: &'a str,
    pub(super) object_kind: Option<&'a str>,
    pub(super) object_name: Option<&'a str>,
    pub(super) outcome: &'a str,
    pub(super) decided_by: Option<&'a str>,
    pub(super) details: &'a str,
    pub(super) address: Option<&'a str>,
}

impl Entry<'_> {
    pub(super) fn hash(&self, previous: AuditHash) -> AuditHash {
        let mut hash = Sha256::new();
        hash.update(b"scrim audit 1\n");
        hash.update(previous.0);
        hash.update(self.number.to_be_bytes());
        hash.update(self.at.timestamp_micros().to_be_bytes());
        for part in [self.actor, self.actor_kind, self.via, self.request, self.action] {
            text(&mut hash, part);
        }
        maybe_text(&mut hash, self.object_kind);
        maybe_text(&mut hash, self.object_name);
        text(&mut hash, self.outcome);
        maybe_text(&mut hash, self.decided_by);
        text(&mut hash, self.details);
        maybe_text(&mut hash, self.address);
        AuditHash(hash.finalize().into())
    }
}

fn text(hash: &mut Sha256, text: &str) {
    hash.update((text.len() as u64).to_be_bytes());
    hash.update(text.as_bytes());
}

fn maybe_text(hash: &mut Sha256, maybe: Option<&str>) {
    hash.update([u8::from(maybe.is_some())]);
    if let Some(some) = maybe {
        text(hash, some);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What was released once is what heads that operators keep were made with.
    #[test]
    fn the_encoding_stays() {
        let entry = Entry {
            number: 1,
            at: DateTime::from_timestamp_micros(1_700_000_000_000_001).unwrap(),
            actor: "olivia",
            actor_kind: "user",
            via: "session",
            request: "r1",
            action: "data-policy.put",
            object_kind: Some("data-policy"),
            object_name: Some("mask-ssn"),
            outcome: "allowed",
            decided_by: None,
            details: "{}",
            address: Some("10.0.0.1"),
        };
        let hash = entry.hash(AuditHash::START);
        assert_eq!(hash.to_string(), EXPECTED);
        assert_eq!(AuditHash::parse(EXPECTED), Some(hash));
    }

    const EXPECTED: &str = "15e5d1a935a28d3971eaba1fde6c8f448a25824c5f571aadebe1ecb401337ee5";
}
