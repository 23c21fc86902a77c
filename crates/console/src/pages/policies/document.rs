//! What the API tells of a policy: the document, its version, and how it reads.

use serde::Deserialize;
use serde_json::{Value, json};

use super::kind::PolicyKind;
use crate::api::Api;
use crate::problem::Problem;

/// A policy as it stands.
pub(super) struct Policy {
    pub(super) document: Value,
    /// What `If-Match` says to change this version and no other.
    pub(super) version: String,
}

impl Policy {
    /// Reads it.
    ///
    /// # Errors
    /// What the API refuses it with.
    pub(super) async fn get(api: &Api, kind: PolicyKind, name: &str) -> Result<Self, Problem> {
        let read = api.versioned(kind.one(name)).await?;
        Ok(Self { document: Value::Object(read.body), version: read.version })
    }
}

/// `active`, `staged` or `disabled`.
pub(super) fn status(document: &Value) -> &str {
    document.get("status").and_then(Value::as_str).unwrap_or("active")
}

/// A document as the API reads it.
#[derive(Deserialize)]
pub(super) struct Read {
    /// The document; nothing where it cannot be read.
    pub(super) document: Option<Value>,
    /// What it says in plain English.
    pub(super) sentences: Vec<String>,
    /// What is wrong with it.
    pub(super) problems: Vec<Wrong>,
}

/// Something that is wrong with a document.
#[derive(Deserialize)]
pub(super) struct Wrong {
    pub(super) severity: String,
    pub(super) document: Option<String>,
    pub(super) pointer: String,
    pub(super) line: Option<usize>,
    pub(super) detail: String,
    pub(super) help: Option<String>,
    /// The field of the builder that shows what it is about.
    #[serde(skip)]
    pub(super) field: Option<String>,
    /// Whether there is nothing yet in what it is about: somebody has just chosen it.
    #[serde(skip)]
    pub(super) empty: bool,
}

impl Read {
    /// Reads a document.
    ///
    /// # Errors
    /// What the API refuses it with.
    pub(super) async fn document(api: &Api, document: &Value) -> Result<Self, Problem> {
        api.post("/api/v1/read-document", &json!({ "document": document })).await
    }

    /// Reads the text of one.
    ///
    /// # Errors
    /// What the API refuses it with.
    pub(super) async fn text(api: &Api, yaml: &str) -> Result<Self, Problem> {
        api.post("/api/v1/read-document", &json!({ "yaml": yaml })).await
    }

    /// Where it applies, and what it says beyond that.
    pub(super) fn parts(&self) -> (Option<&String>, &[String]) {
        match self.sentences.split_first() {
            Some((covers, rest)) => (Some(covers), rest),
            None => (None, &[]),
        }
    }
}

impl Wrong {
    fn new(severity: &str, detail: String) -> Self {
        Self {
            severity: severity.to_owned(),
            document: None,
            pointer: String::new(),
            line: None,
            detail,
            help: None,
            field: None,
            empty: false,
        }
    }

    /// Something that the page itself minds.
    pub(super) fn error(detail: String) -> Self {
        Self::new("error", detail)
    }

    /// Something that the page itself has to say.
    pub(super) fn warning(detail: String) -> Self {
        Self::new("warning", detail)
    }

    /// Whether it keeps the document from being saved.
    pub(super) fn is_error(&self) -> bool {
        self.severity == "error"
    }

    /// The same, about a field of the builder.
    pub(super) fn beside(self, field: Option<String>) -> Self {
        Self { field, ..self }
    }
}

impl Read {
    /// Whether it cannot be saved as it is.
    pub(super) fn is_wrong(&self) -> bool {
        self.document.is_none() || self.problems.iter().any(Wrong::is_error)
    }
}
