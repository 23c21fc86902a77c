//! Predicates of `filter` and `when` from their checked tree. Nothing of what somebody wrote is copied: every
//! name is a column of the table, every literal is quoted anew, every function is one of a closed list.

use scrim_catalog::{ColumnType, Matched};
use scrim_expr::{Comparison, DateUnit, Expr, Fact, Family, Function, Set};

use scrim_policy::Bound;

use super::cell::in_range;
use super::facts::Facts;
use super::{Clock, Dialect, column, now};
use crate::quote::literal;

/// Renders an expression; booleans as SQL's own three-valued ones, by what holds of every member of an equalized project
/// or of any.
pub(super) fn render(expr: &Expr, bound: Bound, facts: &mut Facts<'_>) -> String {
    let dialect = facts.dialect;
    match expr {
        Expr::Column { name, column_type } => reference(name, column_type, dialect),
        Expr::Text(text) => text_literal(text, dialect),
        Expr::Number(number) => format!("({})", number.to_plain_string()),
        Expr::Boolean(truth) => if *truth { "TRUE" } else { "FALSE" }.to_owned(),
        Expr::Null(family) => format!("CAST(NULL AS {})", family_type(*family)),
        Expr::Date(day) => format!("CAST('{}' AS DATE)", day.format("%Y-%m-%d")),
        Expr::Timestamp(moment) => format!("CAST('{}' AS TIMESTAMP)", moment.format("%Y-%m-%d %H:%M:%S%.6f")),
        Expr::Username => facts.username(),
        Expr::Not(inner) => format!("NOT ({})", render(inner, bound.flip(), facts)),
        Expr::And(parts) => joined(parts, " AND ", bound, facts),
        Expr::Or(parts) => joined(parts, " OR ", bound, facts),
        Expr::Compare(comparison, left, right) => {
            format!("({} {} {})", render(left, bound, facts), symbol(*comparison), render(right, bound, facts))
        }
        Expr::IsNull { expr, negated } => {
            format!("({} IS {}NULL)", render(expr, bound, facts), if *negated { "NOT " } else { "" })
        }
        Expr::IsTruth { expr, truth, negated } => {
            let (not, word) = (if *negated { "NOT " } else { "" }, if *truth { "TRUE" } else { "FALSE" });
            // IS TRUE and IS NOT FALSE rise with the truth, the other two fall.
            let bound = if *truth == *negated { bound.flip() } else { bound };
            format!("(({}) IS {not}{word})", render(expr, bound, facts))
        }
        Expr::In { expr, list, negated } => {
            let list: Vec<String> = list.iter().map(|item| render(item, bound, facts)).collect();
            let not = if *negated { "NOT " } else { "" };
            format!("({} {not}IN ({}))", render(expr, bound, facts), list.join(", "))
        }
        Expr::Like { expr, pattern, negated } => {
            let not = if *negated { "NOT " } else { "" };
            format!("({} {not}LIKE {})", render(expr, bound, facts), literal(pattern))
        }
        Expr::Case { branches, otherwise } => {
            let mut sql = String::from("CASE");
            for (when, then) in branches {
                sql += &format!(" WHEN {} THEN {}", render(when, bound, facts), render(then, bound, facts));
            }
            if let Some(otherwise) = otherwise {
                sql += &format!(" ELSE {}", render(otherwise, bound, facts));
            }
            sql + " END"
        }
        Expr::Coalesce(parts) => {
            let parts: Vec<String> = parts.iter().map(|part| render(part, bound, facts)).collect();
            format!("COALESCE({})", parts.join(", "))
        }
        Expr::Call(function, arguments) => {
            let arguments: Vec<String> = arguments.iter().map(|argument| render(argument, bound, facts)).collect();
            call(function, &arguments, facts)
        }
        Expr::Fact(fact) => {
            let fact = match fact {
                Fact::HasAttribute { key, value } => facts.attribute(key, value, bound),
                Fact::IsUsingPurpose(purpose) => facts.has("purpose", purpose, bound),
                Fact::IsInGroups(groups) => {
                    let any: Vec<String> = groups.iter().map(|group| facts.has("group", group, bound)).collect();
                    format!("({})", any.join(" OR "))
                }
            };
            facts.flag(fact)
        }
        Expr::Contains(set, inner) => {
            let matched = match set {
                Set::Attribute(key) => Matched::Attribute(key.clone()),
                Set::Groups => Matched::Groups,
                Set::Purposes => Matched::Purposes,
            };
            let value = render(inner, bound, facts);
            let among = facts.among(&matched, &value, "p.value", bound);
            // NULL is neither in nor out, whatever the list.
            format!("CASE WHEN {value} IS NOT NULL THEN ({among}) END")
        }
    }
}

