//! A private warehouse in which Scrim is installed: PostgreSQL, or the Redshift double.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use scrim_catalog::documents::Integration;
use scrim_catalog::{Catalog, Name, SourceFile, assemble};
use scrim_policy::SaltKey;
use scrim_redshift_double::Double;
use scrim_sandbox::{Cluster, Options};
use scrim_sync::{Report, SyncError};
use scrim_warehouse::{Warehouse, WarehouseError};
use secrecy::SecretString;
use tempfile::NamedTempFile;
use tokio::runtime::Runtime;
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

/// Rows of text cells; none is NULL.
pub type Table = Vec<Vec<Option<String>>>;

/// Which warehouse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// PostgreSQL.
    Postgresql,
    /// The Redshift double, with the views beside the tables.
    PerDatabase,
    /// The Redshift double, with the views in a database of their own.
    Central,
}

impl Target {
    /// Redshift, in both layouts.
    pub const REDSHIFT: [Self; 2] = [Self::PerDatabase, Self::Central];

    /// The database of the tables.
    fn database(self) -> &'static str {
        if self == Self::Postgresql { "postgres" } else { "people" }
    }

    /// The database of the views.
    fn home(self) -> &'static str {
        if self == Self::Central { "immuta" } else { self.database() }
    }
}

/// What runs.
enum Running {
    Postgresql(Cluster),
    Redshift(Double),
}

/// A private warehouse, and connections to it as its administrator.
pub struct Governed {
    /// In the database of the tables, straight to PostgreSQL.
    pub admin: Client,
    /// In the database of the views, straight to PostgreSQL; made when that database is there.
    home: OnceCell<Client>,
    /// In the database of the views, as everybody connects.
    reader: OnceCell<Client>,
    target: Target,
    password: NamedTempFile,
    runtime: Runtime,
    running: Running,
}

/// A catalog from YAML.
pub fn catalog(text: &str) -> Catalog {
    let file = SourceFile { path: Arc::new(PathBuf::from("test.yaml")), text: text.to_owned() };
    assemble(&[file]).into_result().map_err(|problems| format!("{problems:#?}\n{text}")).unwrap().0
}

