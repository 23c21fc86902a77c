//! What PostgreSQL asks of the double: a procedure is about to execute a text that it has put together.
//!
//! A function that stands before every such text connects here, with a password that only the superuser can read, and
//! gets the text back as PostgreSQL is to execute it, or the error that it is to raise.

use std::io;
use std::sync::Arc;

use pgwire::messages::data::{DataRow, FieldDescription, RowDescription};
use pgwire::messages::response::{CommandComplete, ReadyForQuery, TransactionStatus};
use pgwire::messages::simplequery::Query;
use pgwire::messages::startup::{Authentication, ParameterStatus, Password};

use crate::answer::Answer;
use crate::prepare::{self, Prepared, Setting};
use crate::shared::Shared;
use crate::wire::Wire;

/// The user that PostgreSQL connects as.
pub(crate) const USER: &str = "redshift_double";

/// `text`, and how long a value of it is.
const TEXT: (u32, i16) = (25, -1);

/// Serves one connection until its end.
pub(crate) async fn serve(shared: Arc<Shared>, mut wire: Wire, database: &str) -> io::Result<()> {
    wire.message(&Authentication::CleartextPassword)?;
    wire.flush().await?;
    let Some(frame) = wire.frame().await? else {
        return Ok(());
    };
    if frame.tag != b'p' || frame.read::<Password>()?.password != shared.secret {
        let user = USER;
        wire.message(
            &Answer::fatal("28P01", format!("password authentication failed for user \"{user}\"")).response(),
        )?;
        return wire.flush().await;
    }
    wire.message(&Authentication::Ok)?;
    for (name, value) in [("server_version", "8.0.2"), ("client_encoding", "UTF8"), ("server_encoding", "UTF8")] {
        wire.message(&ParameterStatus::new(name.to_owned(), value.to_owned()))?;
    }
    wire.message(&ReadyForQuery::new(TransactionStatus::Idle))?;
    wire.flush().await?;
    while let Some(frame) = wire.frame().await? {
        match frame.tag {
            b'Q' => {
                let asked = frame.read::<Query>()?.query;
                let answer = answer(&shared, database, &asked).await;
                row(&mut wire, answer)?;
                wire.flush().await?;
            }
            b'X' => return Ok(()),
            _ => {}
        }
    }
    Ok(())
}

async fn answer(shared: &Shared, database: &str, asked: &str) -> Result<Prepared, Answer> {
    let (case, text) = asked.split_once(' ').unwrap_or(("off", ""));
    let text = hex::decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let text = text.ok_or_else(|| Answer::new("08P01", "a question that the double cannot read"))?;
    let prepared = prepare::prepare(shared, &text, Setting { database, case_sensitive: case == "on" }).await?;
    if let Some(refused) = prepare::out_of_place(&prepared, true) {
        return Err(refused);
    }
    for trouble in shared.faults.take(&prepared.written) {
        if let Some(answer) = trouble.answer() {
            return Err(answer);
        }
    }
    Ok(prepared)
}

fn row(wire: &mut Wire, answer: Result<Prepared, Answer>) -> io::Result<()> {
    let cells = match answer {
        Ok(prepared) => [None, None, None, None, Some(prepared.sql), prepared.late, prepared.reads],
        Err(answer) => [Some(answer.code), Some(answer.message), answer.detail, answer.hint, None, None, None],
    };
    let names = ["code", "message", "detail", "hint", "sql", "late", "reads"];
    let field = |name: &str| FieldDescription::new(name.to_owned(), 0, 0, TEXT.0, TEXT.1, -1, 0);
    wire.message(&RowDescription::new(names.map(field).into()))?;
    let mut data = bytes::BytesMut::new();
    for cell in &cells {
        match cell {
            Some(text) => {
                data.extend_from_slice(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes());
                data.extend_from_slice(text.as_bytes());
            }
            None => data.extend_from_slice(&(-1_i32).to_be_bytes()),
        }
    }
    let count = i16::try_from(cells.len()).unwrap_or(0);
    wire.message(&DataRow::new(data, count))?;
    wire.message(&CommandComplete::new("SELECT 1".to_owned()))?;
    wire.message(&ReadyForQuery::new(TransactionStatus::Idle))
}
