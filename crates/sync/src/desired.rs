//! What a warehouse should hold.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use scrim_catalog::documents::{DataSource, Engine, Integration, SourceStatus, User};
use scrim_catalog::{Catalog, FoundColumn, Name, Stored, TableName, register};
use scrim_policy::{Merger, Remark, covers, source_key};
use scrim_sql::{Dialect, Rendered, ViewPlan, located, system};
use scrim_warehouse::{FoundTable, Identity, Pushed};
use sha2::{Digest, Sha256};

use crate::reach::Whose;

/// The desired state of one integration.
#[derive(Debug)]
pub struct Desired {
    /// The catalog, with the columns that the warehouse has.
    pub catalog: Catalog,
    /// The views, by the key of their data source.
    pub views: BTreeMap<String, Wanted>,
    /// Data sources that cannot have a view now, by key: the name, and why.
    pub failed: BTreeMap<String, (Name, String)>,
    /// Data sources that a rule closes, by key: the name, and why. They have a view, without rows.
    pub closed: BTreeMap<String, (Name, String)>,
    /// Data sources that somebody switched off, by key.
    pub disabled: BTreeSet<String>,
    /// The people, by their login in this integration; disabled ones have no profile.
    pub users: BTreeMap<String, Arc<Stored<User>>>,
    /// What somebody should know, by the key of the data source.
    pub warnings: BTreeMap<String, Vec<String>>,
    /// Which installation the views are for.
    installation: String,
    /// Whose SQL they are in.
    pub(crate) dialect: Dialect,
}

/// The view of one data source.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// What it is to be.
    pub plan: ViewPlan,
    /// Its parts, before it has a version.
    pub unversioned: Rendered,
    /// All that makes it what it is, in one hash.
    pub hash: String,
    /// The table below it.
    pub base: FoundTable,
    /// Its columns by name: type and place in the table below.
    pub base_columns: BTreeMap<String, (String, i64)>,
    /// The tables that its rules look up in, by name.
    pub lookups: BTreeMap<String, Identity>,
    /// Marks of tables below that an owner confirmed: [`FoundTable::mark`], [`Identity::mark`].
    pub confirmed: BTreeSet<String>,
    /// Whether the document names the columns: then those that it does not name are not missed.
    pub(crate) named: bool,
    /// The columns that wait for their owner.
    pub(crate) new: BTreeSet<String>,
}

/// The tables that views read, which must be looked at before anything can be said: those of the data sources and
/// those that rules look up in.
pub fn tables(catalog: &Catalog, integration: &Integration) -> Vec<TableName> {
    system::tables(catalog, integration)
}

impl Desired {
    /// The desired state, given the tables that are there and what was pushed.
    pub fn of(
        catalog: &Catalog,
        integration: &Integration,
        tables: &BTreeMap<TableName, FoundTable>,
        pushed: &BTreeMap<String, Pushed>,
    ) -> Self {
        let mut desired = Self {
            catalog: catalog.clone(),
            views: BTreeMap::new(),
            failed: BTreeMap::new(),
            closed: BTreeMap::new(),
            disabled: BTreeSet::new(),
            users: people(catalog, integration),
            warnings: BTreeMap::new(),
            installation: system::installation(integration),
            dialect: integration.engine.into(),
        };
        let ours = catalog.data_sources.values().filter(|source| source.integration == integration.name);
        desired.make(integration, &ours.map(|source| &**source).collect::<Vec<_>>(), tables, pushed);
        desired
    }

