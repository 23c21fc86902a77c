//! The governed world of Scrim as one immutable [`Catalog`]: integrations, data sources, tags, users, groups,
//! attributes, purposes, projects, grants and policies; how they are written in files; and what makes them
//! valid. No input or output, no SQL, no clock: those stand at the ends of the program.

mod age;
mod assemble;
mod catalog;
mod change;
mod check;
mod column_type;
pub mod documents;
mod host;
mod json;
mod kind;
mod name;
mod pattern;
mod problem;
mod read;
mod registration;
mod rule;
mod rule_reading;
mod schema;
mod selection;
mod table_name;
pub mod tag;
mod text_or;
mod who;
mod word_or_form;

/// Whether a field of a document is as it is when nobody writes it: then it is not written either.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

pub use age::{Age, AgeError, AgeUnit};
pub use assemble::{Assembled, assemble};
pub use catalog::{Catalog, DataPolicy, Named, Stored};
pub use change::{Applied, Change, place};
pub use check::view_of;
pub use column_type::{ColumnType, TypeError};
pub use host::misplaced;
pub use json::{from_json, pointer};
pub use kind::{Document, KINDS, Kind};
pub use name::{At, Mark, Name, NameError};
pub use pattern::{Pattern, PatternError};
pub use problem::{Problem, Severity, nearest};
pub use read::{SourceFile, read};
pub use registration::{FoundColumn, MissingColumns, Registration, register};
pub use rule::{Branches, CheckDigits, Draw, Lookup, Mask, Matched, RowRule, Rule, RuleBody};
pub use schema::schema;
pub use selection::{Columns, ColumnsForm, Created, Glob, NamePattern, Where, WhereForm};
pub use table_name::{TableName, TableNameError};
pub use who::Who;
