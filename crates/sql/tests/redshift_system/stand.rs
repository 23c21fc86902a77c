//! The double in the place of Redshift. What is installed goes through it, and so does what procedures execute; the rest is
//! asked of its PostgreSQL.

use scrim_catalog::documents::Integration;
use scrim_redshift_double::{Double, Options};
use scrim_sql::system::redshift;
use tokio::runtime::Runtime;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, NoTls, SimpleQueryMessage};

/// A name in double quotes.
pub(crate) fn ident(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The double, and an integration to install.
pub(crate) struct Stand {
    pub(crate) integration: Integration,
    client: Client,
    runtime: Runtime,
    double: Double,
}

/// Added, user, kind, key, value, expiry.
type Staged<'a> = (bool, &'a str, &'a str, &'a str, &'a str, Option<&'a str>);

type Parameters<'a> = &'a [&'a (dyn ToSql + Sync)];

impl Stand {
    pub(crate) fn start(integration: Integration) -> Self {
        let double = Double::start(&Options::default()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let client = runtime.block_on(past_the_double(&double));
        Self { integration, client, runtime, double }
    }

    /// Another connection of the administrator.
    pub(crate) fn connect(&self) -> Client {
        self.runtime.block_on(past_the_double(&self.double))
    }

    /// Statements as the administrator.
    pub(crate) fn run(&self, sql: &str) {
        self.run_on(&self.client, sql);
    }

    pub(crate) fn run_on(&self, client: &Client, sql: &str) {
        self.runtime.block_on(client.batch_execute(sql)).unwrap_or_else(|error| panic!("{error:?}\n{sql}"));
    }

    /// The code of the error with which a connection is refused.
    pub(crate) fn refused_on(&self, client: &Client, sql: &str) -> String {
        self.runtime.block_on(client.batch_execute(sql)).unwrap_err().code().unwrap().code().to_owned()
    }

    /// Installs in one transaction.
    pub(crate) fn install(&self) -> Result<(), String> {
        self.install_as("postgres")
    }

    /// The same as somebody.
    pub(crate) fn install_as(&self, user: &str) -> Result<(), String> {
        let client = self.runtime.block_on(connect(&self.double.admin_url("postgres")));
        self.run_on(&client, &format!("SET SESSION AUTHORIZATION {}", ident(user)));
        self.run_on(&client, "BEGIN");
        for sql in redshift::install(&self.integration, &[]) {
            if let Err(error) = self.runtime.block_on(client.batch_execute(&sql)) {
                self.run_on(&client, "ROLLBACK");
                return Err(said(&error));
            }
        }
        self.run_on(&client, "COMMIT");
        Ok(())
    }

    /// Statements as the administrator, as the double rewrites them.
    pub(crate) fn run_through(&self, statements: &[String]) {
        let client = self.runtime.block_on(connect(&self.double.admin_url("postgres")));
        statements.iter().for_each(|sql| self.run_on(&client, sql));
    }

    /// One statement as a user, with parameters.
    fn call(&self, user: &str, sql: &str, parameters: Parameters<'_>) -> Result<u64, Error> {
        self.run(&format!("SET SESSION AUTHORIZATION {}", ident(user)));
        let answer = self.runtime.block_on(self.client.execute(sql, parameters));
        self.run("RESET SESSION AUTHORIZATION");
        answer
    }

    /// The cells that a user gets.
    pub(crate) fn cells(&self, user: &str, sql: &str) -> Result<Vec<Vec<Option<String>>>, Error> {
        self.run(&format!("SET SESSION AUTHORIZATION {}", ident(user)));
        let answer = self.runtime.block_on(self.client.simple_query(sql));
        self.run("RESET SESSION AUTHORIZATION; RESET timezone");
        let row = |message: SimpleQueryMessage| match message {
            SimpleQueryMessage::Row(row) => Some((0..row.len()).map(|at| row.get(at).map(str::to_owned)).collect()),
            _ => None,
        };
        Ok(answer?.into_iter().filter_map(row).collect())
    }

    /// The rows that a user gets, the last statement's, with a bar between the cells.
    fn see(&self, user: &str, sql: &str) -> Result<Vec<String>, Error> {
        let row = |row: Vec<Option<String>>| {
            row.into_iter().map(|cell| cell.unwrap_or_else(|| "NULL".to_owned())).collect::<Vec<_>>().join("|")
        };
        Ok(self.cells(user, sql)?.into_iter().map(row).collect())
    }

    pub(crate) fn shown(&self, user: &str, sql: &str) -> Vec<String> {
        self.see(user, sql).unwrap_or_else(|error| panic!("{error:?}\n{sql}"))
    }

    /// What a user is told who is refused.
    pub(crate) fn refused(&self, user: &str, sql: &str) -> String {
        match self.see(user, sql) {
            Ok(rows) => panic!("{user} may: {sql}: {rows:?}"),
            Err(error) => error.code().unwrap().code().to_owned(),
        }
    }

    pub(crate) fn system(&self, name: &str) -> String {
        format!("{}.{name}", ident(&self.integration.system_schema().to_lowercase()))
    }

    pub(crate) fn procedure(&self, name: &str) -> String {
        format!("{}.{name}", ident(&self.integration.procedures_schema().to_lowercase()))
    }

    pub(crate) fn view(&self, name: &str) -> String {
        format!("{}.{}", ident(&self.integration.views.schema.to_lowercase()), ident(name))
    }

    /// Calls a procedure as the login of Scrim.
    pub(crate) fn procedure_call(&self, name: &str, parameters: Parameters<'_>) -> Result<(), String> {
        let numbers: Vec<String> = (1..=parameters.len()).map(|n| format!("${n}")).collect();
        let sql = format!("CALL {}({})", self.procedure(name), numbers.join(", "));
        self.call(&self.integration.user, &sql, parameters).map(|_| ()).map_err(|error| said(&error))
    }

    pub(crate) fn claim(&self) -> i64 {
        let rows = self.shown(&self.integration.user, &format!("CALL {}(0)", self.procedure("claim")));
        rows[0].parse().unwrap()
    }

    /// Stages rows and applies them, all in one transaction.
    pub(crate) fn profiles(&self, epoch: i64, rows: &[Staged<'_>]) -> Result<(), String> {
        let staged: Vec<String> = rows
            .iter()
            .map(|(added, user, kind, key, value, expires)| {
                let expires = expires.map_or("NULL".to_owned(), |text| format!("TIMESTAMP '{text}'"));
                format!("({epoch}, {added}, '{user}', '{kind}', '{key}', '{value}', {expires})")
            })
            .collect();
        let hold = format!("CALL {}({epoch})", self.procedure("hold"));
        let sql = format!(
            "{hold}; INSERT INTO {} (batch, added, immuta__userid, kind, key, value, expires) VALUES {}; CALL {}({epoch}, {epoch})",
            self.system("profile_stage"),
            staged.join(", "),
            self.procedure("apply_profiles"),
        );
        // Sent together, they are one transaction.
        self.see(&self.integration.user, &sql).map(|_| ()).map_err(|error| said(&error))
    }

    /// Stages a salt and applies a view.
    pub(crate) fn apply(&self, epoch: i64, version: i64, view: &View<'_>) -> Result<(), String> {
        let stage = format!(
            "INSERT INTO {} (batch, source, column_name, salt) VALUES ($1, $2, $3, $4)",
            self.system("salt_stage")
        );
        self.call(&self.integration.user, &stage, &[&epoch, &view.source, &"name", &view.salt]).unwrap();
        let columns = view.columns.join("\n");
        let [q1, q2, q3, q4, q5, q6, q7, q8] = redshift::parts(view.query).unwrap();
        let hash = "h".repeat(64);
        let base = view.columns.join(" ");
        self.procedure_call(
            "apply_view",
            &[
                &epoch,
                &view.source,
                &"the source",
                &view.name,
                &columns,
                &q1,
                &q2,
                &q3,
                &q4,
                &q5,
                &q6,
                &q7,
                &q8,
                &version,
                &hash,
                &base,
                &"a_1",
                &"{}",
                &base,
                &"[]",
            ],
        )
    }
}

/// A view to be applied.
pub(crate) struct View<'a> {
    pub(crate) source: &'a str,
    pub(crate) name: &'a str,
    pub(crate) columns: &'a [&'a str],
    pub(crate) query: &'a str,
    pub(crate) salt: &'a str,
}

/// Straight to PostgreSQL, where backslashes are to be what they are.
async fn past_the_double(double: &Double) -> Client {
    let client = connect(&double.backend_url("postgres")).await;
    client.batch_execute("SET standard_conforming_strings = on").await.unwrap();
    client
}

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

fn said(error: &Error) -> String {
    error
        .as_db_error()
        .map_or_else(|| format!("{error:?}"), |server| format!("{} {}", server.code().code(), server.message()))
}