    /// The same data sources with the same columns, under the policies and with the people of another catalog: only views
    /// that data policies of these names cover, or covered, are made anew; only these people's logins are looked at.
    pub(crate) fn revise(
        &mut self,
        catalog: &Catalog,
        integration: &Integration,
        policies: &BTreeSet<Name>,
        whose: &Whose,
        (tables, pushed): (&BTreeMap<TableName, FoundTable>, &BTreeMap<String, Pushed>),
    ) {
        let registered = std::mem::take(&mut self.catalog.data_sources);
        let before = std::mem::replace(&mut self.catalog, Catalog { data_sources: registered, ..catalog.clone() });
        match whose {
            Whose::Everybody => self.users = people(catalog, integration),
            Whose::Some(names) => {
                let users = |catalog: &'_ Catalog| -> Vec<Arc<Stored<User>>> {
                    names.iter().filter_map(|name| catalog.users.get(name).cloned()).collect()
                };
                for (login, _) in logins(users(&before).iter(), integration) {
                    self.users.remove(&login);
                }
                self.users.extend(logins(users(catalog).iter(), integration));
            }
        }
        let covered = |catalog: &Catalog, source: &DataSource| {
            policies
                .iter()
                .filter_map(|name| catalog.data_policies.get_key_value(name))
                .any(|(name, policy)| covers(catalog, name, &policy.scope, source))
        };
        let concerned = |source: &&Arc<Stored<DataSource>>| {
            !policies.is_empty()
                && source.integration == integration.name
                && (covered(&before, source) || covered(catalog, source))
        };
        let concerned: Vec<&Name> =
            self.catalog.data_sources.values().filter(concerned).map(|source| source.name.value()).collect();
        let written: Vec<&Stored<DataSource>> =
            concerned.into_iter().filter_map(|name| catalog.data_sources.get(name)).map(|source| &**source).collect();
        for source in &written {
            let key = source_key(&source.name);
            self.views.remove(&key);
            self.failed.remove(&key);
            self.closed.remove(&key);
            self.warnings.remove(&key);
        }
        self.make(integration, &written, tables, pushed);
    }

    /// Makes the views of data sources, as they are written.
    fn make(
        &mut self,
        integration: &Integration,
        sources: &[&Stored<DataSource>],
        tables: &BTreeMap<TableName, FoundTable>,
        pushed: &BTreeMap<String, Pushed>,
    ) {
        if sources.is_empty() {
            return;
        }
        // Columns first: they are what policies select sources by.
        let mut found = Vec::new();
        for source in sources {
            let key = source_key(&source.name);
            if source.status == SourceStatus::Disabled {
                self.disabled.insert(key);
                continue;
            }
            match table(integration, &source.table, tables) {
                Ok(base) => match self.columns(source, base, pushed.get(&key)) {
                    Ok(()) => found.push((source, base)),
                    Err(reason) => self.fail(source, reason),
                },
                Err(reason) => self.fail(source, reason),
            }
        }
        let registered = self.catalog.clone();
        let merger = Merger::new(&registered);
        for (source, base) in found {
            self.view(integration, &merger, source, base, tables);
        }
    }

    fn warn(&mut self, source: &DataSource, warnings: impl IntoIterator<Item = String>) {
        let warnings = warnings.into_iter().map(|warning| format!("{}: {warning}", source.name));
        for warning in warnings {
            self.warnings.entry(source_key(&source.name)).or_default().push(warning);
        }
    }

    fn fail(&mut self, source: &DataSource, reason: String) {
        self.failed.insert(source_key(&source.name), (source.name.value().clone(), reason));
    }

    /// Gives a source the columns that its table has.
    fn columns(&mut self, source: &DataSource, base: &FoundTable, pushed: Option<&Pushed>) -> Result<(), String> {
        let registered = pushed.map(|pushed| pushed.base_columns.keys().cloned().collect::<BTreeSet<_>>());
        let mut columns = base.columns.clone();
        if self.dialect == Dialect::Redshift {
            columns = self.reachable(source, columns)?;
        }
        let done = register(source, &columns, registered.as_ref()).map_err(|missing| missing.to_string())?;
        self.warn(source, done.remarks.iter().map(ToString::to_string));
        if let Some(stored) = self.catalog.data_sources.get_mut(source.name.value()) {
            Arc::make_mut(stored).item.columns = done.columns;
        }
        Ok(())
    }

    /// The columns that a late-binding view can name. Redshift folds names to lower case, also quoted ones, unless the session
    /// that reads has `enable_case_sensitive_identifier` on: a column with capitals would be there for some readers only.
    fn reachable(&mut self, source: &DataSource, columns: Vec<FoundColumn>) -> Result<Vec<FoundColumn>, String> {
        let capitals = |column: &FoundColumn| column.name.bytes().any(|byte| byte.is_ascii_uppercase());
        let (without, columns): (Vec<_>, Vec<_>) = columns.into_iter().partition(capitals);
        let why =
            "its name has capitals, which only `enable_case_sensitive_identifier` reaches: rename it in the warehouse";
        for column in without {
            if source.columns.iter().any(|named| named.name.as_str() == column.name) {
                return Err(format!("the column `{}` cannot be in the view: {why}", column.name));
            }
            self.warn(source, [format!("the column `{}` stays out of the view: {why}", column.name)]);
        }
        Ok(columns)
    }

    fn view(
        &mut self,
        integration: &Integration,
        merger: &Merger<'_>,
        written: &DataSource,
        base: &FoundTable,
        tables: &BTreeMap<TableName, FoundTable>,
    ) {
        let name = written.name.value();
        let Some(source) = merger.catalog().data_sources.get(name) else { return };
        let plan = match ViewPlan::merged(merger, source) {
            Ok(plan) => plan,
            Err(error) => return self.fail(source, error.to_string()),
        };
        let mut lookups = BTreeMap::new();
        for wanted in plan.lookups() {
            match table(integration, wanted, tables) {
                Err(reason) => return self.fail(source, format!("a rule looks up in `{wanted}`: {reason}")),
                Ok(found) => {
                    lookups.insert(located(integration, wanted).to_string(), found.identity.clone());
                }
            }
        }
        self.warn(source, base.home.bypass(&plan.table));
        let remark = |remark: &Remark| format!("rule {} of `{}`: {}", remark.rule, remark.policy, remark.message);
        self.warn(source, plan.merged.warnings.iter().map(remark));
        let unproven = plan.merged.keys.iter().filter(|(columns, _)| {
            !base.unique.iter().any(|unique| unique.iter().all(|name| columns.iter().any(|c| c.as_str() == name)))
        });
        self.warn(source, unproven.map(|(_, r)| remark(r)));
        if !plan.merged.combinations().is_empty() && !base.counted {
            let why =
                format!("the warehouse does not count the changes of `{}`, which is no ordinary table", plan.table);
            self.warn(source, [format!("`k_anonymous` shows nothing here: {why}")]);
        }
        let closed: Vec<String> = plan.merged.closed.iter().map(remark).collect();
        if !closed.is_empty() {
            // It keeps a view, and whoever reads that gets no rows: so does the definition itself say.
            self.closed.insert(plan.key.clone(), (name.clone(), closed.join("; ")));
        }
        let columns = plan.merged.columns.iter().filter_map(|column| {
            let FoundColumn { name, column_type } = base.columns.iter().find(|c| c.name == column.name.as_str())?;
            Some((name.clone(), (column_type.clone(), *base.positions.get(name)?)))
        });
        let base_columns = columns.collect();
        let unversioned = Rendered::of(&plan, self.dialect, 0);
        let hash = hash(&self.installation, &plan, &unversioned);
        let new = written.columns.iter().filter(|column| column.is_new()).map(|column| column.name.to_string());
        let wanted = Wanted {
            unversioned,
            hash,
            base: base.clone(),
            base_columns,
            lookups,
            confirmed: written.confirmed.iter().cloned().collect(),
            named: !written.columns.is_empty(),
            new: new.collect(),
            plan,
        };
        self.views.insert(wanted.plan.key.clone(), wanted);
    }
}

