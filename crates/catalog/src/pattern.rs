//! The one regular-expression subset that means the same in Rust, PostgreSQL and Redshift.
//!
//! Literal characters, `.`, classes, anchors, and repeats of one character or class. No backslash, no
//! alternation, no groups, no back-references; at least one character must always be consumed, because
//! engines disagree on where an empty match is found.

use std::fmt::Write as _;

/// A pattern that was checked to lie in the subset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    text: String,
}

/// Why a pattern was refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum PatternError {
    /// A character that is not in the subset.
    #[error(
        "`{0}` is not allowed in a pattern: only characters, `.`, classes like `[0-9]`, anchors and repeats of one of them mean the same in every warehouse"
    )]
    Forbidden(char),
    /// A class that does not end, or is empty.
    #[error("the class that starts at character {0} is not closed or empty")]
    BadClass(usize),
    /// A repeat with nothing to repeat, or with bad bounds.
    #[error("the repeat at character {0} has nothing to repeat or bad bounds (0 to 255, the lower first)")]
    BadRepeat(usize),
    /// The pattern matches the empty text.
    #[error("the pattern can match nothing at all, and engines disagree where; make one part required")]
    MatchesEmpty,
    /// More than engines can work with.
    #[error("the pattern is too long: its characters, each as often as it may repeat, are more than {MOST}")]
    TooLong,
    /// An anchor in the middle.
    #[error("`^` can only stand first and `$` only last")]
    BadAnchor,
}

/// The most characters that a pattern may ask for, repeats counted in full: engines give up on more, at the first row.
const MOST: u32 = 2000;

impl Pattern {
    /// Checks a pattern. With `ignore_case`, ASCII letters are turned into classes of both cases, so that no
    /// engine's idea of case matters.
    ///
    /// # Errors
    /// When the pattern is not in the subset.
    pub fn new(source: &str, ignore_case: bool) -> Result<Self, PatternError> {
        let mut text = String::new();
        let (mut required, mut size) = (0_u32, 0_u32);
        let mut chars = source.chars().enumerate().peekable();
        let last = source.chars().count().saturating_sub(1);
        while let Some((at, c)) = chars.next() {
            match c {
                '^' if at == 0 => {
                    text.push('^');
                    continue;
                }
                '$' if at == last => {
                    text.push('$');
                    continue;
                }
                '^' | '$' => return Err(PatternError::BadAnchor),
                '[' => text.push_str(&class(at, &mut chars, ignore_case)?),
                '.' => text.push('.'),
                '*' | '+' | '?' | '{' | '}' => return Err(PatternError::BadRepeat(at + 1)),
                '\\' | '|' | '(' | ')' | ']' => return Err(PatternError::Forbidden(c)),
                c if c.is_control() => return Err(PatternError::Forbidden(c)),
                c if ignore_case && c.is_ascii_alphabetic() => {
                    let _ = write!(text, "[{}{}]", c.to_ascii_lowercase(), c.to_ascii_uppercase());
                }
                c => text.push(c),
            }
            let (least, most) = repeat(at, &mut chars, &mut text)?;
            required = required.saturating_add(least);
            size = size.saturating_add(most);
        }
        if size > MOST {
            return Err(PatternError::TooLong);
        }
        if required == 0 {
            return Err(PatternError::MatchesEmpty);
        }
        Ok(Self { text })
    }

