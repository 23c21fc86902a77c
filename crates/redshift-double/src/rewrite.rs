//! From a statement that Redshift takes to one that PostgreSQL takes.
//!
//! The statement has passed the gate, so that its form is known. It is changed token by token: strings and comments
//! stay what they are, and the bodies of routines are rewritten as the statements in them.

mod folding;
mod general;
mod names;
mod principals;
mod routine;
mod settings;
mod table;
mod text;
mod view;

use std::collections::BTreeSet;

use scrim_redshift_gate::tokens;

use crate::answer::Answer;
pub(crate) use settings::{local_name, outside, redshift_parameters};
use text::Text;
pub(crate) use text::{ident, literal};

/// What a rewriting depends on beside the statement.
#[derive(Debug, Clone)]
pub(crate) struct Place<'a> {
    /// The database of the session.
    pub(crate) database: &'a str,
    /// The databases there are.
    pub(crate) databases: &'a BTreeSet<String>,
    /// Whether `enable_case_sensitive_identifier` is on in the session.
    pub(crate) case_sensitive: bool,
}

/// A table or view of another database.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Remote {
    pub(crate) database: String,
    pub(crate) schema: String,
    pub(crate) table: String,
}

impl Remote {
    /// The schema that stands for the other one in this database.
    pub(crate) fn local_schema(&self) -> String {
        format!("{}.{}", self.database, self.schema)
    }
}

/// A late-binding view that a statement makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Late {
    pub(crate) view: String,
    /// The schemas in which its names are looked up as the reader.
    pub(crate) schemas: Vec<String>,
}

/// A rewritten statement.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Rewritten {
    pub(crate) sql: String,
    /// What it names in other databases.
    pub(crate) remote: Vec<Remote>,
    /// The relations it names, by their last names and as PostgreSQL is to look them up.
    pub(crate) relations: Vec<(String, String)>,
    pub(crate) late: Option<Late>,
    /// The value that it gives `enable_case_sensitive_identifier`, if it does.
    pub(crate) case_sensitive: Option<bool>,
}

/// Rewrites one statement.
pub(crate) fn rewrite(sql: &str, place: &Place<'_>) -> Result<Rewritten, Answer> {
    let tokens = tokens(sql)?;
    let mut text = Text::new(sql, tokens, place);
    let end = text.len();
    statement(&mut text, 0, end)?;
    general::rewrite(&mut text)?;
    Ok(text.finish())
}

/// What a statement, or one in the body of a procedure, needs for being of its kind.
fn statement(text: &mut Text<'_>, from: usize, to: usize) -> Result<(), Answer> {
    let second = if text.phrase(from + 1, "OR REPLACE") { from + 3 } else { from + 1 };
    let second = match text.any_word(second, &["TEMP", "TEMPORARY", "LOCAL"]) {
        true if text.any_word(second + 1, &["TEMP", "TEMPORARY"]) => second + 2,
        true => second + 1,
        false => second,
    };
    match text.lower(from).as_str() {
        "create" => match text.lower(second).as_str() {
            "table" => table::create(text, second + 1, to),
            "materialized" => table::materialized(text, second + 2, to),
            "view" => view::create(text, second + 1, to)?,
            "function" | "procedure" => routine::create(text, second, to)?,
            "external" => return Err(Answer::not_imitated("what is outside of Redshift")),
            "rls" | "masking" => return Err(Answer::not_imitated("a policy of Redshift's own")),
            _ => principals::create(text, second, to),
        },
        "alter" => match text.lower(from + 1).as_str() {
            "table" => table::alter(text, from + 2, to)?,
            "default" => principals::grant(text, from, to)?,
            "system" => return Err(Answer::not_imitated("ALTER SYSTEM")),
            _ => principals::alter(text, from + 1, to)?,
        },
        "drop" => principals::drop(text, from + 1, to)?,
        "attach" | "detach" => return Err(Answer::not_imitated("a policy of Redshift's own")),
        "grant" | "revoke" => principals::grant(text, from, to)?,
        "set" => settings::set(text, from, to)?,
        "reset" => settings::reset(text, from)?,
        "show" => settings::show(text, from, to)?,
        // A plan of PostgreSQL's would tell nothing of Redshift.
        "explain" => return Err(Answer::not_imitated("EXPLAIN")),
        "use" => return Err(Answer::not_imitated("USE")),
        _ => {}
    }
    Ok(())
}
