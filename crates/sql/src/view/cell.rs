//! A column of the view: `CASE WHEN <definitely clear> THEN value ELSE mask END`, nested from the strongest mask
//! to the weakest, so that whatever is not definitely true shows the stronger one.

use scrim_catalog::documents::{Edge, Truncation};
use scrim_catalog::{ColumnType, Who};
use scrim_expr::{Expr, Family};
use scrim_policy::{Application, Bound, Joined, Masking, MergedColumn, SaltKey, Value};

use super::facts::Facts;
use super::{Dialect, column, draw, expression, type_name, within};
use crate::quote::{ident, literal};

/// The expression of a column, cast to its type for life.
pub(super) fn render(target: &MergedColumn, facts: &mut Facts<'_>) -> String {
    let exposed = target.column_type.exposed();
    let mut shown = raw(target);
    for (at, mask) in target.masks.iter().enumerate().rev() {
        let masked = masked(&mask.mask, target, facts);
        if always(mask) {
            shown = masked;
            continue;
        }
        let masked = undoubted(target, at, mask, masked, facts);
        let clear = clear(target, mask, Bound::Any, facts);
        shown = format!("CASE WHEN {clear} THEN {shown} ELSE {masked} END");
    }
    // Types that Scrim cannot work with are shown or NULL, as they are.
    match &exposed {
        ColumnType::Other(_) if target.masks.is_empty() => shown,
        ColumnType::Other(_) => format!("CAST({shown} AS {exposed})"),
        _ if target.masks.is_empty() && exposed == target.column_type => shown,
        _ => format!("CAST({shown} AS {}){}", type_name(&exposed, facts.dialect), collation(&exposed, facts.dialect)),
    }
}

/// What text is sorted by: masks differ in it, and PostgreSQL takes a column with another one for another column, which would
/// break statements that readers have prepared.
fn collation(exposed: &ColumnType, dialect: Dialect) -> &'static str {
    if dialect == Dialect::Postgresql && exposed.is_text() { " COLLATE \"default\"" } else { "" }
}

/// The value, text without the padding of fixed-length columns.
pub(super) fn raw(target: &MergedColumn) -> String {
    let name = column(&target.name);
    match target.column_type {
        ColumnType::Char(n) => format!("RTRIM(CAST({name} AS VARCHAR({n})))"),
        _ => name,
    }
}

/// Whether a mask covers every cell of every subscribed user: then nothing weaker can ever show.
fn always(mask: &Application) -> bool {
    mask.covers == Who::Everyone
        && mask.lifted.is_empty()
        && mask.when.is_none()
        && mask.source.valid.is_none()
        && !mask.yields
        && !matches!(mask.mask, Masking::KAnonymous(_))
}

/// What a mask shows; NULL where some of several members may see by another one, which may show less.
fn undoubted(target: &MergedColumn, at: usize, mask: &Application, masked: String, facts: &mut Facts<'_>) -> String {
    let weaker = target.masks.iter().skip(at + 1);
    let others: Vec<&Application> = weaker.filter(|other| !mask.mask.hides_as_much_as(&other.mask)).collect();
    if others.is_empty() {
        return masked;
    }
    let Some(alone) = facts.alone() else { return masked };
    let some = clear(target, mask, Bound::Every, facts);
    let others: Vec<String> = others.into_iter().map(|other| clear(target, other, Bound::Any, facts)).collect();
    format!(
        "CASE WHEN {alone} OR CASE WHEN {some} THEN 1 ELSE 0 END = 0 OR ({}) THEN {masked} ELSE NULL END",
        others.join(" AND ")
    )
}

/// When a mask definitely does not cover a cell, for any member of an equalized project or for every one. The parts on
/// the user are never NULL; `when` may be, and then the cell is covered.
fn clear(target: &MergedColumn, mask: &Application, bound: Bound, facts: &mut Facts<'_>) -> String {
    let mut ways = vec![format!("NOT {}", facts.who(&mask.covers, bound))];
    if let Some(window) = within(mask.source.valid.as_ref(), facts) {
        ways.push(format!("NOT {window}"));
    }
    for lift in &mask.lifted {
        let only = facts.who(&lift.only, bound.flip());
        ways.push(match within(lift.source.valid.as_ref(), facts) {
            Some(window) => format!("({window} AND {only})"),
            None => only,
        });
    }
    if let Some(when) = &mask.when {
        let clear = format!("NOT ({})", expression::render(&when.expr, bound, facts));
        ways.push(match (facts.alone().filter(|_| when.personal), bound) {
            (None, _) => clear,
            // Of several, nobody is surely clear, and nobody surely covered.
            (Some(alone), Bound::Any) => format!("({alone} AND {clear})"),
            (Some(alone), Bound::Every) => format!("(NOT {alone} OR {clear})"),
        });
    }
    if let Masking::KAnonymous(combination) = &mask.mask {
        ways.push(facts.released(combination));
    }
    if mask.yields {
        // It steps back where a mask selected by a deeper tag covers the same cell: where that one is not
        // definitely clear.
        for deeper in target.masks.iter().filter(|other| other.depth > mask.depth) {
            let clear = self::clear(target, deeper, bound.flip(), facts);
            ways.push(format!("CASE WHEN {clear} THEN 1 ELSE 0 END = 0"));
        }
    }
    match ways.as_slice() {
        [one] => one.clone(),
        many => format!("({})", many.join(" OR ")),
    }
}

