//! Predicates of `filter` and `when`, in three-valued logic: none is SQL's NULL.

use std::cmp::Ordering;

use bigdecimal::BigDecimal;
use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use scrim_expr::{Comparison, DateUnit, Expr, Fact, Function, Set};

use super::{Seeing, World};
use crate::facts::Bound;
use crate::value::Value;

/// The truth of a predicate for whoever looks at a row, by the facts of every member or of any: a bound of the truths for
/// each. See [`scrim_expr::Expr::is_personal`] for where there is none.
pub(super) fn truth(expr: &Expr, seeing: &Seeing<'_>, bound: Bound) -> Option<bool> {
    (Reading { seeing, bound }).truth(expr)
}

/// The value of an expression.
pub(super) fn value(expr: &Expr, seeing: &Seeing<'_>) -> Value {
    (Reading { seeing, bound: Bound::Every }).value(expr)
}

struct Reading<'a> {
    seeing: &'a Seeing<'a>,
    bound: Bound,
}

fn boolean(truth: Option<bool>) -> Value {
    truth.map_or(Value::Null, Value::Boolean)
}

impl Reading<'_> {
    fn truth(&self, expr: &Expr) -> Option<bool> {
        match self.value(expr) {
            Value::Boolean(truth) => Some(truth),
            _ => None,
        }
    }

    /// What stands under a `not`, or is asked to be false.
    fn against(&self) -> Self {
        Reading { seeing: self.seeing, bound: self.bound.flip() }
    }

    fn value(&self, expr: &Expr) -> Value {
        match expr {
            Expr::Column { name, .. } => self.seeing.value(name).clone(),
            Expr::Text(text) => Value::Text(text.clone()),
            Expr::Number(number) => Value::Number(number.clone()),
            Expr::Boolean(truth) => Value::Boolean(*truth),
            Expr::Null(_) => Value::Null,
            Expr::Date(day) => Value::Date(*day),
            Expr::Timestamp(moment) => Value::Timestamp(*moment),
            Expr::Username => Value::Text(self.seeing.world.login.to_owned()),
            Expr::Not(inner) => boolean(self.against().truth(inner).map(|truth| !truth)),
            Expr::And(parts) => boolean(self.all(parts, false)),
            Expr::Or(parts) => boolean(self.all(parts, true)),
            Expr::Compare(comparison, left, right) => {
                boolean(order(&self.value(left), &self.value(right)).map(|order| holds(*comparison, order)))
            }
            Expr::IsNull { expr, negated } => Value::Boolean(self.value(expr).is_null() != *negated),
            Expr::IsTruth { expr, truth, negated } => {
                // IS TRUE and IS NOT FALSE rise with the truth, the other two fall.
                let found = if *truth == *negated { self.against().truth(expr) } else { self.truth(expr) };
                Value::Boolean((found == Some(*truth)) != *negated)
            }
            Expr::In { expr, list, negated } => {
                let value = self.value(expr);
                let equal = |item: &Expr| order(&value, &self.value(item)).map(Ordering::is_eq);
                boolean(any(list.iter().map(equal)).map(|found| found != *negated))
            }
            Expr::Like { expr, pattern, negated } => match self.value(expr) {
                Value::Text(text) => {
                    let pattern: Vec<char> = pattern.chars().collect();
                    let text: Vec<char> = text.chars().collect();
                    Value::Boolean(like(&text, &pattern) != *negated)
                }
                _ => Value::Null,
            },
            Expr::Case { branches, otherwise } => {
                let found = branches.iter().find(|(when, _)| self.truth(when) == Some(true)).map(|(_, then)| then);
                found.or(otherwise.as_deref()).map_or(Value::Null, |then| self.value(then))
            }
            Expr::Coalesce(parts) => {
                parts.iter().map(|part| self.value(part)).find(|value| !value.is_null()).unwrap_or(Value::Null)
            }
            Expr::Call(function, arguments) => {
                let values: Vec<Value> = arguments.iter().map(|argument| self.value(argument)).collect();
                call(function, &values, self.seeing.world).unwrap_or(Value::Null)
            }
            Expr::Fact(fact) => {
                let held = self.seeing.facts.held(self.bound);
                Value::Boolean(match fact {
                    Fact::HasAttribute { key, value } => held.has(key, value),
                    Fact::IsInGroups(groups) => groups.iter().any(|group| held.groups.contains(group)),
                    Fact::IsUsingPurpose(purpose) => held.purposes.contains(purpose),
                })
            }
            Expr::Contains(set, inner) => match self.value(inner) {
                Value::Text(text) => {
                    let held = self.seeing.facts.held(self.bound);
                    Value::Boolean(match set {
                        Set::Attribute(key) => held.has(key, &text),
                        Set::Groups => held.groups.contains(text.as_str()),
                        Set::Purposes => held.purposes.contains(text.as_str()),
                    })
                }
                _ => Value::Null,
            },
        }
    }

    /// `AND` (stop at false) or `OR` (stop at true) of parts.
    fn all(&self, parts: &[Expr], stop: bool) -> Option<bool> {
        let truths: Vec<Option<bool>> = parts.iter().map(|part| self.truth(part)).collect();
        if truths.contains(&Some(stop)) {
            Some(stop)
        } else if truths.contains(&None) {
            None
        } else {
            Some(!stop)
        }
    }
}

