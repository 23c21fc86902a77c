//! Who may do what: every call asks here, and what decided goes into the audit trail.
//!
//! Reading and changing documents is decided by what they are and who owns them ([`reading`], [`writing`]); whatever else
//! can be done is an [`Action`].

pub(crate) mod action;
mod managing;
mod reading;
mod writing;

pub(crate) use action::{Action, may};
pub(crate) use reading::{Reader, Standing, may_read, sees_all};
pub(crate) use writing::{Readable, looks_up, looks_up_for, may_change, may_provision};

use crate::Problem;

/// Whether somebody may do something, and what decided it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a decision that nobody reads protects nothing"]
pub(crate) enum Decision {
    /// Yes, by this.
    Allowed(&'static str),
    /// No: this would be needed.
    Refused(String),
    /// No, and not even whether there is such a thing.
    Hidden,
}

impl Decision {
    /// What allows it.
    ///
    /// # Errors
    /// When nothing does.
    pub(crate) fn required(self) -> Result<&'static str, Problem> {
        match self {
            Self::Allowed(by) => Ok(by),
            Self::Refused(needs) => Err(Problem::forbidden(format!("this needs {needs}"))),
            Self::Hidden => Err(Problem::not_found("there is no such thing, or you may not know of it")),
        }
    }

    /// Whether it is allowed.
    pub(crate) fn is_allowed(&self) -> bool {
        matches!(self, Self::Allowed(_))
    }

    fn needs(what: &str) -> Self {
        Self::Refused(what.to_owned())
    }
}

/// The first of these that holds allows it; otherwise `needs` would be.
fn any(reasons: &[(bool, &'static str)], needs: &str) -> Decision {
    match reasons.iter().find(|(holds, _)| *holds) {
        Some((_, by)) => Decision::Allowed(by),
        None => Decision::needs(needs),
    }
}
