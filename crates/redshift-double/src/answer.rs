//! What the double answers when it refuses something itself.

use pgwire::messages::response::ErrorResponse;
use scrim_redshift_gate::Refusal;

/// An error as a client gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) severity: &'static str,
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) detail: Option<String>,
    pub(crate) hint: Option<String>,
}

impl Answer {
    pub(crate) fn new(code: &str, message: impl Into<String>) -> Self {
        Self { severity: "ERROR", code: code.to_owned(), message: message.into(), detail: None, hint: None }
    }

    /// One after which the connection is closed.
    pub(crate) fn fatal(code: &str, message: impl Into<String>) -> Self {
        Self { severity: "FATAL", ..Self::new(code, message) }
    }

    /// Something that Redshift has and the double has not.
    pub(crate) fn not_imitated(what: &str) -> Self {
        Self::new("0A000", format!("{what} is not imitated by the Redshift double"))
            .hint("Redshift may accept this; only a cluster can tell.")
    }

    pub(crate) fn detail(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }

    pub(crate) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    pub(crate) fn response(&self) -> ErrorResponse {
        let mut fields = vec![(b'S', self.severity.to_owned()), (b'C', self.code.clone())];
        fields.push((b'M', self.message.clone()));
        fields.extend(self.detail.iter().map(|text| (b'D', text.clone())));
        fields.extend(self.hint.iter().map(|text| (b'H', text.clone())));
        ErrorResponse::new(fields)
    }
}

/// Rules of the gate that refuse a thing Redshift lacks, and not a way to write one.
const LACKING: &[&str] = &[
    "statement-kind",
    "lateral",
    "distinct-on",
    "on-conflict",
    "returning",
    "row-lock",
    "tablesample",
    "array",
    "filter-clause",
    "check-constraint",
    "row-constructor",
    "data-modifying-cte",
    "leader-node-function",
];

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        let lacking = LACKING.contains(&refusal.rule);
        let start: String = refusal.statement.split_whitespace().next().unwrap_or_default().chars().take(40).collect();
        // A correlated subquery of the kinds that Redshift cannot run is an error of its planner.
        let (code, message) = if refusal.rule.contains("correlat") {
            ("XX000", "This type of correlated subquery pattern is not supported due to internal error".to_owned())
        } else if refusal.rule == "catalog-with-tables" {
            // As Redshift says it.
            (
                "0A000",
                "Specified types or functions (one per INFO message) not supported on Redshift tables.".to_owned(),
            )
        } else if lacking {
            ("0A000", format!("not supported by Redshift: {}", refusal.message))
        } else {
            ("42601", format!("syntax error in a statement that starts with \"{start}\": {}", refusal.message))
        };
        Self::new(code, message).detail(format!("Rule of the Redshift gate: {}: {}", refusal.rule, refusal.message))
    }
}
