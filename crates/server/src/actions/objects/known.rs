//! Documents as whoever asks knows them: what is hidden from them is not told apart from what is not there.

use chrono::{DateTime, Utc};
use scrim_catalog::documents::{DataSource, Group, Project, User};
use scrim_catalog::{Catalog, Change, Document, Kind, Name};
use serde_json::Value;

use super::change::Wanted;
use crate::Problem;
use crate::actor::Actor;
use crate::rights::{Decision, may_read};

/// Whether somebody may know that there is this document.
///
/// # Errors
/// When there is none, or they may not.
pub(crate) fn known(
    actor: &Actor,
    catalog: &Catalog,
    kind: Kind,
    name: &str,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let decided = if catalog.has(kind, name) { may_read(actor, catalog, kind, name, now) } else { Decision::Hidden };
    decided.required().map(|_| ())
}

/// A user whom somebody may know of.
///
/// # Errors
/// As [`known`].
pub(crate) fn user(actor: &Actor, catalog: &Catalog, name: &Name, now: DateTime<Utc>) -> Result<User, Problem> {
    known(actor, catalog, Kind::User, name, now)?;
    catalog.users.get(name).map(|stored| stored.item.clone()).ok_or_else(missing)
}

/// A group that somebody may know of.
///
/// # Errors
/// As [`known`].
pub(crate) fn group(actor: &Actor, catalog: &Catalog, name: &Name, now: DateTime<Utc>) -> Result<Group, Problem> {
    known(actor, catalog, Kind::Group, name, now)?;
    catalog.groups.get(name).map(|stored| stored.item.clone()).ok_or_else(missing)
}

/// A data source that somebody may know of.
///
/// # Errors
/// As [`known`].
pub(crate) fn source(actor: &Actor, catalog: &Catalog, name: &Name, now: DateTime<Utc>) -> Result<DataSource, Problem> {
    known(actor, catalog, Kind::DataSource, name, now)?;
    catalog.data_sources.get(name).map(|stored| stored.item.clone()).ok_or_else(missing)
}

/// A project that somebody may know of.
///
/// # Errors
/// As [`known`].
pub(crate) fn project(actor: &Actor, catalog: &Catalog, name: &Name, now: DateTime<Utc>) -> Result<Project, Problem> {
    known(actor, catalog, Kind::Project, name, now)?;
    catalog.projects.get(name).map(|stored| stored.item.clone()).ok_or_else(missing)
}

/// There is no such thing, or nothing that may be known of.
pub(crate) fn missing() -> Problem {
    Problem::not_found("there is no such thing, or you may not know of it")
}

/// The change of one document, left to the rights on documents.
pub(crate) fn put(document: Document, details: Value) -> Wanted {
    Wanted { changes: vec![Change::Put(document)], details, ..Wanted::default() }
}

/// The change of one document, which the rules of an action allow.
pub(crate) fn allowed(document: Document, by: &'static str, details: Value) -> Wanted {
    Wanted { allowed_by: Some(by), ..put(document, details) }
}

/// A text that somebody wrote for others to read.
///
/// # Errors
/// When there is nothing in it, or too much.
pub(crate) fn words(text: &str, field: &str) -> Result<String, Problem> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Problem::malformed(format!("`{field}` must say something")));
    }
    if text.len() > LONGEST || text.contains('\0') {
        return Err(Problem::malformed(format!("`{field}` has a NUL, or more than {LONGEST} bytes")));
    }
    Ok(text.to_owned())
}

/// How long such a text may be.
const LONGEST: usize = 4096;
