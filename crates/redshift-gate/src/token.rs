//! Redshift's lexical rules.
//!
//! Sources: Amazon Redshift Database Developer Guide, "Names and identifiers"
//! and "Literals". A backslash escapes the next character in an ordinary
//! literal, as on the PostgreSQL 8 that Redshift descends from.

use crate::refusal::Fault;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// An unquoted word: a keyword or an identifier.
    Word,
    /// An identifier in double quotes.
    Quoted,
    /// A literal in single quotes.
    Literal,
    /// A dollar-quoted text, with its delimiters.
    Body,
    /// A number.
    Number,
    /// A numbered parameter such as `$1`.
    Parameter,
    /// An operator, `::` and `:=` included.
    Operator,
    /// One of `( ) [ ] , ; . :`.
    Symbol,
}

/// One token and where it stands in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token<'a> {
    /// What it is.
    pub shape: Shape,
    /// The text as written, delimiters included.
    pub text: &'a str,
    /// Where it starts, in bytes.
    pub start: usize,
}

impl Token<'_> {
    /// Where it ends, in bytes.
    pub fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Whether this is the unquoted word `word`, in any letter case.
    pub fn is_word(&self, word: &str) -> bool {
        self.shape == Shape::Word && self.text.eq_ignore_ascii_case(word)
    }

    /// Whether this is the sign `symbol`.
    pub fn is_symbol(&self, symbol: &str) -> bool {
        matches!(self.shape, Shape::Symbol | Shape::Operator) && self.text == symbol
    }

    /// Whether the token can name something: a quoted identifier or a word.
    pub fn is_name(&self) -> bool {
        matches!(self.shape, Shape::Word | Shape::Quoted)
    }

    /// The text between the delimiters of a quoted token.
    pub fn inner(&self) -> &str {
        match self.shape {
            Shape::Literal | Shape::Quoted => {
                let end = self.text.len().saturating_sub(1);
                self.text.get(1..end).unwrap_or_default()
            }
            Shape::Body => {
                let mark = self.text.get(1..).and_then(|rest| rest.find('$')).map_or(0, |at| at + 2);
                let end = self.text.len().saturating_sub(mark);
                self.text.get(mark..end).unwrap_or_default()
            }
            _ => self.text,
        }
    }
}

/// Cuts `sql` into tokens; white space and comments are dropped.
pub(crate) fn tokens(sql: &str) -> Result<Vec<Token<'_>>, Fault> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(rest) = sql.get(at..).filter(|rest| !rest.is_empty()) {
        if let Some(skipped) = blank(rest)? {
            at += skipped;
            continue;
        }
        let (shape, length) = one(rest)?;
        let text = rest.get(..length).unwrap_or(rest);
        out.push(Token { shape, text, start: at });
        at += length;
    }
    Ok(out)
}

fn blank(rest: &str) -> Result<Option<usize>, Fault> {
    let spaces = rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r', '\x0c']).len();
    if spaces > 0 {
        return Ok(Some(spaces));
    }
    if rest.starts_with("--") {
        return Ok(Some(rest.find('\n').unwrap_or(rest.len())));
    }
    if !rest.starts_with("/*") {
        return Ok(None);
    }
    let mut depth = 0_usize;
    let mut bytes = rest.bytes().enumerate().peekable();
    while let Some((at, byte)) = bytes.next() {
        let next = bytes.peek().map(|(_, next)| *next);
        if byte == b'/' && next == Some(b'*') {
            depth += 1;
            bytes.next();
        } else if byte == b'*' && next == Some(b'/') {
            depth -= 1;
            bytes.next();
            if depth == 0 {
                return Ok(Some(at + 2));
            }
        }
    }
    Err(Fault::new("lexical", "a comment is not closed"))
}

