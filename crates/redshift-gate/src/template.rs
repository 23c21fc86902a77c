//! Exact token templates, written the way the guide writes its syntax.
//!
//! A template is a line of pieces: a word in capitals stands for itself, `[ … ]`
//! is optional, `{ … | … }` is a choice, a piece followed by `,...` is a list
//! separated by commas, `( ) = :` stand for themselves, and a class in angle
//! brackets stands for one thing of its kind.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::reader::Reader;
use crate::token::{Shape, Token};
use crate::types;

/// Reserved words (guide: "Reserved words"), which cannot name anything
/// unless quoted.
static RESERVED: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("../data/reserved-words.txt").lines().collect());

pub(crate) fn is_reserved(word: &str) -> bool {
    RESERVED.contains(word.to_ascii_uppercase().as_str())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    /// An identifier: quoted, or a word that is not reserved.
    Identifier,
    /// An identifier or a system role such as `sys:secadmin`.
    Role,
    /// A name of one to three parts.
    Name,
    /// A literal.
    Text,
    /// A whole number.
    Number,
    /// A type of the closed list.
    Type,
    /// A parenthesis with anything inside; other rules look into it.
    Expression,
    /// A word, number, literal or quoted identifier: the value of a setting.
    Value,
}

#[derive(Debug, Clone)]
enum Piece {
    Word(&'static str),
    Symbol(&'static str),
    Class(Class),
    Optional(Vec<Piece>),
    Choice(Vec<Vec<Piece>>),
    List(Vec<Piece>),
}

/// One documented form of a command.
#[derive(Debug)]
pub(crate) struct Template(Vec<Piece>);

impl Template {
    pub(crate) fn new(text: &'static str) -> Self {
        let mut words = text.split_whitespace().peekable();
        Self(sequence(&mut words).into_iter().flatten().collect())
    }

    pub(crate) fn fits(&self, statement: &Reader<'_>) -> bool {
        ends(&self.0, statement, 0).contains(&statement.len())
    }
}

type Words<'w> = std::iter::Peekable<std::str::SplitWhitespace<'w>>;

/// Reads alternatives up to the closing bracket, which it consumes.
fn sequence(words: &mut Words<'static>) -> Vec<Vec<Piece>> {
    let mut alternatives = vec![Vec::new()];
    while let Some(word) = words.next() {
        let piece = match word {
            "]" | "}" => break,
            "|" => {
                alternatives.push(Vec::new());
                continue;
            }
            "[" => Piece::Optional(sequence(words).into_iter().flatten().collect()),
            "{" => Piece::Choice(sequence(words)),
            "(" | ")" | "=" | ":" | "," => Piece::Symbol(word),
            "<ident>" => Piece::Class(Class::Identifier),
            "<role>" => Piece::Class(Class::Role),
            "<name>" => Piece::Class(Class::Name),
            "<text>" => Piece::Class(Class::Text),
            "<number>" => Piece::Class(Class::Number),
            "<type>" => Piece::Class(Class::Type),
            "<expression>" => Piece::Class(Class::Expression),
            "<value>" => Piece::Class(Class::Value),
            _ => Piece::Word(word),
        };
        let list = words.next_if_eq(&",...").is_some();
        if let Some(last) = alternatives.last_mut() {
            last.push(if list { Piece::List(vec![piece]) } else { piece });
        }
    }
    alternatives
}

/// Every position at which the pieces can end when they start at `at`.
fn ends(pieces: &[Piece], statement: &Reader<'_>, at: usize) -> Vec<usize> {
    let mut open = vec![at];
    for piece in pieces {
        let mut next: Vec<usize> = Vec::new();
        for at in open {
            for end in piece_ends(piece, statement, at) {
                if !next.contains(&end) {
                    next.push(end);
                }
            }
        }
        open = next;
    }
    open
}

fn piece_ends(piece: &Piece, statement: &Reader<'_>, at: usize) -> Vec<usize> {
    match piece {
        Piece::Word(word) => one(statement.word(at, word), at),
        Piece::Symbol(symbol) => one(statement.symbol(at, symbol), at),
        Piece::Class(class) => class_end(*class, statement, at).into_iter().collect(),
        Piece::Optional(pieces) => {
            let mut all = vec![at];
            all.extend(ends(pieces, statement, at));
            all
        }
        Piece::Choice(choices) => choices.iter().flat_map(|choice| ends(choice, statement, at)).collect(),
        Piece::List(item) => {
            let mut all = Vec::new();
            let mut open = ends(item, statement, at);
            while let Some(end) = open.pop() {
                if !all.contains(&end) {
                    all.push(end);
                    if statement.symbol(end, ",") {
                        open.extend(ends(item, statement, end + 1));
                    }
                }
            }
            all
        }
    }
}

fn one(fits: bool, at: usize) -> Vec<usize> {
    if fits { vec![at + 1] } else { Vec::new() }
}

fn class_end(class: Class, statement: &Reader<'_>, at: usize) -> Option<usize> {
    let token = statement.get(at)?;
    let of = |shape| (token.shape == shape).then_some(at + 1);
    match class {
        Class::Identifier => is_identifier(token).then_some(at + 1),
        Class::Role if token.is_word("sys") && statement.symbol(at + 1, ":") => {
            statement.get(at + 2).filter(|token| token.is_name())?;
            Some(at + 3)
        }
        Class::Role => is_identifier(token).then_some(at + 1),
        Class::Name => {
            let end = statement.name_end(at)?;
            let short = end - at <= 5;
            (is_identifier(token) && short).then_some(end)
        }
        Class::Text => of(Shape::Literal),
        Class::Number => of(Shape::Number),
        Class::Type => types::end(statement, at).ok(),
        Class::Expression if token.is_symbol("(") => {
            let close = statement.closing(at)?;
            (close > at + 1).then_some(close + 1)
        }
        Class::Expression => None,
        Class::Value if token.is_symbol("-") => {
            statement.get(at + 1).filter(|next| next.shape == Shape::Number).map(|_| at + 2)
        }
        Class::Value => {
            let value = token.is_name() || matches!(token.shape, Shape::Literal | Shape::Number);
            value.then_some(at + 1)
        }
    }
}

fn is_identifier(token: &Token<'_>) -> bool {
    match token.shape {
        Shape::Quoted => true,
        Shape::Word => !is_reserved(token.text),
        _ => false,
    }
}
