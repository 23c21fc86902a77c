//! One mask rule on one column: whom it covers, what lifts it, and what it makes of a column of this type.

use std::sync::Arc;

use bigdecimal::BigDecimal;
use scrim_catalog::documents::Truncation;
use scrim_catalog::{Branches, ColumnType, Columns, Draw, Mask, Name, RuleBody, Who};
use scrim_expr::{Expr, Refused, parse_expression};

use super::rule::Merging;
use super::window;
use crate::masking::{Combination, Joined, Masking, Noise, Typed, expression_fits, noise_refused, tells_apart};
use crate::merged::{Application, Condition, Lift, Source};
use crate::scope::{Selected, Unfound, row_columns, selects};
use crate::value::Value;

/// One type of each kind of values.
const OTHER_TYPES: [ColumnType; 5] =
    [ColumnType::Text, ColumnType::BigInt, ColumnType::Boolean, ColumnType::Date, ColumnType::Timestamp];

impl Merging<'_, '_> {
    /// Adds the rule's mask to a column that it selects.
    pub(super) fn mask(
        &mut self,
        at: usize,
        found: &Selected,
        group: &Typed,
        when: Option<&Condition>,
        masks: &Branches<Option<Mask>>,
    ) {
        let Some((name, column_type)) = self.typed.get(at).cloned() else { return };
        let lifted = self.lifts(at);
        let mut before: Vec<Who> = Vec::new();
        let otherwise = (Who::Everyone, masks.otherwise.clone());
        for (who, mask) in masks.cases.iter().chain(std::iter::once(&otherwise)) {
            if let Some(written) = mask {
                let mut covers: Vec<Who> = before.iter().cloned().map(|who| Who::Not(Box::new(who))).collect();
                if *who != Who::Everyone {
                    covers.push(who.clone());
                }
                let masking = self.masking(written, &name, &column_type, found, group);
                let application = Application {
                    source: Arc::clone(&self.site),
                    covers: match <[Who; 1]>::try_from(covers) {
                        Ok([one]) => one,
                        Err(none) if none.is_empty() => Who::Everyone,
                        Err(many) => Who::All(many),
                    },
                    lifted: lifted.clone(),
                    when: when.cloned(),
                    written: written.name(),
                    falls_back: masking.is_none(),
                    mask: masking.unwrap_or(Masking::Nullify),
                    depth: found.depth,
                    yields: self.policy.yields,
                };
                if let Some(column) = self.merged.columns.get_mut(at) {
                    column.masks.push(application);
                }
            }
            before.push(who.clone());
        }
    }

    /// The reveal rules that lift a mask of this policy on a column. A local one lifts local masks only.
    fn lifts(&self, at: usize) -> Vec<Lift> {
        let Some(column) = self.source.columns.get(at).filter(|_| self.policy.revealable) else { return vec![] };
        let mut lifts = Vec::new();
        for policy in self.policies {
            if policy.scope.local().is_some() && self.policy.scope.local().is_none() {
                continue;
            }
            for (number, rule) in policy.rules.iter().enumerate() {
                if let RuleBody::Reveal { columns, only } = &rule.body
                    && selects(columns, column).is_some()
                {
                    let source = Source {
                        policy: policy.name.value().clone(),
                        rule: number + 1,
                        because: rule.because.clone(),
                        valid: window(policy),
                    };
                    lifts.push(Lift { source: Arc::new(source), only: only.clone() });
                }
            }
        }
        lifts
    }

    /// The mask on this column; none where it cannot keep the column's type, and so shows NULL.
    fn masking(
        &mut self,
        written: &Mask,
        name: &Name,
        column_type: &ColumnType,
        found: &Selected,
        group: &Typed,
    ) -> Option<Masking> {
        let text = column_type.is_text();
        let exact = matches!(
            column_type,
            ColumnType::SmallInt | ColumnType::Integer | ColumnType::BigInt | ColumnType::Numeric(Some(_))
        );
        let readable = |text: &String| Value::read(text, column_type).is_some();
        let fitting = match written {
            Mask::Nullify => Some(Masking::Nullify),
            Mask::Constant(constant) => readable(constant).then(|| Masking::Constant(constant.clone())),
            Mask::Hash => text.then(|| Masking::Hash(self.joined(found))),
            Mask::Reversible => text.then_some(Masking::Reversible),
            Mask::FormatPreserving(check) => {
                (text || (exact && check.is_none())).then_some(Masking::FormatPreserving(*check))
            }
            Mask::Regex(pattern, replacement) => text.then(|| Masking::Regex(pattern.clone(), replacement.clone())),
            Mask::Partial(edge, kept, fill) => text.then_some(Masking::Partial(*edge, *kept, *fill)),
            // A bucket finer than the column would have to be rounded into it, and one as fine hides nothing.
            Mask::Round(bucket) => {
                let scale = match column_type {
                    ColumnType::SmallInt | ColumnType::Integer | ColumnType::BigInt => Some(0),
                    ColumnType::Numeric(bounds) => bounds.map(|(_, scale)| i64::from(scale)),
                    _ => None,
                };
                let coarser = scale.is_none_or(|scale| {
                    bucket.fractional_digit_count() <= scale && *bucket > BigDecimal::new(1.into(), scale)
                });
                (coarser && column_type.is_number()).then(|| Masking::Round(bucket.clone()))
            }
            Mask::Truncate(to) => {
                let coarser = *column_type != ColumnType::Date || !matches!(to, Truncation::Hour | Truncation::Day);
                (coarser && column_type.is_time()).then_some(Masking::Truncate(*to))
            }
            Mask::Randomize(draw, by) => return self.randomized(draw, by, name, column_type),
            Mask::KAnonymous(k) => tells_apart(column_type).then(|| {
                let columns: Typed = group.iter().filter(|(_, t)| tells_apart(t)).cloned().collect();
                // Its statistics get their name when all row rules are known.
                Masking::KAnonymous(Arc::new(Combination { key: String::new(), k: *k, columns, within: vec![] }))
            }),
            Mask::Custom(text) => match self.expression(text, name, column_type) {
                Ok(expr) => expression_fits(&expr, column_type).then_some(Masking::Custom(expr)),
                Err(why) => {
                    // What can be read over a column of another type is right, and no mask of this one.
                    if !OTHER_TYPES.iter().any(|other| self.expression(text, name, other).is_ok()) {
                        self.close(format!("`custom` cannot be applied to the column `{name}`: {why}"));
                        return None;
                    }
                    None
                }
            },
        };
        if fitting.is_none() {
            self.warn(format!(
                "`{}` does not fit the type {column_type} of the column `{name}`, which shows NULL instead",
                written.name()
            ));
        }
        fitting
    }

