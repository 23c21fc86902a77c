//! Whether bounds of what is true of readers bound a truth.
//!
//! Several readers may have to be judged at once: some facts hold of all of them, others of some. `AND`, `OR`, `NOT`,
//! `COALESCE` and tests for truth rise, or fall, with what is in them, so that the truth for each reader lies between the
//! truth for "holds of all" and the truth for "holds of some". Elsewhere (a comparison of truths, the condition of a
//! `CASE`, the name of the reader) nothing can be said.

use crate::Expr;

impl Expr {
    /// Whether the truth says something of one reader that bounds of several readers' facts do not bound.
    pub fn is_personal(&self) -> bool {
        match self {
            Self::Not(inner) => inner.is_personal(),
            Self::And(parts) | Self::Or(parts) | Self::Coalesce(parts) => parts.iter().any(Self::is_personal),
            Self::IsTruth { expr, .. } => expr.is_personal(),
            Self::Fact(_) => false,
            Self::Contains(_, inner) => inner.speaks_of_readers(),
            other => other.speaks_of_readers(),
        }
    }

    /// Whether anything in the expression depends on who reads.
    pub fn speaks_of_readers(&self) -> bool {
        let mut found = false;
        self.walk(&mut |expr| found |= matches!(expr, Self::Fact(_) | Self::Contains(..) | Self::Username));
        found
    }
}
