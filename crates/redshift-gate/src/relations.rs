//! Whether a statement reads tables, the catalog, or both.
//!
//! Source: Amazon Redshift Database Developer Guide, "Leader node-only functions" and "Querying the catalog tables":
//! the `pg_` tables of the catalog, and the functions that only the leader node has, cannot stand in a query that runs on the
//! compute nodes, which every query of a user's table does.

use crate::reader::Reader;
use crate::refusal::Fault;

/// What a statement reads or writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reads {
    /// No relation.
    Nothing,
    /// Relations of the catalog alone: it runs on the leader node.
    Catalog,
    /// Tables or views of somebody.
    Tables,
}

/// Tells what a statement reads; refuses one that joins the catalog with tables, or writes it into one.
pub(crate) fn check(statement: &Reader<'_>) -> Result<Reads, Fault> {
    let defined: Vec<String> = (0..statement.len())
        .filter(|at| statement.phrase(at + 1, "AS") && statement.symbol(at + 2, "("))
        .map(|at| name(statement.text(at, at + 1)))
        .collect();
    let (mut catalog, mut tables) = (None, false);
    for at in 0..statement.len() {
        let opens = ["FROM", "JOIN", "USING", "INTO"].iter().any(|word| statement.word(at, word));
        // EXTRACT(year FROM t.d) and TRIM(x FROM y) read no relation.
        let inside_call = statement.before(at).is_some() && call_before(statement, at);
        let Some(end) = statement.name_end(at + 1).filter(|_| opens && !inside_call) else { continue };
        let read = name(statement.text(at + 1, end));
        if defined.contains(&read) || read == "select" {
            continue;
        }
        if of_catalog(&read) { catalog = Some(read) } else { tables = true }
    }
    match (catalog, tables) {
        (None, false) => Ok(Reads::Nothing),
        (Some(_), false) => Ok(Reads::Catalog),
        (None, true) => Ok(Reads::Tables),
        (Some(relation), true) => Err(Fault::new(
            "catalog-with-tables",
            format!("{relation} is on the leader node only, and no statement may read it together with a table"),
        )),
    }
}

/// Whether the word at `at` stands in the parentheses of EXTRACT or TRIM, and not of a subquery.
fn call_before(statement: &Reader<'_>, at: usize) -> bool {
    let mut depth = 0_usize;
    for before in (0..at).rev() {
        if statement.symbol(before, ")") {
            depth += 1;
        } else if statement.symbol(before, "(") {
            if depth == 0 {
                return !statement.word(before + 1, "SELECT")
                    && ["EXTRACT", "TRIM"].iter().any(|word| before > 0 && statement.word(before - 1, word));
            }
            depth -= 1;
        }
    }
    false
}

fn name(text: &str) -> String {
    text.replace(['"', ' '], "").to_ascii_lowercase()
}

/// The tables of the leader node. Views such as SVV_COLUMNS are made of them, too.
fn of_catalog(relation: &str) -> bool {
    let plain = relation.strip_prefix("pg_catalog.").unwrap_or(relation);
    relation != plain || (!plain.contains('.') && ["pg_", "svv_"].iter().any(|prefix| plain.starts_with(prefix)))
}
