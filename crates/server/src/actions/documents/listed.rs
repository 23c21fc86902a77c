//! A list of documents, as a directory of files has it.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use scrim_catalog::{Catalog, Change, Document, Kind, Name, from_json, nearest, pointer};
use serde::Deserialize;
use serde_json::Value;

use crate::Problem;
use crate::actor::Actor;
use crate::problem::FieldError;
use crate::rights::{Reader, sees_all};

/// The documents.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listed {
    /// Each with its `kind` and `name`, as in a file.
    #[schemars(with = "Vec<crate::forms::AnyDocument>")]
    pub(crate) documents: Vec<Value>,
    /// Delete what is not in the list, of the kinds that are in it.
    #[serde(default)]
    pub(crate) prune: bool,
    /// Delete however many; without it more than a tenth of those kinds is refused.
    #[serde(default)]
    pub(crate) allow_drop: bool,
    /// Take tags away, or choose other policies for a data source, although people see more afterwards. Without it that is refused, and the answer says what opens.
    #[serde(default)]
    pub(crate) confirm: bool,
}

/// What comes of a list.
pub(crate) struct Wanted {
    pub(crate) changes: Vec<Change>,
    pub(crate) warnings: Vec<String>,
}

/// Reads documents, each once.
///
/// # Errors
/// Everything that is wrong with them, each at its document and field.
pub(crate) fn read(bodies: &[Value]) -> Result<Vec<Document>, Problem> {
    let (mut documents, mut errors) = (Vec::with_capacity(bodies.len()), Vec::new());
    let mut seen = BTreeSet::new();
    for (at, body) in bodies.iter().enumerate() {
        match one(at, body) {
            Ok(document) => {
                let (kind, name) = (document.kind(), document.name().value().clone());
                if !seen.insert((kind, name.clone())) {
                    errors.push(wrong(kind, &name, String::new(), format!("the {kind} `{name}` is in the list twice")));
                }
                documents.push(document);
            }
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(documents) } else { Err(Problem::invalid(errors)) }
}

fn one(at: usize, body: &Value) -> Result<Document, FieldError> {
    let (kind, name) = said(body).map_err(|error| {
        let pointer = format!("/documents/{at}{}", error.pointer);
        FieldError { pointer, ..error }
    })?;
    from_json(kind, name, body).map_err(|problem| FieldError {
        help: problem.help.clone(),
        ..wrong(kind, name, pointer(kind, name, body, problem.line), problem.message)
    })
}

/// What a document says that it is, and its name.
///
/// # Errors
/// What is wrong with that, at its field.
pub(super) fn said(body: &Value) -> Result<(Kind, &str), FieldError> {
    let unnamed = |field: &str, detail: String, help: Option<String>| FieldError {
        document: None,
        pointer: field.to_owned(),
        detail,
        help,
    };
    let text = |field: &str| body.get(field).and_then(Value::as_str);
    let Some(written) = text("kind") else {
        return Err(unnamed("", "the document does not say what it is: it has no `kind`".to_owned(), None));
    };
    let Ok(kind) = written.parse::<Kind>() else {
        let near = nearest(written, scrim_catalog::KINDS.iter().copied()).map(|near| format!("did you mean `{near}`?"));
        return Err(unnamed("/kind", format!("`{written}` is not a kind of document"), near));
    };
    match text("name") {
        Some(name) => Ok((kind, name)),
        None => Err(unnamed("", format!("the {kind} has no `name`"), None)),
    }
}

fn wrong(kind: Kind, name: &str, pointer: String, detail: String) -> FieldError {
    FieldError { document: Some(format!("{}/{name}", kind.plural())), pointer, detail, help: None }
}

/// What is kept of the document before: a list need not say when something was made.
pub(crate) fn completed(mut document: Document, before: Option<&Document>, now: DateTime<Utc>) -> Document {
    match (&mut document, before) {
        (Document::DataSource(source), Some(Document::DataSource(before))) => {
            source.created = source.created.or(before.created);
        }
        (Document::DataSource(source), _) => drop(source.created.get_or_insert(now)),
        (Document::DataPolicy(policy), Some(Document::DataPolicy(before))) => {
            policy.created = policy.created.or(before.created);
        }
        (Document::DataPolicy(policy), _) => drop(policy.created.get_or_insert(now)),
        _ => {}
    }
    document
}

/// The changes that make the catalog what a list says: only those that change anything, so that nobody needs the right
/// to change what stays as it is.
///
/// # Errors
/// When what would be deleted may not be known to the caller, or is too much.
pub(crate) fn changes(
    actor: &Actor,
    catalog: &Catalog,
    documents: &[Document],
    listed: &Listed,
    now: DateTime<Utc>,
) -> Result<Wanted, Problem> {
    let mut wanted = Wanted { changes: vec![], warnings: vec![] };
    if listed.prune {
        pruned(actor, catalog, documents, listed.allow_drop, &mut wanted)?;
    }
    let reader = Reader::new(actor, catalog, now);
    for document in documents {
        let (kind, name) = (document.kind(), document.name().value());
        let before = catalog.document(kind, name);
        let document = completed(document.clone(), before.as_ref(), now);
        // Whoever may not know of it is not told that it is the same, either.
        if before.as_ref() != Some(&document) || !reader.may(kind, name).is_allowed() {
            wanted.changes.push(Change::Put(document));
        }
    }
    Ok(wanted)
}

fn pruned(
    actor: &Actor,
    catalog: &Catalog,
    documents: &[Document],
    allow_drop: bool,
    wanted: &mut Wanted,
) -> Result<(), Problem> {
    let kept: BTreeSet<(Kind, &Name)> = documents.iter().map(|one| (one.kind(), one.name().value())).collect();
    let kinds: BTreeSet<Kind> = documents.iter().map(Document::kind).collect();
    let mut known = 0;
    for kind in kinds {
        if !sees_all(actor, kind) {
            let detail =
                format!("`prune` needs a permission to see every {kind}: otherwise what you cannot see would go");
            return Err(Problem::forbidden(detail));
        }
        known += catalog.count(kind);
        for name in catalog.names_after(kind, "").filter(|name| !kept.contains(&(kind, name))) {
            if kind == Kind::User && *name == actor.name {
                wanted
                    .warnings
                    .push(format!("the user `{name}` is not in the list, and is kept: it is who applies it"));
            } else {
                wanted.changes.push(Change::Delete(kind, name.clone()));
            }
        }
    }
    let gone = wanted.changes.len();
    if gone * 10 > known && !allow_drop {
        let some: Vec<String> = wanted
            .changes
            .iter()
            .take(5)
            .map(|change| {
                let (kind, name) = change.of();
                format!("the {kind} `{name}`")
            })
            .collect();
        let more = if gone > some.len() { ", …" } else { "" };
        return Err(Problem::conflict(format!(
            "{gone} of {known} documents would be deleted ({}{more}): is the list whole? Say `allow_drop` if that is meant",
            some.join(", ")
        )));
    }
    Ok(())
}