fn one(rest: &str) -> Result<(Shape, usize), Fault> {
    let first = rest.chars().next().unwrap_or_default();
    let word_start = |c: char| c.is_ascii_alphabetic() || c == '_' || !c.is_ascii();
    match first {
        '\'' => Ok((Shape::Literal, quoted(rest, '\'', true)?)),
        '"' => Ok((Shape::Quoted, quoted(rest, '"', false)?)),
        '$' => dollar(rest),
        '#' if rest.chars().nth(1).is_some_and(word_start) => {
            Ok((Shape::Word, 1 + word_length(rest.get(1..).unwrap_or(""))))
        }
        c if word_start(c) => {
            let length = word_length(rest);
            if rest.get(length..).is_some_and(|tail| tail.starts_with('\'')) {
                return Err(Fault::new(
                    "literal-prefix",
                    format!("literals such as {first}'…' are not in the Redshift guide"),
                ));
            }
            Ok((Shape::Word, length))
        }
        c if c.is_ascii_digit() => Ok((Shape::Number, number_length(rest))),
        '.' if rest.as_bytes().get(1).is_some_and(u8::is_ascii_digit) => Ok((Shape::Number, number_length(rest))),
        '(' | ')' | '[' | ']' | ',' | ';' | '.' => Ok((Shape::Symbol, 1)),
        ':' if rest.starts_with("::") || rest.starts_with(":=") => Ok((Shape::Operator, 2)),
        ':' => Ok((Shape::Symbol, 1)),
        c if is_operator(c) => Ok((Shape::Operator, operator_length(rest))),
        c => Err(Fault::new("lexical", format!("the character {c:?} starts no Redshift token"))),
    }
}

fn quoted(rest: &str, quote: char, backslash: bool) -> Result<usize, Fault> {
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c == '\0' {
            return Err(Fault::new("lexical", "a NUL character in a quoted text"));
        }
        if backslash && c == '\\' {
            chars.next();
        } else if c == quote {
            if chars.peek().is_some_and(|(_, next)| *next == quote) {
                chars.next();
            } else {
                return Ok(at + c.len_utf8());
            }
        }
    }
    Err(Fault::new("lexical", format!("a {quote} is not closed")))
}

fn dollar(rest: &str) -> Result<(Shape, usize), Fault> {
    let digits = rest.bytes().skip(1).take_while(u8::is_ascii_digit).count();
    if digits > 0 {
        return Ok((Shape::Parameter, digits + 1));
    }
    let tag = rest.bytes().skip(1).take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
    let mark = rest.get(..tag + 2).filter(|mark| mark.ends_with('$'));
    let close = mark.and_then(|mark| rest.get(mark.len()..)?.find(mark));
    match (mark, close) {
        (Some(mark), Some(at)) => Ok((Shape::Body, mark.len() + at + mark.len())),
        _ => Err(Fault::new("lexical", "a dollar-quoted text is not closed")),
    }
}

fn word_length(rest: &str) -> usize {
    rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '$' || !c.is_ascii())).unwrap_or(rest.len())
}

fn number_length(rest: &str) -> usize {
    let mut last = ' ';
    for (at, c) in rest.char_indices() {
        let sign = matches!(c, '+' | '-') && matches!(last, 'e' | 'E');
        if !(c.is_ascii_alphanumeric() || c == '.' || sign) {
            return at;
        }
        last = c;
    }
    rest.len()
}

fn is_operator(c: char) -> bool {
    "+-*/<>=~!@#%^&|`?".contains(c)
}

/// An operator ends before a comment, and one of several characters ends in
/// `+` or `-` only when it holds a character no arithmetic operator has.
fn operator_length(rest: &str) -> usize {
    let run = rest.find(|c| !is_operator(c)).unwrap_or(rest.len());
    let run = rest.get(..run).unwrap_or(rest);
    let comment = [run.find("--"), run.find("/*")].into_iter().flatten().min();
    let mut run = comment.and_then(|at| run.get(..at)).unwrap_or(run);
    while run.len() > 1 && run.ends_with(['+', '-']) && !run.contains(|c| "~!@#%^&|`?".contains(c)) {
        run = run.get(..run.len() - 1).unwrap_or("");
    }
    run.len().max(1)
}
