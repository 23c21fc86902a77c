//! From policies to the merged policy of one data source.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use scrim_catalog::documents::{DataSource, PolicyStatus};
use scrim_catalog::{
    Branches, Catalog, ColumnType, Columns, DataPolicy, Draw, Mask, Name, RowRule, Rule, RuleBody, Stored, Who,
};
use scrim_expr::{Expr, Refused, parse_expression};

use crate::index::Index;
use crate::key::digest;
use crate::masking::{Combination, Joined, Masking, Noise, Typed, expression_fits, noise_refused, tells_apart};
use crate::merged::{Application, Condition, Lift, MergeError, Merged, MergedColumn, Remark, RowTest, Source, Test};
use crate::predicate::Names;
use crate::scope::{Selected, Unfound, always, covers, opted_out, row_columns, selects};
use crate::value::Value;

/// One type of each kind of values.
const OTHER_TYPES: [ColumnType; 5] =
    [ColumnType::Text, ColumnType::BigInt, ColumnType::Boolean, ColumnType::Date, ColumnType::Timestamp];

/// Merges data policies on data sources; what is the same for all sources is looked at once.
#[derive(Clone, Debug)]
pub struct Merger<'a> {
    catalog: &'a Catalog,
    names: Names<'a>,
    policies: Index<'a, Stored<DataPolicy>>,
    /// By data source: the projects with masked joins, and whether there is an equalized one.
    projects: BTreeMap<&'a Name, (Vec<&'a Name>, bool)>,
}

/// Merges every data policy in force on a source. For many sources, keep a [`Merger`].
///
/// # Errors
/// When the columns or their types are not known.
pub fn merge(catalog: &Catalog, source: &DataSource) -> Result<Merged, MergeError> {
    Merger::new(catalog).merge(source)
}

impl<'a> Merger<'a> {
    /// Looks at what all sources have in common.
    pub fn new(catalog: &'a Catalog) -> Self {
        let active = catalog.data_policies.iter().filter(|(_, policy)| policy.status == PolicyStatus::Active);
        let mut projects: BTreeMap<&Name, (Vec<&Name>, bool)> = BTreeMap::new();
        for project in catalog.projects.values().filter(|project| project.masked_joins || project.equalized) {
            for source in &project.data_sources {
                let (joined, equalized) = projects.entry(source.value()).or_default();
                joined.extend(project.masked_joins.then(|| project.name.value()));
                *equalized |= project.equalized;
            }
        }
        let policies = Index::new(active, |policy| &policy.scope);
        Self { catalog, names: Names::of(catalog), policies, projects }
    }

    /// The catalog.
    pub fn catalog(&self) -> &'a Catalog {
        self.catalog
    }

    /// The data policies in force on a source, in the order of their names. A window that has not begun or has
    /// ended does not matter here: it is part of what the policy compiles to.
    pub fn policies(&self, source: &DataSource) -> Vec<&'a Stored<DataPolicy>> {
        let in_force = self.policies.candidates(source).filter(|(name, policy)| {
            covers(self.catalog, name, &policy.scope, source) && !opted_out(source, name, policy.owners_may_disable)
        });
        in_force.map(|(_, policy)| policy).collect()
    }

    /// Merges the policies in force on a source.
    ///
    /// # Errors
    /// When the columns or their types are not known.
    pub fn merge(&self, source: &DataSource) -> Result<Merged, MergeError> {
        let name = source.name.value();
        if source.columns.is_empty() {
            return Err(MergeError::NoColumns(name.clone()));
        }
        let typed = source.columns.iter().map(|column| match &column.column_type {
            Some(column_type) => Ok((column.name.value().clone(), column_type.clone())),
            None => Err(MergeError::UnknownType { data_source: name.clone(), column: column.name.value().clone() }),
        });
        let typed: Typed = typed.collect::<Result<_, _>>()?;
        let columns = source.columns.iter().zip(&typed).map(|(column, (name, column_type))| MergedColumn {
            name: name.clone(),
            column_type: column_type.clone(),
            masks: column.unconfirmed.then(unconfirmed).into_iter().collect(),
        });
        let mut merged = Merged {
            source: name.clone(),
            columns: columns.collect(),
            rows: vec![],
            equalized: self.projects.get(name).is_some_and(|(_, equalized)| *equalized),
            closed: vec![],
            warnings: vec![],
            keys: vec![],
        };
        let policies = self.policies(source);
        for policy in &policies {
            for (number, rule) in policy.rules.iter().enumerate() {
                let site = Source {
                    policy: policy.name.value().clone(),
                    rule: number + 1,
                    because: rule.because.clone(),
                    valid: window(policy),
                };
                let (site, merger) = (Arc::new(site), self);
                Merging { merger, source, typed: &typed, policies: &policies, policy, site, rule, merged: &mut merged }
                    .rule();
            }
        }
        within(&mut merged);
        for column in &mut merged.columns {
            sort(&mut column.masks, &policies);
        }
        Ok(merged)
    }
}

