//! The expression language of `filter`, `when` and `custom` in data policies.
//!
//! A text is read by a SQL parser, checked against the columns of one data source, their types and a closed
//! list of functions, and becomes a typed [`Expr`]. What is not known here is refused, with the place and the
//! reason: nothing of the parser's own tree reaches a caller, and nothing in an [`Expr`] can fail on data by a
//! cast, a division or an overflow of arithmetic. This crate neither prints SQL nor evaluates anything.

mod at_functions;
mod bounds;
mod check;
mod family;
mod functions;
mod lists;
mod literals;
mod place;
mod refused;
mod scope;
mod suggest;
mod tokens;
mod tree;
mod unsupported;

pub use family::Family;
pub use refused::Refused;
pub use scope::{Scope, is_expression, parse_expression, parse_predicate};
pub use tree::{Comparison, DateUnit, Expr, Fact, Function, Set};
