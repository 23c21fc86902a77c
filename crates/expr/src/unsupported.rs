//! Reasons for what the parser reads and a predicate may not hold.

use sqlparser::ast::{BinaryOperator, Expr as E, UnaryOperator};
use sqlparser::tokenizer::Location;

use crate::Refused;

/// Why an expression is refused whatever is in it.
pub(crate) fn expression(expr: &E, at: Location) -> Refused {
    let refuse = |what: &str| Refused::new(at, format!("{what} not allowed"));
    match expr {
        E::Subquery(_) | E::Exists { .. } | E::InSubquery { .. } => {
            refuse("subqueries are").help("a lookup rule reads another table")
        }
        E::CompoundIdentifier(_) | E::CompoundFieldAccess { .. } => {
            refuse("qualified names are").help("write the column's name alone")
        }
        E::ILike { .. } => refuse("ILIKE is").help("write LOWER(x) LIKE '…'"),
        E::SimilarTo { .. } | E::RLike { .. } => refuse("regular expressions are").help("write LIKE"),
        E::IsDistinctFrom(..) | E::IsNotDistinctFrom(..) => {
            refuse("IS DISTINCT FROM is").help("write `a <> b OR a IS NULL`, as it is meant")
        }
        E::AnyOp { .. } | E::AllOp { .. } => refuse("ANY and ALL are").help("write IN (…)"),
        E::Collate { .. } => refuse("COLLATE is").help("texts are compared by their bytes"),
        E::AtTimeZone { .. } => refuse("AT TIME ZONE is").help("all times are UTC"),
        E::Interval(_) => refuse("intervals are").help("use a newer_than or older_than rule"),
        E::Array(_) => refuse("arrays are"),
        E::Tuple(_) => refuse("row values are").help("compare one by one with AND"),
        E::Ceil { .. } | E::Floor { .. } | E::Convert { .. } | E::Overlay { .. } => refuse("this function is"),
        E::Wildcard(_) | E::QualifiedWildcard(..) => refuse("`*` is"),
        E::Prefixed { .. } => refuse("texts with a prefix are"),
        _ => refuse("this is").help("write comparisons, AND, OR, NOT, IN, BETWEEN, LIKE, IS NULL, CASE and functions"),
    }
}

/// Why a binary operator is refused.
pub(crate) fn operator(operator: &BinaryOperator, at: Location) -> Refused {
    use BinaryOperator as B;
    match operator {
        B::Plus | B::Minus | B::Multiply | B::Divide | B::Modulo => arithmetic(&operator.to_string(), at),
        _ => Refused::new(at, format!("the operator `{operator}` is not allowed")),
    }
}

/// Why a prefix operator is refused.
pub(crate) fn prefix(operator: &UnaryOperator, at: Location) -> Refused {
    match operator {
        UnaryOperator::Minus | UnaryOperator::Plus => arithmetic(&operator.to_string(), at),
        _ => Refused::new(at, format!("the operator `{operator}` is not allowed")),
    }
}

fn arithmetic(operator: &str, at: Location) -> Refused {
    let message = format!(
        "the arithmetic operator `{operator}` is not allowed: it can fail on data, and the error can show the value"
    );
    Refused::new(at, message).help("move the calculation to the literal's side and write its result")
}
