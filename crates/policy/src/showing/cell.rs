//! One cell as another person sees it, as far as somebody is shown it.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use scrim_catalog::{ColumnType, Name};
use serde::Serialize;

use super::sampled::{LONGEST, Sampled};
use super::{SampledRow, Showing};
use crate::evaluate::SeenCell;
use crate::masking::Masking;
use crate::merged::MergedColumn;
use crate::value::Value;

/// A cell that is shown, or what stands in its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Cell {
    /// What the person sees, as text; NULL is null.
    Shown(Option<String>),
    /// The person sees what a mask made, by what only the warehouse has: its salts, or what it counted.
    Masked {
        /// The mask.
        mask: &'static str,
    },
    /// It is not shown.
    Hidden {
        /// Why.
        hidden: &'static str,
    },
}

/// What its onlooker may not see.
pub(super) const HIDDEN: Cell =
    Cell::Hidden { hidden: "you do not see this value yourself, nor by the very mask that they see it by" };

/// What cannot be computed with.
const UNREAD: Cell =
    Cell::Hidden { hidden: "the value is too long to be shown, or of no form that can be computed with" };

impl Showing<'_> {
    /// A cell as the person sees it: `own` is how whoever is bound sees it, with the columns that they see clear.
    pub(super) fn cell(
        &self,
        column: &MergedColumn,
        sampled: &Sampled,
        texts: &SampledRow,
        seen: &SeenCell,
        own: Option<(&SeenCell, &BTreeSet<Name>)>,
    ) -> Cell {
        let mask = seen.masked_by.and_then(|at| column.masks.get(at)).map(|application| &application.mask);
        if own.is_some_and(|(own, clear)| !self.may(column, mask, seen, own, clear)) {
            return HIDDEN;
        }
        let read = match mask {
            Some(mask) if by_the_warehouse(mask) => return Cell::Masked { mask: mask.name() },
            Some(Masking::Nullify | Masking::Constant(_)) => BTreeSet::new(),
            Some(Masking::Custom(expr)) => expr.columns(),
            _ => BTreeSet::from([column.name.clone()]),
        };
        if !read.is_disjoint(&sampled.unread) {
            return UNREAD;
        }
        // As the warehouse prints it, where it is the value itself.
        let printed = texts.get(column.name.as_str()).cloned().flatten();
        Cell::Shown(match sampled.row.get(&column.name) {
            Some(value) if *value == seen.value && !value.is_null() && mask.is_none() => printed,
            _ => text(&seen.value, &column.column_type),
        })
    }

    /// Whether somebody may see a cell as the person does, by their own sight of it: they see the value itself, or both see what the
    /// very same mask makes of it, whoever looks. What else an expression reads they must see clear.
    fn may(
        &self,
        column: &MergedColumn,
        mask: Option<&Masking>,
        seen: &SeenCell,
        own: &SeenCell,
        clear: &BTreeSet<Name>,
    ) -> bool {
        let others = match mask {
            Some(Masking::Custom(expr)) => {
                expr.columns().iter().all(|name| *name == column.name || clear.contains(name))
            }
            _ => true,
        };
        // Of people who are judged together a value may be NULL in the place of what the mask makes.
        let alone = !self.person.facts.shared() && self.bound.is_some_and(|bound| !bound.facts.shared());
        let same = || {
            mask.is_some_and(|mask| one_for_all(mask, &column.column_type))
                && alone
                && own.masked_by == seen.masked_by
                && own.value == seen.value
        };
        others && (own.masked_by.is_none() || same())
    }
}

/// Whether what a mask shows cannot be computed here.
fn by_the_warehouse(mask: &Masking) -> bool {
    matches!(
        mask,
        Masking::Hash(_)
            | Masking::Reversible
            | Masking::FormatPreserving(_)
            | Masking::Answer { .. }
            | Masking::Noise(..)
            | Masking::KAnonymous(_)
    )
}

/// Whether a mask shows everybody whom it covers the same. That a value is too long to be shown must tell nothing of it either.
fn one_for_all(mask: &Masking, column_type: &ColumnType) -> bool {
    match mask {
        Masking::Custom(expr) => !expr.speaks_of_readers() && is_short(column_type),
        Masking::Regex(..) => is_short(column_type),
        _ => true,
    }
}

fn is_short(column_type: &ColumnType) -> bool {
    match column_type {
        ColumnType::Char(width) | ColumnType::Varchar(Some(width)) => {
            usize::try_from(*width).is_ok_and(|width| width <= LONGEST)
        }
        ColumnType::Varchar(None) | ColumnType::Text => false,
        _ => true,
    }
}

/// A value as the warehouse prints it in UTC.
fn text(value: &Value, column_type: &ColumnType) -> Option<String> {
    Some(match (value, column_type) {
        (Value::Null, _) => return None,
        (Value::Number(number), ColumnType::Numeric(Some((_, scale)))) => {
            number.with_scale(i64::from(*scale)).to_plain_string()
        }
        #[expect(clippy::cast_possible_truncation, reason = "a number of the narrower type, kept in the wider one")]
        (Value::Float(number), ColumnType::Real) => (*number as f32).to_string(),
        (Value::Timestamp(moment), _) => {
            let plain = moment.format("%Y-%m-%d %H:%M:%S%.6f").to_string();
            let plain = plain.trim_end_matches('0').trim_end_matches('.');
            let zone = if *column_type == ColumnType::TimestampTz { "+00" } else { "" };
            format!("{plain}{zone}")
        }
        (other, _) => other.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_printed_as_the_warehouse_prints_them() {
        let shown = |printed: &str, column_type: &str| {
            let column_type: ColumnType = column_type.parse().unwrap();
            text(&Value::printed(printed, &column_type).unwrap(), &column_type).unwrap()
        };
        for (printed, column_type) in [
            ("1.50", "numeric(12,2)"),
            ("7", "integer"),
            ("0.1", "real"),
            ("2026-01-31", "date"),
            ("2026-01-31 12:00:00", "timestamp"),
            ("2026-01-31 12:00:00.5+00", "timestamptz"),
            ("2026-01-31 00:00:00+00", "timestamptz"),
        ] {
            assert_eq!(shown(printed, column_type), printed, "{column_type}");
        }
        assert_eq!(text(&Value::Boolean(true), &ColumnType::Boolean).unwrap(), "true");
        assert_eq!(text(&Value::Null, &ColumnType::Text), None);
    }
}