fn window(policy: &DataPolicy) -> Option<scrim_catalog::documents::Validity> {
    policy.valid.clone().filter(|window| !always(Some(window)))
}

/// The mask on a column that nobody has named yet (`new_columns: mask`): NULL for everyone.
#[expect(clippy::expect_used, reason = "a constant name that a test reads")]
fn unconfirmed() -> Application {
    Application {
        source: Arc::new(Source {
            policy: Name::new("new_columns").expect("a constant name is valid"),
            rule: 0,
            because: Some("the column is new, and nobody has named it yet".to_owned()),
            valid: None,
        }),
        covers: Who::Everyone,
        lifted: vec![],
        when: None,
        written: "nullify",
        mask: Masking::Nullify,
        falls_back: false,
        depth: usize::MAX,
        yields: false,
    }
}

/// Tells the combinations of `k_anonymous` masks which columns of `match` rules they are counted within: whoever sees
/// the rows of some values only must not see a combination that is rare among those.
fn within(merged: &mut Merged) {
    let tests = merged.rows.iter().flat_map(|rule| rule.branches.all());
    let mut within: Typed =
        tests.flat_map(|test| if let Test::Match(_, columns) = test { columns.clone() } else { vec![] }).collect();
    within.sort_by(|one, other| one.0.cmp(&other.0));
    within.dedup();
    let narrowed = merged
        .rows
        .iter()
        .find(|rule| rule.branches.all().any(|test| !matches!(test, Test::All | Test::Never | Test::Match(..))));
    let counting =
        merged.columns.iter().flat_map(|column| &column.masks).find(|mask| matches!(mask.mask, Masking::KAnonymous(_)));
    if let (Some(rule), Some(mask)) = (narrowed, counting) {
        let message = format!(
            "`k_anonymous` counts the whole table, and `{}` of rule {} of `{}` hides rows of it: a combination that few of the rows left share may be shown",
            rule.written, rule.source.rule, rule.source.policy
        );
        merged.warnings.push(Remark { policy: mask.source.policy.clone(), rule: mask.source.rule, message });
    }
    let uncounted = within.iter().find(|(_, column_type)| !tells_apart(column_type)).cloned();
    for mask in merged.columns.iter_mut().flat_map(|column| &mut column.masks) {
        let Masking::KAnonymous(combination) = &mask.mask else { continue };
        if let Some((name, column_type)) = &uncounted {
            merged.warnings.push(Remark {
                policy: mask.source.policy.clone(),
                rule: mask.source.rule,
                message: format!(
                    "`k_anonymous` shows nothing here: rows cannot be counted within the values of `{name}`, of type {column_type}"
                ),
            });
            (mask.mask, mask.falls_back) = (Masking::Nullify, true);
            continue;
        }
        let columns = combination.columns.iter().map(|(name, _)| name.as_str());
        let inside = within.iter().map(|(name, _)| name.as_str());
        let k = combination.k.to_string();
        let parts: Vec<&str> = [merged.source.as_str(), &k]
            .into_iter()
            .chain(columns)
            .chain(std::iter::once("within"))
            .chain(inside)
            .collect();
        let key = format!("k_{}", digest(&parts));
        mask.mask = Masking::KAnonymous(Arc::new(Combination {
            key,
            within: within.clone(),
            ..Combination::clone(combination)
        }));
    }
}