/// A column: text by bytes and without padding, times in UTC.
fn reference(name: &str, column_type: &ColumnType, dialect: Dialect) -> String {
    let value = column(name);
    match (column_type, dialect) {
        (ColumnType::Char(n), Dialect::Postgresql) => format!("(RTRIM(CAST({value} AS VARCHAR({n}))) COLLATE \"C\")"),
        (ColumnType::Char(n), Dialect::Redshift) => format!("RTRIM(CAST({value} AS VARCHAR({n})))"),
        (ColumnType::Varchar(_) | ColumnType::Text, Dialect::Postgresql) => format!("({value} COLLATE \"C\")"),
        (ColumnType::TimestampTz, _) => format!("({value} AT TIME ZONE 'UTC')"),
        _ => value,
    }
}

fn text_literal(text: &str, dialect: Dialect) -> String {
    match dialect {
        // Of type text, so that no operator or function of another type can be meant.
        Dialect::Postgresql => format!("(CAST({} AS TEXT) COLLATE \"C\")", literal(text)),
        Dialect::Redshift => literal(text),
    }
}

fn joined(parts: &[Expr], word: &str, bound: Bound, facts: &mut Facts<'_>) -> String {
    let parts: Vec<String> = parts.iter().map(|part| render(part, bound, facts)).collect();
    format!("({})", parts.join(word))
}

fn symbol(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => "=",
        Comparison::NotEqual => "<>",
        Comparison::Less => "<",
        Comparison::LessOrEqual => "<=",
        Comparison::Greater => ">",
        Comparison::GreaterOrEqual => ">=",
    }
}

fn family_type(family: Family) -> &'static str {
    match family {
        Family::Text | Family::Null => "VARCHAR(256)",
        Family::Number => "DECIMAL(38,9)",
        Family::Boolean => "BOOLEAN",
        Family::Date => "DATE",
        Family::Timestamp => "TIMESTAMP",
    }
}

fn call(function: &Function, arguments: &[String], facts: &Facts<'_>) -> String {
    let list = arguments.join(", ");
    match function {
        Function::Lower => format!("LOWER({list})"),
        Function::Upper => format!("UPPER({list})"),
        Function::Length => format!("LENGTH({list})"),
        Function::Trim => format!("BTRIM({list})"),
        Function::LTrim => format!("LTRIM({list})"),
        Function::RTrim => format!("RTRIM({list})"),
        Function::Substring => format!("SUBSTRING({list})"),
        Function::Left => format!("LEFT({list})"),
        Function::Right => format!("RIGHT({list})"),
        Function::Position => format!("STRPOS({list})"),
        Function::Replace => format!("REPLACE({list})"),
        Function::Concat => format!("({})", arguments.join(" || ")),
        Function::NullIf => format!("NULLIF({list})"),
        Function::DateTrunc(unit) => {
            let unit = match unit {
                DateUnit::Hour => "hour",
                DateUnit::Day => "day",
                DateUnit::Week => "week",
                DateUnit::Month => "month",
                DateUnit::Quarter => "quarter",
                DateUnit::Year => "year",
            };
            in_range(&list, &format!("DATE_TRUNC('{unit}', CAST({list} AS TIMESTAMP))"))
        }
        Function::ExtractYear => format!("EXTRACT(YEAR FROM {list})"),
        Function::ExtractMonth => format!("EXTRACT(MONTH FROM {list})"),
        Function::ExtractDay => format!("EXTRACT(DAY FROM {list})"),
        Function::CurrentDate => match facts.dialect {
            Dialect::Postgresql => format!("CAST({} AS DATE)", now(Clock::Late, facts)),
            Dialect::Redshift => format!("TRUNC({})", now(Clock::Late, facts)),
        },
    }
}
