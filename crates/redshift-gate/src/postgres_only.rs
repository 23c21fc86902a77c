//! What PostgreSQL has and Redshift has not, as far as words and signs tell.
//!
//! Source: Amazon Redshift Database Developer Guide, "Amazon Redshift and
//! PostgreSQL" with its pages on unsupported features, data types and
//! functions, and the syntax section of each command.

use crate::reader::Reader;
use crate::refusal::Fault;
use crate::token::{Shape, Token};

/// Operators of the guide's pages "Mathematical operator symbols",
/// "Comparison conditions", "Concatenation operator" and "POSIX operators",
/// with the cast `::` and the assignment `:=` of procedures.
const OPERATORS: &[&str] = &[
    "+", "-", "*", "/", "%", "^", "|/", "||/", "@", "&", "|", "#", "~", "!~", "<<", ">>", "<", ">", "<=", ">=", "=",
    "<>", "!=", "||", "::", ":=",
];

/// Phrases with the rule that refuses them.
const PHRASES: &[(&str, &str)] = &[
    ("LATERAL", "lateral"),
    ("DISTINCT ON", "distinct-on"),
    ("ON CONFLICT", "on-conflict"),
    ("RETURNING", "returning"),
    ("IS DISTINCT FROM", "is-distinct-from"),
    ("IS NOT DISTINCT FROM", "is-distinct-from"),
    ("FOR UPDATE", "row-lock"),
    ("FOR SHARE", "row-lock"),
    ("FOR NO KEY UPDATE", "row-lock"),
    ("FOR KEY SHARE", "row-lock"),
    ("TABLESAMPLE", "tablesample"),
    ("GENERATED ALWAYS", "generated-always"),
    ("RETURNS TABLE", "returns-rows"),
    ("RETURNS SETOF", "returns-rows"),
    ("WITH ORDINALITY", "table-function"),
    ("EXCEPT ALL", "set-operation-all"),
    ("INTERSECT ALL", "set-operation-all"),
    ("BETWEEN SYMMETRIC", "between-symmetric"),
    ("FETCH FIRST", "fetch-first"),
    ("AS MATERIALIZED", "cte-materialized"),
    ("NOT MATERIALIZED", "cte-materialized"),
    ("RETURN QUERY", "returns-rows"),
    ("RETURN NEXT", "returns-rows"),
];

/// Words that call for an opening parenthesis to be the refused construct.
const CALLED: &[(&str, &str)] =
    &[("FILTER", "filter-clause"), ("CHECK", "check-constraint"), ("ROW", "row-constructor"), ("OVERLAY", "function")];

/// Functions that are called without parentheses (guide: "CURRENT_USER: do
/// not use trailing parentheses", and the syntax of the other pages).
const BARE: &[&str] = &[
    "current_user",
    "current_user_id",
    "session_user",
    "user",
    "sysdate",
    "current_date",
    "current_aws_account",
    "current_namespace",
];

/// Leader-node functions that are written as a plain word (guide:
/// "Leader node-only functions").
const BARE_LEADER: &[&str] = &["current_time", "current_timestamp", "localtime", "localtimestamp", "current_schema"];

/// Refuses the first PostgreSQL-only construct of the statement.
pub(crate) fn refuse(statement: &Reader<'_>) -> Result<(), Fault> {
    for (at, token) in statement.all().iter().enumerate() {
        match token.shape {
            Shape::Operator => operator(token)?,
            Shape::Symbol => symbol(statement, at, token)?,
            Shape::Word if !named(statement, at) => word(statement, at, token)?,
            _ => {}
        }
    }
    Ok(())
}

/// Whether the word is part of a dotted name, and so no keyword.
fn named(statement: &Reader<'_>, at: usize) -> bool {
    statement.symbol(at + 1, ".") || statement.before(at).is_some_and(|before| before.is_symbol("."))
}

fn operator(token: &Token<'_>) -> Result<(), Fault> {
    if OPERATORS.contains(&token.text) {
        return Ok(());
    }
    Err(Fault::new("operator", format!("{} is not an operator of Redshift", token.text)))
}

fn symbol(statement: &Reader<'_>, at: usize, token: &Token<'_>) -> Result<(), Fault> {
    match token.text {
        "[" | "]" => Err(Fault::new("array", "array types, ARRAY[…] and subscripts do not exist")),
        "(" => tuple(statement, at),
        _ => Ok(()),
    }
}

