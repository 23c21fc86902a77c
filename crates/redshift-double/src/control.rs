//! The double's own connections to PostgreSQL, as its superuser: one for each database that it has to look into.

use std::collections::{BTreeSet, HashMap, HashSet};

use tokio_postgres::{Client, Config, NoTls, Row, SimpleQueryMessage};

use crate::answer::Answer;
use crate::rewrite::Remote;

/// The database in which the double looks at what databases share.
const HOME: &str = "postgres";

/// The late-binding views, and the views that read them.
const LATE: &str = "WITH RECURSIVE above AS (SELECT l.view AS oid FROM redshift_double.late_view AS l UNION \
    SELECT w.ev_class FROM above AS a JOIN pg_depend AS d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = a.oid \
    AND d.classid = 'pg_rewrite'::regclass JOIN pg_rewrite AS w ON w.oid = d.objid) \
    SELECT c.relname FROM above AS a JOIN pg_class AS c ON c.oid = a.oid";

/// The double's own connections.
pub(crate) struct Control {
    config: Config,
    clients: HashMap<String, Client>,
    databases: (u64, BTreeSet<String>),
    late: HashMap<String, (u64, HashSet<String>)>,
    /// For each database, the state of changes at which what stands in it for others was looked at last.
    pub(crate) mirrored: HashMap<String, u64>,
    /// What stands in it since then.
    pub(crate) standing: HashMap<String, HashSet<Remote>>,
}

impl Control {
    pub(crate) fn new(config: Config) -> Self {
        Self {
            config,
            clients: HashMap::new(),
            databases: (0, BTreeSet::new()),
            late: HashMap::new(),
            mirrored: HashMap::new(),
            standing: HashMap::new(),
        }
    }

    /// The connection to a database.
    pub(crate) async fn client(&mut self, database: &str) -> Result<&Client, Answer> {
        let there = self.clients.get(database).is_some_and(|client| !client.is_closed());
        if !there {
            let mut config = self.config.clone();
            config.dbname(database);
            let (client, connection) = config.connect(NoTls).await.map_err(|error| failed(&error))?;
            tokio::spawn(connection);
            // What a session of the double's client holds must not hang both.
            client.batch_execute("SET lock_timeout = '100ms'").await.map_err(|error| failed(&error))?;
            self.clients.insert(database.to_owned(), client);
        }
        self.clients.get(database).ok_or_else(|| Answer::new("08006", "the double lost its connection"))
    }

    /// Leaves a database that somebody wants to drop or rename.
    pub(crate) fn leave(&mut self, database: &str) {
        self.clients.remove(database);
        self.late.remove(database);
        self.mirrored.remove(database);
        self.standing.remove(database);
    }

    pub(crate) async fn run(&mut self, database: &str, sql: &str) -> Result<(), Answer> {
        self.client(database).await?.batch_execute(sql).await.map_err(|error| failed(&error))
    }

    pub(crate) async fn rows(&mut self, database: &str, sql: &str, values: &[&str]) -> Result<Vec<Row>, Answer> {
        let values: Vec<&(dyn tokio_postgres::types::ToSql + Sync)> = values.iter().map(|value| value as _).collect();
        self.client(database).await?.query(sql, &values).await.map_err(|error| failed(&error))
    }

    /// The databases there are.
    pub(crate) async fn databases(&mut self, changes: u64) -> Result<BTreeSet<String>, Answer> {
        if self.databases.0 != changes {
            let sql = "SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate";
            self.databases = (changes, self.texts(HOME, sql).await?.into_iter().collect());
        }
        Ok(self.databases.1.clone())
    }

    /// The late-binding views of a database and those above them, by their last names.
    pub(crate) async fn late(&mut self, database: &str, changes: u64) -> Result<HashSet<String>, Answer> {
        if self.late.get(database).is_none_or(|(at, _)| *at != changes) {
            let names = self.texts(database, LATE).await?.into_iter().collect();
            self.late.insert(database.to_owned(), (changes, names));
        }
        Ok(self.late.get(database).map(|(_, names)| names.clone()).unwrap_or_default())
    }

    async fn texts(&mut self, database: &str, sql: &str) -> Result<Vec<String>, Answer> {
        let rows = self.client(database).await?.simple_query(sql).await.map_err(|error| failed(&error))?;
        let text = |message: SimpleQueryMessage| match message {
            SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        };
        Ok(rows.into_iter().filter_map(text).collect())
    }
}

/// What PostgreSQL said, in its own words.
pub(crate) fn failed(error: &tokio_postgres::Error) -> Answer {
    match error.as_db_error() {
        Some(said) => Answer::new(said.code().code(), said.message()),
        None => Answer::new("08006", format!("the double cannot reach PostgreSQL: {error}")),
    }
}
