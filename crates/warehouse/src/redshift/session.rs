//! One connection at a time to one database, opened again when it breaks.

use chrono::Utc;
use futures_util::TryStreamExt;
use scrim_catalog::documents::Integration;
use scrim_sql::calls::redshift::Calls;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Config, Error, SimpleQueryMessage};

use crate::change::{ATTEMPTS, pause};
use crate::connect::{administrator, config, open};
use crate::credentials::Credentials;
use crate::error::WarehouseError;

/// A row, as text.
pub(super) type Row = Vec<Option<String>>;

/// What a session could not do.
#[derive(Debug)]
pub(super) enum Failed {
    /// The server refused a statement.
    Statement(Error),
    /// There is no connection.
    Connection(WarehouseError),
}

impl Failed {
    /// The server's code for it.
    pub(super) fn code(&self) -> Option<&SqlState> {
        match self {
            Self::Statement(error) => error.code(),
            Self::Connection(WarehouseError::NoDatabase { .. }) => Some(&SqlState::INVALID_CATALOG_NAME),
            Self::Connection(_) => None,
        }
    }

    pub(super) fn into_error(self, what: &'static str) -> WarehouseError {
        match self {
            Self::Statement(error) => WarehouseError::statement(what)(error),
            Self::Connection(error) => error,
        }
    }
}

/// As whom a session is opened.
enum Who {
    /// Scrim's own login, with credentials that are asked for anew whenever a connection is made.
    Login(Credentials),
    /// An administrator, once.
    Administrator(SecretString),
}

/// Simple queries in one database.
pub(super) struct Session {
    integration: Integration,
    database: String,
    who: Who,
    held: Mutex<Held>,
}

/// The connection of a session.
#[derive(Default)]
struct Held {
    client: Option<Client>,
    /// Whether it ever stood. One that never did is not tried again: a wrong name or a closed port stays what it is.
    stood: bool,
}

impl Session {
    pub(super) fn of_login(integration: &Integration, database: &str) -> Self {
        Self {
            integration: integration.clone(),
            database: database.to_owned(),
            who: Who::Login(Credentials::of(integration, database)),
            held: Mutex::default(),
        }
    }

    pub(super) fn of_administrator(integration: &Integration, url: &SecretString, database: &str) -> Self {
        let who = Who::Administrator(url.clone());
        Self { integration: integration.clone(), database: database.to_owned(), who, held: Mutex::default() }
    }

    async fn config(&self) -> Result<Config, WarehouseError> {
        match &self.who {
            Who::Administrator(url) => administrator(&self.integration, url, &self.database),
            Who::Login(credentials) => {
                let login = credentials.login(Utc::now()).await?;
                let mut config = config(&self.integration, &self.database);
                config.user(login.user);
                if let Some(password) = login.password {
                    config.password(password.expose_secret());
                }
                Ok(config)
            }
        }
    }

