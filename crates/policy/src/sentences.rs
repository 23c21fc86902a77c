//! Policies in plain English, one sentence a rule. A tag stands for those below it, too, as everywhere.

mod data;
mod masks;
mod people;
mod phrase;
mod places;
mod rows;
mod subscription;

use scrim_catalog::documents::{PolicyStatus, Validity};

pub use data::{data_policy, rule};
pub use masks::masking;
pub(crate) use people::exception;
pub use people::people;
pub use phrase::quoted;
pub(crate) use subscription::approved;
pub use subscription::subscription_policy;

/// Whether a policy counts, where that is not plain.
fn status(status: PolicyStatus) -> Option<&'static str> {
    match status {
        PolicyStatus::Active => None,
        PolicyStatus::Staged => Some("It is staged: it does not count yet."),
        PolicyStatus::Disabled => Some("It is disabled: it does not count."),
    }
}

/// When a policy counts, where that is not always.
fn window(valid: Option<&Validity>) -> Option<String> {
    times(valid).map(|times| format!("It counts {times}."))
}

/// The bounds of a window, where it has any.
pub(crate) fn times(valid: Option<&Validity>) -> Option<String> {
    let moment = |moment: &chrono::DateTime<chrono::Utc>| moment.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true);
    match valid {
        None | Some(Validity { from: None, until: None }) => None,
        Some(Validity { from: Some(from), until: None }) => Some(format!("from {}", moment(from))),
        Some(Validity { from: None, until: Some(until) }) => Some(format!("until {}", moment(until))),
        Some(Validity { from: Some(from), until: Some(until) }) => {
            Some(format!("from {} until {}", moment(from), moment(until)))
        }
    }
}
