//! What all data policies together say of one data source: a mask cascade per column, tests per row.

use std::cmp::Reverse;

use bigdecimal::BigDecimal;
use chrono::{DateTime, Utc};
use scrim_catalog::documents::{Column, DataSource, Truncation, Validity};
use scrim_catalog::{
    Age, Branches, Catalog, ColumnType, DataPolicy, Mask, Matched, Name, RowRule, Rule, RuleBody, Stored, TableName,
    Who,
};
use scrim_expr::Expr;

use crate::predicate;
use crate::scope::{Unfound, always, data_policies, row_columns, selects};

/// The merged policy of one data source.
#[derive(Clone, Debug)]
pub struct Merged {
    /// The data source.
    pub source: Name,
    /// Every column that the view has, in order.
    pub columns: Vec<MergedColumn>,
    /// Every row test; a row is shown where all hold.
    pub rows: Vec<RowTest>,
    /// Why the source shows no rows to anybody, if so: a rule that cannot be applied closes it.
    pub closed: Vec<Remark>,
    /// What somebody should look at; nothing is opened by it.
    pub warnings: Vec<Remark>,
}

/// Something to tell about a policy on a data source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// The policy.
    pub policy: Name,
    /// The rule's number in it, from 1.
    pub rule: usize,
    /// What it is.
    pub message: String,
}

/// A column and the masks on it.
#[derive(Clone, Debug)]
pub struct MergedColumn {
    /// Its name.
    pub name: Name,
    /// Its type in the warehouse.
    pub column_type: ColumnType,
    /// Its masks, the strongest first. A cell shows its value when none covers it, else the first that does.
    pub masks: Vec<Application>,
}

/// Where a rule stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The policy.
    pub policy: Name,
    /// The rule's number in it, from 1.
    pub rule: usize,
    /// Why the rule exists, for people.
    pub because: Option<String>,
    /// When it counts; always when none.
    pub valid: Option<Validity>,
}

impl Source {
    /// Whether the rule counts at a moment.
    pub fn counts(&self, now: DateTime<Utc>) -> bool {
        self.valid.as_ref().is_none_or(|window| window.contains(now))
    }
}

/// One branch of one mask rule on one column.
#[derive(Clone, Debug)]
pub struct Application {
    /// Where the rule stands.
    pub source: Source,
    /// The users whom this branch covers.
    pub covers: Who,
    /// A cell of those users is covered unless this is definitely false.
    pub when: Option<Expr>,
    /// The mask as written.
    pub written: Mask,
    /// What the mask does to this column: [`Mask::Nullify`] where it cannot keep the column's type.
    pub mask: Mask,
    /// How deep the tag is that selected the column; 0 when no tag did.
    pub depth: usize,
    /// Whether it steps back where a mask selected by a deeper tag covers the same cell.
    pub yields: bool,
}

/// One row rule.
#[derive(Clone, Debug)]
pub struct RowTest {
    /// Where the rule stands.
    pub source: Source,
    /// What it says, in the words of the policy file.
    pub written: String,
    /// The tests by user.
    pub branches: Branches<Test>,
}

/// What a row must meet. NULL is not met.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// Nothing.
    All,
    /// It cannot.
    Never,
    /// Each of these columns holds one of the user's values.
    Match(Matched, Vec<(Name, ColumnType)>),
    /// The predicate is true.
    Filter(Expr),
    /// The columns stand beside the user in another table.
    Lookup {
        /// That table.
        table: TableName,
        /// Its columns, each with the column of the data source.
        on: Vec<(Name, Name, ColumnType)>,
        /// Its column of warehouse users.
        user: Name,
    },
    /// The column's time is less than this ago (`newer`), or more.
    Time {
        /// Less or more.
        newer: bool,
        /// How long.
        age: Age,
        /// Each of these columns.
        columns: Vec<(Name, ColumnType)>,
    },
}

/// Why nothing can be compiled for a data source.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum MergeError {
    /// Types are needed and the documents do not say them.
    #[error(
        "the type of the column `{column}` of `{data_source}` is not known; write it in the data source's document, or use a command that asks the warehouse"
    )]
    UnknownType {
        /// The data source.
        data_source: Name,
        /// The column.
        column: Name,
    },
    /// There are no columns at all.
    #[error(
        "the columns of `{0}` are not known; write them in the data source's document, or use a command that asks the warehouse"
    )]
    NoColumns(Name),
}

/// Merges every data policy in force on a source.
///
/// # Errors
/// When the columns or their types are not known.
pub fn merge(catalog: &Catalog, source: &DataSource) -> Result<Merged, MergeError> {
    merge_policies(catalog, source, &data_policies(catalog, source))
}

