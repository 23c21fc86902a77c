//! Comparisons and what is made of them: families are brought together here.

use scrim_catalog::ColumnType;
use sqlparser::ast;
use sqlparser::tokenizer::Location;

use crate::check::{At, Checker, needs_parentheses};
use crate::place::place;
use crate::{Comparison, Expr, Family, Refused, literals};

type Checked = Result<Expr, Refused>;

impl Checker<'_, '_> {
    pub(crate) fn comparison(&mut self, op: Comparison, left: &ast::Expr, right: &ast::Expr, at: At) -> Checked {
        for side in [left, right] {
            if needs_parentheses(side) {
                let refused = Refused::new(place(side).unwrap_or(at.place), "comparisons in a row are not allowed");
                return Err(refused.help("put parentheses around the inner condition"));
            }
        }
        let (left, right) = (self.value(left, at)?, self.value(right, at)?);
        compare(op, left, right, at.place)
    }

    /// `x BETWEEN low AND high`, as the two comparisons it stands for.
    pub(crate) fn between(
        &mut self,
        subject: &ast::Expr,
        low: &ast::Expr,
        high: &ast::Expr,
        negated: bool,
        at: At,
    ) -> Checked {
        let (subject, low, high) = (self.value(subject, at)?, self.value(low, at)?, self.value(high, at)?);
        self.spend(subject.size(), at.place)?;
        let above = compare(Comparison::GreaterOrEqual, subject.clone(), low, at.place)?;
        let below = compare(Comparison::LessOrEqual, subject, high, at.place)?;
        let both = Expr::And(vec![above, below]);
        Ok(if negated { Expr::Not(Box::new(both)) } else { both })
    }

    pub(crate) fn in_list(&mut self, expr: &ast::Expr, list: &[ast::Expr], negated: bool, at: At) -> Checked {
        let expr = self.value(expr, at)?;
        refuse_null(&expr, at.place)?;
        if list.is_empty() {
            return Err(Refused::new(at.place, "the list of IN is empty"));
        }
        let item = |tree: &ast::Expr| {
            let item = self.value(tree, at)?;
            let place = place(tree).unwrap_or(at.place);
            if matches!(item, Expr::Null(_)) {
                let refused = Refused::new(place, "NULL in a list is not allowed: NOT IN would never be true");
                return Err(refused.help("add OR x IS NULL"));
            }
            if !item.is_literal() && item.family() != Family::Text {
                return Err(Refused::new(place, "the list of IN takes literals, or texts").help("write `=` with OR"));
            }
            fit(item, &expr, place)
        };
        let list = list.iter().map(item).collect::<Result<Vec<_>, _>>()?;
        Ok(Expr::In { expr: Box::new(expr), list, negated })
    }

    pub(crate) fn case(
        &mut self,
        operand: Option<&ast::Expr>,
        conditions: &[ast::CaseWhen],
        otherwise: Option<&ast::Expr>,
        at: At,
    ) -> Checked {
        let operand = operand.map(|operand| self.value(operand, at)).transpose()?;
        let mut whens = Vec::new();
        let mut thens = Vec::new();
        for branch in conditions {
            whens.push(match &operand {
                Some(operand) => {
                    let value = self.value(&branch.condition, at)?;
                    self.spend(operand.size(), at.place)?;
                    compare(Comparison::Equal, operand.clone(), value, at.place)?
                }
                None => self.boolean(&branch.condition, at)?,
            });
            thens.push((self.value(&branch.result, at)?, place(&branch.result).unwrap_or(at.place)));
        }
        if let Some(otherwise) = otherwise {
            thens.push((self.value(otherwise, at)?, place(otherwise).unwrap_or(at.place)));
        }
        let mut thens = one_family(thens, at.place)?;
        let otherwise = if otherwise.is_some() { thens.pop().map(Box::new) } else { None };
        Ok(Expr::Case { branches: whens.into_iter().zip(thens).collect(), otherwise })
    }

    pub(crate) fn coalesce(&mut self, parts: &[&ast::Expr], at: At) -> Checked {
        if parts.is_empty() {
            return Err(Refused::new(at.place, "COALESCE takes at least one argument"));
        }
        let checked = parts.iter().map(|part| Ok((self.value(part, at)?, place(part).unwrap_or(at.place))));
        let checked = checked.collect::<Result<Vec<_>, Refused>>()?;
        Ok(Expr::Coalesce(one_family(checked, at.place)?))
    }
}

