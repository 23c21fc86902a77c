//! A statement as tokens, and the changes made to it.

use std::collections::HashSet;

use scrim_redshift_gate::{Shape, Token};

use super::{Late, Place, Remote, Rewritten};

/// A statement that is being changed.
pub(super) struct Text<'a> {
    sql: &'a str,
    tokens: Vec<Token<'a>>,
    pub(super) place: &'a Place<'a>,
    edits: Vec<(usize, usize, String)>,
    gone: HashSet<usize>,
    /// Quoted names that keep the case of their letters, whatever the session says: those of users.
    pub(super) users: HashSet<usize>,
    /// What it was found to name and to do.
    pub(super) found: Rewritten,
    /// The token from which on names belong to the query of a late-binding view.
    pub(super) late_from: Option<usize>,
}

impl<'a> Text<'a> {
    pub(super) fn new(sql: &'a str, tokens: Vec<Token<'a>>, place: &'a Place<'a>) -> Self {
        Self {
            sql,
            tokens,
            place,
            edits: Vec::new(),
            gone: HashSet::new(),
            users: HashSet::new(),
            found: Rewritten::default(),
            late_from: None,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.tokens.len()
    }

    pub(super) fn get(&self, at: usize) -> Option<Token<'a>> {
        self.tokens.get(at).copied()
    }

    pub(super) fn before(&self, at: usize) -> Option<Token<'a>> {
        at.checked_sub(1).and_then(|at| self.get(at))
    }

    /// The text of a plain word in lower case; empty for anything else.
    pub(super) fn lower(&self, at: usize) -> String {
        self.get(at)
            .filter(|token| token.shape == Shape::Word)
            .map(|token| token.text.to_ascii_lowercase())
            .unwrap_or_default()
    }

    pub(super) fn word(&self, at: usize, word: &str) -> bool {
        self.get(at).is_some_and(|token| token.is_word(word))
    }

    pub(super) fn any_word(&self, at: usize, words: &[&str]) -> bool {
        words.iter().any(|word| self.word(at, word))
    }

    pub(super) fn phrase(&self, at: usize, phrase: &str) -> bool {
        phrase.split(' ').enumerate().all(|(offset, word)| self.word(at + offset, word))
    }

    pub(super) fn symbol(&self, at: usize, symbol: &str) -> bool {
        self.get(at).is_some_and(|token| token.is_symbol(symbol))
    }

    pub(super) fn is_name(&self, at: usize) -> bool {
        self.get(at).is_some_and(|token| token.is_name())
    }

    pub(super) fn is(&self, at: usize, shape: Shape) -> bool {
        self.get(at).is_some_and(|token| token.shape == shape)
    }

    /// The end of the dotted name at `at`; `at` itself when there is none.
    pub(super) fn name_end(&self, at: usize) -> usize {
        let mut end = at;
        while self.is_name(end) {
            end += 1;
            if !self.symbol(end, ".") || !self.is_name(end + 1) {
                break;
            }
            end += 1;
        }
        end
    }

    /// The parenthesis that closes the one at `open`.
    pub(super) fn closing(&self, open: usize) -> Option<usize> {
        let mut depth = 0_usize;
        for at in open..self.len() {
            if self.symbol(at, "(") {
                depth += 1;
            } else if self.symbol(at, ")") {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at);
                }
            }
        }
        None
    }

    /// The first place outside of parentheses in `from..to` that is wanted.
    pub(super) fn find(&self, from: usize, to: usize, wanted: impl Fn(usize) -> bool) -> Option<usize> {
        let mut depth = 0_usize;
        for at in from..to {
            if depth == 0 && wanted(at) {
                return Some(at);
            }
            if self.symbol(at, "(") {
                depth += 1;
            } else if self.symbol(at, ")") {
                depth = depth.saturating_sub(1);
            }
        }
        None
    }

    /// The ranges between the commas of `from..to` outside of parentheses.
    pub(super) fn items(&self, from: usize, to: usize) -> Vec<(usize, usize)> {
        let mut items = Vec::new();
        let mut start = from;
        while let Some(comma) = self.find(start, to, |at| self.symbol(at, ",")) {
            items.push((start, comma));
            start = comma + 1;
        }
        items.push((start, to));
        items
    }

    /// A name as the server is to know it, quotes taken off.
    pub(super) fn name(&self, at: usize) -> String {
        match self.get(at) {
            Some(token) if token.shape == Shape::Quoted => {
                let name = token.inner().replace("\"\"", "\"");
                let keeps = self.place.case_sensitive || self.users.contains(&at);
                if keeps { name } else { name.to_ascii_lowercase() }
            }
            Some(token) => token.text.to_ascii_lowercase(),
            None => String::new(),
        }
    }

    pub(super) fn is_gone(&self, at: usize) -> bool {
        self.gone.contains(&at)
    }

    /// Takes the tokens `from..to` out.
    pub(super) fn remove(&mut self, from: usize, to: usize) {
        self.replace(from, to, "");
    }

    /// Puts a text in the place of the tokens `from..to`.
    pub(super) fn replace(&mut self, from: usize, to: usize, with: &str) {
        if let (true, Some(first), Some(last)) = (from < to, self.get(from), self.before(to)) {
            self.edits.push((first.start, last.end(), with.to_owned()));
            self.gone.extend(from..to);
        }
    }

    /// Puts a text before a token.
    pub(super) fn insert(&mut self, at: usize, text: &str) {
        let start = self.get(at).map_or(self.sql.len(), |token| token.start);
        self.edits.push((start, start, text.to_owned()));
    }

    /// Puts a text right behind a token.
    pub(super) fn append(&mut self, at: usize, text: &str) {
        if let Some(end) = self.get(at).map(|token| token.end()) {
            self.edits.push((end, end, text.to_owned()));
        }
    }

    /// Notes a table of another database.
    pub(super) fn reads(&mut self, remote: Remote) {
        if !self.found.remote.contains(&remote) {
            self.found.remote.push(remote);
        }
    }

    /// Takes over what a body was found to name.
    pub(super) fn absorb(&mut self, inner: Rewritten) {
        inner.remote.into_iter().for_each(|remote| self.reads(remote));
    }

    /// Notes a schema that a late-binding view looks something up in.
    pub(super) fn looks_into(&mut self, at: usize, schema: &str) {
        if self.late_from.is_some_and(|from| at >= from)
            && let Some(Late { schemas, .. }) = &mut self.found.late
            && schema != "pg_catalog"
            && !schemas.iter().any(|known| known == schema)
        {
            schemas.push(schema.to_owned());
        }
    }

    pub(super) fn finish(self) -> Rewritten {
        let Text { sql, mut edits, found, .. } = self;
        edits.sort_by_key(|(start, end, _)| (*start, *end));
        let mut out = String::with_capacity(sql.len() + 64);
        let mut at = 0;
        for (start, end, with) in edits {
            // A change inside of what another one replaced goes with it.
            if start >= at {
                out.push_str(sql.get(at..start).unwrap_or_default());
                out.push_str(&with);
                at = end;
            }
        }
        out.push_str(sql.get(at..).unwrap_or_default());
        Rewritten { sql: out, ..found }
    }
}

/// A name in double quotes.
pub(crate) fn ident(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text as a literal for a server that takes a backslash as an escape.
pub(crate) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}
