//! The demo's people in the warehouse, and what they get to see.

use scrim_sandbox::Cluster;
use secrecy::{ExposeSecret, SecretString};
use tokio_postgres::{Client, Config, NoTls, SimpleQueryMessage};

use crate::failure::Failure;

/// Rows of text cells; none is NULL.
pub(crate) type Rows = Vec<Vec<Option<String>>>;

/// A connection to the demo's own PostgreSQL.
pub(crate) async fn connect(cluster: &Cluster, user: &str, password: &SecretString) -> Result<Client, Failure> {
    let mut config = Config::new();
    config.host(cluster.host()).port(cluster.port()).dbname("postgres").user(user);
    config.password(password.expose_secret());
    let (client, connection) = config.connect(NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// Makes a login for a person.
pub(crate) async fn hire(admin: &Client, login: &str, password: &SecretString) -> Result<(), Failure> {
    let statement = "SELECT pg_catalog.format('CREATE ROLE %I LOGIN PASSWORD %L', $1::text, $2::text)";
    let row = admin.query_one(statement, &[&login, &password.expose_secret()]).await?;
    let statement: String = row.try_get(0)?;
    Ok(admin.batch_execute(&statement).await?)
}

/// The rows of a query.
pub(crate) async fn rows(client: &Client, sql: &str) -> Result<Rows, Failure> {
    let row = |message: SimpleQueryMessage| match message {
        SimpleQueryMessage::Row(row) => Some((0..row.len()).map(|at| row.get(at).map(str::to_owned)).collect()),
        _ => None,
    };
    Ok(client.simple_query(sql).await?.into_iter().filter_map(row).collect())
}
