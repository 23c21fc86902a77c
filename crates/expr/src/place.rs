//! Where an expression starts. The parser's own `span()` recurses over the whole tree; this does not.

use sqlparser::ast::{self, Ident, ObjectName};
use sqlparser::tokenizer::Location;

/// The start of an expression, where the parser kept it.
pub(crate) fn place(expr: &ast::Expr) -> Option<Location> {
    use ast::Expr as E;
    let mut expr = expr;
    let found = loop {
        expr = match expr {
            E::Identifier(ident) => break ident.span.start,
            E::CompoundIdentifier(parts) => break parts.first()?.span.start,
            E::Value(value) => break value.span.start,
            E::TypedString(typed) => break typed.value.span.start,
            E::Function(function) => break first(&function.name)?.span.start,
            E::Case { case_token, .. } => break case_token.0.span.start,
            E::BinaryOp { left, .. } | E::AnyOp { left, .. } | E::AllOp { left, .. } => left,
            E::IsDistinctFrom(left, _) | E::IsNotDistinctFrom(left, _) => left,
            E::Nested(inner)
            | E::IsTrue(inner)
            | E::IsNotTrue(inner)
            | E::IsFalse(inner)
            | E::IsNotFalse(inner)
            | E::IsNull(inner)
            | E::IsNotNull(inner)
            | E::IsUnknown(inner)
            | E::IsNotUnknown(inner) => inner,
            E::UnaryOp { expr, .. }
            | E::InList { expr, .. }
            | E::InSubquery { expr, .. }
            | E::Between { expr, .. }
            | E::Like { expr, .. }
            | E::ILike { expr, .. }
            | E::SimilarTo { expr, .. }
            | E::RLike { expr, .. }
            | E::Cast { expr, .. }
            | E::Extract { expr, .. }
            | E::Position { expr, .. }
            | E::Substring { expr, .. }
            | E::Trim { expr, .. }
            | E::Collate { expr, .. } => expr,
            E::AtTimeZone { timestamp, .. } => timestamp,
            E::CompoundFieldAccess { root, .. } => root,
            _ => return None,
        };
    };
    (found.line > 0).then_some(found)
}

/// The first part of a name.
pub(crate) fn first(name: &ObjectName) -> Option<&Ident> {
    name.0.first()?.as_ident()
}
