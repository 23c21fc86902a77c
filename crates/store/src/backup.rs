//! A copy of the database, made while it is in use.

mod tables;

use std::fs::{self, File};
use std::path::Path;

use futures_util::TryFutureExt;
use sea_orm::Value;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};

use crate::ask::Ask;
use crate::engine::Engine;
use crate::migrations::{migrator, refused};
use crate::row::Row;
use crate::sealing_key::private_file;
use crate::{Location, Store, StoreError};
use tables::{Column, TABLES, Table};

/// How many rows are copied at a time.
const ROWS: u64 = 500;

impl Store {
    /// Copies what stands at this moment into a new SQLite file, which [`Store::open`] opens with the same sealing key. Others
    /// go on reading and writing meanwhile. Only its owner may read the file.
    ///
    /// # Errors
    /// [`StoreError::Exists`] when there is such a file already. When the copy cannot be finished, nothing is left of it.
    pub async fn backup(&self, path: &Path) -> Result<(), StoreError> {
        // Made here, so that others can read it at no moment, and nothing is overwritten.
        let file = private_file(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => StoreError::Exists(path.to_owned()),
            _ => StoreError::file("write the backup", path)(error),
        })?;
        let done = match self.engine() {
            Engine::Sqlite => self.vacuum_into(path).await,
            Engine::Postgres => self.copy_into(path).await,
        };
        let done = done.and_then(|()| on_disk(&file, path).map_err(StoreError::file("write the backup", path)));
        if done.is_err() {
            // What is there is not a backup. That it cannot be removed either is not the news.
            let _ = fs::remove_file(path);
        }
        done
    }

    async fn vacuum_into(&self, path: &Path) -> Result<(), StoreError> {
        let name = path.to_str().ok_or_else(|| StoreError::File {
            what: "write the backup",
            path: path.to_owned(),
            reason: std::io::Error::other("its name is not UTF-8"),
        })?;
        Ask::to("copy the database", "VACUUM INTO $1")
            .text("the path of a backup", name)
            .run(self.connection())
            .await?;
        Ok(())
    }

    async fn copy_into(&self, path: &Path) -> Result<(), StoreError> {
        let at = Location::file(path).to_string();
        let opened = |error: sqlx::Error| StoreError::Open { at: at.clone(), reason: error.to_string() };
        // Without a write-ahead log: the copy is one file, and worthless until it is whole.
        let options = SqliteConnectOptions::new().filename(path).foreign_keys(true);
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).map_err(opened).await?;
        let made = migrator(Engine::Sqlite).run(&pool).await.map_err(|error| refused(at.clone(), error));
        let copied = match made {
            Ok(()) => {
                let copy = sea_orm::SqlxSqliteConnector::from_sqlx_sqlite_pool(pool.clone());
                self.copy_tables(&copy).await
            }
            Err(error) => Err(error),
        };
        pool.close().await;
        copied
    }

    async fn copy_tables(&self, copy: &sea_orm::DatabaseConnection) -> Result<(), StoreError> {
        let reading = self.reading().await?;
        let begun = sea_orm::TransactionTrait::begin_with_options(copy, Engine::Sqlite.writing()).await;
        let writing = begun.map_err(StoreError::database("begin a backup"))?;
        for table in TABLES {
            if table.begins_with_rows {
                Ask::to("empty the copy", format!("DELETE FROM {}", table.name)).run(&writing).await?;
            }
            let mut last = None;
            loop {
                let rows = page(table, last.as_deref()).all(&reading).await?;
                let Some(row) = rows.last() else { break };
                last = Some(values(row, table.keys())?);
                let names = table.columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
                let ask = Ask::to("write the copy", format!("INSERT INTO {} ({names}) VALUES ", table.name));
                let mut ask = ask.and_rows(rows.len(), table.columns.len());
                for row in &rows {
                    for value in values(row, table.columns)? {
                        ask = ask.bind(value);
                    }
                }
                ask.run(&writing).await?;
            }
        }
        writing.commit().await.map_err(StoreError::database("finish a backup"))
    }
}

/// The rows of a table after the one with these keys.
fn page(table: &Table, after: Option<&[Value]>) -> Ask {
    let names = table.columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    let keys = table.keys().iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    let mut ask = Ask::to("read what is copied", format!("SELECT {names} FROM {}", table.name));
    if let Some(after) = after {
        ask = ask.and(&format!(" WHERE ({keys}) > ")).and_rows(1, after.len());
        for value in after {
            ask = ask.bind(value.clone());
        }
    }
    ask.and(&format!(" ORDER BY {keys} LIMIT ")).and_place().number(ROWS)
}

fn values(row: &Row, columns: &[(&str, Column)]) -> Result<Vec<Value>, StoreError> {
    let value = |(name, column): &(&str, Column)| match column {
        Column::Text => row.get::<Option<String>>(name).map(Value::from),
        Column::Number => row.get::<Option<i64>>(name).map(Value::from),
        Column::Moment => row.get::<Option<chrono::DateTime<chrono::Utc>>>(name).map(Value::from),
        Column::Bytes => row.get::<Option<Vec<u8>>>(name).map(Value::from),
        Column::Flag => row.get::<Option<bool>>(name).map(Value::from),
    };
    columns.iter().map(value).collect()
}

/// Waits until the file is on the disk, under its name.
fn on_disk(file: &File, path: &Path) -> std::io::Result<()> {
    file.sync_all()?;
    match path.parent() {
        Some(directory) if directory.as_os_str().is_empty() => File::open(".")?.sync_all(),
        Some(directory) => File::open(directory)?.sync_all(),
        None => Ok(()),
    }
}
