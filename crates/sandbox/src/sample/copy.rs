//! Loading rows written as comma-separated values.

use std::fmt::{Display, Write};
use std::io::Cursor;
use std::pin::pin;

use futures_util::SinkExt;
use tokio_postgres::{Client, CopyInSink};

use crate::SandboxError;

/// How much is sent at a time, in bytes.
const BATCH: usize = 64 * 1024;

/// Loads `rows`, each of which displays as one line of comma-separated values, into `table`, and returns how many the
/// database took.
pub(super) async fn load<R: Display>(
    client: &Client,
    table: &str,
    rows: impl Iterator<Item = R>,
) -> Result<u64, SandboxError> {
    let loading = || SandboxError::load(format!("load sample rows into {table}"));
    let sink: CopyInSink<Cursor<Vec<u8>>> =
        client.copy_in(&format!("COPY {table} FROM STDIN (FORMAT csv)")).await.map_err(loading())?;
    let mut sink = pin!(sink);
    let mut batch = String::with_capacity(BATCH + 1024);
    for row in rows {
        // Writing to a string cannot fail.
        let _ = writeln!(batch, "{row}");
        if batch.len() >= BATCH {
            let full = std::mem::replace(&mut batch, String::with_capacity(BATCH + 1024));
            sink.send(Cursor::new(full.into_bytes())).await.map_err(loading())?;
        }
    }
    sink.send(Cursor::new(batch.into_bytes())).await.map_err(loading())?;
    let taken = sink.finish().await.map_err(loading())?;
    client.batch_execute(&format!("ANALYZE {table}")).await.map_err(loading())?;
    Ok(taken)
}
