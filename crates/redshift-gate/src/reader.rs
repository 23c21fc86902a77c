//! Looking at a run of tokens by position.

use crate::refusal::Fault;
use crate::token::{Shape, Token, tokens};

/// The tokens of one statement together with its text.
#[derive(Debug, Clone)]
pub(crate) struct Reader<'a> {
    sql: &'a str,
    tokens: Vec<Token<'a>>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(sql: &'a str) -> Result<Self, Fault> {
        Ok(Self { sql, tokens: tokens(sql)? })
    }

    /// The same text restricted to the tokens `from..to`.
    pub(crate) fn part(&self, from: usize, to: usize) -> Self {
        Self { sql: self.sql, tokens: self.tokens.get(from..to).unwrap_or_default().to_vec() }
    }

    /// The same text without the tokens `from..to`.
    pub(crate) fn without(&self, from: usize, to: usize) -> Self {
        let mut tokens = self.tokens.clone();
        tokens.drain(from.min(to)..to.min(self.tokens.len()));
        Self { sql: self.sql, tokens }
    }

    pub(crate) fn all(&self) -> &[Token<'a>] {
        &self.tokens
    }

    pub(crate) fn len(&self) -> usize {
        self.tokens.len()
    }

    pub(crate) fn get(&self, at: usize) -> Option<&Token<'a>> {
        self.tokens.get(at)
    }

    pub(crate) fn before(&self, at: usize) -> Option<&Token<'a>> {
        at.checked_sub(1).and_then(|at| self.tokens.get(at))
    }

    pub(crate) fn word(&self, at: usize, word: &str) -> bool {
        self.get(at).is_some_and(|token| token.is_word(word))
    }

    /// Whether the words of `phrase` stand at `at`, one after the other.
    pub(crate) fn phrase(&self, at: usize, phrase: &str) -> bool {
        phrase.split(' ').enumerate().all(|(offset, word)| self.word(at + offset, word))
    }

    pub(crate) fn symbol(&self, at: usize, symbol: &str) -> bool {
        self.get(at).is_some_and(|token| token.is_symbol(symbol))
    }

    /// Where `word` stands outside every parenthesis, from `from` on.
    pub(crate) fn find_word(&self, from: usize, word: &str) -> Option<usize> {
        let mut depth = 0_usize;
        for (at, token) in self.tokens.iter().enumerate().skip(from) {
            match token.text {
                "(" if token.shape == Shape::Symbol => depth += 1,
                ")" if token.shape == Shape::Symbol => depth = depth.saturating_sub(1),
                _ if depth == 0 && token.is_word(word) => return Some(at),
                _ => {}
            }
        }
        None
    }

    /// The position of the parenthesis that closes the one at `open`.
    pub(crate) fn closing(&self, open: usize) -> Option<usize> {
        let mut depth = 0_usize;
        for (at, token) in self.tokens.iter().enumerate().skip(open) {
            if token.is_symbol("(") {
                depth += 1;
            } else if token.is_symbol(")") {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at);
                }
            }
        }
        None
    }

    /// The ranges between the top-level `separator` symbols of `from..to`.
    pub(crate) fn split(&self, from: usize, to: usize, separator: &str) -> Vec<(usize, usize)> {
        let mut parts = Vec::new();
        let (mut depth, mut start) = (0_usize, from);
        for at in from..to {
            if self.symbol(at, "(") || self.symbol(at, "[") {
                depth += 1;
            } else if self.symbol(at, ")") || self.symbol(at, "]") {
                depth = depth.saturating_sub(1);
            } else if depth == 0 && self.symbol(at, separator) {
                parts.push((start, at));
                start = at + 1;
            }
        }
        if start < to || !parts.is_empty() {
            parts.push((start, to));
        }
        parts
    }

    /// The end of the dotted name that starts at `at`, if one does.
    pub(crate) fn name_end(&self, at: usize) -> Option<usize> {
        let mut end = at;
        loop {
            self.get(end).filter(|token| token.is_name())?;
            if !self.symbol(end + 1, ".") {
                return Some(end + 1);
            }
            end += 2;
        }
    }

    /// The text of the tokens `from..to` as it was written.
    pub(crate) fn text(&self, from: usize, to: usize) -> &'a str {
        let start = self.get(from).map_or(0, |token| token.start);
        let end = self.before(to).map_or(start, Token::end);
        self.sql.get(start..end).unwrap_or_default()
    }

    /// The statement in a plain form for the parsers behind this crate.
    ///
    /// Comments go; every literal becomes a short one, because its content
    /// cannot matter to a grammar and the parsers disagree about backslashes;
    /// a parameter becomes a name; the bare functions `CURRENT_USER_ID` and
    /// `SESSION_USER` become `CURRENT_USER`, which all grammars know.
    pub(crate) fn plain(&self, from: usize, to: usize) -> String {
        let mut out = String::new();
        let mut last = None;
        for token in self.tokens.iter().take(to).skip(from) {
            if last.is_some_and(|end| end != token.start) {
                out.push(' ');
            }
            last = Some(token.end());
            match token.shape {
                Shape::Literal => out.push_str("'x'"),
                // sqruff 0.44 cannot read a doubled quote in a quoted identifier; a word in its place is as much one name.
                Shape::Quoted => {
                    let inside = token.text.trim_matches('"').replace("\"\"", "_").replace('\\', "_");
                    out.push_str(&format!("\"{inside}\""));
                }
                Shape::Body => out.push_str("$$ x $$"),
                Shape::Parameter => out.push_str(&token.text.replace('$', "p")),
                Shape::Word if token.is_word("current_user_id") || token.is_word("session_user") => {
                    out.push_str("current_user");
                }
                _ => out.push_str(token.text),
            }
        }
        out
    }
}
