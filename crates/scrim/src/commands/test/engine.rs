//! Policy tests through real views: each in a database of its own, with its rows as the table, its time as the clock of
//! the view, and its people as logins.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::sync::Arc;

use scrim_catalog::documents::{DataSource, Engine as Warehouses, Expectation, Integration, Layout, Secret, Tls};
use scrim_catalog::{At, Catalog, ColumnType, Name, TableName};
use scrim_policy::{Audiences, Merger, TestPerson, Trial, Value, test_salt};
use scrim_sandbox::{Cluster, Options};
use scrim_sql::trial::{Table, act_as, nobody, salt, table};
use scrim_sql::{Dialect, ProfileRow, Rendered, ViewPlan, calls};
use scrim_warehouse::{FoundTable, Refused, UserChange, ViewChange, Warehouse, WarehouseError};
use secrecy::SecretString;
use tempfile::NamedTempFile;
use tokio::runtime::Runtime;
use tokio_postgres::{Client, NoTls};

use crate::demo::people::rows;
use crate::failure::Failure;
use crate::runtime;

/// A private PostgreSQL.
pub(super) struct Engine {
    cluster: Cluster,
    runtime: Runtime,
    password: NamedTempFile,
}

/// One test in its database.
struct Stage<'a> {
    trial: &'a Trial<'a>,
    /// The catalog, with the database as the warehouse of the data source.
    catalog: Catalog,
    source: DataSource,
    admin: Client,
    warehouse: Warehouse,
    epoch: i64,
}

impl Engine {
    pub(super) fn start() -> Result<Self, Failure> {
        let mut password = NamedTempFile::new()?;
        writeln!(password, "the login of a test")?;
        Ok(Self { cluster: Cluster::start(&Options::default())?, runtime: runtime()?, password })
    }

    /// On what the views and the reference evaluator do not agree.
    pub(super) fn differences(&self, trial: &Trial<'_>, number: usize) -> Result<Vec<String>, Failure> {
        self.runtime.block_on(async {
            let mut stage = self.stage(trial, number).await?;
            let mut differences = Vec::new();
            for expectation in &trial.test.expect {
                differences.extend(stage.difference(expectation).await?);
            }
            Ok(differences)
        })
    }

    async fn stage<'a>(&self, trial: &'a Trial<'a>, number: usize) -> Result<Stage<'a>, Failure> {
        let database = format!("trial_{number}");
        self.connect("postgres").await?.batch_execute(&format!("CREATE DATABASE {database}")).await?;
        let admin = self.connect(&database).await?;
        let mut catalog = trial.catalog.clone();
        let wanted = trial.test.data_source.value();
        let Some(mut source) = catalog.data_sources.get(wanted).map(|stored| stored.item.clone()) else {
            return Err(Failure::Unknown { what: "data source", name: wanted.to_string(), near: None });
        };
        source.table = At::nowhere(TableName { database: None, ..source.table.value().clone() });
        if let Some(stored) = catalog.data_sources.get_mut(wanted) {
            Arc::make_mut(stored).item.table = source.table.clone();
        }
        let Some(stored) = catalog.integrations.get_mut(source.integration.value()) else {
            return Err(Failure::NoIntegration);
        };
        self.governs(&mut Arc::make_mut(stored).item, &database)?;
        let integration = stored.item.clone();
        for statement in tables(trial, &source).iter().flat_map(table) {
            admin.batch_execute(&statement).await?;
        }
        let governed = scrim_sql::system::tables(&catalog, &integration);
        let url = SecretString::from(self.cluster.admin_url(&database));
        scrim_warehouse::install(&integration, &governed, &url).await?;
        let warehouse = Warehouse::connect(&integration).await?;
        let epoch = warehouse.claim().await?;
        let mut stage = Stage { trial, catalog, source, admin, warehouse, epoch };
        stage.view(&integration).await?;
        Ok(stage)
    }