/// Merges these data policies on a source.
///
/// # Errors
/// When the columns or their types are not known.
pub fn merge_policies(
    catalog: &Catalog,
    source: &DataSource,
    policies: &[&Stored<DataPolicy>],
) -> Result<Merged, MergeError> {
    let name = source.name.value();
    if source.columns.is_empty() {
        return Err(MergeError::NoColumns(name.clone()));
    }
    let typed = source.columns.iter().map(|column| match &column.column_type {
        Some(column_type) => Ok((column.name.value().clone(), column_type.clone())),
        None => Err(MergeError::UnknownType { data_source: name.clone(), column: column.name.value().clone() }),
    });
    let typed: Vec<(Name, ColumnType)> = typed.collect::<Result<_, _>>()?;
    let columns = source.columns.iter().zip(&typed).map(|(column, (name, column_type))| MergedColumn {
        name: name.clone(),
        column_type: column_type.clone(),
        masks: column.unconfirmed.then(unconfirmed).into_iter().collect(),
    });
    let mut merged =
        Merged { source: name.clone(), columns: columns.collect(), rows: vec![], closed: vec![], warnings: vec![] };
    for policy in policies {
        for (number, rule) in policy.rules.iter().enumerate() {
            let mut merging =
                Merging { catalog, source, typed: &typed, policy, rule, number: number + 1, merged: &mut merged };
            merging.rule();
        }
    }
    for column in &mut merged.columns {
        sort(&mut column.masks, policies);
    }
    Ok(merged)
}

/// The mask on a column that nobody has named yet (`new_columns: mask`): NULL for everyone.
#[expect(clippy::expect_used, reason = "a constant name that a test reads")]
fn unconfirmed() -> Application {
    Application {
        source: Source {
            policy: Name::new("new_columns").expect("a constant name is valid"),
            rule: 0,
            because: Some("the column is new, and nobody has named it yet".to_owned()),
            valid: None,
        },
        covers: Who::Everyone,
        when: None,
        written: Mask::Nullify,
        mask: Mask::Nullify,
        depth: usize::MAX,
        yields: false,
    }
}

/// Strongest first: kind of mask, then how much it takes away where that can be told, then the deeper tag, the
/// higher priority, the older policy, the name.
fn sort(masks: &mut [Application], policies: &[&Stored<DataPolicy>]) {
    masks.sort_by_cached_key(|application| {
        let policy = policies.iter().find(|policy| policy.name.value() == &application.source.policy);
        let priority = policy.map_or(0, |policy| policy.priority);
        let created = policy.and_then(|policy| policy.created);
        (
            strength(&application.mask),
            Reverse(coarseness(&application.mask)),
            Reverse(application.depth),
            Reverse(priority),
            created.is_none(),
            created,
            application.source.policy.clone(),
            application.source.rule,
        )
    });
}

/// The class of a mask, 0 the strongest.
pub fn strength(mask: &Mask) -> u8 {
    match mask {
        Mask::Nullify => 0,
        Mask::Constant(_) => 1,
        Mask::Hash => 2,
        Mask::Truncate(_) | Mask::Round(_) => 4,
        Mask::Regex(..) | Mask::Partial(..) => 5,
    }
}

/// Within a class, how much two masks of the same kind take away: a year hides more than a day. Without this,
/// a finer mask by a deeper tag would show more than was seen before it was added.
fn coarseness(mask: &Mask) -> (Option<Truncation>, Option<BigDecimal>) {
    match mask {
        Mask::Truncate(to) => (Some(*to), None),
        Mask::Round(bucket) => (None, Some(bucket.clone())),
        _ => (None, None),
    }
}

struct Merging<'a> {
    catalog: &'a Catalog,
    source: &'a DataSource,
    typed: &'a [(Name, ColumnType)],
    policy: &'a Stored<DataPolicy>,
    rule: &'a Rule,
    number: usize,
    merged: &'a mut Merged,
}

