//! A column of the view: `CASE WHEN <definitely clear> THEN value ELSE mask END`, nested from the strongest mask
//! to the weakest, so that whatever is not definitely true shows the stronger one.

use scrim_catalog::documents::{Edge, Truncation};
use scrim_catalog::{ColumnType, Mask, Who};
use scrim_policy::{Application, MergedColumn};

use super::facts::Facts;
use super::{Dialect, column, expression, type_name, within};
use crate::quote::{ident, literal};

/// The expression of a column, cast to its type for life.
pub(super) fn render(target: &MergedColumn, facts: &mut Facts<'_>) -> String {
    let exposed = target.column_type.exposed();
    let mut shown = raw(target);
    for mask in target.masks.iter().rev() {
        let masked = masked(&mask.mask, target, facts);
        if always(mask) {
            shown = masked;
            continue;
        }
        let clear = clear(target, mask, facts);
        shown = format!("CASE WHEN {clear} THEN {shown} ELSE {masked} END");
    }
    // Types that Scrim cannot work with are shown or NULL, as they are.
    match &exposed {
        ColumnType::Other(_) if target.masks.is_empty() => shown,
        ColumnType::Other(_) => format!("CAST({shown} AS {exposed})"),
        _ if target.masks.is_empty() && exposed == target.column_type => shown,
        _ => format!("CAST({shown} AS {})", type_name(&exposed, facts.dialect)),
    }
}

/// The value, text without the padding of fixed-length columns.
fn raw(target: &MergedColumn) -> String {
    let name = column(&target.name);
    match target.column_type {
        ColumnType::Char(n) => format!("RTRIM(CAST({name} AS VARCHAR({n})))"),
        _ => name,
    }
}

/// Whether a mask covers every cell of every subscribed user: then nothing weaker can ever show.
fn always(mask: &Application) -> bool {
    mask.covers == Who::Everyone && mask.when.is_none() && mask.source.valid.is_none() && !mask.yields
}

/// When a mask definitely does not cover a cell. The parts on the user are never NULL; `when` may be, and then
/// the cell is covered.
fn clear(target: &MergedColumn, mask: &Application, facts: &mut Facts<'_>) -> String {
    let mut ways = vec![format!("NOT {}", facts.who(&mask.covers))];
    if let Some(window) = within(mask.source.valid.as_ref(), facts.dialect) {
        ways.push(format!("NOT {window}"));
    }
    if let Some(when) = &mask.when {
        ways.push(format!("NOT ({})", expression::render(when, facts)));
    }
    if mask.yields {
        // It steps back where a mask selected by a deeper tag covers the same cell: where that one is not
        // definitely clear.
        for deeper in target.masks.iter().filter(|other| other.depth > mask.depth) {
            let clear = self::clear(target, deeper, facts);
            ways.push(format!("CASE WHEN {clear} THEN 1 ELSE 0 END = 0"));
        }
    }
    match ways.as_slice() {
        [one] => one.clone(),
        many => format!("({})", many.join(" OR ")),
    }
}

fn masked(mask: &Mask, target: &MergedColumn, facts: &mut Facts<'_>) -> String {
    let dialect = facts.dialect;
    let value = raw(target);
    match mask {
        Mask::Nullify => "NULL".to_owned(),
        Mask::Constant(text) => {
            format!("CAST({} AS {})", literal(text), type_name(&target.column_type.exposed(), dialect))
        }
        Mask::Hash => {
            let salt = facts.salt(&target.name);
            match dialect {
                Dialect::Postgresql => {
                    format!(
                        "{}.f_hash(CAST({value} AS TEXT) COLLATE \"C\", {salt})",
                        ident(&facts.plan.functions_schema)
                    )
                }
                Dialect::Redshift => format!("SHA2({salt} || RTRIM({value}), 256)"),
            }
        }
        Mask::Regex(pattern, replacement) => {
            let (pattern, replacement) = (literal(pattern.as_str()), literal(replacement));
            match dialect {
                // PostgreSQL replaces the first match unless told otherwise.
                Dialect::Postgresql => format!("REGEXP_REPLACE({value} COLLATE \"C\", {pattern}, {replacement}, 'g')"),
                Dialect::Redshift => format!("REGEXP_REPLACE({value}, {pattern}, {replacement})"),
            }
        }
        Mask::Partial(edge, kept, fill) => {
            let fill = literal(&fill.to_string());
            let hidden = format!("REPEAT({fill}, LENGTH({value}) - {kept})");
            let shown = match edge {
                Edge::First => format!("LEFT({value}, {kept}) || {hidden}"),
                Edge::Last => format!("{hidden} || RIGHT({value}, {kept})"),
            };
            format!("CASE WHEN LENGTH({value}) > {kept} THEN {shown} ELSE REPEAT({fill}, LENGTH({value})) END")
        }
        Mask::Round(bucket) => rounded(&value, &target.column_type, &bucket.to_plain_string(), dialect),
        Mask::Truncate(to) => truncated(&value, &target.column_type, *to, dialect),
    }
}

