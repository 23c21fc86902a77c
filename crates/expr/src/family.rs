//! Kinds of values.

use std::fmt;

use scrim_catalog::ColumnType;

/// What kind of values an expression has. Comparisons stay within one, except that a day may be compared with a
/// moment (the day is its midnight).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    /// Text.
    Text,
    /// Numbers of any width.
    Number,
    /// True or false.
    Boolean,
    /// Days.
    Date,
    /// Moments in UTC.
    Timestamp,
    /// A bare NULL, or a column of a type that Scrim cannot work with.
    Null,
}

impl Family {
    /// The family of a column's type; none for types that Scrim cannot work with.
    pub fn of(column_type: &ColumnType) -> Option<Self> {
        match column_type {
            ColumnType::SmallInt
            | ColumnType::Integer
            | ColumnType::BigInt
            | ColumnType::Numeric(_)
            | ColumnType::Real
            | ColumnType::Double => Some(Self::Number),
            ColumnType::Boolean => Some(Self::Boolean),
            ColumnType::Char(_) | ColumnType::Varchar(_) | ColumnType::Text => Some(Self::Text),
            ColumnType::Date => Some(Self::Date),
            ColumnType::Timestamp | ColumnType::TimestampTz => Some(Self::Timestamp),
            ColumnType::Other(_) => None,
        }
    }

    /// Whether values are days or moments.
    pub fn is_time(self) -> bool {
        matches!(self, Self::Date | Self::Timestamp)
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::Number => "a number",
            Self::Boolean => "a boolean",
            Self::Date => "a date",
            Self::Timestamp => "a timestamp",
            Self::Null => "NULL",
        })
    }
}