impl Merging<'_> {
    fn remark(&self, message: String) -> Remark {
        Remark { policy: self.policy.name.value().clone(), rule: self.number, message }
    }

    fn warn(&mut self, message: String) {
        let remark = self.remark(message);
        self.merged.warnings.push(remark);
    }

    fn close(&mut self, message: String) {
        let remark = self.remark(message);
        self.merged.closed.push(remark);
    }

    fn source(&self) -> Source {
        Source {
            policy: self.policy.name.value().clone(),
            rule: self.number,
            because: self.rule.because.clone(),
            valid: self.policy.valid.clone().filter(|window| !always(Some(window))),
        }
    }

    fn rule(&mut self) {
        match &self.rule.body {
            RuleBody::Mask { columns, when, masks } => {
                let when = match when.as_ref().map(|text| predicate::read(self.catalog, self.source, self.typed, text))
                {
                    None => None,
                    Some(Ok(expr)) => Some(expr),
                    // Covered unless definitely false: what cannot be read covers every cell.
                    Some(Err(why)) => {
                        self.close(format!("`when` cannot be applied here: {why}"));
                        None
                    }
                };
                let selected = self.source.columns.iter().enumerate();
                let selected: Vec<(usize, usize)> =
                    selected.filter_map(|(at, column)| selects(columns, column).map(|depth| (at, depth))).collect();
                if selected.is_empty() {
                    self.warn("selects no column here, so it does nothing".to_owned());
                }
                for (at, depth) in selected {
                    self.mask(at, depth, when.as_ref(), masks);
                }
            }
            RuleBody::Rows(rows) => self.rows(rows),
            RuleBody::Purpose { any, except } => {
                let list = any.iter().map(|p| p.to_string()).collect::<Vec<_>>().join(" or ");
                let mut cases: Vec<(Who, Test)> = except.iter().map(|who| (who.clone(), Test::All)).collect();
                cases.push((Who::Any(any.iter().cloned().map(Who::Purpose).collect()), Test::All));
                let branches = Branches { cases, otherwise: Test::Never };
                self.merged.rows.push(RowTest { source: self.source(), written: format!("purpose: {list}"), branches });
            }
        }
    }

    fn mask(&mut self, at: usize, depth: usize, when: Option<&Expr>, masks: &Branches<Option<Mask>>) {
        let source = self.source();
        let yields = self.policy.yields;
        let Some(column) = self.merged.columns.get_mut(at) else { return };
        let mut fallen = false;
        let mut before: Vec<Who> = Vec::new();
        let otherwise = (Who::Everyone, masks.otherwise.clone());
        for (who, mask) in masks.cases.iter().chain(std::iter::once(&otherwise)) {
            if let Some(written) = mask {
                let fits = keeps_type(written, &column.column_type);
                fallen |= !fits;
                let mut covers: Vec<Who> = before.iter().cloned().map(|who| Who::Not(Box::new(who))).collect();
                if *who != Who::Everyone {
                    covers.push(who.clone());
                }
                column.masks.push(Application {
                    source: source.clone(),
                    covers: match <[Who; 1]>::try_from(covers) {
                        Ok([one]) => one,
                        Err(none) if none.is_empty() => Who::Everyone,
                        Err(many) => Who::All(many),
                    },
                    when: when.cloned(),
                    mask: if fits { written.clone() } else { Mask::Nullify },
                    written: written.clone(),
                    depth,
                    yields,
                });
            }
            before.push(who.clone());
        }
        if fallen {
            let message = format!(
                "a mask cannot keep the type {} of the column `{}`, which shows NULL instead",
                column.column_type, column.name
            );
            self.warn(message);
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
        let written = rows.all().find(|rule| **rule != RowRule::AllRows).map_or("all_rows", row_rule_name).to_owned();
        self.merged.rows.push(RowTest { source: self.source(), written, branches });
    }

    fn test(&self, rule: &RowRule) -> Result<Test, Unfound> {
        let typed = |columns: Vec<&Column>| -> Vec<(Name, ColumnType)> {
            let found = columns.into_iter().filter_map(|c| self.typed.iter().find(|(name, _)| name == c.name.value()));
            found.cloned().collect()
        };
        let columns = |selector| row_columns(selector, &self.source.columns).map(typed).map_err(missing);
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
            RowRule::Filter(text) => match predicate::read(self.catalog, self.source, self.typed, text) {
                Ok(expr) => Test::Filter(expr),
                Err(why) => return Err(Unfound::Named(format!("the filter cannot be applied here: {why}"))),
            },
            RowRule::Lookup(lookup) => {
                let mut on = Vec::new();
                for (theirs, selector) in &lookup.on {
                    for (ours, column_type) in columns(selector)? {
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
        })
    }
}

fn missing(unfound: Unfound) -> Unfound {
    match unfound {
        Unfound::Named(name) => Unfound::Named(format!("there is no column `{name}` here")),
        Unfound::Tagged => Unfound::Tagged,
    }
}

fn row_rule_name(rule: &RowRule) -> &'static str {
    match rule {
        RowRule::AllRows => "all_rows",
        RowRule::Never => "never",
        RowRule::Match(..) => "match",
        RowRule::Filter(_) => "filter",
        RowRule::Lookup(_) => "lookup",
        RowRule::NewerThan(..) => "newer_than",
        RowRule::OlderThan(..) => "older_than",
    }
}

/// Whether a mask's result is a value of the column's type. A column of unknown make can only be NULL.
fn keeps_type(mask: &Mask, column_type: &ColumnType) -> bool {
    match mask {
        Mask::Nullify => true,
        Mask::Constant(text) => crate::value::Value::read(text, column_type).is_some(),
        Mask::Hash | Mask::Regex(..) | Mask::Partial(..) => column_type.is_text(),
        // A bucket finer than the column would have to be rounded into it.
        Mask::Round(bucket) => match column_type {
            ColumnType::SmallInt | ColumnType::Integer | ColumnType::BigInt => bucket.fractional_digit_count() <= 0,
            ColumnType::Numeric(Some((_, scale))) => bucket.fractional_digit_count() <= i64::from(*scale),
            other => other.is_number(),
        },
        Mask::Truncate(_) => column_type.is_time(),
    }
}
