//! Which rows of a table somebody is shown as another person sees them.
//!
//! What somebody sees tells of more than they see: whether a row is there tells of every column that a row rule reads, and that a
//! mask is there of those that its `when` reads. So whoever is bound to their own sight is shown what follows from that sight
//! alone, also of people who are made up to ask.

mod cell;
mod sampled;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use scrim_catalog::Name;
use scrim_expr::Expr;

use crate::evaluate::{Released, Row, SeenCell, World, evaluate};
use crate::explain::{explain_column, reached};
use crate::masking::Masking;
use crate::merged::{Application, Merged, Source, Test};
use crate::{Facts, SaltKey};

pub use cell::Cell;
use sampled::Sampled;
pub use sampled::{LONGEST, SampledRow};

/// Somebody who looks at a data source.
#[derive(Clone, Copy, Debug)]
pub struct Onlooker<'a> {
    /// What is true of them.
    pub facts: &'a Facts,
    /// Their login in the warehouse, if they have one.
    pub login: Option<&'a str>,
}

/// Rows of a data source, as a person sees them, shown to somebody.
#[derive(Clone, Copy, Debug)]
pub struct Showing<'a> {
    /// Its policy.
    pub merged: &'a Merged,
    /// As whom it is seen; somebody who may read it.
    pub person: Onlooker<'a>,
    /// To whom it is shown, where they are shown no more than they see themselves; somebody who may read it.
    pub bound: Option<Onlooker<'a>>,
    /// The time.
    pub now: DateTime<Utc>,
}

/// What decides for somebody which rows they see, and where a mask is.
enum Deciding<'a> {
    /// A row rule.
    Row(&'a Test),
    /// The `when` of a mask.
    When(&'a Expr),
}

impl Deciding<'_> {
    fn columns(&self) -> BTreeSet<Name> {
        let named = |columns: &crate::Typed| columns.iter().map(|(name, _)| name.clone()).collect();
        match self {
            Self::When(expr) => expr.columns(),
            Self::Row(Test::All | Test::Never) => BTreeSet::new(),
            Self::Row(Test::Filter(condition)) => condition.expr.columns(),
            Self::Row(Test::Match(_, columns) | Test::Time { columns, .. } | Test::Sample(_, columns)) => {
                named(columns)
            }
            Self::Row(Test::Lookup { on, .. }) => on.iter().map(|(_, ours, _)| ours.clone()).collect(),
        }
    }

    fn asks_for_the_login(&self) -> bool {
        match self {
            Self::When(expr) => speaks_of_the_login(expr),
            Self::Row(Test::Filter(condition)) => speaks_of_the_login(&condition.expr),
            Self::Row(_) => false,
        }
    }
}

fn speaks_of_the_login(expr: &Expr) -> bool {
    let mut found = false;
    expr.walk(&mut |part| found |= matches!(part, Expr::Username));
    found
}

