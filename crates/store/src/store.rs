//! Opening the database.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sea_orm::{DatabaseConnection, SqlxPostgresConnector, SqlxSqliteConnector};
use sqlx::migrate::MigrateError;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection};
use tokio::sync::{Mutex, RwLock, watch};

use crate::ask::Ask;
use crate::engine::Engine;
use crate::location::Place;
use crate::migrations::{migrator, refused};
use crate::sealing::Sealer;
use crate::sealing_key::private_file;
use crate::{Location, SealingKey, StoreError, watching};

/// How many connections a store has at most; a snapshot that is being read holds one.
const CONNECTIONS: u32 = 16;

/// How long a call waits for a connection, and a writer of SQLite for another program that writes.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long a program waits that opens a file while others do.
const PAUSE: Duration = Duration::from_millis(20);

/// The metadata database. Copies share their connections.
#[derive(Clone)]
pub struct Store {
    pub(crate) shared: Arc<Shared>,
}

pub(crate) struct Shared {
    pub(crate) location: Location,
    pub(crate) connection: DatabaseConnection,
    pub(crate) engine: Engine,
    /// Whose turn it is to write, in SQLite.
    pub(crate) turn: Option<Arc<Mutex<()>>>,
    pub(crate) sealer: RwLock<Sealer>,
    /// The last event that is known of here.
    pub(crate) last: watch::Sender<u64>,
}

impl Store {
    /// Opens a database, and makes it first if it is not there or empty: an SQLite file with the mode 0600; in PostgreSQL
    /// tables in the first schema of the search path. Brings an older one to the version of this program.
    ///
    /// # Errors
    /// When there is no connection; when the database was made by a newer version ([`StoreError::Newer`]) or with another
    /// sealing key ([`StoreError::OtherKey`]). It is left as it is then.
    pub async fn open(location: &Location, key: SealingKey) -> Result<Self, StoreError> {
        let (engine, connection, pool) = match &location.0 {
            Place::Sqlite(path) => {
                let pool = open_file(path).await.map_err(unopened(location))?;
                if let Err(error) = migrate_file(&pool).await {
                    pool.close().await;
                    return Err(refused(location.to_string(), error));
                }
                (Engine::Sqlite, SqlxSqliteConnector::from_sqlx_sqlite_pool(pool), None)
            }
            Place::Postgres(options) => {
                let pool = connect(options).await.map_err(unopened(location))?;
                if let Err(error) = migrator(Engine::Postgres).run(&pool).await {
                    pool.close().await;
                    return Err(refused(location.to_string(), error));
                }
                (Engine::Postgres, SqlxPostgresConnector::from_sqlx_postgres_pool(pool.clone()), Some(pool))
            }
        };
        let store = Self {
            shared: Arc::new(Shared {
                location: location.clone(),
                connection,
                engine,
                turn: (engine == Engine::Sqlite).then(Arc::default),
                sealer: RwLock::new(Sealer::new(&key)?),
                last: watch::Sender::new(0),
            }),
        };
        store.check_key().await?;
        store.note_last(store.last_sequence().await?);
        // A file that only reads would be found out by whoever writes first.
        store.write(Ask::to("write anything", "UPDATE log_head SET sequence = sequence")).await?;
        watching::start(&store.shared, pool);
        Ok(store)
    }

    /// Where the database is; it can be shown.
    pub fn location(&self) -> &Location {
        &self.shared.location
    }

    /// Ends all connections, once what is under way is done. Calls on any copy of the store fail from then on.
    ///
    /// # Errors
    /// When the connections cannot be ended in order.
    pub async fn close(&self) -> Result<(), StoreError> {
        self.shared.connection.close_by_ref().await.map_err(StoreError::database("end the connections"))
    }

    pub(crate) fn connection(&self) -> &DatabaseConnection {
        &self.shared.connection
    }

    pub(crate) fn engine(&self) -> Engine {
        self.shared.engine
    }
}

fn unopened(location: &Location) -> impl Fn(sqlx::Error) -> StoreError {
    move |error| StoreError::Open { at: location.to_string(), reason: error.to_string() }
}

async fn open_file(path: &Path) -> Result<SqlitePool, sqlx::Error> {
    // Made here and not by SQLite, so that at no moment others can read it. SQLite gives the files beside it the same mode.
    match private_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(sqlx::Error::Io(error)),
        Ok(_) | Err(_) => {}
    }
    let options = SqliteConnectOptions::new()
        .filename(path)
        // What was answered is on the disk, also when the power goes.
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(PATIENCE)
        .foreign_keys(true);
    log_ahead(&options.clone().journal_mode(SqliteJournalMode::Wal)).await?;
    SqlitePoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(PATIENCE)
        // Where the disk is full, SQLite ends a transaction by itself: it cannot be taken back then, and is taken to go on. Whatever
        // came next would be a part of it, and never be on the disk. Such a connection ends.
        .after_release(|connection, _| {
            Box::pin(async move {
                connection.ping().await?;
                Ok(!connection.is_in_transaction())
            })
        })
        .connect_with(options)
        .await
}

/// Has a file write its log ahead, which it does from then on. SQLite does not wait for other programs that do the same to a new
/// file, whatever its patience: one of them is told that the file is locked.
async fn log_ahead(options: &SqliteConnectOptions) -> Result<(), sqlx::Error> {
    let until = Instant::now() + PATIENCE;
    loop {
        match options.connect().await {
            Ok(connection) => return connection.close().await,
            Err(error) if is_locked(&error) && Instant::now() < until => tokio::time::sleep(PAUSE).await,
            Err(error) => return Err(error),
        }
    }
}

/// Whether SQLite says that somebody else has the file, in whichever of its ways: the lowest byte of the code is the same.
fn is_locked(error: &sqlx::Error) -> bool {
    const SQLITE_BUSY: u32 = 5;
    let code = error.as_database_error().and_then(|error| error.code()?.parse::<u32>().ok());
    code.is_some_and(|code| code & 0xff == SQLITE_BUSY)
}

/// Brings a file to the version of this program in one transaction, so that programs may start together.
async fn migrate_file(pool: &SqlitePool) -> Result<(), MigrateError> {
    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
    migrator(Engine::Sqlite).run_direct(None, &mut *transaction, false).await?;
    Ok(transaction.commit().await?)
}

async fn connect(options: &PgConnectOptions) -> Result<PgPool, sqlx::Error> {
    let pool = PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(PATIENCE)
        .after_connect(|connection, _| {
            Box::pin(async move {
                // A replica that hangs in a transaction would keep all the others from writing.
                let setting = "SET idle_in_transaction_session_timeout = '5min'";
                sqlx::Executor::execute(connection, setting).await.map(|_| ())
            })
        })
        .connect_with(options.clone())
        .await?;
    let encoding: String = sqlx::query_scalar("SHOW server_encoding").fetch_one(&pool).await?;
    if encoding == "UTF8" {
        return Ok(pool);
    }
    pool.close().await;
    let reason =
        format!("its encoding is {encoding}, which cannot hold every text: create a database with ENCODING 'UTF8'");
    Err(sqlx::Error::Configuration(reason.into()))
}