fn any(truths: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut unknown = false;
    for truth in truths {
        match truth {
            Some(true) => return Some(true),
            Some(false) => {}
            None => unknown = true,
        }
    }
    (!unknown).then_some(false)
}

fn holds(comparison: Comparison, order: Ordering) -> bool {
    match comparison {
        Comparison::Equal => order.is_eq(),
        Comparison::NotEqual => order.is_ne(),
        Comparison::Less => order.is_lt(),
        Comparison::LessOrEqual => order.is_le(),
        Comparison::Greater => order.is_gt(),
        Comparison::GreaterOrEqual => order.is_ge(),
    }
}

/// How two values stand to each other; none when one is NULL. Text by bytes, days as midnight.
fn order(left: &Value, right: &Value) -> Option<Ordering> {
    let float = |number: &BigDecimal| number.to_string().parse::<f64>().ok();
    let midnight = |day: &NaiveDate| day.and_time(NaiveTime::MIN);
    match (left, right) {
        (Value::Text(a), Value::Text(b)) => Some(a.as_bytes().cmp(b.as_bytes())),
        (Value::Number(a), Value::Number(b)) => Some(a.cmp(b)),
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
        (Value::Float(a), Value::Number(b)) => a.partial_cmp(&float(b)?),
        (Value::Number(a), Value::Float(b)) => float(a)?.partial_cmp(b),
        (Value::Boolean(a), Value::Boolean(b)) => Some(a.cmp(b)),
        (Value::Date(a), Value::Date(b)) => Some(a.cmp(b)),
        (Value::Timestamp(a), Value::Timestamp(b)) => Some(a.cmp(b)),
        (Value::Date(a), Value::Timestamp(b)) => Some(midnight(a).cmp(b)),
        (Value::Timestamp(a), Value::Date(b)) => Some(a.cmp(&midnight(b))),
        _ => None,
    }
}

/// `LIKE` with `%` and `_`, without escapes.
fn like(text: &[char], pattern: &[char]) -> bool {
    // One row of the table of prefixes: quick for any pattern, unlike trying every split.
    let mut reached = vec![false; text.len() + 1];
    if let Some(start) = reached.first_mut() {
        *start = true;
    }
    for p in pattern {
        let mut next = vec![false; text.len() + 1];
        let mut earlier = false;
        for (at, slot) in next.iter_mut().enumerate() {
            let here = reached.get(at).copied().unwrap_or(false);
            let before = at.checked_sub(1).and_then(|b| reached.get(b)).copied().unwrap_or(false);
            let character = at.checked_sub(1).and_then(|b| text.get(b));
            earlier |= here;
            *slot = match p {
                '%' => earlier,
                '_' => before,
                p => before && character == Some(p),
            };
        }
        reached = next;
    }
    reached.last().copied().unwrap_or(false)
}

