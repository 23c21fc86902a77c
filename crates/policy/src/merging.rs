//! From policies to the merged policy of one data source.

mod masks;
mod rule;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use scrim_catalog::documents::{DataSource, PolicyStatus, Validity};
use scrim_catalog::{Catalog, DataPolicy, Name, Stored, Who};

use crate::index::Index;
use crate::key::digest;
use crate::masking::{Combination, Masking, Typed, tells_apart};
use crate::merged::{Application, MergeError, Merged, MergedColumn, Remark, Source, Test};
use crate::predicate::Names;
use crate::scope::{always, covers, opted_out};
use rule::Merging;

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
        let policies = Index::new(active.map(|(name, policy)| (name, &**policy)), |policy| &policy.scope);
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
        let source = &*source.in_view();
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

fn window(policy: &DataPolicy) -> Option<Validity> {
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
}
