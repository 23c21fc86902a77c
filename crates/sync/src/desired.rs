//! What a warehouse should hold.

use std::collections::{BTreeMap, BTreeSet};

use scrim_catalog::documents::{DataSource, Integration, SourceStatus, User};
use scrim_catalog::{Catalog, FoundColumn, Name, TableName, register};
use scrim_policy::{Merger, Remark, source_key};
use scrim_sql::{Dialect, Rendered, ViewPlan, system};
use scrim_warehouse::{FoundTable, Pushed};
use sha2::{Digest, Sha256};

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
    pub users: BTreeMap<String, User>,
    /// What somebody should know.
    pub warnings: Vec<String>,
    /// Which installation the views are for.
    installation: String,
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
    /// The tables that its rules look up in, by name: identity and owner.
    pub lookups: BTreeMap<String, (u32, String)>,
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
            users: BTreeMap::new(),
            warnings: vec![],
            installation: system::postgresql::installation(integration),
        };
        for user in catalog.users.values() {
            if let Some(login) = user.login(&integration.name) {
                desired.users.insert(login.to_string(), user.item.clone());
            }
        }
        let ours = || catalog.data_sources.values().filter(|source| source.integration == integration.name);
        // Columns first: policies may select a source by the columns of another one's neighbours.
        let mut found = BTreeMap::new();
        for source in ours() {
            let key = source_key(&source.name);
            if source.status == SourceStatus::Disabled {
                desired.disabled.insert(key);
                continue;
            }
            match table(integration, source, tables) {
                Ok(base) => match desired.columns(source, base, pushed.get(&key)) {
                    Ok(()) => {
                        found.insert(key, base);
                    }
                    Err(reason) => desired.fail(source, reason),
                },
                Err(reason) => desired.fail(source, reason),
            }
        }
        let registered = desired.catalog.clone();
        let merger = Merger::new(&registered);
        for source in ours() {
            if let Some(base) = found.get(&source_key(&source.name)) {
                desired.view(integration, &merger, &source.name, base, tables);
            }
        }
        desired
    }

    fn fail(&mut self, source: &DataSource, reason: String) {
        self.failed.insert(source_key(&source.name), (source.name.value().clone(), reason));
    }

    /// Gives a source the columns that its table has.
    fn columns(&mut self, source: &DataSource, base: &FoundTable, pushed: Option<&Pushed>) -> Result<(), String> {
        let registered = pushed.map(|pushed| pushed.base_columns.keys().cloned().collect::<BTreeSet<_>>());
        let done = register(source, &base.columns, registered.as_ref()).map_err(|missing| missing.to_string())?;
        self.warnings.extend(done.remarks.into_iter().map(|remark| format!("{}: {remark}", source.name)));
        if let Some(stored) = self.catalog.data_sources.get_mut(source.name.value()) {
            stored.item.columns = done.columns;
        }
        Ok(())
    }

    fn view(
        &mut self,
        integration: &Integration,
        merger: &Merger<'_>,
        name: &Name,
        base: &FoundTable,
        tables: &BTreeMap<TableName, FoundTable>,
    ) {
        let Some(source) = merger.catalog().data_sources.get(name) else { return };
        let plan = match ViewPlan::merged(merger, source) {
            Ok(plan) => plan,
            Err(error) => return self.fail(source, error.to_string()),
        };
        let mut lookups = BTreeMap::new();
        for table in plan.lookups() {
            match tables.get(&table) {
                None => return self.fail(source, format!("a rule looks up in `{table}`, which does not exist")),
                Some(found) if found.owner == integration.owner_role.as_str() => {
                    return self.fail(source, format!("a rule looks up in `{table}`, which is Scrim's own"));
                }
                Some(found) if !found.readable => {
                    return self.fail(source, unreadable(integration, &table));
                }
                Some(found) => {
                    lookups.insert(table.to_string(), (found.oid, found.owner.clone()));
                }
            }
        }
        let remark = |remark: &Remark| format!("rule {} of `{}`: {}", remark.rule, remark.policy, remark.message);
        self.warnings.extend(plan.merged.warnings.iter().map(|r| format!("{name}: {}", remark(r))));
        let unproven = plan.merged.keys.iter().filter(|(columns, _)| {
            !base.unique.iter().any(|unique| unique.iter().all(|name| columns.iter().any(|c| c.as_str() == name)))
        });
        self.warnings.extend(unproven.map(|(_, r)| format!("{name}: {}", remark(r))));
        if !plan.merged.combinations().is_empty() && !base.counted {
            self.warnings.push(format!(
                "{name}: `k_anonymous` shows nothing here: the warehouse does not count the changes of `{}`, which is no ordinary table",
                plan.table
            ));
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
        let unversioned = Rendered::of(&plan, Dialect::Postgresql, 0);
        let hash = hash(&self.installation, &plan, &unversioned);
        self.views
            .insert(plan.key.clone(), Wanted { plan, unversioned, hash, base: base.clone(), base_columns, lookups });
    }
}

/// The table of a source, if a view may read it.
fn table<'a>(
    integration: &Integration,
    source: &DataSource,
    tables: &'a BTreeMap<TableName, FoundTable>,
) -> Result<&'a FoundTable, String> {
    let wanted = source.table.value();
    if let Some(database) = wanted.database.as_ref().filter(|database| *database != integration.database.value()) {
        return Err(format!(
            "the table is in the database `{database}`, which PostgreSQL cannot read from another one"
        ));
    }
    let wanted = TableName { database: None, ..wanted.clone() };
    let found = tables.get(&wanted).ok_or_else(|| format!("there is no table `{wanted}` in the warehouse"))?;
    if found.owner == integration.owner_role.as_str() {
        return Err(format!("the table `{wanted}` belongs to `{}`, which must own no data", found.owner));
    }
    if !found.readable {
        return Err(unreadable(integration, &wanted));
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
