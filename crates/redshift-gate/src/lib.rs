//! The Redshift gate: shows, without a cluster, that a statement is one that
//! Amazon Redshift accepts.
//!
//! Scrim compiles policies to SQL and sends it to a cluster. No database can
//! stand in for Redshift, and no parser alone notices a PostgreSQL-only
//! expression. The gate therefore puts several readings on top of each other,
//! and a statement passes only when all agree:
//!
//! 1. the grammar: the Redshift dialect of sqruff, with no part unread; for
//!    commands that it does not know, exact templates in the guide's notation;
//! 2. a closed list of statements ([`StatementKind`]);
//! 3. a closed vocabulary: operators, types, functions with their arguments,
//!    and a list of PostgreSQL constructs that Redshift lacks;
//! 4. rules for single commands: SQL functions, procedures, and the queries of
//!    views, which are read as a tree to find correlated subqueries and, under
//!    late binding, names without a schema.
//!
//! [`check`] asks what Redshift accepts. [`check_own`] asks more, namely that
//! the statement keeps to the forms that Scrim itself writes.
//!
//! The rules come from the Amazon Redshift Database Developer Guide; each
//! module names its pages. What the gate cannot know: whether objects exist,
//! whether types fit, and whether a column without a qualifier belongs to a
//! subquery or to the query around it.

mod correlation;
mod definition;
mod forms;
mod functions;
mod grammar;
mod grants;
mod kind;
mod own;
mod postgres_only;
mod procedure;
mod reader;
mod refusal;
mod relations;
mod routine;
mod statement;
mod template;
mod token;
mod types;
mod view;

pub use kind::StatementKind;
pub use refusal::Refusal;
pub use token::{Shape, Token};

use reader::Reader;
use refusal::Fault;

/// Checks that `sql` is exactly one statement that Redshift accepts.
///
/// A semicolon at the end is tolerated.
///
/// # Errors
///
/// Returns the rule that the statement breaks.
pub fn check(sql: &str) -> Result<StatementKind, Refusal> {
    single(sql).and_then(|statement| statement::check_part(&statement)).map_err(|fault| fault.into_refusal(sql))
}

/// Checks that `sql` is one statement as Scrim writes them.
///
/// On top of [`check`]: no backslash in a literal, one grantee for each grant
/// and revoke, no reserved word as a plain identifier, identifiers up to 127
/// bytes, literals up to 65,535 bytes, at most 1,600 columns, at most 16 MB,
/// and in views a query that can be read as a tree and has no subquery in a
/// select list.
///
/// # Errors
///
/// Returns the rule that the statement breaks.
pub fn check_own(sql: &str) -> Result<StatementKind, Refusal> {
    own::size(sql)
        .and_then(|()| single(sql))
        .and_then(|statement| {
            let (kind, reading) = statement::read_part(&statement)?;
            own::check(kind, &statement, reading.as_ref())?;
            Ok(kind)
        })
        .map_err(|fault| fault.into_refusal(sql))
}

/// Checks several statements, each ended by a semicolon.
///
/// Semicolons in quotes, dollar quotes and comments end nothing.
///
/// # Errors
///
/// Returns the rule that the first refused statement breaks.
pub fn check_script(sql: &str) -> Result<Vec<StatementKind>, Refusal> {
    let script = Reader::new(sql).map_err(|fault| fault.into_refusal(sql))?;
    pieces(&script)
        .into_iter()
        .map(|(from, to)| {
            statement::check_part(&script.part(from, to)).map_err(|fault| fault.into_refusal(script.text(from, to)))
        })
        .collect()
}

/// Cuts a script into the texts of its statements, without looking at them.
///
/// Semicolons in quotes, dollar quotes and comments end nothing.
///
/// # Errors
///
/// Returns the rule of the lexical structure that the script breaks.
pub fn statements(sql: &str) -> Result<Vec<&str>, Refusal> {
    let script = Reader::new(sql).map_err(|fault| fault.into_refusal(sql))?;
    Ok(pieces(&script).into_iter().map(|(from, to)| script.text(from, to)).collect())
}

/// Cuts a text into tokens by Redshift's lexical rules; white space and comments are dropped.
///
/// # Errors
///
/// Returns the lexical rule that the text breaks.
pub fn tokens(sql: &str) -> Result<Vec<Token<'_>>, Refusal> {
    token::tokens(sql).map_err(|fault| fault.into_refusal(sql))
}

fn pieces(script: &Reader<'_>) -> Vec<(usize, usize)> {
    let mut parts = script.split(0, script.len(), ";");
    parts.retain(|(from, to)| from < to);
    parts
}

fn single(sql: &str) -> Result<Reader<'_>, Fault> {
    let script = Reader::new(sql)?;
    match pieces(&script).as_slice() {
        [(from, to)] => Ok(script.part(*from, *to)),
        [] => Err(Fault::new("one-statement", "there is no statement")),
        [..] => Err(Fault::new("one-statement", "there is more than one statement")),
    }
}
