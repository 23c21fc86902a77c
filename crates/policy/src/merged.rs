//! What all data policies together say of one data source: a mask cascade per column, tests per row.

use std::fmt;
use std::sync::Arc;

use bigdecimal::BigDecimal;
use chrono::{DateTime, Utc};
use scrim_catalog::documents::Validity;
use scrim_catalog::{Age, Branches, ColumnType, Matched, Name, TableName, Who};
use scrim_expr::Expr;

use crate::masking::{Combination, Masking, Typed};
use crate::sentences::quoted;

/// The merged policy of one data source.
#[derive(Clone, Debug)]
pub struct Merged {
    /// The data source.
    pub source: Name,
    /// Every column that the view has, in order.
    pub columns: Vec<MergedColumn>,
    /// Every row test; a row is shown where all hold.
    pub rows: Vec<RowTest>,
    /// Whether somebody may see the source under an equalized project, where facts are bounds.
    pub equalized: bool,
    /// Why the source shows no rows to anybody, if so: a rule that cannot be applied closes it.
    pub closed: Vec<Remark>,
    /// What somebody should look at; nothing is opened by it.
    pub warnings: Vec<Remark>,
    /// Columns that are relied on to tell rows apart, and for what.
    pub keys: Vec<(Vec<Name>, Remark)>,
}

/// Something to tell about a policy on a data source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// The policy.
    pub policy: Name,
    /// The rule's number in it, from 1.
    pub rule: usize,
    /// What it is.
    pub message: String,
}

/// A column and the masks on it.
#[derive(Clone, Debug)]
pub struct MergedColumn {
    /// Its name.
    pub name: Name,
    /// Its type in the warehouse.
    pub column_type: ColumnType,
    /// Its masks, the strongest first. A cell shows its value when none covers it, else the first that does.
    pub masks: Vec<Application>,
}

/// Where a rule stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The policy.
    pub policy: Name,
    /// The rule's number in it, from 1.
    pub rule: usize,
    /// Why the rule exists, for people.
    pub because: Option<String>,
    /// When it counts; always when none.
    pub valid: Option<Validity>,
}

/// As sentences name it. What no policy says the data source does: its rule has the number 0.
impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.rule {
            0 => write!(f, "{} of the data source", quoted(&self.policy)),
            rule => write!(f, "rule {rule} of {}", quoted(&self.policy)),
        }
    }
}

impl Source {
    /// Whether the rule counts at a moment.
    pub fn counts(&self, now: DateTime<Utc>) -> bool {
        self.valid.as_ref().is_none_or(|window| window.contains(now))
    }
}

/// One branch of one mask rule on one column.
#[derive(Clone, Debug)]
pub struct Application {
    /// Where the rule stands.
    pub source: Arc<Source>,
    /// The users whom this branch covers.
    pub covers: Who,
    /// The reveal rules that lift it.
    pub lifted: Vec<Lift>,
    /// A cell of those users is covered unless this is definitely false.
    pub when: Option<Condition>,
    /// The name of the mask as written.
    pub written: &'static str,
    /// What the mask does to this column.
    pub mask: Masking,
    /// Whether the mask as written cannot keep the column's type, so that it is [`Masking::Nullify`].
    pub falls_back: bool,
    /// How deep the tag is that selected the column; 0 when no tag did.
    pub depth: usize,
    /// Whether it steps back where a mask selected by a deeper tag covers the same cell.
    pub yields: bool,
}

/// A reveal rule, as far as it lifts one mask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lift {
    /// Where the rule stands.
    pub source: Arc<Source>,
    /// For whom.
    pub only: Who,
}

/// A predicate of a rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// The predicate.
    pub expr: Expr,
    /// Whether it speaks of the reader in a way that bounds of several people's facts do not bound: where people are
    /// judged together it is taken for what shows less.
    pub personal: bool,
}

impl From<Expr> for Condition {
    fn from(expr: Expr) -> Self {
        Self { personal: expr.is_personal(), expr }
    }
}

/// One row rule.
#[derive(Clone, Debug)]
pub struct RowTest {
    /// Where the rule stands.
    pub source: Arc<Source>,
    /// What it says, in the words of the policy file.
    pub written: String,
    /// The tests by user.
    pub branches: Branches<Test>,
}

/// What a row must meet. NULL is not met.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// Nothing.
    All,
    /// It cannot.
    Never,
    /// Each of these columns holds one of the user's values.
    Match(Matched, Typed),
    /// The predicate is true.
    Filter(Condition),
    /// The columns stand beside the user in another table. Where people are judged together: nothing is met.
    Lookup {
        /// That table.
        table: TableName,
        /// Its columns, each with the column of the data source.
        on: Vec<(Name, Name, ColumnType)>,
        /// Its column of warehouse users.
        user: Name,
    },
    /// The column's time is less than this ago (`newer`), or more.
    Time {
        /// Less or more.
        newer: bool,
        /// How long.
        age: Age,
        /// Each of these columns.
        columns: Typed,
    },
    /// So many percent of the rows, by a hash of the columns.
    Sample(BigDecimal, Typed),
}

/// Why nothing can be compiled for a data source.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum MergeError {
    /// Types are needed and the documents do not say them.
    #[error(
        "the type of the column `{column}` of `{data_source}` is not known; write it in the data source's document, or use a command that asks the warehouse"
    )]
    UnknownType {
        /// The data source.
        data_source: Name,
        /// The column.
        column: Name,
    },
    /// There are no columns at all.
    #[error(
        "the columns of `{0}` are not known; write them in the data source's document, or use a command that asks the warehouse"
    )]
    NoColumns(Name),
}

impl Merged {
    /// The combinations that `k_anonymous` masks ask for, each once.
    pub fn combinations(&self) -> Vec<&Arc<Combination>> {
        let mut found: Vec<&Arc<Combination>> = Vec::new();
        for mask in self.columns.iter().flat_map(|column| &column.masks) {
            if let Masking::KAnonymous(combination) = &mask.mask
                && !found.iter().any(|known| known.key == combination.key)
            {
                found.push(combination);
            }
        }
        found
    }
}