    /// The connection, opened when there is none.
    async fn connected<'a>(&self, held: &'a mut Held) -> Result<&'a Client, Failed> {
        if held.client.as_ref().is_none_or(Client::is_closed) {
            let (client, _) = open(&self.integration, self.config().await.map_err(Failed::Connection)?)
                .await
                .map_err(Failed::Connection)?;
            for setting in Calls::settings() {
                client.batch_execute(setting).await.map_err(Failed::Statement)?;
            }
            *held = Held { client: Some(client), stood: true };
        }
        held.client.as_ref().ok_or_else(|| Failed::Connection(WarehouseError::Lost))
    }

    /// The rows of one statement; it is asked again when the connection breaks.
    pub(super) async fn rows(&self, sql: &str) -> Result<Vec<Row>, Failed> {
        let mut held = self.held.lock().await;
        let mut attempt = 0;
        loop {
            let answer = match self.connected(&mut held).await {
                Ok(client) => client.simple_query(sql).await.map_err(Failed::Statement),
                Err(failed) => Err(failed),
            };
            match answer {
                Ok(messages) => return Ok(messages.into_iter().filter_map(row).collect()),
                Err(failed) if attempt + 1 < ATTEMPTS && held.stood && passing(&failed) => pause(attempt).await,
                Err(failed) => return Err(failed),
            }
            attempt += 1;
        }
    }

    /// The rows of one statement that is not to be run twice: when the connection breaks, nobody can say whether it was.
    pub(super) async fn rows_once(&self, sql: &str) -> Result<Vec<Row>, Failed> {
        let mut held = self.held.lock().await;
        let messages = self.connected(&mut held).await?.simple_query(sql).await.map_err(Failed::Statement)?;
        Ok(messages.into_iter().filter_map(row).collect())
    }

    /// Statements in one transaction: all, or none. Tried again as a whole when the server says that it collided with
    /// another one, and when the connection breaks, also while nobody can say whether it was committed.
    pub(super) async fn transaction(&self, statements: &[String]) -> Result<(), Failed> {
        let mut held = self.held.lock().await;
        let mut attempt = 0;
        loop {
            match self.once(&mut held, statements).await {
                Ok(()) => return Ok(()),
                Err(failed) if attempt + 1 < ATTEMPTS && held.stood && passing(&failed) => pause(attempt).await,
                Err(failed) => return Err(failed),
            }
            attempt += 1;
        }
    }

    /// The rows of a query behind a statement, in a transaction that is taken back. Tried again like any other.
    pub(super) async fn glimpse(&self, statement: &str, query: &str) -> Result<Vec<Row>, Failed> {
        let mut held = self.held.lock().await;
        let mut attempt = 0;
        loop {
            match self.glimpse_once(&mut held, statement, query).await {
                Err(failed) if attempt + 1 < ATTEMPTS && held.stood && passing(&failed) => pause(attempt).await,
                done => return done,
            }
            attempt += 1;
        }
    }

    async fn glimpse_once(&self, held: &mut Held, statement: &str, query: &str) -> Result<Vec<Row>, Failed> {
        let client = self.connected(held).await?;
        let asked = async {
            client.batch_execute("BEGIN").await?;
            client.batch_execute(statement).await?;
            client.simple_query(query).await
        };
        let answer = asked.await;
        if client.batch_execute("ROLLBACK").await.is_err() {
            held.client = None;
        }
        Ok(answer.map_err(Failed::Statement)?.into_iter().filter_map(row).collect())
    }

    async fn once(&self, held: &mut Held, statements: &[String]) -> Result<(), Failed> {
        let client = self.connected(held).await?;
        let all = ["BEGIN"].into_iter().chain(statements.iter().map(String::as_str)).chain(["COMMIT"]);
        for sql in all {
            if let Err(error) = client.batch_execute(sql).await {
                // Should this fail, too, the connection is gone, and with it the transaction.
                if client.batch_execute("ROLLBACK").await.is_err() {
                    held.client = None;
                }
                return Err(Failed::Statement(error));
            }
        }
        Ok(())
    }

    /// The rows of one statement, one after the other; false when the connection broke on the way.
    pub(super) async fn stream(&self, sql: &str, mut each: impl FnMut(Row)) -> Result<bool, Failed> {
        let mut held = self.held.lock().await;
        let client = self.connected(&mut held).await?;
        let broken = |error: Error| if lost(&error) { Ok(false) } else { Err(Failed::Statement(error)) };
        let stream = match client.simple_query_raw(sql).await {
            Ok(stream) => stream,
            Err(error) => return broken(error),
        };
        let mut stream = std::pin::pin!(stream);
        loop {
            match stream.try_next().await {
                Ok(Some(message)) => {
                    if let Some(row) = row(message) {
                        each(row);
                    }
                }
                Ok(None) => return Ok(true),
                Err(error) => return broken(error),
            }
        }
    }
}

/// A row of an answer; none where the message is another one.
pub(super) fn row(message: SimpleQueryMessage) -> Option<Row> {
    match message {
        SimpleQueryMessage::Row(row) => Some((0..row.len()).map(|at| row.get(at).map(str::to_owned)).collect()),
        _ => None,
    }
}

/// Whether another attempt may do.
fn passing(failed: &Failed) -> bool {
    match failed {
        Failed::Statement(error) => lost(error) || collided(error),
        Failed::Connection(error) => error.may_pass(),
    }
}

/// Whether the connection is gone.
fn lost(error: &Error) -> bool {
    match error.as_db_error() {
        // Ended from the server's side: shut down, restarted, ended by an administrator.
        Some(server) => {
            [SqlState::ADMIN_SHUTDOWN, SqlState::CRASH_SHUTDOWN, SqlState::CANNOT_CONNECT_NOW].contains(server.code())
        }
        None => true,
    }
}

/// Whether the transaction collided with another one: 1023 (serializable isolation violation) and 1018 (a relation was
/// dropped meanwhile) are Redshift's, with no code of their own.
fn collided(error: &Error) -> bool {
    error.as_db_error().is_some_and(|server| {
        let code = [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED].contains(server.code());
        code || ["1023", "1018"].iter().any(|number| server.message().trim_start().starts_with(number))
    })
}