/// A name in double quotes.
pub fn ident(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text in quotes.
pub fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

impl Governed {
    /// Starts PostgreSQL; nothing is installed yet.
    pub fn start() -> Self {
        Self::on(Target::Postgresql)
    }

    /// Starts a warehouse; nothing is installed yet.
    pub fn on(target: Target) -> Self {
        let running = if target == Target::Postgresql {
            Running::Postgresql(Cluster::start(&Options::default()).unwrap())
        } else {
            let double = Double::start(&scrim_redshift_double::Options::default()).unwrap();
            double.create_database(target.database()).unwrap();
            Running::Redshift(double)
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let url = match &running {
            Running::Postgresql(cluster) => cluster.admin_url(target.database()),
            Running::Redshift(double) => double.backend_url(target.database()),
        };
        let admin = runtime.block_on(connect_past_the_double(&url));
        let mut password = NamedTempFile::new().unwrap();
        writeln!(password, "the password of Scrim's login").unwrap();
        Self { admin, home: OnceCell::new(), reader: OnceCell::new(), target, password, runtime, running }
    }

    /// Which warehouse it is.
    pub fn target(&self) -> Target {
        self.target
    }

    /// A table as it is named in the database of the views.
    pub fn table(&self, name: &str) -> String {
        if self.target == Target::Central { format!("{}.{name}", self.target.database()) } else { name.to_owned() }
    }

    /// The double, where this is Redshift.
    pub fn double(&self) -> &Double {
        match &self.running {
            Running::Redshift(double) => double,
            Running::Postgresql(_) => panic!("PostgreSQL is no double"),
        }
    }

    /// A connection of the administrator in the database of the views, as everybody connects.
    fn reader(&self) -> &Client {
        self.reader.get_or_init(|| {
            let url = match &self.running {
                Running::Postgresql(cluster) => cluster.admin_url(self.target.home()),
                Running::Redshift(double) => double.admin_url(self.target.home()),
            };
            self.wait(connect(&url))
        })
    }

    fn home(&self) -> &Client {
        self.home.get_or_init(|| {
            let url = match &self.running {
                Running::Postgresql(cluster) => cluster.admin_url(self.target.home()),
                Running::Redshift(double) => double.backend_url(self.target.home()),
            };
            self.wait(connect_past_the_double(&url))
        })
    }

    /// Runs statements as the administrator in the database of the views.
    pub fn run_at_home(&self, sql: &str) {
        self.wait(self.home().batch_execute(sql)).unwrap_or_else(|error| panic!("{error:?}\n{sql}"));
    }

    /// Gives up the connections to the database of the views: nobody drops one that somebody is connected to.
    pub fn leave(&mut self) {
        self.home.take();
        self.reader.take();
    }

    /// The document of the integration `w`; `more` goes into it.
    pub fn integration(&self, more: &str) -> String {
        let (engine, port) = match &self.running {
            Running::Postgresql(cluster) => ("postgresql", cluster.port()),
            Running::Redshift(double) => ("redshift", double.port()),
        };
        let layout = if self.target == Target::Central { "central" } else { "per-database" };
        format!(
            "{{ kind: integration, name: w, engine: {engine}, host: 127.0.0.1, port: {port}, database: {}, layout: {layout}, \
             tls: disable, password: {{ file: '{}' }}{more} }}\n---\n",
            self.target.database(),
            self.password.path().display()
        )
    }

    /// A catalog whose integration is this warehouse.
    pub fn catalog(&self, text: &str) -> Catalog {
        catalog(&format!("{}{text}", self.integration("")))
    }

    /// Waits for something.
    pub fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// Runs statements as the administrator in the database of the tables, where Redshift makes `varchar(256)` of `text`.
    pub fn run(&self, sql: &str) {
        let sql =
            if self.target == Target::Postgresql { sql.to_owned() } else { sql.replace(" text", " varchar(256)") };
        self.wait(self.admin.batch_execute(&sql)).unwrap_or_else(|error| panic!("{error:?}\n{sql}"));
        if let Running::Redshift(double) = &self.running {
            double.changed();
        }
    }

    /// The one-time URL of the administrator.
    pub fn admin_url(&self) -> SecretString {
        self.admin_url_of(self.target.database())
    }

    /// The same for another database.
    pub fn admin_url_of(&self, database: &str) -> SecretString {
        SecretString::from(match &self.running {
            Running::Postgresql(cluster) => cluster.admin_url(database),
            Running::Redshift(double) => double.admin_url(database),
        })
    }

    /// A connection string for a user with a password.
    pub fn user_url(&self, user: &str, password: &str) -> String {
        match &self.running {
            Running::Postgresql(cluster) => cluster.user_url(user, password, self.target.home()),
            Running::Redshift(double) => double.user_url(user, password, self.target.home()),
        }
    }

    /// Installs what a catalog needs; answers the warnings.
    ///
    /// # Errors
    /// When it is refused.
    pub fn try_install(&self, catalog: &Catalog) -> Result<Vec<String>, WarehouseError> {
        let integration = only(catalog);
        let tables = scrim_sync::tables(catalog, integration);
        self.wait(scrim_warehouse::install(integration, &tables, &self.admin_url()))
    }

    /// Installs what a catalog needs.
    pub fn install(&self, catalog: &Catalog) {
        self.try_install(catalog).unwrap();
    }

    /// A connection as Scrim's login.
    pub fn connect(&self, catalog: &Catalog) -> Warehouse {
        self.wait(Warehouse::connect(only(catalog))).unwrap()
    }

    /// Pushes a catalog.
    ///
    /// # Errors
    /// When the push does not come to its end.
    pub fn try_push(
        &self,
        catalog: &Catalog,
        options: &scrim_sync::Options,
        now: DateTime<Utc>,
    ) -> Result<Report, SyncError> {
        let mut warehouse = self.connect(catalog);
        self.wait(scrim_sync::push(&mut warehouse, catalog, only(catalog), options, now))
    }

    /// Pushes a catalog; nothing may fail.
    pub fn push(&self, catalog: &Catalog) -> Report {
        let report = self.try_push(catalog, &scrim_sync::Options::default(), Utc::now()).unwrap();
        assert_eq!(report.failed, []);
        report
    }

    /// What a user gets to see, by the text of the cells.
    ///
    /// # Errors
    /// When the warehouse refuses.
    pub fn seen(&self, user: &str, sql: &str) -> Result<Table, tokio_postgres::Error> {
        let reader = if user == "postgres" { self.home() } else { self.reader() };
        self.wait(async {
            reader.batch_execute(&format!("SET SESSION AUTHORIZATION {}", ident(user))).await.unwrap();
            let answer = reader.simple_query(sql).await;
            reader.batch_execute("SET SESSION AUTHORIZATION DEFAULT").await.unwrap();
            let row = |message: SimpleQueryMessage| match message {
                SimpleQueryMessage::Row(row) => Some((0..row.len()).map(|at| row.get(at).map(str::to_owned)).collect()),
                _ => None,
            };
            Ok(answer?.into_iter().filter_map(row).collect())
        })
    }

    /// The code of the error with which the warehouse refuses a user.
    pub fn refused(&self, user: &str, sql: &str) -> String {
        match self.seen(user, sql) {
            Ok(rows) => panic!("{user} may: {sql}: {rows:?}"),
            Err(error) => error.code().unwrap().code().to_owned(),
        }
    }

    /// One cell, as the administrator sees it.
    pub fn cell(&self, sql: &str) -> Option<String> {
        self.seen("postgres", sql).unwrap_or_else(|error| panic!("{error:?}\n{sql}")).remove(0).remove(0)
    }

    /// Every salt.
    pub fn salts(&self) -> BTreeMap<SaltKey, String> {
        let rows = self.seen("postgres", "SELECT source, column_name, salt FROM immuta_system.salt").unwrap();
        let salt = |mut row: Vec<Option<String>>| {
            let mut next = || row.remove(0).unwrap();
            (SaltKey { scope: next(), name: Name::new(next()).unwrap() }, next())
        };
        rows.into_iter().map(salt).collect()
    }
}

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client.batch_execute("SET timezone TO 'UTC'").await.unwrap();
    client
}

/// Straight to PostgreSQL, which behind the double takes backslashes for escapes unless told otherwise.
async fn connect_past_the_double(url: &str) -> Client {
    let client = connect(url).await;
    client.batch_execute("SET standard_conforming_strings = on").await.unwrap();
    client
}

fn only(catalog: &Catalog) -> &Integration {
    &catalog.integrations.values().next().unwrap().item
}
