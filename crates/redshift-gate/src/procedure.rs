//! Stored procedures in PL/pgSQL.
//!
//! Source: Amazon Redshift Database Developer Guide, "CREATE PROCEDURE",
//! "PL/pgSQL language reference" and "Considerations for stored procedure
//! support".

use crate::reader::Reader;
use crate::refusal::Fault;
use crate::token::{Shape, Token};
use crate::{functions, postgres_only, routine, statement, types};

/// The most bytes of source (guide: "Limits for stored procedures").
const MOST_SOURCE: usize = 2 * 1024 * 1024;

/// Words after which the body goes on with another statement.
const OPENERS: &[&str] = &["BEGIN", "THEN", "ELSE", "LOOP", "DECLARE"];

/// Statements of a body that are read as statements of their own.
const EMBEDDED: &[&str] = &[
    "INSERT", "DELETE", "UPDATE", "MERGE", "SELECT", "CREATE", "ALTER", "DROP", "GRANT", "REVOKE", "TRUNCATE", "LOCK",
    "COMMENT", "CALL", "WITH",
];

/// Phrases that a body cannot have, with the reason.
const NOT_IN_BODY: &[(&str, &str)] = &[
    ("PREPARE", "PREPARE cannot run inside a procedure"),
    ("VACUUM", "VACUUM cannot run inside a procedure"),
    ("CREATE DATABASE", "CREATE DATABASE cannot run inside a procedure"),
    ("DROP DATABASE", "DROP DATABASE cannot run inside a procedure"),
    ("CREATE EXTERNAL TABLE", "CREATE EXTERNAL TABLE cannot run inside a procedure"),
    ("SET LOCAL", "SET LOCAL cannot run inside a procedure"),
    ("FOREACH", "there are no arrays to loop over"),
    ("ASSERT", "PL/pgSQL of Redshift has no ASSERT"),
];

/// Words before a parenthesis that are no function.
const KEYWORDS: &[&str] = &[
    "if",
    "elsif",
    "while",
    "when",
    "and",
    "or",
    "not",
    "in",
    "exists",
    "values",
    "as",
    "on",
    "return",
    "select",
    "from",
    "where",
    "by",
    "into",
    "set",
    "then",
    "else",
    "using",
    "case",
    "raise",
    "for",
    "perform",
    "execute",
    "over",
    "all",
    "any",
    "some",
    "like",
    "between",
    "is",
    "union",
    "except",
    "intersect",
    "default",
    "group",
    "order",
    "having",
    "join",
    "distinct",
    "cursor",
    "quote_ident",
];

/// Checks `CREATE PROCEDURE`.
pub(crate) fn check(create: &Reader<'_>) -> Result<(), Fault> {
    let open = routine::after_name(create)?;
    let close = create.closing(open).ok_or_else(|| Fault::new("lexical", "a parenthesis is not closed"))?;
    for (from, to) in create.split(open + 1, close, ",") {
        argument(create, from, to)?;
    }
    routine::language(create, "PLPGSQL")?;
    let (at, text) = routine::body(create)?;
    let nonatomic = create.word(close + 1, "NONATOMIC");
    let definer = create.find_word(at, "DEFINER").is_some();
    let sets = create.find_word(at, "SET").is_some();
    if nonatomic && (definer || sets) {
        return Err(Fault::new("procedure-nonatomic", "NONATOMIC goes neither with SECURITY DEFINER nor with SET"));
    }
    if text.text.len() > MOST_SOURCE {
        return Err(Fault::new("procedure-size", "the source is above 2 MB"));
    }
    let body = Reader::new(text.inner())?;
    words(&body, definer || sets)?;
    postgres_only::refuse(&body)?;
    statements(&body)
}

/// `[name] [IN | OUT | INOUT] type`.
fn argument(create: &Reader<'_>, from: usize, to: usize) -> Result<(), Fault> {
    let fits = (from..to.min(from + 3)).any(|start| types::end(create, start).ok() == Some(to));
    if fits {
        return Ok(());
    }
    Err(Fault::new("procedure-argument", format!("{} is not [name] [mode] type", create.text(from, to))))
}

fn words(body: &Reader<'_>, bound: bool) -> Result<(), Fault> {
    for (at, token) in body.all().iter().enumerate() {
        if token.shape != Shape::Word {
            continue;
        }
        for (phrase, reason) in NOT_IN_BODY {
            if body.phrase(at, phrase) {
                return Err(Fault::new("procedure-body", *reason));
            }
        }
        let ends = ["COMMIT", "ROLLBACK", "TRUNCATE"].iter().any(|word| token.is_word(word));
        if bound && ends {
            return Err(Fault::new(
                "procedure-transaction",
                format!("no {} under SECURITY DEFINER or SET", token.text),
            ));
        }
        if body.phrase(at, "EXCEPTION WHEN") && !body.word(at + 2, "OTHERS") {
            return Err(Fault::new("procedure-exception", "the only condition is OTHERS"));
        }
        call(body, at, token)?;
    }
    Ok(())
}

fn call(body: &Reader<'_>, at: usize, token: &Token<'_>) -> Result<(), Fault> {
    const AFTER_NAME: &[&str] = &["INTO", "TABLE", "VIEW", "UPDATE", "JOIN", "EXISTS", "AS", "CALL"];
    let lower = token.text.to_ascii_lowercase();
    let before = body.before(at);
    let called = body.symbol(at + 1, "(")
        && !before.is_some_and(|before| before.is_symbol(".") || AFTER_NAME.iter().any(|word| before.is_word(word)));
    if !called || KEYWORDS.contains(&lower.as_str()) || lower.starts_with("f_") {
        return Ok(());
    }
    if types::end(body, at).is_ok() {
        return Ok(());
    }
    // The leader node evaluates what is no statement of its own, and those are checked one by one.
    if functions::of_leader(&lower) { Ok(()) } else { functions::known(&lower) }
}

/// Reads the plain SQL statements of the body one by one.
fn statements(body: &Reader<'_>) -> Result<(), Fault> {
    for (mut from, to) in body.split(0, body.len(), ";") {
        while let Some(skip) = opener(body, from, to) {
            from = skip;
        }
        let embedded = EMBEDDED.iter().any(|word| body.word(from, word));
        if embedded && from < to {
            statement::check_part(&without_targets(&body.part(from, to)))?;
        }
    }
    Ok(())
}

/// A query without its `INTO target, ...`, which names variables ("SELECT
/// INTO" in "Supported PL/pgSQL statements").
fn without_targets<'a>(query: &Reader<'a>) -> Reader<'a> {
    let into = query.find_word(0, "INTO").filter(|_| !query.word(0, "INSERT"));
    let Some(into) = into.filter(|_| !query.word(0, "MERGE")) else {
        return query.clone();
    };
    let mut end = into;
    while let Some(after) = query.name_end(end + 1) {
        end = after;
        if !query.symbol(end, ",") {
            break;
        }
    }
    query.without(into, end)
}

/// The position after a control word that opens the piece `from..to`.
fn opener(body: &Reader<'_>, from: usize, to: usize) -> Option<usize> {
    let control = ["IF", "ELSIF", "WHILE", "FOR", "EXCEPTION", "WHEN"];
    let first = body.get(from).filter(|_| from < to)?;
    if OPENERS.iter().any(|word| first.is_word(word)) {
        return Some(from + 1);
    }
    if !control.iter().any(|word| first.is_word(word)) {
        return None;
    }
    (from..to).find(|at| body.word(*at, "THEN") || body.word(*at, "LOOP")).map(|at| at + 1)
}
