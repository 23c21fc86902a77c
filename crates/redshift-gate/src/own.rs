//! Stricter rules for the statements that Scrim writes itself.
//!
//! They keep to the part of Redshift on which every reader of a statement
//! agrees. Limits: Amazon Redshift Database Developer Guide, "Names and
//! identifiers", "Character types", "CREATE TABLE" and "Reserved words";
//! Management Guide, "Quotas and limits" (16 MB for a statement).

use crate::grammar::Reading;
use crate::kind::StatementKind;
use crate::reader::Reader;
use crate::refusal::Fault;
use crate::token::{Shape, Token};
use crate::{correlation, definition, template, view};

const MOST_STATEMENT: usize = 16 * 1024 * 1024;
const MOST_LITERAL: usize = 65_535;
const MOST_IDENTIFIER: usize = 127;
const MOST_COLUMNS: usize = 1_600;

/// Refuses a text that no statement of Scrim may be, before it is parsed.
pub(crate) fn size(sql: &str) -> Result<(), Fault> {
    if sql.len() > MOST_STATEMENT {
        return Err(Fault::new("statement-size", "the statement is above 16 MB"));
    }
    Ok(())
}

/// Applies the own rules to a statement that the gate has accepted.
pub(crate) fn check(kind: StatementKind, statement: &Reader<'_>, reading: Option<&Reading>) -> Result<(), Fault> {
    for token in statement.all() {
        one(token)?;
    }
    match kind {
        StatementKind::Grant | StatementKind::Revoke => grantee(kind, statement)?,
        StatementKind::CreateView | StatementKind::CreateMaterializedView => {
            query_of_view(kind, statement)?;
            if (0..statement.len()).any(|at| statement.phrase(at, "WITH NO SCHEMA BINDING")) {
                qualified(statement)?;
            }
        }
        StatementKind::CreateFunction => {
            for body in statement.all().iter().filter(|token| token.shape == Shape::Body) {
                qualified(&Reader::new(body.inner())?)?;
            }
        }
        StatementKind::CreateTable => {
            if let Some((open, close)) = definition::columns(statement) {
                columns(statement.split(open + 1, close, ",").len())?;
            }
        }
        _ => {}
    }
    reading.map_or(Ok(()), reserved)
}

fn one(token: &Token<'_>) -> Result<(), Fault> {
    let inner = token.inner();
    match token.shape {
        Shape::Literal if inner.contains('\\') => {
            Err(Fault::new("backslash", "a backslash in a literal; write || CHR(92) ||"))
        }
        Shape::Literal if inner.replace("''", "'").len() > MOST_LITERAL => {
            Err(Fault::new("literal-size", "a literal is longer than 65,535 bytes"))
        }
        Shape::Word | Shape::Quoted if inner.replace("\"\"", "\"").len() > MOST_IDENTIFIER => {
            Err(Fault::new("identifier-size", format!("{} is longer than 127 bytes", token.text)))
        }
        Shape::Quoted if inner.is_empty() => Err(Fault::new("identifier-size", "an identifier is empty")),
        Shape::Body => Reader::new(inner)?.all().iter().try_for_each(one),
        _ => Ok(()),
    }
}

/// Words before a parenthesis that no function can take the place of.
const GRAMMAR: &[&str] = &[
    "all", "and", "as", "between", "by", "case", "cast", "char", "coalesce", "dateadd", "decimal", "distinct", "else",
    "exists", "extract", "from", "greatest", "having", "in", "join", "least", "not", "nullif", "numeric", "on", "or",
    "over", "select", "then", "union", "using", "values", "varchar", "when", "where",
];

/// Refuses a function without a schema: the texts of late-binding views and of SQL functions are resolved under the search
/// path of whoever reads or calls, where somebody's own function may stand before the built-in one ("Preventing UDF naming
/// conflicts").
fn qualified(text: &Reader<'_>) -> Result<(), Fault> {
    let called = text.all().iter().enumerate().find(|(at, token)| {
        token.shape == Shape::Word
            && text.symbol(at + 1, "(")
            && !text.before(*at).is_some_and(|before| before.is_symbol("."))
            && !GRAMMAR.contains(&token.text.to_ascii_lowercase().as_str())
    });
    match called {
        Some((_, token)) => Err(Fault::new(
            "unqualified-function",
            format!("{} is resolved anew for every reader: write pg_catalog.{}", token.text, token.text),
        )),
        None => Ok(()),
    }
}

/// One grantee for each grant, the form that every reader knows.
fn grantee(kind: StatementKind, statement: &Reader<'_>) -> Result<(), Fault> {
    let before = if kind == StatementKind::Grant { "TO" } else { "FROM" };
    let list = statement.find_word(0, before).unwrap_or(0) + 1;
    if statement.split(list, statement.len(), ",").len() > 1 {
        return Err(Fault::new("one-grantee", "one statement has one grantee"));
    }
    Ok(())
}

fn columns(count: usize) -> Result<(), Fault> {
    if count > MOST_COLUMNS {
        return Err(Fault::new("column-count", "more than 1,600 columns"));
    }
    Ok(())
}

fn query_of_view(kind: StatementKind, statement: &Reader<'_>) -> Result<(), Fault> {
    let view = view::parts(kind, statement)?;
    let Some(query) = view.query() else {
        return Err(Fault::new(
            "view-unread",
            "the query cannot be read as a tree, so its subqueries cannot be judged",
        ));
    };
    if correlation::subquery_in_select_list(&query) {
        return Err(Fault::new(
            "subquery-in-select-list",
            "a subquery in a select list fails once a reader groups by the column",
        ));
    }
    columns(view.columns.unwrap_or(0).max(correlation::width(&query)))
}

/// Refuses a reserved word that the grammar took for an identifier.
fn reserved(reading: &Reading) -> Result<(), Fault> {
    let reserved = |name: &&String| template::is_reserved(name);
    match reading.identifiers.iter().find(reserved) {
        Some(name) => Err(Fault::new("reserved-word", format!("{name} is reserved and must be quoted"))),
        None => Ok(()),
    }
}
