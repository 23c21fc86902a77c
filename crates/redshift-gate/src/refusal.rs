//! The one error of this crate: a statement that the gate does not let through.

/// Why a statement is not one that Amazon Redshift is known to accept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{rule}: {message}")]
pub struct Refusal {
    /// Short stable name of the rule, such as `leader-node-function`.
    pub rule: &'static str,
    /// What is wrong, in words, with the offending text where there is one.
    pub message: String,
    /// The statement that was refused, as it was given (its first 2,000
    /// characters when it is longer).
    pub statement: String,
}

/// A refusal that does not know its statement yet.
///
/// The rules return this; the entry points of the crate add the statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) rule: &'static str,
    pub(crate) message: String,
}

impl Fault {
    pub(crate) fn new(rule: &'static str, message: impl Into<String>) -> Self {
        Self { rule, message: message.into() }
    }

    pub(crate) fn into_refusal(self, statement: &str) -> Refusal {
        Refusal { rule: self.rule, message: self.message, statement: statement.trim().chars().take(2_000).collect() }
    }
}