    async fn connect(&self, database: &str) -> Result<Client, Failure> {
        let (client, connection) = tokio_postgres::connect(&self.cluster.admin_url(database), NoTls).await?;
        tokio::spawn(connection);
        client.batch_execute("SET timezone = 'UTC'").await?;
        Ok(client)
    }

    /// Makes the database the warehouse of an integration.
    fn governs(&self, integration: &mut Integration, database: &str) -> Result<(), Failure> {
        let name = |text: &str| Name::new(text).map(At::nowhere);
        let unreadable = |_| Failure::Unreadable(database.to_owned(), "a name".to_owned());
        integration.engine = Warehouses::Postgresql;
        self.cluster.host().clone_into(&mut integration.host);
        integration.port = Some(self.cluster.port());
        integration.database = name(database).map_err(unreadable)?;
        integration.databases = vec![];
        integration.layout = Some(Layout::PerDatabase);
        integration.tls = Some(Tls::Disable);
        integration.readers = name("PUBLIC").map_err(unreadable)?;
        integration.password = Some(Secret::File(self.password.path().display().to_string()));
        Ok(())
    }
}

impl Stage<'_> {
    /// Makes the salts known, applies the view with the clock of the test, and counts.
    async fn view(&mut self, integration: &Integration) -> Result<(), Failure> {
        let mut plan = ViewPlan::merged(&Merger::new(&self.catalog), &self.source)?;
        plan.clock = Some(self.trial.now);
        let rendered = Rendered::of(&plan, Dialect::Postgresql, self.epoch.unsigned_abs());
        for key in &rendered.salted {
            let statement = salt(&integration.system_schema(), &key.scope, &key.name, &test_salt(key));
            self.admin.batch_execute(&statement).await?;
        }
        let table = self.source.table.value();
        let found = self.warehouse.tables(std::slice::from_ref(table)).await?;
        let Some(FoundTable { identity, .. }) = found.get(table) else {
            return Err(Failure::Unknown { what: "table", name: table.to_string(), near: None });
        };
        let counted = !rendered.statistics.is_empty();
        let change = ViewChange {
            key: plan.key.clone(),
            data_source: plan.source.to_string(),
            view: plan.view.table.to_string(),
            rendered,
            hash: String::new(),
            audience: plan.audience.clone(),
            base: identity.clone(),
            base_columns: BTreeMap::new(),
            lookups: BTreeMap::new(),
            forgotten: BTreeSet::new(),
        };
        self.warehouse.apply_view(self.epoch, &change).await.map_err(refused)?;
        if counted {
            self.warehouse.refresh(self.epoch, &plan.key).await.map_err(refused)?;
        }
        Ok(())
    }

    /// Whether a person sees through the view what the evaluator says, and if not, what.
    async fn difference(&mut self, expectation: &Expectation) -> Result<Option<String>, Failure> {
        let Ok(person) = self.trial.person(expectation) else { return Ok(None) };
        let view = self.register(&person).await?;
        let columns = || self.trial.merged.columns.iter();
        self.admin.batch_execute(&act_as(&person.login)).await?;
        let answer = rows(&self.admin, &calls::read(&view, columns().map(|column| &column.name))).await;
        self.admin.batch_execute("RESET SESSION AUTHORIZATION").await?;
        let types: Vec<ColumnType> = columns().map(|column| column.column_type.exposed()).collect();
        let mut found = Vec::new();
        for row in answer? {
            let cells = row.into_iter().zip(&types).map(|(cell, column_type)| match cell {
                None => Ok(Value::Null),
                Some(text) => Value::printed(&text, column_type)
                    .ok_or_else(|| Failure::Unreadable(text.clone(), column_type.to_string())),
            });
            found.push(cells.collect::<Result<Vec<Value>, Failure>>()?);
        }
        let mut expected: Vec<Vec<Value>> = Vec::new();
        for mut row in self.trial.seen(&person) {
            expected.push(columns().map(|c| row.remove(&c.name).map_or(Value::Null, |cell| cell.value)).collect());
        }
        let words = |rows: &[Vec<Value>]| {
            let mut rows: Vec<String> =
                rows.iter().map(|row| row.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")).collect();
            rows.sort();
            rows
        };
        let (found, expected) = (words(&found), words(&expected));
        Ok((found != expected).then(|| {
            format!(
                "as {}: the view shows [{}], and the reference evaluator [{}]",
                person.name,
                found.join("; "),
                expected.join("; ")
            )
        }))
    }

    /// Makes somebody the only person that the warehouse knows; answers the view.
    async fn register(&mut self, person: &TestPerson) -> Result<TableName, Failure> {
        let plan = ViewPlan::merged(&Merger::new(&self.catalog), &self.source)?;
        self.admin.batch_execute(&nobody(&plan.system_schema)).await?;
        let create = "SELECT pg_catalog.format('CREATE ROLE %I', $1::text) WHERE NOT EXISTS \
                      (SELECT 1 FROM pg_catalog.pg_roles AS r WHERE r.rolname = $1::text)";
        for row in self.admin.query(create, &[&person.login]).await? {
            self.admin.batch_execute(&row.try_get::<_, String>(0)?).await?;
        }
        if person.granted || !self.disabled(&person.name) {
            // The profile lists what counts at the time of the test; the warehouse's own clock has no say in it.
            let rows = Audiences::of(&self.catalog, &self.source.integration).rows(&person.facts, self.trial.now);
            let added: BTreeSet<ProfileRow> = rows.into_iter().map(|row| ProfileRow { expires: None, ..row }).collect();
            let (login, removed) = (person.login.clone(), BTreeSet::new());
            let change = UserChange { login, removed, added, emptied: false };
            self.warehouse.apply_profiles(self.epoch, &[change]).await?;
        }
        Ok(plan.view)
    }

    fn disabled(&self, user: &str) -> bool {
        self.catalog.users.get(user).is_some_and(|user| user.disabled)
    }
}

