//! The typed tree of a predicate.

use std::collections::BTreeSet;

use bigdecimal::BigDecimal;
use chrono::{NaiveDate, NaiveDateTime};
use scrim_catalog::{ColumnType, Name};

use crate::Family;

/// A comparison operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `=`
    Equal,
    /// `<>`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// Something that is true or false of the reader.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Fact {
    /// The reader has this value of this attribute.
    HasAttribute {
        /// The attribute.
        key: Name,
        /// The value.
        value: Name,
    },
    /// The reader is in one of these groups, of which there is at least one.
    IsInGroups(Vec<Name>),
    /// The reader acts for this purpose.
    IsUsingPurpose(Name),
}

/// A set of texts that the reader has.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Set {
    /// The values of this attribute.
    Attribute(Name),
    /// The names of the groups.
    Groups,
    /// The names of the purposes.
    Purposes,
}

/// What [`Function::DateTrunc`] cuts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DateUnit {
    /// Year.
    Year,
    /// Quarter.
    Quarter,
    /// Month.
    Month,
    /// Week, from Monday.
    Week,
    /// Day.
    Day,
    /// Hour.
    Hour,
}

/// A function of the closed list. The arguments have been checked: what each takes is said here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Function {
    /// One text.
    Lower,
    /// One text.
    Upper,
    /// One text; a number of characters.
    Length,
    /// One text; blanks are cut off at both ends.
    Trim,
    /// One text; blanks are cut off at the start.
    LTrim,
    /// One text; blanks are cut off at the end.
    RTrim,
    /// A text, a literal start from 1 to 65535, and maybe a literal length from 0 to 65535.
    Substring,
    /// A text and a literal number from 0 to 65535.
    Left,
    /// A text and a literal number from 0 to 65535.
    Right,
    /// The text that is searched, then the text that is looked for; a number, 0 when it is not there.
    Position,
    /// A text, the text that is replaced, and by what.
    Replace,
    /// Two or more texts (`||`); NULL when one is.
    Concat,
    /// Two comparable expressions; of the family of the first.
    NullIf,
    /// One day or moment; a moment.
    DateTrunc(DateUnit),
    /// One day or moment; a number.
    ExtractYear,
    /// One day or moment; a number.
    ExtractMonth,
    /// One day or moment; a number.
    ExtractDay,
    /// Nothing; today in UTC.
    CurrentDate,
}

/// An expression, checked and typed.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// A column of the data source.
    Column {
        /// Its name.
        name: Name,
        /// Its type; [`ColumnType::Other`] only directly in [`Expr::IsNull`].
        column_type: ColumnType,
    },
    /// A text, without backslash and NUL.
    Text(String),
    /// A number of at most 38 digits.
    Number(BigDecimal),
    /// True or false.
    Boolean(bool),
    /// NULL of a family, never of [`Family::Null`] in a finished tree.
    Null(Family),
    /// A day from year 1 to 9999.
    Date(NaiveDate),
    /// A moment in UTC, to the microsecond, from year 1 to 9999.
    Timestamp(NaiveDateTime),
    /// Negation of a boolean.
    Not(Box<Expr>),
    /// Two or more booleans.
    And(Vec<Expr>),
    /// Two or more booleans.
    Or(Vec<Expr>),
    /// Two expressions of one family, or a day and a moment. Booleans only for equal and not equal. Never a NULL.
    Compare(Comparison, Box<Expr>, Box<Expr>),
    /// `IS [NOT] NULL`.
    IsNull {
        /// What is tested.
        expr: Box<Expr>,
        /// Whether it is `IS NOT NULL`.
        negated: bool,
    },
    /// `IS [NOT] TRUE`, `IS [NOT] FALSE`: never NULL.
    IsTruth {
        /// The boolean.
        expr: Box<Expr>,
        /// True or false.
        truth: bool,
        /// Whether there is a `NOT`.
        negated: bool,
    },
    /// `[NOT] IN`.
    In {
        /// What is looked for.
        expr: Box<Expr>,
        /// Literals, or texts; at least one, never NULL literals.
        list: Vec<Expr>,
        /// Whether there is a `NOT`.
        negated: bool,
    },
    /// `[NOT] LIKE`, without escapes.
    Like {
        /// The text.
        expr: Box<Expr>,
        /// The pattern: `%` and `_`.
        pattern: String,
        /// Whether there is a `NOT`.
        negated: bool,
    },
    /// The value of the first branch whose condition is true.
    Case {
        /// Conditions and values, at least one.
        branches: Vec<(Expr, Expr)>,
        /// The value when none is; NULL when not written.
        otherwise: Option<Box<Expr>>,
    },
    /// The first that is not NULL.
    Coalesce(Vec<Expr>),
    /// A function.
    Call(Function, Vec<Expr>),
    /// Something about the reader.
    Fact(Fact),
    /// Whether the reader's set contains a text.
    Contains(Set, Box<Expr>),
    /// The warehouse user of the reader, a text.
    Username,
}