fn masked(mask: &Masking, target: &MergedColumn, facts: &mut Facts<'_>) -> String {
    let dialect = facts.dialect;
    let value = raw(target);
    match mask {
        // Where the combination is released the mask does not cover.
        Masking::Nullify | Masking::KAnonymous(_) => "NULL".to_owned(),
        Masking::Constant(text) => constant(text, target, dialect),
        Masking::Hash(joined) => {
            let own = facts.salt(&SaltKey::hash(&facts.plan.source, &target.name));
            let mut salt = own.clone();
            for Joined { project, tag } in joined {
                let (under, shared) = (facts.project(project), facts.salt(&SaltKey::joined(project, tag)));
                salt = format!("CASE WHEN {under} THEN {shared} ELSE {salt} END");
            }
            hashed(&value, &salt, facts)
        }
        Masking::Reversible => {
            let salt = salt(mask, target, facts);
            hashed(&value, &salt, facts)
        }
        Masking::FormatPreserving(check) => {
            let salt = salt(mask, target, facts);
            if target.column_type.is_text() {
                draw::text(target, *check, &salt, facts)
            } else {
                draw::number(target, &salt, facts)
            }
        }
        Masking::Answer { domain, rate, key } => {
            let salt = salt(mask, target, facts);
            draw::answer(target, domain, rate, key, &salt, facts)
        }
        Masking::Noise(noise, key) => {
            let salt = salt(mask, target, facts);
            draw::noisy(target, noise, key, &salt, facts)
        }
        Masking::Regex(pattern, replacement) => {
            let (pattern, replacement) = (literal(pattern.as_str()), literal(replacement));
            match dialect {
                // PostgreSQL replaces the first match unless told otherwise.
                Dialect::Postgresql => format!("REGEXP_REPLACE({value} COLLATE \"C\", {pattern}, {replacement}, 'g')"),
                Dialect::Redshift => format!("REGEXP_REPLACE({value}, {pattern}, {replacement})"),
            }
        }
        Masking::Partial(edge, kept, fill) => {
            let fill = literal(&fill.to_string());
            let hidden = format!("REPEAT({fill}, LENGTH({value}) - {kept})");
            let shown = match edge {
                Edge::First => format!("LEFT({value}, {kept}) || {hidden}"),
                Edge::Last => format!("{hidden} || RIGHT({value}, {kept})"),
            };
            format!("CASE WHEN LENGTH({value}) > {kept} THEN {shown} ELSE REPEAT({fill}, LENGTH({value})) END")
        }
        Masking::Round(bucket) => rounded(&value, &target.column_type, &bucket.to_plain_string(), dialect),
        Masking::Truncate(to) => truncated(&value, &target.column_type, *to, dialect),
        Masking::Custom(expr) => {
            let shown = custom(expr, target, facts);
            match facts.alone().filter(|_| expr.speaks_of_readers()) {
                Some(alone) => format!("CASE WHEN {alone} THEN {shown} END"),
                None => shown,
            }
        }
    }
}

fn salt(mask: &Masking, target: &MergedColumn, facts: &mut Facts<'_>) -> String {
    facts.salt(&SaltKey::of(&facts.plan.source, &target.name, mask.name()))
}

fn hashed(value: &str, salt: &str, facts: &Facts<'_>) -> String {
    match facts.dialect {
        Dialect::Postgresql => {
            format!("{}.f_hash(CAST({value} AS TEXT) COLLATE \"C\", {salt})", ident(&facts.plan.functions_schema))
        }
        Dialect::Redshift => format!("SHA2({salt} || RTRIM({value}), 256)"),
    }
}

/// A text of a policy as a value of the column's type, read here: a session's settings must have no say in it.
pub(super) fn constant(text: &str, target: &MergedColumn, dialect: Dialect) -> String {
    let exposed = target.column_type.exposed();
    let text = Value::read(text, &target.column_type).map_or_else(String::new, |value| value.to_string());
    match exposed {
        ColumnType::TimestampTz => format!("(CAST({} AS TIMESTAMP) AT TIME ZONE 'UTC')", literal(&text)),
        exposed => format!("CAST({} AS {})", literal(&text), type_name(&exposed, dialect)),
    }
}

