//! A double and clients of it.

#![allow(dead_code, reason = "each test uses its part")]

use scrim_redshift_double::{Double, Options};
use tokio::runtime::Runtime;
use tokio_postgres::{Client, Config, Error, NoTls, SimpleQueryMessage};

pub(crate) struct Stand {
    pub(crate) double: Double,
    pub(crate) runtime: Runtime,
}

/// Messages of tokio-postgres say no more than "db error".
pub(crate) fn said(error: &Error) -> String {
    match error.as_db_error() {
        Some(server) => {
            let detail = server.detail().map(|text| format!(" [{text}]")).unwrap_or_default();
            format!("{} {}{detail}", server.code().code(), server.message())
        }
        None => format!("{error:?}"),
    }
}

impl Stand {
    pub(crate) fn start() -> Self {
        Self::with(&Options::default())
    }

    pub(crate) fn with(options: &Options) -> Self {
        let double = Double::start(options).unwrap_or_else(|error| panic!("{error}"));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { double, runtime }
    }

    pub(crate) fn connect(&self, database: &str) -> Session<'_> {
        self.open(&self.double.admin_url(database)).unwrap()
    }

    pub(crate) fn login(&self, user: &str, database: &str) -> Session<'_> {
        self.open(&self.double.user_url(user, "Secret1", database)).unwrap()
    }

    pub(crate) fn open(&self, url: &str) -> Result<Session<'_>, String> {
        self.config(&url.parse().unwrap())
    }

    pub(crate) fn config(&self, config: &Config) -> Result<Session<'_>, String> {
        self.runtime.block_on(async {
            let (client, connection) = config.connect(NoTls).await.map_err(|error| said(&error))?;
            tokio::spawn(connection);
            Ok(Session { client, runtime: &self.runtime })
        })
    }
}

pub(crate) struct Session<'a> {
    pub(crate) client: Client,
    runtime: &'a Runtime,
}

impl Session<'_> {
    pub(crate) fn try_run(&self, sql: &str) -> Result<(), String> {
        self.runtime.block_on(self.client.batch_execute(sql)).map_err(|error| said(&error))
    }

    pub(crate) fn run(&self, sql: &str) {
        self.try_run(sql).unwrap_or_else(|error| panic!("{error}\n{sql}"));
    }

    /// What the server says who refuses it.
    pub(crate) fn refused(&self, sql: &str) -> String {
        match self.try_run(sql) {
            Ok(()) => panic!("this was accepted: {sql}"),
            Err(error) => error,
        }
    }

    pub(crate) fn try_rows(&self, sql: &str) -> Result<Vec<String>, String> {
        let messages = self.runtime.block_on(self.client.simple_query(sql)).map_err(|error| said(&error))?;
        let row = |message: SimpleQueryMessage| match message {
            SimpleQueryMessage::Row(row) => {
                let cells: Vec<&str> = (0..row.len()).map(|at| row.get(at).unwrap_or("NULL")).collect();
                Some(cells.join("|"))
            }
            _ => None,
        };
        Ok(messages.into_iter().filter_map(row).collect())
    }

    pub(crate) fn rows(&self, sql: &str) -> Vec<String> {
        self.try_rows(sql).unwrap_or_else(|error| panic!("{error}\n{sql}"))
    }

    /// By the extended protocol, in text.
    pub(crate) fn executed(&self, sql: &str) -> Result<u64, String> {
        self.runtime.block_on(self.client.execute(sql, &[])).map_err(|error| said(&error))
    }
}