/// The greatest multiple of the bucket not above the value, by exact remainders: a quotient would be rounded.
/// What leaves the type's range becomes NULL, for an error would show the value.
fn rounded(value: &str, column_type: &ColumnType, bucket: &str, dialect: Dialect) -> String {
    let exact = match (column_type.is_float(), dialect) {
        (_, Dialect::Postgresql) => format!("CAST({value} AS NUMERIC)"),
        (true, Dialect::Redshift) => format!("CAST({value} AS DECIMAL(38,15))"),
        (false, Dialect::Redshift) => value.to_owned(),
    };
    let remainder = format!("MOD({exact}, {bucket})");
    let floor = format!("{exact} - {remainder} - CASE WHEN {remainder} < 0 THEN {bucket} ELSE 0 END");
    let guard = match column_type {
        ColumnType::SmallInt => format!("{floor} >= -32768"),
        ColumnType::Integer => format!("{floor} >= -2147483648"),
        ColumnType::BigInt => format!("{floor} >= -9223372036854775808"),
        ColumnType::Numeric(Some((precision, scale))) => {
            format!("{floor} > -1{}", "0".repeat(usize::from(precision.saturating_sub(*scale))))
        }
        ColumnType::Real | ColumnType::Double => format!("{value} > -1000000000000000 AND {value} < 1000000000000000"),
        _ => "1 = 1".to_owned(),
    };
    // Without a scale of its own a number would show how many decimals the value had.
    let floor = match (column_type, dialect) {
        (ColumnType::Numeric(None), Dialect::Postgresql) => format!("TRIM_SCALE({floor})"),
        _ => floor,
    };
    format!("CASE WHEN {guard} THEN CAST({floor} AS {}) END", type_name(column_type, dialect))
}

/// What can be made of a time in the years 1 to 9999, and NULL outside: there it could be an error on data.
pub(super) fn in_range(moment: &str, then: &str) -> String {
    format!(
        "CASE WHEN {moment} >= CAST('0001-01-01 00:00:00' AS TIMESTAMP) AND {moment} <= CAST('9999-12-31 23:59:59.999999' AS TIMESTAMP) \
         THEN {then} END"
    )
}

fn truncated(value: &str, column_type: &ColumnType, to: Truncation, dialect: Dialect) -> String {
    let unit = match to {
        Truncation::Hour => "hour",
        Truncation::Day => "day",
        Truncation::Month => "month",
        Truncation::Quarter => "quarter",
        Truncation::Year => "year",
    };
    match (column_type, dialect) {
        // Days beyond the range of timestamps would be an error on PostgreSQL.
        (ColumnType::Date, _) => format!(
            "CASE WHEN {value} >= CAST('0001-01-01' AS DATE) AND {value} <= CAST('9999-12-31' AS DATE) \
             THEN CAST(DATE_TRUNC('{unit}', CAST({value} AS TIMESTAMP)) AS DATE) END"
        ),
        (ColumnType::TimestampTz, _) => {
            let moment = format!("({value} AT TIME ZONE 'UTC')");
            let start = in_range(&moment, &format!("DATE_TRUNC('{unit}', {moment})"));
            format!("(({start}) AT TIME ZONE 'UTC')")
        }
        _ => in_range(value, &format!("DATE_TRUNC('{unit}', {value})")),
    }
}