/// A number as a decimal; a floating-point one as one of the digits that its type guarantees.
pub(super) fn exact(value: &str, column_type: &ColumnType, dialect: Dialect) -> String {
    match (column_type, dialect) {
        (_, Dialect::Postgresql) => format!("CAST({value} AS NUMERIC)"),
        (ColumnType::Real | ColumnType::Double, Dialect::Redshift) => format!("CAST({value} AS DECIMAL(38,15))"),
        // What is computed from it may leave the type before it is found to.
        (ColumnType::SmallInt | ColumnType::Integer | ColumnType::BigInt, Dialect::Redshift) => {
            format!("CAST({value} AS DECIMAL(20,0))")
        }
        (_, Dialect::Redshift) => value.to_owned(),
    }
}

/// The largest number, and more, that is computed with where a type has none: there are larger ones in PostgreSQL, and
/// sums that it cannot hold.
const DIGITS_38: &str = "100000000000000000000000000000000000000";

/// Whether a value is a number that can be computed with; none where every value is.
pub(super) fn computable(value: &str, column_type: &ColumnType, dialect: Dialect) -> Option<String> {
    match (column_type, dialect) {
        (ColumnType::Real | ColumnType::Double, _) => {
            Some(format!("{value} > -1000000000000000 AND {value} < 1000000000000000"))
        }
        (ColumnType::Numeric(None), Dialect::Postgresql) => {
            Some(format!("{value} > -{DIGITS_38} AND {value} < {DIGITS_38}"))
        }
        // What is no number is greater than every number.
        (ColumnType::Numeric(Some(_)), Dialect::Postgresql) => {
            column_type.range().map(|(_, most)| format!("{value} <= {}", most.to_plain_string()))
        }
        _ => None,
    }
}

/// The value of an expression as one of the column's type; numbers out of its range are NULL.
fn custom(expr: &Expr, target: &MergedColumn, facts: &mut Facts<'_>) -> String {
    let dialect = facts.dialect;
    let shown = expression::render(expr, Bound::Every, facts);
    let moment = |shown: &str| match expr.family() {
        Family::Date => days_in_range(shown, &format!("CAST({shown} AS TIMESTAMP)")),
        _ => shown.to_owned(),
    };
    let target_type = type_name(&target.column_type, dialect);
    match &target.column_type {
        ColumnType::Timestamp => moment(&shown),
        ColumnType::TimestampTz => format!("(({}) AT TIME ZONE 'UTC')", moment(&shown)),
        ColumnType::Date | ColumnType::Real | ColumnType::Double | ColumnType::Numeric(None) => {
            format!("CAST({shown} AS {target_type})")
        }
        number => match number.range() {
            None => shown,
            Some((least, most)) => {
                let scale = if let ColumnType::Numeric(Some((_, scale))) = number { *scale } else { 0 };
                let number = match dialect {
                    Dialect::Postgresql => format!("ROUND(CAST({shown} AS NUMERIC), {scale})"),
                    Dialect::Redshift => format!("ROUND({shown}, {scale})"),
                };
                let (least, most) = (least.to_plain_string(), most.to_plain_string());
                format!("CASE WHEN {number} >= {least} AND {number} <= {most} THEN CAST({number} AS {target_type}) END")
            }
        },
    }
}

/// The greatest multiple of the bucket not above the value, by exact remainders: a quotient would be rounded.
/// What leaves the type's range becomes NULL, for an error would show the value.
fn rounded(value: &str, column_type: &ColumnType, bucket: &str, dialect: Dialect) -> String {
    let exact = exact(value, column_type, dialect);
    let remainder = format!("MOD({exact}, {bucket})");
    let floor = format!("{exact} - {remainder} - CASE WHEN {remainder} < 0 THEN {bucket} ELSE 0 END");
    let range = column_type.range().map(|(least, _)| format!("{floor} >= {}", least.to_plain_string()));
    let guards: Vec<String> = computable(value, column_type, dialect).into_iter().chain(range).collect();
    let guard = if guards.is_empty() { "1 = 1".to_owned() } else { guards.join(" AND ") };
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

/// What can be made of a day in the years 1 to 9999, and NULL outside.
pub(super) fn days_in_range(day: &str, then: &str) -> String {
    format!("CASE WHEN {day} >= CAST('0001-01-01' AS DATE) AND {day} <= CAST('9999-12-31' AS DATE) THEN {then} END")
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
        (ColumnType::Date, _) => {
            days_in_range(value, &format!("CAST(DATE_TRUNC('{unit}', CAST({value} AS TIMESTAMP)) AS DATE)"))
        }
        (ColumnType::TimestampTz, _) => {
            let moment = format!("({value} AT TIME ZONE 'UTC')");
            let start = in_range(&moment, &format!("DATE_TRUNC('{unit}', {moment})"));
            format!("(({start}) AT TIME ZONE 'UTC')")
        }
        _ => in_range(value, &format!("DATE_TRUNC('{unit}', {value})")),
    }
}
