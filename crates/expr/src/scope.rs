//! What a predicate may speak of, and how it is read.

use scrim_catalog::{ColumnType, Name};
use sqlparser::ast;
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::{Parser, ParserError, ParserOptions};
use sqlparser::tokenizer::{Location, Token};

use crate::check::{Checker, DEPTH};
use crate::tokens::{self, PREFIX};
use crate::{Expr, Refused};

/// What a predicate may speak of: one data source, and the names that exist.
pub struct Scope<'a> {
    /// The columns of the data source with their types.
    pub columns: &'a [(Name, ColumnType)],
    /// The column that `@column` means; none where there is no such thing.
    pub masked: Option<&'a Name>,
    /// The columns that carry a tag or one below it.
    pub tagged: &'a dyn Fn(&str) -> Vec<Name>,
    /// Whether a group exists.
    pub groups: &'a dyn Fn(&str) -> bool,
    /// Whether an attribute key exists.
    pub attributes: &'a dyn Fn(&str) -> bool,
    /// Whether a purpose exists.
    pub purposes: &'a dyn Fn(&str) -> bool,
}

/// Reads one boolean expression.
///
/// # Errors
/// When the text is not one expression, not boolean, or holds anything that is not on the list of what Scrim
/// can enforce alike everywhere.
pub fn parse_predicate(text: &str, scope: &Scope<'_>) -> Result<Expr, Refused> {
    parse(text, scope, Checker::predicate)
}

/// Reads one expression of any kind of values: what a `custom` mask shows.
///
/// # Errors
/// As [`parse_predicate`].
pub fn parse_expression(text: &str, scope: &Scope<'_>) -> Result<Expr, Refused> {
    parse(text, scope, Checker::expression)
}

/// Whether a text is one expression at all, whatever it speaks of.
///
/// # Errors
/// When no data source could make sense of it.
pub fn is_expression(text: &str) -> Result<(), Refused> {
    tree(text).map(|_| ())
}

fn parse<'a, 's>(
    text: &str,
    scope: &'a Scope<'s>,
    check: impl FnOnce(&mut Checker<'a, 's>, &ast::Expr) -> Result<Expr, Refused>,
) -> Result<Expr, Refused> {
    check(&mut Checker::new(scope), &tree(text)?)
}

fn tree(text: &str) -> Result<ast::Expr, Refused> {
    let tokens = tokens::read(text)?;
    let end = tokens.last().map_or(Location::new(1, 1), |token| token.span.end);
    let mut parser = Parser::new(&PostgreSqlDialect {})
        .with_options(ParserOptions::new().with_unescape(false))
        .with_recursion_limit(DEPTH)
        .with_tokens_with_locations(tokens);
    let tree = parser.parse_expr().map_err(|error| unreadable(&error, text, end))?;
    let rest = parser.peek_token();
    if rest.token != Token::EOF {
        let found = rest.token.to_string().replace(PREFIX, "@");
        let refused = Refused::new(rest.span.start, format!("the expression ends before `{found}`"));
        return Err(refused.help(advice(text, "write one expression and nothing after it")));
    }
    Ok(tree)
}

/// The parser's refusal in our words. It writes the place behind its message.
fn unreadable(error: &ParserError, text: &str, end: Location) -> Refused {
    let message = match error {
        ParserError::RecursionLimitExceeded => {
            return Refused::new(Location::new(1, 1), format!("the expression is nested deeper than {DEPTH} levels"));
        }
        ParserError::TokenizerError(message) | ParserError::ParserError(message) => message.replace(PREFIX, "@"),
    };
    // The parser shows its own words here.
    let message = match message.split_once("No infix parser") {
        Some((_, place)) => format!(
            "there is no such operator{}",
            place.find(" at Line: ").and_then(|at| place.get(at..)).unwrap_or("")
        ),
        None => message,
    };
    let (message, at) = match message.rsplit_once(" at Line: ") {
        Some((message, place)) => {
            let read = |(line, column): (&str, &str)| Some(Location::new(line.parse().ok()?, column.parse().ok()?));
            let place = place.split_once(", Column: ").and_then(read);
            (message.to_owned(), place.filter(|at| at.line > 0).unwrap_or(end))
        }
        None => (message, end),
    };
    let refused =
        Refused::new(at, format!("this is not an expression: {}", message.replacen("Expected: ", "expected ", 1)));
    refused.help(advice(text, "a column whose name is a word of SQL needs double quotes"))
}

/// What to say to somebody who wrote a whole query, else the usual advice.
fn advice<'a>(text: &str, usual: &'a str) -> &'a str {
    let starts = text.trim_start().get(..6).is_some_and(|start| start.eq_ignore_ascii_case("select"));
    if starts { "write only the expression, without SELECT" } else { usual }
}
