//! Conditions as parts of sentences: all of them are trees of the same three branches.

/// A condition that can be said as a noun, and of things.
pub(super) enum Phrase {
    /// One condition.
    Plain {
        /// Those that meet it: `members of group `a``.
        noun: String,
        /// What holds of them: `are in group `a``.
        holds: String,
        /// What holds of all others: `are not in group `a``.
        fails: String,
    },
    /// Every one of these.
    All(Vec<Phrase>),
    /// At least one of these.
    Any(Vec<Phrase>),
    /// Not this.
    Not(Box<Phrase>),
}

/// What conditions are about.
pub(super) struct About {
    /// All of them: `everyone`.
    pub(super) all: &'static str,
    /// None of them: `nobody`.
    pub(super) none: &'static str,
    /// Those of which something holds: `users who`.
    pub(super) that: &'static str,
}

impl Phrase {
    pub(super) fn plain(noun: String, holds: String, fails: String) -> Self {
        Self::Plain { noun, holds, fails }
    }

    /// Those that meet the condition, as exceptions: in other words than those of an exception.
    pub(super) fn exception(&self, about: &About) -> String {
        match self {
            Self::Not(part) if !matches!(**part, Self::Not(_)) => format!("{} {}", about.that, self.clause(true)),
            Self::Plain { .. } | Self::All(_) | Self::Any(_) | Self::Not(_) => self.noun(about),
        }
    }

    /// Those that meet the condition.
    pub(super) fn noun(&self, about: &About) -> String {
        let alone = |part: &Phrase| match part {
            Self::Plain { noun, .. } => Some(noun.clone()),
            Self::All(_) | Self::Any(_) | Self::Not(_) => None,
        };
        match self {
            Self::Plain { noun, .. } => noun.clone(),
            Self::All(parts) | Self::Any(parts) if let [one] = parts.as_slice() => one.noun(about),
            Self::All(parts) if parts.is_empty() => about.all.to_owned(),
            Self::Any(parts) if parts.is_empty() => about.none.to_owned(),
            Self::Any(parts) => match parts.iter().map(alone).collect::<Option<Vec<_>>>() {
                Some(nouns) => nouns.join(" or "),
                None => format!("{} {}", about.that, self.clause(true)),
            },
            Self::Not(part) => match &**part {
                Self::Not(inner) => inner.noun(about),
                Self::Plain { noun, .. } if noun == about.all => about.none.to_owned(),
                other => format!("{} except {}", about.all, other.exception(about)),
            },
            Self::All(_) => format!("{} {}", about.that, self.clause(true)),
        }
    }

    /// What holds of those that meet the condition, or of those that do not.
    fn clause(&self, yes: bool) -> String {
        let joined = |parts: &[Phrase], word: &str, none: &str| match parts {
            [] => none.to_owned(),
            [one] => one.clause(yes),
            many => many.iter().map(|part| part.inside(yes)).collect::<Vec<_>>().join(word),
        };
        let (both, either) = (" and ", " or ");
        match (self, yes) {
            (Self::Plain { holds, .. }, true) => holds.clone(),
            (Self::Plain { fails, .. }, false) => fails.clone(),
            (Self::Not(part), _) => part.clause(!yes),
            (Self::All(parts), true) => joined(parts, both, "are any at all"),
            (Self::All(parts), false) => joined(parts, either, "are none at all"),
            (Self::Any(parts), true) => joined(parts, either, "are none at all"),
            (Self::Any(parts), false) => joined(parts, both, "are any at all"),
        }
    }

    /// The same, beside others: what itself has several parts is set apart.
    fn inside(&self, yes: bool) -> String {
        let several = |phrase: &Phrase| {
            let mut phrase = phrase;
            loop {
                match phrase {
                    Self::Plain { .. } => return false,
                    Self::Not(part) => phrase = part,
                    Self::All(parts) | Self::Any(parts) => match parts.as_slice() {
                        [one] => phrase = one,
                        others => return !others.is_empty(),
                    },
                }
            }
        };
        if several(self) { format!("({})", self.clause(yes)) } else { self.clause(yes) }
    }
}

/// A name or text between backticks: more of them than it has in a row, and nothing in it that is not seen.
pub fn quoted(text: &str) -> String {
    let mut shown = String::new();
    let (mut run, mut longest) = (0, 0);
    for char in text.chars() {
        run = if char == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
        let unseen = char.is_control()
            || matches!(char, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
        if unseen { shown.extend(char.escape_unicode()) } else { shown.push(char) }
    }
    let fence = "`".repeat(longest + 1);
    if longest == 0 { format!("{fence}{shown}{fence}") } else { format!("{fence} {shown} {fence}") }
}

/// Texts between backticks, as a list.
pub(super) fn list<'a>(texts: impl IntoIterator<Item = &'a str>, last: &str) -> String {
    let mut texts: Vec<String> = texts.into_iter().map(quoted).collect();
    match texts.pop() {
        None => "nothing".to_owned(),
        Some(one) if texts.is_empty() => one,
        Some(end) => format!("{} {last} {end}", texts.join(", ")),
    }
}