fn word(statement: &Reader<'_>, at: usize, token: &Token<'_>) -> Result<(), Fault> {
    let opens = statement.symbol(at + 1, "(");
    for (phrase, rule) in PHRASES {
        if statement.phrase(at, phrase) {
            return Err(Fault::new(rule, format!("Redshift has no {phrase}")));
        }
    }
    let lower = token.text.to_ascii_lowercase();
    if let Some((name, rule)) = CALLED.iter().find(|(name, _)| opens && token.is_word(name)) {
        return Err(Fault::new(rule, format!("Redshift has no {name} (…)")));
    }
    if opens && BARE.contains(&lower.as_str()) {
        return Err(Fault::new("bare-function", format!("{lower} is called without parentheses")));
    }
    if BARE_LEADER.contains(&lower.as_str()) {
        return Err(Fault::new("leader-node-function", format!("{lower} runs on the leader node only")));
    }
    match lower.as_str() {
        "values" => values(statement, at),
        "any" | "some" | "all" if opens => quantified(statement, at),
        "insert" | "delete" | "update" | "merge" => modifying(statement, at),
        "collate" if !opens => collation(statement, at),
        "window" if statement.phrase(at + 2, "AS") && statement.symbol(at + 3, "(") => {
            Err(Fault::new("window-clause", "Redshift has no WINDOW clause"))
        }
        _ => Ok(()),
    }
}

fn values(statement: &Reader<'_>, at: usize) -> Result<(), Fault> {
    const TABLE_PLACES: &[&str] = &["FROM", "JOIN", "AS", "UNION", "ALL", "EXCEPT", "IN", "USING"];
    let before = statement.before(at);
    let as_table = before.is_none_or(|token| {
        token.is_symbol("(") || token.is_symbol(",") || TABLE_PLACES.iter().any(|word| token.is_word(word))
    });
    if as_table && statement.symbol(at + 1, "(") {
        return Err(Fault::new("values-table", "VALUES stands only in INSERT; it is no table"));
    }
    Ok(())
}

fn quantified(statement: &Reader<'_>, at: usize) -> Result<(), Fault> {
    if statement.word(at + 2, "SELECT") || statement.symbol(at + 2, "(") {
        return Ok(());
    }
    Err(Fault::new("any-array", "ANY, SOME and ALL take a subquery, not an array"))
}

fn modifying(statement: &Reader<'_>, at: usize) -> Result<(), Fault> {
    if statement.before(at).is_some_and(|token| token.is_symbol("("))
        && (statement.get(at + 1)).is_some_and(|next| next.shape == Shape::Word)
    {
        return Err(Fault::new("data-modifying-cte", "a subquery or CTE cannot change data"));
    }
    Ok(())
}

/// `COLLATE` takes the two collations of the guide's page "COLLATE function".
fn collation(statement: &Reader<'_>, at: usize) -> Result<(), Fault> {
    const KNOWN: &[&str] = &["CASE_SENSITIVE", "CASE_INSENSITIVE", "CS", "CI"];
    if KNOWN.iter().any(|name| statement.word(at + 1, name)) {
        return Ok(());
    }
    Err(Fault::new("collation", "the collations are CASE_SENSITIVE and CASE_INSENSITIVE"))
}

/// A list in parentheses that is compared is a row constructor.
fn tuple(statement: &Reader<'_>, at: usize) -> Result<(), Fault> {
    const OPENERS: &[&str] = &["WHERE", "AND", "OR", "ON", "NOT", "WHEN", "HAVING", "QUALIFY"];
    let Some(close) = statement.closing(at) else {
        return Err(Fault::new("lexical", "a parenthesis is not closed"));
    };
    let opener = statement
        .before(at)
        .is_some_and(|token| OPENERS.iter().any(|word| token.is_word(word)) || token.is_symbol("="));
    if opener
        && !statement.word(at + 1, "SELECT")
        && statement.split(at + 1, close, ",").len() > 1
        && !statement.before(at).is_some_and(|token| token.is_word("ON") && conflict_free(statement))
    {
        return Err(Fault::new("row-constructor", "Redshift has no row constructors"));
    }
    Ok(())
}

/// Grants and policies write `ON (…)` lists that are no comparisons.
fn conflict_free(statement: &Reader<'_>) -> bool {
    ["GRANT", "REVOKE", "ATTACH", "DETACH"].iter().any(|word| statement.word(0, word))
}