    /// The pattern as every engine reads it.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

type Chars<'a> = std::iter::Peekable<std::iter::Enumerate<std::str::Chars<'a>>>;

/// Reads the rest of a class. Ranges are of ASCII letters or digits; `[:digit:]` and the like are refused
/// because they follow the locale.
fn class(start: usize, chars: &mut Chars<'_>, ignore_case: bool) -> Result<String, PatternError> {
    let bad = || PatternError::BadClass(start + 1);
    let mut text = String::from("[");
    if chars.next_if(|(_, c)| *c == '^').is_some() {
        text.push('^');
    }
    let mut members = 0;
    loop {
        let (_, c) = chars.next().ok_or_else(bad)?;
        match c {
            ']' if members > 0 => break,
            ']' => return Err(bad()),
            '[' | '\\' | '^' | '&' | '~' => return Err(PatternError::Forbidden(c)),
            // A hyphen is a member only where every engine agrees: first or last.
            '-' if members > 0 && chars.peek().is_none_or(|(_, next)| *next != ']') => return Err(bad()),
            '-' if members == 0 => return Err(bad()),
            c if c.is_control() => return Err(PatternError::Forbidden(c)),
            c => {
                let range = {
                    let mut ahead = chars.clone();
                    match (ahead.next(), ahead.next()) {
                        (Some((_, '-')), Some((_, end))) if end != ']' => Some(end),
                        _ => None,
                    }
                };
                if let Some(end) = range {
                    chars.next();
                    chars.next();
                    let alike = |t: fn(&char) -> bool| t(&c) && t(&end);
                    let kind = alike(char::is_ascii_digit)
                        || alike(char::is_ascii_lowercase)
                        || alike(char::is_ascii_uppercase);
                    if !kind || c > end {
                        return Err(bad());
                    }
                    let _ = write!(text, "{c}-{end}");
                    if ignore_case && c.is_ascii_lowercase() {
                        let _ = write!(text, "{}-{}", c.to_ascii_uppercase(), end.to_ascii_uppercase());
                    } else if ignore_case && c.is_ascii_uppercase() {
                        let _ = write!(text, "{}-{}", c.to_ascii_lowercase(), end.to_ascii_lowercase());
                    }
                } else if ignore_case && c.is_ascii_alphabetic() {
                    let _ = write!(text, "{}{}", c.to_ascii_lowercase(), c.to_ascii_uppercase());
                } else {
                    text.push(c);
                }
            }
        }
        members += 1;
    }
    text.push(']');
    Ok(text)
}

/// Reads an optional repeat and answers how many times at least, and at most as far as bounds say.
fn repeat(at: usize, chars: &mut Chars<'_>, text: &mut String) -> Result<(u32, u32), PatternError> {
    let bad = || PatternError::BadRepeat(at + 2);
    let Some((_, c)) = chars.next_if(|(_, c)| matches!(c, '*' | '+' | '?' | '{')) else {
        return Ok((1, 1));
    };
    text.push(c);
    let bounds = match c {
        '+' => (1, 1),
        '*' | '?' => (0, 1),
        _ => {
            let mut inside = String::new();
            loop {
                match chars.next() {
                    Some((_, '}')) => break,
                    Some((_, c)) if c.is_ascii_digit() || c == ',' => inside.push(c),
                    _ => return Err(bad()),
                }
            }
            let (low, high) = inside.split_once(',').unwrap_or((&inside, &inside));
            let low: u32 = low.parse().map_err(|_| bad())?;
            let high = if high.is_empty() { None } else { Some(high.parse::<u32>().map_err(|_| bad())?) };
            if low > 255 || high.is_some_and(|high| high > 255 || high < low || high == 0) {
                return Err(bad());
            }
            let _ = write!(text, "{inside}}}");
            (low, high.unwrap_or(low).max(1))
        }
    };
    // `a**`, `a+?`: engines read these differently.
    if chars.peek().is_some_and(|(_, c)| matches!(c, '*' | '+' | '?' | '{')) {
        return Err(bad());
    }
    Ok(bounds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_subset_is_kept_and_case_is_spelt_out() {
        assert_eq!(Pattern::new("^[a-f0-9]{2,}x.", false).unwrap().as_str(), "^[a-f0-9]{2,}x.");
        assert_eq!(Pattern::new("ab[c-d]", true).unwrap().as_str(), "[aA][bB][c-dC-D]");
    }

    #[test]
    fn what_engines_read_differently_is_refused() {
        for bad in ["a|b", "(a)", r"\d", "a*", "[[:digit:]]", "a+?", "a{3,2}", "[a-Z]", "a^b", "", "[]a]", "a{", "[a"] {
            assert!(Pattern::new(bad, false).is_err(), "{bad}");
        }
        assert_eq!(Pattern::new(&".{255}".repeat(200), false), Err(PatternError::TooLong));
    }
}