/// The people of a catalog, by their login in an integration.
fn people(catalog: &Catalog, integration: &Integration) -> BTreeMap<String, Arc<Stored<User>>> {
    logins(catalog.users.values(), integration).collect()
}

fn logins<'a>(
    users: impl Iterator<Item = &'a Arc<Stored<User>>>,
    integration: &Integration,
) -> impl Iterator<Item = (String, Arc<Stored<User>>)> {
    users.filter_map(|user| Some((user.login(&integration.name)?.to_string(), Arc::clone(user))))
}

/// A table, if a view may read it.
fn table<'a>(
    integration: &Integration,
    written: &TableName,
    tables: &'a BTreeMap<TableName, FoundTable>,
) -> Result<&'a FoundTable, String> {
    let wanted = located(integration, written);
    if let Some(database) = written.database.as_ref().filter(|_| wanted.database.is_none())
        && database != integration.database.value()
    {
        let why = match integration.engine {
            Engine::Postgresql => "which PostgreSQL cannot read from another one",
            Engine::Redshift => "which views of the layout `per-database` do not read: `layout: central` does",
        };
        return Err(format!("the table is in the database `{database}`, {why}"));
    }
    let found = tables.get(&wanted).ok_or_else(|| {
        let folded = |name: &Name| name.bytes().any(|byte| byte.is_ascii_uppercase());
        let hint = if integration.engine == Engine::Redshift && (folded(&written.schema) || folded(&written.table)) {
            "; one that was made under `enable_case_sensitive_identifier`, with capitals in its name, cannot be governed"
        } else {
            ""
        };
        format!("there is no table `{wanted}` in the warehouse{hint}")
    })?;
    if found.identity.owner.as_deref() == Some(integration.owner_role.as_str()) {
        return Err(format!("the table `{wanted}` belongs to `{}`, which must own no data", integration.owner_role));
    }
    if !found.readable {
        return Err(unreadable(integration, &wanted));
    }
    if found.columns.is_empty() {
        return Err(format!(
            "the warehouse tells no columns of `{wanted}`; a late-binding view cannot be a data source"
        ));
    }
    Ok(found)
}

fn unreadable(integration: &Integration, table: &TableName) -> String {
    format!(
        "the role `{}` may not read `{table}`: run `scrim integration install` again, or the statements for this table that \
         `scrim integration bootstrap-script` prints",
        integration.owner_role
    )
}

/// All that makes a view what it is. The installation is part of it: it says how views are applied.
fn hash(installation: &str, plan: &ViewPlan, view: &Rendered) -> String {
    let columns: Vec<&str> = view.columns.iter().map(|name| name.as_str()).collect();
    let parts = serde_json::json!([
        installation,
        plan.source.as_str(),
        plan.view.to_string(),
        plan.audience,
        columns,
        view.barrier,
        view.query
    ]);
    hex::encode(Sha256::digest(parts.to_string()))
}
