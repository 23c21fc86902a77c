//! A column held against every identifier at once.

use std::collections::HashSet;

use regex::{RegexSet, RegexSetBuilder};
use scrim_catalog::documents::Expression;

use crate::checksum::{passes, spread_as_birthdays};
use crate::column::{Column, Finding, words};
use crate::score::{Seen, score};
use crate::{Checksum, Identifier, built_in};

/// The most bytes that all expressions may take, compiled.
const MOST: usize = 1 << 26;
/// What the automaton of all expressions may take while it is built on the way: below this it is thrown away again and again.
const CACHE: usize = 1 << 24;

/// Identifiers that are together too large.
#[derive(Debug, thiserror::Error)]
#[error(
    "the patterns of all identifiers together are too large: compiled they take more than {MOST} bytes; let some be shorter"
)]
pub struct TooLarge;

/// Identifiers, ready to look at columns.
#[derive(Debug)]
pub struct Detector {
    identifiers: Vec<Ready>,
    names: RegexSet,
    values: RegexSet,
}

#[derive(Debug)]
struct Ready {
    identifier: Identifier,
    words: HashSet<String>,
    /// Whether its expression is one for `table.column`.
    qualified: bool,
}

impl Detector {
    /// The built-in identifiers and these; one under the name of a built-in takes its place.
    ///
    /// # Errors
    /// When they are too many, or too large.
    pub fn new<'a>(custom: impl IntoIterator<Item = &'a Identifier>) -> Result<Self, TooLarge> {
        let mut all: Vec<Identifier> = custom.into_iter().cloned().collect();
        let own: HashSet<String> = all.iter().map(|identifier| identifier.name.to_string()).collect();
        all.extend(built_in().iter().filter(|known| !own.contains(known.name.as_str())).cloned());
        let set = |texts: Vec<String>| {
            RegexSetBuilder::new(texts).size_limit(MOST).dfa_size_limit(CACHE).build().map_err(|_| TooLarge)
        };
        let nothing = "[^\\s\\S]".to_owned();
        let name = |identifier: &Identifier| match &identifier.column_name {
            Some(expression) => format!("(?i:{})", expression.as_str()),
            None => nothing.clone(),
        };
        let value = |identifier: &Identifier| match &identifier.value {
            Some(expression) => format!("^(?:{})$", expression.as_str()),
            None if identifier.checksum.is_some() || !identifier.dictionary.is_empty() => "(?s)^.".to_owned(),
            None => nothing.clone(),
        };
        let (names, values) = (set(all.iter().map(name).collect())?, set(all.iter().map(value).collect())?);
        let identifiers = all.into_iter().map(Ready::of).collect();
        Ok(Self { identifiers, names, values })
    }

    /// What a column seems to hold, the surest first. Of several identifiers that its values match, there is only the one
    /// that is surest, and of equally sure ones the most specific; those that look at names alone stand beside it.
    pub fn examine(&self, column: &Column<'_>) -> Vec<Finding> {
        // Nobody is known by a truth value, whatever the column is called: `has_passport`.
        if column.column_type.to_ascii_lowercase().starts_with("bool") {
            return vec![];
        }
        let named = self.named(column);
        let seen = self.seen(column);
        let mut findings: Vec<(bool, Finding)> = self
            .identifiers
            .iter()
            .zip(named.iter().zip(&seen))
            .filter_map(|(ready, (named, seen))| {
                let by_name = !ready.identifier.looks_at_values();
                Some((by_name, score(&ready.identifier, column, *named, seen)?))
            })
            .collect();
        // Sorting keeps the order of equals: what people add comes first, then what is built in, as it is written.
        findings.sort_by(|(_, one), (_, other)| other.confidence.total_cmp(&one.confidence));
        let mut taken = false;
        findings.retain(|(by_name, _)| *by_name || !std::mem::replace(&mut taken, true));
        findings.into_iter().map(|(_, finding)| finding).collect()
    }

    /// Which identifiers the name of the column is one for.
    fn named(&self, column: &Column<'_>) -> Vec<bool> {
        let spoken = words(column.name);
        let qualified = format!("{}.{spoken}", words(column.table));
        let (plain, spoken) = (self.names.matches(column.name), self.names.matches(&spoken));
        let qualified = self.names.matches(&qualified);
        let one = |(at, ready): (usize, &Ready)| {
            if ready.qualified { qualified.matched(at) } else { plain.matched(at) || spoken.matched(at) }
        };
        self.identifiers.iter().enumerate().map(one).collect()
    }

    /// How many values match each identifier.
    fn seen(&self, column: &Column<'_>) -> Vec<Seen> {
        let mut seen = vec![Seen::default(); self.identifiers.len()];
        let mut distinct = 0;
        for (value, rows) in column.values {
            // `char` pads with blanks; what is empty says as little as NULL.
            let value = value.trim();
            if value.is_empty() {
                continue;
            }
            distinct += 1;
            for at in &self.values.matches(value) {
                let (Some(ready), Some(seen)) = (self.identifiers.get(at), seen.get_mut(at)) else { continue };
                if ready.identifier.checksum.is_some_and(|checksum| !passes(checksum, value))
                    || !ready.has_word_of(value)
                {
                    continue;
                }
                seen.matched += 1;
                seen.rows += rows;
            }
        }
        for (ready, seen) in self.identifiers.iter().zip(&mut seen) {
            seen.distinct = distinct;
            if ready.identifier.checksum == Some(Checksum::Birthdays)
                && !spread_as_birthdays(column.values.iter().map(|(value, _)| value.trim()))
            {
                seen.matched = 0;
            }
        }
        seen
    }
}

impl Ready {
    fn of(identifier: Identifier) -> Self {
        let words = identifier.dictionary.iter().map(|word| word.to_lowercase()).collect();
        let qualified =
            identifier.column_name.as_ref().map(Expression::as_str).is_some_and(|text| text.contains("\\."));
        Self { identifier, words, qualified }
    }

    /// Whether one of the words of the value, or all of it, is in the dictionary; without a dictionary any will do.
    fn has_word_of(&self, value: &str) -> bool {
        if self.words.is_empty() {
            return true;
        }
        let value = value.to_lowercase();
        self.words.contains(&value)
            || value.split(|c: char| !c.is_alphabetic()).any(|word| !word.is_empty() && self.words.contains(word))
    }
}
