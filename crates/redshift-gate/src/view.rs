//! Views: qualified names under late binding, and subqueries that survive.
//!
//! Source: Amazon Redshift Database Developer Guide, "CREATE VIEW",
//! "Correlated subqueries" with its list of unsupported patterns, and "GROUP
//! BY clause".

use sqlparser::ast::{Query, Statement};
use sqlparser::dialect::RedshiftSqlDialect;
use sqlparser::parser::Parser;

use crate::correlation;
use crate::kind::StatementKind;
use crate::reader::Reader;
use crate::refusal::Fault;

/// The words that make a view late-binding.
const LATE: &str = "WITH NO SCHEMA BINDING";

/// Nesting that the second parser follows; the grammar layer stops earlier.
const MOST_NESTING: usize = 1_000;

/// The parts of a view's definition.
pub(crate) struct View {
    /// Number of names in the column list, if there is one.
    pub(crate) columns: Option<usize>,
    late: bool,
    text: String,
}

/// Finds the parts of `CREATE [OR REPLACE] VIEW` or `CREATE MATERIALIZED VIEW`.
pub(crate) fn parts(kind: StatementKind, create: &Reader<'_>) -> Result<View, Fault> {
    let plain = kind == StatementKind::CreateView;
    let name = match () {
        () if plain && create.phrase(1, "OR REPLACE") => 4,
        () if plain => 2,
        () => 3,
    };
    let mut at = create.name_end(name).ok_or_else(|| Fault::new("view-form", "the view has no name"))?;
    if create.word(at, "WITH") {
        return Err(Fault::new("view-options", "views take no WITH (…) options"));
    }
    let mut columns = None;
    if plain && create.symbol(at, "(") {
        let close = create.closing(at).ok_or_else(|| Fault::new("lexical", "a parenthesis is not closed"))?;
        columns = Some(create.split(at + 1, close, ",").len());
        at = close + 1;
    }
    let start = if plain { Some(at) } else { create.find_word(at, "AS") };
    let Some(start) = start.filter(|at| create.word(*at, "AS")) else {
        return Err(Fault::new("view-form", "AS query is missing"));
    };
    let tail = create.len().saturating_sub(4);
    let late = create.phrase(tail, LATE);
    let end = if late { tail } else { create.len() };
    if create.phrase(create.len().saturating_sub(2), "CHECK OPTION") {
        return Err(Fault::new("view-options", "views have no CHECK OPTION"));
    }
    Ok(View { columns, late, text: create.plain(start + 1, end) })
}

impl View {
    /// The query as a tree, where the second parser can read it.
    pub(crate) fn query(&self) -> Option<Query> {
        let mut statements = Parser::new(&RedshiftSqlDialect {})
            .with_recursion_limit(MOST_NESTING)
            .try_with_sql(&self.text)
            .and_then(|mut parser| parser.parse_statements())
            .ok()?;
        match (statements.pop(), statements.is_empty()) {
            (Some(Statement::Query(query)), true) => Some(*query),
            _ => None,
        }
    }
}

/// Checks the query of a view.
///
/// A query that the second parser cannot read passes here; the rules for
/// Scrim's own statements refuse it.
pub(crate) fn check(kind: StatementKind, create: &Reader<'_>) -> Result<(), Fault> {
    let view = parts(kind, create)?;
    if view.late && kind == StatementKind::CreateMaterializedView {
        return Err(Fault::new("view-form", "a materialized view cannot be late-binding"));
    }
    let Some(query) = view.query() else {
        return Ok(());
    };
    correlation::check(&query, view.late)
}
