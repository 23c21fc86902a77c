//! Names of tables, above all those of other databases.

use scrim_redshift_gate::Shape;

use super::Remote;
use super::text::{Text, ident};
use crate::answer::Answer;

/// What the names at a place are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Clause {
    Relations,
    Expressions,
}

/// Schemas that another database does not show.
const UNREACHABLE: &[&str] = &["pg_catalog", "information_schema"];

/// What PostgreSQL keeps in its catalog and Redshift, which left it at version 8, does not.
const NEWER: &[&str] = &[
    "pg_auth_members",
    "pg_authid",
    "pg_available_extensions",
    "pg_collation",
    "pg_enum",
    "pg_event_trigger",
    "pg_extension",
    "pg_foreign_data_wrapper",
    "pg_foreign_server",
    "pg_foreign_table",
    "pg_hba_file_rules",
    "pg_matviews",
    "pg_partitioned_table",
    "pg_policies",
    "pg_policy",
    "pg_prepared_statements",
    "pg_publication",
    "pg_range",
    "pg_roles",
    "pg_seclabel",
    "pg_sequence",
    "pg_sequences",
    "pg_stat_statements",
    "pg_subscription",
    "pg_user_mapping",
    "pg_user_mappings",
];

/// Rewrites the names that begin with a database, and notes which relations are named.
pub(super) fn rewrite(text: &mut Text<'_>) -> Result<(), Answer> {
    let grants = text.any_word(0, &["GRANT", "REVOKE", "COMMENT"]);
    let mut clauses = vec![Clause::Expressions];
    let mut at = 0;
    while at < text.len() {
        if text.symbol(at, "(") {
            let inside = match clauses.last() {
                // A join in parentheses; the columns of a table stand in them, too, and are never dotted.
                Some(Clause::Relations) if !called(text, at) => Clause::Relations,
                _ => Clause::Expressions,
            };
            clauses.push(inside);
        } else if text.symbol(at, ")") && clauses.len() > 1 {
            clauses.pop();
        } else if let Some(clause) = opened(text, at, grants) {
            if let Some(last) = clauses.last_mut() {
                *last = clause;
            }
        } else if text.is_name(at) {
            let end = text.name_end(at);
            name(text, at, end, clauses.last() == Some(&Clause::Relations))?;
            at = end;
            continue;
        }
        at += 1;
    }
    Ok(())
}

fn called(text: &Text<'_>, open: usize) -> bool {
    text.before(open).is_some_and(|before| {
        before.is_name() && !["FROM", "JOIN", "USING", "TABLE", "INTO", "ON"].iter().any(|word| before.is_word(word))
    })
}

/// The kind of names that a keyword begins.
fn opened(text: &Text<'_>, at: usize, grants: bool) -> Option<Clause> {
    const EXPRESSIONS: &[&str] = &[
        "select", "where", "group", "order", "having", "qualify", "limit", "when", "then", "else", "returns", "values",
        "and", "or", "not", "in", "case", "end",
    ];
    const RELATIONS: &[&str] =
        &["from", "join", "into", "update", "table", "view", "lock", "using", "truncate", "merge"];
    if text.is_gone(at) || text.symbol(at + 1, ".") || text.before(at).is_some_and(|before| before.is_symbol(".")) {
        return None;
    }
    match text.lower(at).as_str() {
        // In an UPDATE; a procedure and a user have settings.
        "set" => Some(Clause::Expressions),
        "on" => Some(if grants { Clause::Relations } else { Clause::Expressions }),
        "to" if grants => Some(Clause::Expressions),
        "from" if grants && text.word(0, "REVOKE") => Some(Clause::Expressions),
        word if EXPRESSIONS.contains(&word) => Some(Clause::Expressions),
        word if RELATIONS.contains(&word) => Some(Clause::Relations),
        _ => None,
    }
}

fn name(text: &mut Text<'_>, at: usize, end: usize, relation: bool) -> Result<(), Answer> {
    let parts: Vec<usize> = (at..end).step_by(2).collect();
    let names: Vec<String> = parts.iter().map(|part| text.name(*part)).collect();
    match names.as_slice() {
        [database, schema, table] if relation => other(text, at, [database, schema, table]),
        // The whole name of a column.
        [database, schema, _, _] if text.place.databases.contains(database) => {
            if database == text.place.database {
                text.remove(at, at + 2);
            } else {
                text.replace(at, at + 3, &ident(&format!("{database}.{schema}")));
            }
            Ok(())
        }
        [schema, table] if relation => {
            newer(schema, table)?;
            text.found.relations.push((table.clone(), format!("{}.{}", ident(schema), ident(table))));
            text.looks_into(at, schema);
            Ok(())
        }
        [schema, _] if text.symbol(end, "(") => {
            text.looks_into(at, schema);
            Ok(())
        }
        [table] if relation && (text.is(at, Shape::Quoted) || !keyword(table)) => {
            newer("pg_catalog", table)?;
            text.found.relations.push((table.clone(), ident(table)));
            Ok(())
        }
        _ => Ok(()),
    }
}

fn newer(schema: &str, table: &str) -> Result<(), Answer> {
    if schema == "pg_catalog" && NEWER.contains(&table) {
        return Err(Answer::new("42P01", format!("relation \"{table}\" does not exist"))
            .hint("It is in the catalog of PostgreSQL, and not in that of Redshift."));
    }
    Ok(())
}

fn keyword(word: &str) -> bool {
    ["only", "as", "left", "right", "inner", "full", "cross", "natural", "outer", "if", "exists", "not"].contains(&word)
}

/// A relation with the name of a database.
fn other(text: &mut Text<'_>, at: usize, [database, schema, table]: [&String; 3]) -> Result<(), Answer> {
    if database == text.place.database {
        text.remove(at, at + 2);
        text.found.relations.push((table.clone(), format!("{}.{}", ident(schema), ident(table))));
        text.looks_into(at, schema);
        return Ok(());
    }
    if !text.place.databases.contains(database) {
        return Err(Answer::new("3D000", format!("database \"{database}\" does not exist")));
    }
    if UNREACHABLE.contains(&schema.as_str()) {
        let message = format!("{schema} of another database cannot be queried: {database}.{schema}.{table}");
        return Err(Answer::new("0A000", message).hint("SVV_ALL_TABLES and its like show what other databases hold."));
    }
    let remote = Remote { database: database.clone(), schema: schema.clone(), table: table.clone() };
    let local = remote.local_schema();
    text.replace(at, at + 3, &ident(&local));
    text.found.relations.push((table.clone(), format!("{}.{}", ident(&local), ident(table))));
    text.looks_into(at, &local);
    text.reads(remote);
    Ok(())
}