    /// Reads the expression of a `custom` mask, as if the column were of this type.
    fn expression(&self, text: &str, name: &Name, column_type: &ColumnType) -> Result<Expr, Refused> {
        let mut typed = self.typed.clone();
        typed.iter_mut().filter(|(other, _)| other == name).for_each(|(_, old)| old.clone_from(column_type));
        self.merger.names.scope(self.source, &typed, Some(name), |scope| parse_expression(text, scope))
    }

    /// The projects under which the hashes of a column join, with the tag that they join by.
    fn joined(&self, found: &Selected) -> Vec<Joined> {
        let projects = self.merger.projects.get(self.source.name.value());
        match (&found.tag, projects) {
            (Some(tag), Some((projects, _))) => {
                projects.iter().map(|project| Joined { project: (*project).clone(), tag: tag.clone() }).collect()
            }
            _ => vec![],
        }
    }

    fn randomized(&mut self, draw: &Draw, by: &Columns, name: &Name, column_type: &ColumnType) -> Option<Masking> {
        let shows = |why: String| {
            format!("`randomize` cannot be applied to the column `{name}`, which shows NULL instead: {why}")
        };
        let key = match self.key(by) {
            Ok(key) => key,
            Err(why) => {
                self.warn(shows(why));
                return None;
            }
        };
        let read = |text: &Option<String>| match text {
            None => Ok(None),
            Some(text) => match (Value::read(text, column_type), crate::value::number(text)) {
                (Some(_), Some(exact)) => Ok(Some(Value::Number(exact))),
                (Some(value), None) => Ok(Some(value)),
                (None, _) => Err(format!("`{text}` is no {column_type}")),
            },
        };
        let masking = match draw {
            Draw::Answer { domain, rate } => {
                let unread = domain.iter().find(|value| Value::read(value, column_type).is_none());
                let values: Vec<Option<Value>> = domain.iter().map(|value| Value::read(value, column_type)).collect();
                let twice =
                    values.iter().enumerate().any(|(at, value)| values.iter().take(at).any(|other| other == value));
                match unread {
                    Some(value) => Err(format!("`{value}` is no {column_type}")),
                    None if twice => Err(format!("two values of the domain are the same {column_type}")),
                    None => Ok(Masking::Answer { domain: domain.clone(), rate: rate.clone(), key: key.clone() }),
                }
            }
            Draw::Noise { stddev, low, high } => read(low).and_then(|low| {
                let noise = Noise { stddev: stddev.clone(), low, high: read(high)? };
                match noise_refused(&noise, column_type) {
                    Some(why) => Err(why),
                    None => Ok(Masking::Noise(noise, key.clone())),
                }
            }),
        };
        match masking {
            Ok(masking) => {
                let columns: Vec<Name> = key.into_iter().map(|(name, _)| name).collect();
                let list = columns.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
                let remark = self.remark(format!(
                    "rows with the same {list} get the same draw, so that it should tell rows apart; make it unique in the warehouse"
                ));
                if !self.merged.keys.iter().any(|(_, known)| *known == remark) {
                    self.merged.keys.push((columns, remark));
                }
                Some(masking)
            }
            Err(why) => {
                self.warn(shows(why));
                None
            }
        }
    }

    /// The columns that tell rows apart.
    fn key(&self, by: &Columns) -> Result<Typed, String> {
        let columns = row_columns(by, &self.source.columns).map_err(|unfound| match unfound {
            Unfound::Named(name) => format!("there is no column `{name}` here to tell rows apart by"),
            Unfound::Tagged => "there is no column with the tag of `by` here".to_owned(),
        })?;
        let key: Typed =
            columns.into_iter().filter_map(|c| self.typed.iter().find(|(n, _)| n == c.name.value())).cloned().collect();
        match key.iter().find(|(_, column_type)| !tells_apart(column_type)) {
            Some((name, column_type)) => {
                Err(format!("`{name}`, of type {column_type}, has no one text to tell rows apart by"))
            }
            None => Ok(key),
        }
    }
}
