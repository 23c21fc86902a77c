//! What the rules of data policies mean, whatever form they were written in.

use bigdecimal::BigDecimal;

use crate::documents::{Edge, Truncation};
use crate::{Age, At, Columns, Mark, Name, Pattern, TableName, Who};

/// A mask on a value. NULL stays NULL under every mask but [`Mask::Constant`] and [`Mask::Custom`].
#[derive(Clone, Debug, PartialEq)]
pub enum Mask {
    /// NULL.
    Nullify,
    /// This text, read as the column's type.
    Constant(String),
    /// SHA-256 of a secret salt and the value, in lower-case hexadecimal; text columns only.
    Hash,
    /// A token like a hash, which the system account can find the value of; text columns only.
    Reversible,
    /// Each digit another digit and each letter another letter, by a secret salt, the whole value and the place;
    /// text and exact numbers only.
    FormatPreserving(Option<CheckDigits>),
    /// A value drawn by a secret salt and the key of the row, the same every time.
    Randomize(Draw, Columns),
    /// NULL where fewer than so many rows share the values of the rule's columns.
    KAnonymous(u32),
    /// Every match of the pattern replaced; text columns only.
    Regex(Pattern, String),
    /// So many characters kept at one end, each other one replaced by the fill; a value not longer than what
    /// is kept is masked wholly. Text columns only.
    Partial(Edge, u32, char),
    /// The greatest multiple of the bucket not above the value; numbers only.
    Round(BigDecimal),
    /// The start of the hour, day, month, quarter or year in UTC; days and times only.
    Truncate(Truncation),
    /// An SQL expression over the columns, `@column` the one that is masked.
    Custom(At<String>),
}

/// Check digits that `format_preserving` keeps right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Deserialize, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CheckDigits {
    /// The last digit, as of payment cards (ISO/IEC 7812-1, annex B).
    Luhn,
    /// The third and fourth characters, as of bank accounts (ISO 13616); the country stays.
    Iban,
}

/// How `randomize` draws.
#[derive(Clone, Debug, PartialEq)]
pub enum Draw {
    /// With this probability one of these values, each as likely; else the value itself, if it is one of them.
    Answer {
        /// The values, as text.
        domain: Vec<String>,
        /// The probability, above 0 and at most 1.
        rate: BigDecimal,
    },
    /// The value and a number around zero, kept within bounds; numbers, and days and times in days.
    Noise {
        /// The standard deviation.
        stddev: BigDecimal,
        /// What is shown is not below this.
        low: Option<String>,
        /// What is shown is not above this.
        high: Option<String>,
    },
}

impl Mask {
    /// The mask's name in policy files.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Nullify => "nullify",
            Self::Constant(_) => "constant",
            Self::Hash => "hash",
            Self::Reversible => "reversible",
            Self::FormatPreserving(_) => "format_preserving",
            Self::Randomize(..) => "randomize",
            Self::KAnonymous(_) => "k_anonymous",
            Self::Custom(_) => "custom",
            Self::Regex(..) => "regex",
            Self::Partial(..) => "partial",
            Self::Round(_) => "round",
            Self::Truncate(_) => "truncate",
        }
    }
}

/// What decides whether a row is shown.
#[derive(Clone, Debug, PartialEq)]
pub enum RowRule {
    /// Every row.
    AllRows,
    /// No row.
    Never,
    /// The user's values contain the column's; with several columns, each one's.
    Match(Matched, Columns),
    /// A predicate in SQL; a row is shown where it is true.
    Filter(At<String>),
    /// Rows that stand beside the user in another table.
    Lookup(Lookup),
    /// The column's time is less than this ago.
    NewerThan(Age, Columns),
    /// The column's time is more than this ago.
    OlderThan(Age, Columns),
    /// So many percent of the rows, the same every time, by a hash of the columns.
    Sample(BigDecimal, Columns),
}

impl RowRule {
    /// The rule's name in policy files.
    pub fn name(&self) -> &'static str {
        match self {
            Self::AllRows => "all_rows",
            Self::Never => "never",
            Self::Match(..) => "match",
            Self::Filter(_) => "filter",
            Self::Lookup(_) => "lookup",
            Self::NewerThan(..) => "newer_than",
            Self::OlderThan(..) => "older_than",
            Self::Sample(..) => "sample",
        }
    }
}

/// Which of the user's values `match` compares.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Matched {
    /// The values of an attribute.
    Attribute(Name),
    /// The groups.
    Groups,
    /// The purposes held, and those above them.
    Purposes,
}

/// A `lookup` row rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Lookup {
    /// The warehouse table.
    pub table: TableName,
    /// Columns of that table, each with the column of the data source that it must equal.
    pub on: Vec<(Name, Columns)>,
    /// The column of that table that holds the warehouse user.
    pub user: Name,
}

/// Alternatives by user: the first case whose condition holds, else `otherwise`.
#[derive(Clone, Debug, PartialEq)]
pub struct Branches<T> {
    /// Conditions and what they select, in order.
    pub cases: Vec<(Who, T)>,
    /// What holds when no case does.
    pub otherwise: T,
}

impl<T> Branches<T> {
    /// Every alternative.
    pub fn all(&self) -> impl Iterator<Item = &T> {
        self.cases.iter().map(|(_, branch)| branch).chain(std::iter::once(&self.otherwise))
    }
}

/// One rule of a data policy.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Where it was written.
    pub mark: Mark,
    /// Why it exists, for people.
    pub because: Option<String>,
    /// What it does.
    pub body: RuleBody,
}

/// What a rule does.
#[derive(Clone, Debug, PartialEq)]
pub enum RuleBody {
    /// Masks columns. A branch without a mask leaves the user uncovered.
    Mask {
        /// Which columns.
        columns: Columns,
        /// A predicate in SQL; a cell is covered unless it is definitely false.
        when: Option<At<String>>,
        /// By user.
        masks: Branches<Option<Mask>>,
    },
    /// Hides rows.
    Rows(Branches<RowRule>),
    /// Hides every row from users who hold none of these purposes.
    Purpose {
        /// The purposes.
        any: Vec<At<Name>>,
        /// Whom the rule does not cover.
        except: Option<Who>,
    },
    /// Lifts masks of policies that say `revealable`.
    Reveal {
        /// On which columns.
        columns: Columns,
        /// For whom.
        only: Who,
    },
}

impl RuleBody {
    /// The expressions in SQL that stand in it.
    pub fn expressions(&self) -> Vec<&At<String>> {
        match self {
            Self::Mask { when, masks, .. } => {
                let masks = masks.all().flatten();
                let custom = masks.filter_map(|mask| match mask {
                    Mask::Custom(text) => Some(text),
                    _ => None,
                });
                when.iter().chain(custom).collect()
            }
            Self::Rows(rules) => rules
                .all()
                .filter_map(|rule| match rule {
                    RowRule::Filter(text) => Some(text),
                    _ => None,
                })
                .collect(),
            Self::Purpose { .. } | Self::Reveal { .. } => vec![],
        }
    }
}