fn refuse_null(expr: &Expr, at: Location) -> Result<(), Refused> {
    if matches!(expr, Expr::Null(_)) {
        let refused = Refused::new(at, "a comparison with NULL is never true");
        return Err(refused.help("write IS NULL or IS NOT NULL"));
    }
    Ok(())
}

/// A comparison of two values.
fn compare(op: Comparison, left: Expr, right: Expr, at: Location) -> Checked {
    let (left, right) = comparable(left, right, at)?;
    let equality = matches!(op, Comparison::Equal | Comparison::NotEqual);
    if left.family() == Family::Boolean && !equality {
        return Err(Refused::new(at, "booleans have no order").help("write `=` or `<>`"));
    }
    Ok(Expr::Compare(op, Box::new(left), Box::new(right)))
}

/// Two values that can be compared; a text literal is read as what stands on the other side.
pub(crate) fn comparable(left: Expr, right: Expr, at: Location) -> Result<(Expr, Expr), Refused> {
    refuse_null(&left, at)?;
    refuse_null(&right, at)?;
    refuse_inexact([&left, &right], at)?;
    if matches!(left, Expr::Text(_)) && right.family() != Family::Text {
        let left = fit(left, &right, at)?;
        return Ok((left, right));
    }
    let right = fit(right, &left, at)?;
    Ok((left, right))
}

/// A value that can be compared with another; a text literal is read as what the other is.
fn fit(item: Expr, other: &Expr, at: Location) -> Checked {
    let (family, wanted) = (item.family(), other.family());
    if family == wanted || (family.is_time() && wanted.is_time()) {
        return Ok(item);
    }
    match item {
        Expr::Text(text) => literals::read_as(&text, wanted, zoned(other), at),
        _ => {
            let refused = Refused::new(at, format!("{family} cannot be compared with {wanted}"));
            let quotes = family == Family::Number && wanted == Family::Text;
            Err(if quotes { refused.help("write the number in quotes to compare it as text") } else { refused })
        }
    }
}

/// Whether a moment comes from a column that knows zones.
fn zoned(expr: &Expr) -> bool {
    let mut found = false;
    expr.walk(&mut |expr| found |= matches!(expr, Expr::Column { column_type: ColumnType::TimestampTz, .. }));
    found
}

/// Refuses to bring floating-point numbers together with numbers that may be none: the warehouse would convert them, fail
/// on those, and show them.
fn refuse_inexact<'a>(items: impl IntoIterator<Item = &'a Expr>, at: Location) -> Result<(), Refused> {
    let (mut float, mut beyond) = (None, None);
    for item in items {
        item.walk(&mut |part| match part {
            Expr::Column { name, column_type } if column_type.is_float() => float = Some(name.clone()),
            Expr::Column { name, column_type }
                if column_type.is_number() && !column_type.floats(&ColumnType::Double) =>
            {
                beyond = Some(name.clone());
            }
            _ => {}
        });
    }
    match (float, beyond) {
        (Some(float), Some(beyond)) => {
            let message = format!("`{float}` is a floating-point number, and some numbers of `{beyond}` cannot be one");
            Err(Refused::new(at, message))
        }
        _ => Ok(()),
    }
}

/// Results that stand for each other: all of the family of the first whose family is certain.
fn one_family(items: Vec<(Expr, Location)>, at: Location) -> Result<Vec<Expr>, Refused> {
    refuse_inexact(items.iter().map(|(item, _)| item), at)?;
    let certain = |item: &&(Expr, Location)| !matches!(item.0, Expr::Text(_) | Expr::Null(Family::Null));
    let text = |item: &&(Expr, Location)| matches!(item.0, Expr::Text(_));
    let Some(model) = items.iter().find(certain).or_else(|| items.iter().find(text)).map(|item| item.0.clone()) else {
        return Err(Refused::new(at, "every result is NULL"));
    };
    let wanted = model.family();
    let one = |(item, at): (Expr, Location)| match item {
        Expr::Null(Family::Null) => Ok(Expr::Null(wanted)),
        Expr::Text(text) => literals::read_as(&text, wanted, zoned(&model), at),
        Expr::Date(day) if wanted == Family::Timestamp => Ok(Expr::Timestamp(day.and_time(chrono::NaiveTime::MIN))),
        item if item.family() == wanted => Ok(item),
        item => Err(Refused::new(at, format!("the results differ in kind: {wanted} and {}", item.family()))),
    };
    items.into_iter().map(one).collect()
}