/// Strongest first: class of mask, then what shows less where that can be told, then the deeper tag, the
/// higher priority, the older policy, the name.
fn sort(masks: &mut [Application], policies: &[&Stored<DataPolicy>]) {
    if masks.len() < 2 {
        return;
    }
    let by_name: BTreeMap<&Name, &Stored<DataPolicy>> = policies.iter().map(|p| (p.name.value(), *p)).collect();
    masks.sort_by(|one, other| {
        let key = |application: &Application| {
            let policy = by_name.get(&application.source.policy);
            let created = policy.and_then(|policy| policy.created);
            (
                Reverse(application.depth),
                Reverse(policy.map_or(0, |policy| policy.priority)),
                created.is_none(),
                created,
            )
        };
        let place = |application: &Application| (application.source.policy.clone(), application.source.rule);
        one.mask
            .strength()
            .cmp(&other.mask.strength())
            .then_with(|| one.mask.finesse().cmp(&other.mask.finesse()))
            .then_with(|| key(one).cmp(&key(other)))
            .then_with(|| place(one).cmp(&place(other)))
    });
    // Of `partial` masks the one that keeps fewer characters shows less. They cannot be told from `regex` so, and keep
    // the places that they have among those.
    let kept = |mask: &Masking| if let Masking::Partial(_, kept, _) = mask { Some(*kept) } else { None };
    let places: Vec<usize> =
        masks.iter().enumerate().filter(|(_, mask)| kept(&mask.mask).is_some()).map(|(at, _)| at).collect();
    let mut partial: Vec<Application> = places.iter().filter_map(|at| masks.get(*at).cloned()).collect();
    partial.sort_by_key(|mask| kept(&mask.mask));
    for (at, mask) in places.into_iter().zip(partial) {
        if let Some(place) = masks.get_mut(at) {
            *place = mask;
        }
    }
}

/// One rule on one data source.
struct Merging<'a, 'c> {
    merger: &'a Merger<'c>,
    source: &'a DataSource,
    typed: &'a Typed,
    policies: &'a [&'c Stored<DataPolicy>],
    policy: &'a Stored<DataPolicy>,
    site: Arc<Source>,
    rule: &'a Rule,
    merged: &'a mut Merged,
}

impl Merging<'_, '_> {
    fn remark(&self, message: String) -> Remark {
        Remark { policy: self.site.policy.clone(), rule: self.site.rule, message }
    }

    fn warn(&mut self, message: String) {
        let remark = self.remark(message);
        self.merged.warnings.push(remark);
    }

    fn close(&mut self, message: String) {
        let remark = self.remark(message);
        self.merged.closed.push(remark);
    }

    fn rule(&mut self) {
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

    fn mask(
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
            // A bucket finer than the column would have to be rounded into it.
            Mask::Round(bucket) => {
                let decimals = bucket.fractional_digit_count();
                let fits = match column_type {
                    ColumnType::SmallInt | ColumnType::Integer | ColumnType::BigInt => decimals <= 0,
                    ColumnType::Numeric(Some((_, scale))) => decimals <= i64::from(*scale),
                    other => other.is_number(),
                };
                fits.then(|| Masking::Round(bucket.clone()))
            }
            Mask::Truncate(to) => column_type.is_time().then_some(Masking::Truncate(*to)),
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
                "`{}` cannot keep the type {column_type} of the column `{name}`, which shows NULL instead",
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
