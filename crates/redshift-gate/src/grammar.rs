//! The grammar layer: the Redshift dialect of sqruff, a port of sqlfluff.
//!
//! A statement passes when the parser finds no part it cannot read. The tree
//! also tells where functions, types and plain identifiers stand, which the
//! vocabulary layer then looks up.

use std::sync::LazyLock;

use sqruff_lib_core::dialects::Dialect;
use sqruff_lib_core::dialects::syntax::SyntaxKind;
use sqruff_lib_core::parser::lexer::Lexer;
use sqruff_lib_core::parser::segments::{ErasedSegment, Tables};
use sqruff_lib_core::parser::{IndentationConfig, Parser};
use sqruff_lib_dialects::redshift;

use crate::refusal::Fault;

/// Building the dialect costs as much as reading many statements, so it is done
/// once.
static DIALECT: LazyLock<(Dialect, Lexer)> = LazyLock::new(|| {
    let dialect = redshift::dialect(None);
    let lexer = Lexer::from(&dialect);
    (dialect, lexer)
});

/// Stack for the recursive parser; only the pages used are ever allocated.
const STACK: usize = 256 * 1024 * 1024;
/// Grammar rules inside each other that the parser follows before it gives up;
/// a parenthesis costs about twenty-five.
const DEPTH: usize = 2_000;

/// A call that the tree shows: the name and the arguments as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) name: String,
    pub(crate) arguments: Vec<String>,
}

/// What the later layers need to know from the tree.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    pub(crate) calls: Vec<Call>,
    pub(crate) types: Vec<String>,
    pub(crate) identifiers: Vec<String>,
}

/// Reads one statement with the Redshift grammar.
///
/// The parser runs on a thread of its own: it is recursive, and generated
/// expressions may nest deeper than the caller's stack allows.
pub(crate) fn read(plain: &str) -> Result<Reading, Fault> {
    std::thread::scope(|scope| {
        std::thread::Builder::new()
            .stack_size(STACK)
            .spawn_scoped(scope, || parse(plain))
            .map_err(|error| Fault::new("grammar", format!("no parser thread: {error}")))?
            .join()
            .map_err(|_| Fault::new("grammar", "the parser gave up on the statement"))?
    })
}

fn parse(plain: &str) -> Result<Reading, Fault> {
    let (dialect, lexer) = &*DIALECT;
    let tables = Tables::default();
    let (segments, errors) = lexer.lex(&tables, plain);
    if let Some(error) = errors.first() {
        return Err(Fault::new("grammar", error.to_string()));
    }
    let parser = Parser::new_with_limits(dialect, IndentationConfig::default(), DEPTH, 0);
    let tree = parser
        .parse(&tables, &segments)
        .map_err(|error| Fault::new("grammar", error.description))?
        .ok_or_else(|| Fault::new("grammar", "the statement is empty"))?;
    let mut reading = Reading::default();
    walk(&tree, &mut reading)?;
    Ok(reading)
}

fn walk(segment: &ErasedSegment, reading: &mut Reading) -> Result<(), Fault> {
    match segment.get_type() {
        SyntaxKind::Unparsable => {
            let raw: String = segment.raw().chars().take(120).collect();
            return Err(Fault::new("grammar", format!("the Redshift grammar cannot read: {raw}")));
        }
        SyntaxKind::Function => {
            if let Some(call) = call(segment) {
                reading.calls.push(call);
            }
        }
        SyntaxKind::DataType => reading.types.push(segment.raw().to_string()),
        SyntaxKind::NakedIdentifier => reading.identifiers.push(segment.raw().to_string()),
        _ => {}
    }
    for child in segment.segments() {
        walk(child, reading)?;
    }
    Ok(())
}

fn call(function: &ErasedSegment) -> Option<Call> {
    let parts = function.segments();
    let name = parts.iter().find(|part| part.is_type(SyntaxKind::FunctionName))?;
    let bracketed = parts.iter().find_map(|part| {
        if part.is_type(SyntaxKind::Bracketed) {
            return Some(part);
        }
        part.segments().iter().find(|inner| inner.is_type(SyntaxKind::Bracketed))
    })?;
    let mut arguments = vec![String::new()];
    for part in arguments_of(bracketed) {
        if part.is_type(SyntaxKind::Comma) {
            arguments.push(String::new());
        } else if let Some(last) = arguments.last_mut() {
            last.push_str(part.raw());
        }
    }
    for argument in &mut arguments {
        *argument = argument.trim().to_owned();
    }
    if arguments.iter().all(String::is_empty) {
        arguments.clear();
    }
    Some(Call { name: name.raw().to_string(), arguments })
}

fn arguments_of(bracketed: &ErasedSegment) -> impl Iterator<Item = &ErasedSegment> {
    bracketed
        .segments()
        .iter()
        .filter(|part| !part.is_type(SyntaxKind::StartBracket) && !part.is_type(SyntaxKind::EndBracket))
}
