//! Why a text is refused.

use sqlparser::tokenizer::Location;

/// A text that is not a predicate Scrim can enforce, with the place and the reason.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refused {
    /// Line in the text, from 1.
    pub line: usize,
    /// Column in characters, from 1: the start of the part that is refused, as near as it is known.
    pub column: usize,
    /// The reason.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

impl Refused {
    pub(crate) fn new(at: Location, message: impl Into<String>) -> Self {
        let count = |n: u64| usize::try_from(n).unwrap_or(1).max(1);
        Self { line: count(at.line), column: count(at.column), message: message.into(), help: None }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help.or(self.help);
        self
    }
}