impl Expr {
    /// The kind of values.
    pub fn family(&self) -> Family {
        match self {
            Self::Column { column_type, .. } => Family::of(column_type).unwrap_or(Family::Null),
            Self::Text(_) | Self::Username => Family::Text,
            Self::Number(_) => Family::Number,
            Self::Null(family) => *family,
            Self::Date(_) => Family::Date,
            Self::Timestamp(_) => Family::Timestamp,
            Self::Boolean(_)
            | Self::Not(_)
            | Self::And(_)
            | Self::Or(_)
            | Self::Compare(..)
            | Self::IsNull { .. }
            | Self::IsTruth { .. }
            | Self::In { .. }
            | Self::Like { .. }
            | Self::Fact(_)
            | Self::Contains(..) => Family::Boolean,
            Self::Case { branches, .. } => branches.first().map_or(Family::Null, |(_, then)| then.family()),
            Self::Coalesce(parts) => parts.first().map_or(Family::Null, Self::family),
            Self::Call(function, arguments) => match function {
                Function::Lower | Function::Upper | Function::Trim | Function::LTrim | Function::RTrim => Family::Text,
                Function::Substring | Function::Left | Function::Right => Family::Text,
                Function::Replace | Function::Concat => Family::Text,
                Function::Length | Function::Position => Family::Number,
                Function::ExtractYear | Function::ExtractMonth | Function::ExtractDay => Family::Number,
                Function::NullIf => arguments.first().map_or(Family::Null, Self::family),
                Function::DateTrunc(_) => Family::Timestamp,
                Function::CurrentDate => Family::Date,
            },
        }
    }

    /// Visits this expression and every one inside it, outer before inner, in the order they are written.
    pub fn walk<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr)) {
        visit(self);
        match self {
            Self::Not(inner) | Self::Contains(_, inner) => inner.walk(visit),
            Self::IsNull { expr, .. } | Self::IsTruth { expr, .. } | Self::Like { expr, .. } => expr.walk(visit),
            Self::And(parts) | Self::Or(parts) | Self::Coalesce(parts) | Self::Call(_, parts) => {
                parts.iter().for_each(|part| part.walk(visit));
            }
            Self::Compare(_, left, right) => {
                left.walk(visit);
                right.walk(visit);
            }
            Self::In { expr, list, .. } => {
                expr.walk(visit);
                list.iter().for_each(|item| item.walk(visit));
            }
            Self::Case { branches, otherwise } => {
                for (when, then) in branches {
                    when.walk(visit);
                    then.walk(visit);
                }
                if let Some(otherwise) = otherwise {
                    otherwise.walk(visit);
                }
            }
            Self::Column { .. }
            | Self::Text(_)
            | Self::Number(_)
            | Self::Boolean(_)
            | Self::Null(_)
            | Self::Date(_)
            | Self::Timestamp(_)
            | Self::Fact(_)
            | Self::Username => {}
        }
    }

    /// The columns that are read.
    pub fn columns(&self) -> BTreeSet<Name> {
        let mut found = BTreeSet::new();
        self.walk(&mut |expr| {
            if let Self::Column { name, .. } = expr {
                found.insert(name.clone());
            }
        });
        found
    }

    /// What is asked about the reader, each once, in the order it is written.
    pub fn facts(&self) -> Vec<&Fact> {
        let mut found = Vec::new();
        self.walk(&mut |expr| {
            if let Self::Fact(fact) = expr
                && !found.contains(&fact)
            {
                found.push(fact);
            }
        });
        found
    }

    /// How many expressions there are, this one included.
    pub(crate) fn size(&self) -> usize {
        let mut count = 0;
        self.walk(&mut |_| count += 1);
        count
    }

    /// Whether this is a literal other than NULL.
    pub(crate) fn is_literal(&self) -> bool {
        matches!(self, Self::Text(_) | Self::Number(_) | Self::Boolean(_) | Self::Date(_) | Self::Timestamp(_))
    }
}
