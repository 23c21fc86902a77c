//! Table definitions and the expressions of masking policies.
//!
//! Source: Amazon Redshift Database Developer Guide, "CREATE TABLE" and
//! "CREATE MASKING POLICY".

use crate::grammar::Reading;
use crate::kind::StatementKind;
use crate::reader::Reader;
use crate::refusal::Fault;
use crate::{statement, types};

/// Words that start a table constraint and not a column.
const CONSTRAINTS: &[&str] = &["CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN", "LIKE"];

/// Checks the columns of `CREATE TABLE`; other parts are the grammar's.
pub(crate) fn table(create: &Reader<'_>) -> Result<(), Fault> {
    if let Some(at) = create.find_word(0, "PARTITION") {
        return Err(Fault::new("table-partition", format!("{} … does not exist", create.text(at, at + 2))));
    }
    if create.find_word(0, "INHERITS").is_some() {
        return Err(Fault::new("table-inherits", "INHERITS does not exist"));
    }
    let Some((open, close)) = columns(create) else {
        return Ok(());
    };
    for (from, to) in create.split(open + 1, close, ",") {
        let constraint = CONSTRAINTS.iter().any(|word| create.word(from, word));
        if !constraint && to > from + 1 {
            types::end(create, from + 1)?;
        }
    }
    Ok(())
}

/// The parentheses around the columns of a table, unless it is made by a query
/// alone.
pub(crate) fn columns(create: &Reader<'_>) -> Option<(usize, usize)> {
    let table = create.find_word(0, "TABLE")? + 1;
    let name = if create.phrase(table, "IF NOT EXISTS") { table + 3 } else { table };
    let open = create.name_end(name)?;
    let close = create.symbol(open, "(").then(|| create.closing(open))??;
    Some((open, close))
}

/// Reads the expression of a masking policy as a query of its own.
pub(crate) fn masking_expression(create: &Reader<'_>) -> Result<Reading, Fault> {
    let using = create.find_word(0, "USING").ok_or_else(|| Fault::new("statement-form", "USING is missing"))?;
    let expression = create.plain(using + 1, create.len());
    statement::vocabulary(StatementKind::Select, &format!("SELECT {expression}"))
}