/// A function on values; none is NULL.
fn call(function: &Function, values: &[Value], world: &World<'_>) -> Option<Value> {
    let text = |at: usize| match values.get(at) {
        Some(Value::Text(text)) => Some(text.as_str()),
        _ => None,
    };
    let count = |at: usize| match values.get(at) {
        Some(Value::Number(number)) => number.to_string().parse::<usize>().ok(),
        _ => None,
    };
    let moment = |at: usize| match values.get(at) {
        Some(Value::Date(day)) => Some(day.and_time(NaiveTime::MIN)),
        Some(Value::Timestamp(moment)) => Some(*moment),
        _ => None,
    };
    let number = |n: usize| Value::Number(BigDecimal::from(u64::try_from(n).unwrap_or(u64::MAX)));
    Some(match function {
        // Only ASCII letters have case: what every engine agrees on under the "C" collation.
        Function::Lower => Value::Text(text(0)?.to_ascii_lowercase()),
        Function::Upper => Value::Text(text(0)?.to_ascii_uppercase()),
        Function::Length => number(text(0)?.chars().count()),
        Function::Trim => Value::Text(text(0)?.trim_matches(' ').to_owned()),
        Function::LTrim => Value::Text(text(0)?.trim_start_matches(' ').to_owned()),
        Function::RTrim => Value::Text(text(0)?.trim_end_matches(' ').to_owned()),
        Function::Substring => {
            let tail = text(0)?.chars().skip(count(1)?.saturating_sub(1));
            Value::Text(if values.len() > 2 { tail.take(count(2)?).collect() } else { tail.collect() })
        }
        Function::Left => Value::Text(text(0)?.chars().take(count(1)?).collect()),
        Function::Right => {
            let length = text(0)?.chars().count();
            Value::Text(text(0)?.chars().skip(length.saturating_sub(count(1)?)).collect())
        }
        Function::Position => {
            let (haystack, needle) = (text(0)?, text(1)?);
            let found =
                haystack.find(needle).and_then(|at| haystack.get(..at)).map(|before| before.chars().count() + 1);
            number(found.unwrap_or(0))
        }
        Function::Replace => match (text(0)?, text(1)?, text(2)?) {
            (whole, "", _) => Value::Text(whole.to_owned()),
            (whole, from, to) => Value::Text(whole.replace(from, to)),
        },
        Function::Concat => {
            Value::Text((0..values.len()).map(|at| text(at).map(str::to_owned)).collect::<Option<Vec<_>>>()?.concat())
        }
        Function::NullIf => {
            let (first, second) = (values.first()?, values.get(1)?);
            if order(first, second) == Some(Ordering::Equal) { Value::Null } else { first.clone() }
        }
        Function::DateTrunc(unit) => Value::Timestamp(truncated(moment(0)?, *unit)?),
        Function::ExtractYear => Value::Number(BigDecimal::from(moment(0)?.year())),
        Function::ExtractMonth => Value::Number(BigDecimal::from(moment(0)?.month())),
        Function::ExtractDay => Value::Number(BigDecimal::from(moment(0)?.day())),
        Function::CurrentDate => Value::Date(world.now.date_naive()),
    })
}

fn truncated(moment: NaiveDateTime, unit: DateUnit) -> Option<NaiveDateTime> {
    let day = moment.date();
    let start = match unit {
        DateUnit::Hour => return day.and_hms_opt(moment.hour(), 0, 0),
        DateUnit::Day => day,
        DateUnit::Week => day - chrono::Days::new(u64::from(day.weekday().num_days_from_monday())),
        DateUnit::Month => day.with_day(1)?,
        DateUnit::Quarter => NaiveDate::from_ymd_opt(day.year(), day.month0() / 3 * 3 + 1, 1)?,
        DateUnit::Year => NaiveDate::from_ymd_opt(day.year(), 1, 1)?,
    };
    Some(start.and_time(NaiveTime::MIN))
}
