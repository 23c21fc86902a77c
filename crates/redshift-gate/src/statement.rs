//! The order of the layers for one statement.
//!
//! The verdict does not depend on the order; the reported rule does. The
//! specific rules run before the grammar, so that a refusal names the
//! construct at fault and not only the place where a parser stopped.

use std::collections::HashSet;

use crate::grammar::Reading;
use crate::kind::StatementKind;
use crate::reader::Reader;
use crate::refusal::Fault;
use crate::relations::{self, Reads};
use crate::{definition, forms, functions, grammar, postgres_only, procedure, routine, types, view};

/// Checks one statement and tells its kind.
pub(crate) fn check_part(statement: &Reader<'_>) -> Result<StatementKind, Fault> {
    Ok(read_part(statement)?.0)
}

/// Checks one statement; tells its kind and what the grammar saw, if the
/// grammar read it.
pub(crate) fn read_part(statement: &Reader<'_>) -> Result<(StatementKind, Option<Reading>), Fault> {
    let kind = StatementKind::of(statement)?;
    let reading = check_kind(kind, statement)?;
    Ok((kind, reading))
}

/// Checks one statement whose kind is known.
pub(crate) fn check_kind(kind: StatementKind, statement: &Reader<'_>) -> Result<Option<Reading>, Fault> {
    if kind == StatementKind::Explain {
        // "EXPLAIN": `EXPLAIN [ VERBOSE ] query`.
        let from = if statement.word(1, "VERBOSE") { 2 } else { 1 };
        let query = statement.part(from, statement.len());
        return match StatementKind::of(&query)? {
            StatementKind::Select => check_kind(StatementKind::Select, &query),
            other => Err(Fault::new("statement-kind", format!("EXPLAIN {other} … is not a statement Scrim may send"))),
        };
    }
    postgres_only::refuse(statement)?;
    types::refuse_foreign(statement)?;
    match kind {
        StatementKind::CreateFunction => routine::function(statement)?,
        StatementKind::CreateProcedure => procedure::check(statement)?,
        StatementKind::CreateTable => definition::table(statement)?,
        StatementKind::CreateView | StatementKind::CreateMaterializedView => {
            view::check(kind, statement)?;
        }
        _ => {}
    }
    let templated = forms::check(kind, statement)?;
    if kind == StatementKind::CreateMaskingPolicy {
        return definition::masking_expression(statement).map(Some);
    }
    if templated {
        return Ok(None);
    }
    let plain = match kind {
        StatementKind::Insert => distinct_rows(statement),
        _ => statement.plain(0, statement.len()),
    };
    // A body of a routine is opaque here: its statements are checked one by one.
    let leader = match kind {
        StatementKind::Select | StatementKind::Insert | StatementKind::Delete | StatementKind::Update => {
            relations::check(statement)? == Reads::Catalog && kind == StatementKind::Select
        }
        _ => false,
    };
    read(kind, &plain, leader).map(Some)
}

/// An INSERT in its plain form with each form of a row once: rows that differ
/// in their literals alone are the same to a grammar.
fn distinct_rows(insert: &Reader<'_>) -> String {
    let Some(values) = insert.find_word(0, "VALUES") else {
        return insert.plain(0, insert.len());
    };
    let mut seen = HashSet::new();
    let mut rows: Vec<String> = Vec::new();
    for (from, to) in insert.split(values + 1, insert.len(), ",") {
        let row = insert.plain(from, to);
        if seen.insert(row.clone()) {
            rows.push(row);
        }
    }
    format!("{} {}", insert.plain(0, values + 1), rows.join(", "))
}

/// Parses the text and looks its functions and types up.
pub(crate) fn vocabulary(kind: StatementKind, plain: &str) -> Result<Reading, Fault> {
    read(kind, plain, false)
}

/// The same; `leader` where the statement runs on the leader node alone, and may call what only that has.
fn read(kind: StatementKind, plain: &str, leader: bool) -> Result<Reading, Fault> {
    let reading = grammar::read(plain)?;
    let called = usize::from(kind == StatementKind::Call);
    for call in reading.calls.iter().skip(called) {
        functions::check(call, leader)?;
    }
    for name in &reading.types {
        types::whole(name)?;
    }
    Ok(reading)
}