/// The table of the test, and those that its rules look up in.
fn tables(trial: &Trial<'_>, source: &DataSource) -> Vec<Table> {
    let typed: Vec<(Name, ColumnType)> =
        trial.merged.columns.iter().map(|column| (column.name.clone(), column.column_type.clone())).collect();
    let cells = |row: &BTreeMap<At<Name>, scrim_catalog::documents::Cell>| {
        let cell = |(name, _): &(Name, ColumnType)| row.get(name).and_then(|cell| cell.0.clone());
        typed.iter().map(cell).collect()
    };
    let governed = Table {
        name: source.table.value().clone(),
        rows: trial.test.rows.iter().map(cells).collect(),
        columns: typed.clone(),
    };
    let tests = trial.merged.rows.iter().flat_map(|rule| rule.branches.all());
    let mut all = vec![governed];
    for test in tests {
        let scrim_policy::Test::Lookup { table, on, user } = test else { continue };
        let name = TableName { database: None, ..table.clone() };
        if all.iter().any(|known| known.name == name) {
            continue;
        }
        let mut columns: Vec<(Name, ColumnType)> =
            on.iter().map(|(theirs, _, column_type)| (theirs.clone(), column_type.clone())).collect();
        columns.push((user.clone(), ColumnType::Text));
        columns.dedup_by(|one, other| one.0 == other.0);
        let row = |row: &BTreeMap<Name, scrim_catalog::documents::Cell>| {
            columns.iter().map(|(name, _)| row.get(name).and_then(|cell| cell.0.clone())).collect()
        };
        let rows = trial.test.lookups.get(table).into_iter().flatten().map(row).collect();
        all.push(Table { name, columns, rows });
    }
    all
}

fn refused(refused: Refused) -> Failure {
    match refused {
        Refused::Stop(error) => Failure::Warehouse(error),
        other => Failure::Warehouse(WarehouseError::Refused(other.to_string())),
    }
}
