//! SQL functions: unnamed arguments, a stated volatility, one plain SELECT.
//!
//! Source: Amazon Redshift Database Developer Guide, "CREATE FUNCTION" and
//! "Creating a scalar SQL UDF".

use crate::kind::StatementKind;
use crate::reader::Reader;
use crate::refusal::Fault;
use crate::token::{Shape, Token};
use crate::{statement, types};

/// The most arguments a scalar function takes (guide: "UDF constraints").
const MOST_ARGUMENTS: usize = 32;

/// The words that a function's body cannot have.
const NOT_IN_BODY: &[&str] = &["FROM", "INTO", "WHERE", "GROUP", "ORDER", "LIMIT"];

/// The position after `CREATE [OR REPLACE] {FUNCTION | PROCEDURE} name`.
pub(crate) fn after_name(create: &Reader<'_>) -> Result<usize, Fault> {
    let at = if create.phrase(1, "OR REPLACE") { 4 } else { 2 };
    create
        .name_end(at)
        .filter(|end| create.symbol(*end, "("))
        .ok_or_else(|| Fault::new("routine-form", "the name and ( are missing"))
}

/// The body and the position of its token.
pub(crate) fn body<'a>(create: &'a Reader<'a>) -> Result<(usize, &'a Token<'a>), Fault> {
    create
        .all()
        .iter()
        .enumerate()
        .find(|(at, token)| {
            matches!(token.shape, Shape::Body | Shape::Literal)
                && create.before(*at).is_some_and(|before| before.is_word("AS"))
        })
        .ok_or_else(|| Fault::new("routine-form", "AS $$ body $$ is missing"))
}

/// Refuses a language in which Scrim may not write.
pub(crate) fn language(create: &Reader<'_>, expected: &str) -> Result<(), Fault> {
    let named = create.find_word(0, "LANGUAGE").and_then(|at| create.get(at + 1));
    if named.is_some_and(|token| token.is_word(expected)) {
        return Ok(());
    }
    Err(Fault::new("routine-language", format!("the language must be {expected}")))
}

/// Checks `CREATE FUNCTION`.
pub(crate) fn function(create: &Reader<'_>) -> Result<(), Fault> {
    let open = after_name(create)?;
    let close = create.closing(open).ok_or_else(|| Fault::new("lexical", "a parenthesis is not closed"))?;
    let arguments = create.split(open + 1, close, ",");
    for (from, to) in &arguments {
        if types::end(create, *from).ok() != Some(*to) {
            return Err(Fault::new(
                "udf-argument",
                format!("{} is not a type alone; arguments of SQL functions have no names", create.text(*from, *to)),
            ));
        }
    }
    if arguments.len() > MOST_ARGUMENTS {
        return Err(Fault::new("udf-argument", "more than 32 arguments"));
    }
    if !create.word(close + 1, "RETURNS") {
        return Err(Fault::new("routine-form", "RETURNS is missing"));
    }
    let after = types::end(create, close + 2)?;
    let volatility = ["VOLATILE", "STABLE", "IMMUTABLE"].iter().any(|word| create.word(after, word));
    if !volatility {
        return Err(Fault::new("udf-volatility", "VOLATILE, STABLE or IMMUTABLE must follow the returned type"));
    }
    language(create, "SQL")?;
    let (at, text) = body(create)?;
    if at != after + 2 || at + 3 != create.len() {
        return Err(Fault::new("routine-form", "the order is RETURNS type volatility AS $$ body $$ LANGUAGE sql"));
    }
    select_alone(text.inner(), arguments.len())
}

fn select_alone(text: &str, arguments: usize) -> Result<(), Fault> {
    let body = Reader::new(text.trim().trim_end_matches(';'))?;
    if !body.word(0, "SELECT") {
        return Err(Fault::new("udf-body", "the body is not one SELECT"));
    }
    let mut within: Vec<bool> = Vec::new();
    for (at, token) in body.all().iter().enumerate() {
        if token.is_symbol("(") {
            let takes_from = ["EXTRACT", "TRIM", "SUBSTRING"]
                .iter()
                .any(|name| body.before(at).is_some_and(|before| before.is_word(name)));
            within.push(takes_from);
        } else if token.is_symbol(")") {
            within.pop();
        } else if NOT_IN_BODY.iter().any(|word| token.is_word(word)) {
            let argument = token.is_word("FROM") && within.last() == Some(&true);
            if !argument {
                return Err(Fault::new("udf-body", format!("the body of a SQL function has no {}", token.text)));
            }
        } else if token.shape == Shape::Parameter {
            let number = token.text.trim_start_matches('$').parse::<usize>();
            if !number.is_ok_and(|number| (1..=arguments).contains(&number)) {
                return Err(Fault::new("udf-body", format!("{} is not one of the arguments", token.text)));
            }
        }
    }
    statement::check_kind(StatementKind::Select, &body).map(|_| ())
}