impl Showing<'_> {
    /// Why no row can be shown, if so.
    #[must_use]
    pub fn obstacles(&self) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        let closed = self.merged.closed.iter();
        found
            .extend(closed.map(|closed| format!("rule {} of `{}` closes the data source", closed.rule, closed.policy)));
        found.extend(self.unknown(&self.person, "they have none"));
        if let Some(bound) = &self.bound {
            found.extend(self.unknown(bound, "you have none"));
            let clear = self.clear(bound);
            for (source, deciding) in self.deciding(&self.person) {
                found.extend(deciding.columns().difference(&clear).map(|column| {
                    format!("{} decides for them by the column `{column}`, which you do not see clear yourself", source)
                }));
            }
        }
        found.sort();
        found.dedup();
        found
    }

    /// What decides for somebody by more than is known here of the warehouse.
    fn unknown(&self, of: &Onlooker<'_>, lacking: &str) -> Vec<String> {
        let mut found = Vec::new();
        let nobody = |source: &Source| format!("{} asks for the warehouse user, and {lacking}", source);
        for (source, deciding) in self.deciding(of) {
            if matches!(deciding, Deciding::Row(Test::Lookup { .. })) {
                found.push(format!("{} looks up in another table, which is not read here", source));
            }
            if of.login.is_none() && deciding.asks_for_the_login() {
                found.push(nobody(source));
            }
        }
        let masks = self.merged.columns.iter().flat_map(|column| &column.masks).filter(|mask| self.covers(mask, of));
        let custom = masks.filter(|mask| matches!(&mask.mask, Masking::Custom(expr) if speaks_of_the_login(expr)));
        found.extend(custom.filter(|_| of.login.is_none()).map(|mask| nobody(&mask.source)));
        found
    }

    /// Whether a mask may cover somebody in some row.
    fn covers(&self, mask: &Application, of: &Onlooker<'_>) -> bool {
        let lifted = mask.lifted.iter().any(|lift| lift.source.counts(self.now) && of.facts.surely(&lift.only));
        mask.source.counts(self.now) && of.facts.possibly(&mask.covers) && !lifted
    }

    fn deciding<'a>(&'a self, of: &Onlooker<'_>) -> Vec<(&'a Source, Deciding<'a>)> {
        let mut found: Vec<(&Source, Deciding<'_>)> = Vec::new();
        for rule in self.merged.rows.iter().filter(|rule| rule.source.counts(self.now)) {
            found.extend(reached(rule, of.facts).into_iter().map(|(_, test)| (&*rule.source, Deciding::Row(test))));
        }
        for mask in self.merged.columns.iter().flat_map(|column| &column.masks).filter(|mask| self.covers(mask, of)) {
            found.extend(mask.when.iter().map(|when| (&*mask.source, Deciding::When(&when.expr))));
        }
        found
    }

    /// The columns that somebody sees clear in every row.
    fn clear(&self, of: &Onlooker<'_>) -> BTreeSet<Name> {
        let clear = |column: &&crate::MergedColumn| explain_column(column, of.facts, self.now).sees == "clear";
        self.merged.columns.iter().filter(clear).map(|column| column.name.clone()).collect()
    }

    /// At most so many of the rows of a sample, each as its cells in the order of the columns. Rows that only one of both sees are
    /// not shown; nor are those that cannot be judged, for a value is too long, or of no form that is computed with.
    #[must_use]
    pub fn rows(&self, sample: &[SampledRow], most: usize) -> Vec<Vec<Cell>> {
        if !self.obstacles().is_empty() {
            return vec![];
        }
        let people = std::iter::once(&self.person).chain(&self.bound);
        let deciding: BTreeSet<Name> =
            people.flat_map(|of| self.deciding(of)).flat_map(|(_, deciding)| deciding.columns()).collect();
        let clear = self.bound.as_ref().map(|bound| self.clear(bound));
        let shown = sample.iter().filter_map(|texts| {
            let sampled = Sampled::read(self.merged, texts);
            if deciding.iter().any(|column| sampled.unread.contains(column)) {
                return None;
            }
            let seen = self.seen(&self.person, &sampled.row)?;
            let own = match &self.bound {
                Some(bound) => Some(self.seen(bound, &sampled.row)?),
                None => None,
            };
            let cells = self.merged.columns.iter().map(|column| {
                let own = own.as_ref().and_then(|own| own.get(&column.name));
                match seen.get(&column.name) {
                    Some(seen) if own.is_some() == self.bound.is_some() => {
                        self.cell(column, &sampled, texts, seen, own.zip(clear.as_ref()))
                    }
                    _ => cell::HIDDEN,
                }
            });
            Some(cells.collect())
        });
        shown.take(most).collect()
    }

    /// A row as somebody sees it, if they do: without the warehouse's salts and counts, and without the tables of `lookup`.
    fn seen(&self, of: &Onlooker<'_>, row: &Row) -> Option<BTreeMap<Name, SeenCell>> {
        let (lookups, released) = (BTreeMap::new(), Released::default());
        let salt = |_: &SaltKey| String::new();
        let login = of.login.unwrap_or_default();
        let world = World { now: self.now, login, salt: &salt, lookups: &lookups, released: &released };
        evaluate(self.merged, true, of.facts, std::slice::from_ref(row), &world).pop()
    }
}
