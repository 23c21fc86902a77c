//! What the rules of data policies mean, whatever form they were written in.

use bigdecimal::BigDecimal;

use crate::documents::{Edge, Truncation};
use crate::{Age, At, Columns, Mark, Name, Pattern, TableName, Who};

/// A mask on a value. NULL stays NULL under every mask but [`Mask::Constant`].
#[derive(Clone, Debug, PartialEq)]
pub enum Mask {
    /// NULL.
    Nullify,
    /// This text, read as the column's type.
    Constant(String),
    /// SHA-256 of a secret salt and the value, in lower-case hexadecimal; text columns only.
    Hash,
    /// Every match of the pattern replaced; text columns only.
    Regex(Pattern, String),
    /// So many characters kept at one end, each other one replaced by the fill; a value not longer than what
    /// is kept is masked wholly. Text columns only.
    Partial(Edge, u32, char),
    /// The greatest multiple of the bucket not above the value; numbers only.
    Round(BigDecimal),
    /// The start of the hour, day, month, quarter or year in UTC; days and times only.
    Truncate(Truncation),
}

impl Mask {
    /// The mask's name in policy files.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Nullify => "nullify",
            Self::Constant(_) => "constant",
            Self::Hash => "hash",
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
}
