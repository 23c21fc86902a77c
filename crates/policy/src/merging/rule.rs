//! One rule on one data source: what it says of rows, and which columns its masks are for.

use std::sync::Arc;

use scrim_catalog::documents::DataSource;
use scrim_catalog::{Branches, ColumnType, Columns, DataPolicy, RowRule, Rule, RuleBody, Stored, Who};

use super::Merger;
use crate::masking::{Typed, tells_apart};
use crate::merged::{Condition, Merged, Remark, RowTest, Source, Test};
use crate::scope::{Selected, Unfound, row_columns, selects};

/// One rule on one data source.
pub(super) struct Merging<'a, 'c> {
    pub(super) merger: &'a Merger<'c>,
    pub(super) source: &'a DataSource,
    pub(super) typed: &'a Typed,
    pub(super) policies: &'a [&'c Stored<DataPolicy>],
    pub(super) policy: &'a Stored<DataPolicy>,
    pub(super) site: Arc<Source>,
    pub(super) rule: &'a Rule,
    pub(super) merged: &'a mut Merged,
}

impl Merging<'_, '_> {
    pub(super) fn remark(&self, message: String) -> Remark {
        Remark { policy: self.site.policy.clone(), rule: self.site.rule, message }
    }

    pub(super) fn warn(&mut self, message: String) {
        let remark = self.remark(message);
        self.merged.warnings.push(remark);
    }

    pub(super) fn close(&mut self, message: String) {
        let remark = self.remark(message);
        self.merged.closed.push(remark);
    }

    /// Adds what the rule says to the merged policy.
    pub(super) fn rule(&mut self) {
        match &self.rule.body {
            RuleBody::Mask { columns, when, masks } => {
                let read = when.as_ref().map(|text| self.merger.names.predicate(self.source, self.typed, text));
                let when = match read {
                    None => None,
                    Some(Ok(expr)) => Some(Condition::from(expr)),
                    // Covered unless definitely false: what cannot be read covers every cell.
                    Some(Err(why)) => {
                        self.close(format!("`when` cannot be applied here: {why}"));
                        None
                    }
                };
                let selected = self.source.columns.iter().enumerate();
                let selected: Vec<(usize, Selected)> =
                    selected.filter_map(|(at, column)| selects(columns, column).map(|found| (at, found))).collect();
                if selected.is_empty() {
                    self.warn("selects no column here, so it does nothing".to_owned());
                }
                let group: Typed = selected.iter().filter_map(|(at, _)| self.typed.get(*at).cloned()).collect();
                for (at, found) in selected {
                    self.mask(at, &found, &group, when.as_ref(), masks);
                }
            }
            RuleBody::Rows(rows) => self.rows(rows),
            RuleBody::Purpose { any, except } => {
                let list = any.iter().map(|p| p.to_string()).collect::<Vec<_>>().join(" or ");
                let mut cases: Vec<(Who, Test)> = except.iter().map(|who| (who.clone(), Test::All)).collect();
                cases.push((Who::Any(any.iter().cloned().map(Who::Purpose).collect()), Test::All));
                let branches = Branches { cases, otherwise: Test::Never };
                let (source, written) = (Arc::clone(&self.site), format!("purpose: {list}"));
                self.merged.rows.push(RowTest { source, written, branches });
            }
            // Masks look for what lifts them.
            RuleBody::Reveal { columns, .. } => {
                if !self.source.columns.iter().any(|column| selects(columns, column).is_some()) {
                    self.warn("reveals no column here, so it does nothing".to_owned());
                }
            }
        }
    }

    fn rows(&mut self, rows: &Branches<RowRule>) {
        let mut tagless = false;
        let mut resolve = |merging: &mut Self, rule: &RowRule| match merging.test(rule) {
            Ok(test) => test,
            Err(Unfound::Tagged) => {
                tagless = true;
                Test::All
            }
            Err(Unfound::Named(why)) => {
                merging.close(why);
                Test::Never
            }
        };
        let cases = rows.cases.iter().map(|(who, rule)| (who.clone(), resolve(self, rule))).collect();
        let branches = Branches { cases, otherwise: resolve(self, &rows.otherwise) };
        if tagless {
            self.warn("selects rows by the tag of a column that is not here, so it does nothing".to_owned());
        }
        let written = rows.all().find(|rule| **rule != RowRule::AllRows).map_or("all_rows", RowRule::name).to_owned();
        let source = Arc::clone(&self.site);
        self.merged.rows.push(RowTest { source, written, branches });
    }

    fn test(&self, rule: &RowRule) -> Result<Test, Unfound> {
        let columns = |selector: &Columns| -> Result<Typed, Unfound> {
            let found = row_columns(selector, &self.source.columns).map_err(missing)?;
            let typed = found.into_iter().filter_map(|c| self.typed.iter().find(|(n, _)| n == c.name.value()));
            Ok(typed.cloned().collect())
        };
        Ok(match rule {
            RowRule::AllRows => Test::All,
            RowRule::Never => Test::Never,
            RowRule::Match(matched, selector) => {
                let columns = columns(selector)?;
                if let Some((name, other)) = columns.iter().find(|(_, t)| matches!(t, ColumnType::Other(_))) {
                    return Err(Unfound::Named(format!("`match` cannot compare the column `{name}` of type {other}")));
                }
                Test::Match(matched.clone(), columns)
            }
            RowRule::Filter(text) => match self.merger.names.predicate(self.source, self.typed, text) {
                Ok(expr) => Test::Filter(expr.into()),
                Err(why) => return Err(Unfound::Named(format!("the filter cannot be applied here: {why}"))),
            },
            RowRule::Lookup(lookup) => {
                let mut on = Vec::new();
                for (theirs, selector) in &lookup.on {
                    for (ours, column_type) in columns(selector)? {
                        // Numbers of two types meet as floating-point ones; the error of one that cannot be would show it.
                        if column_type.is_float() || column_type.is_number() && !column_type.floats(&ColumnType::Double)
                        {
                            let why =
                                format!("`lookup` cannot compare the column `{ours}` of type {column_type} safely");
                            return Err(Unfound::Named(why));
                        }
                        on.push((theirs.clone(), ours, column_type));
                    }
                }
                Test::Lookup { table: lookup.table.clone(), on, user: lookup.user.clone() }
            }
            RowRule::NewerThan(age, selector) | RowRule::OlderThan(age, selector) => {
                let columns = columns(selector)?;
                if let Some((name, other)) = columns.iter().find(|(_, t)| !t.is_time()) {
                    return Err(Unfound::Named(format!("the column `{name}` of type {other} is no day or time")));
                }
                Test::Time { newer: matches!(rule, RowRule::NewerThan(..)), age: *age, columns }
            }
            RowRule::Sample(percent, selector) => {
                let columns = columns(selector)?;
                if let Some((name, other)) = columns.iter().find(|(_, t)| !tells_apart(t)) {
                    let why = format!("the column `{name}` of type {other} has no one text to choose a sample by");
                    return Err(Unfound::Named(why));
                }
                Test::Sample(percent.clone(), columns)
            }
        })
    }
}

fn missing(unfound: Unfound) -> Unfound {
    match unfound {
        Unfound::Named(name) => Unfound::Named(format!("there is no column `{name}` here")),
        Unfound::Tagged => Unfound::Tagged,
    }
}
