//! One session of a client, between it and its own connection to PostgreSQL.
//!
//! What PostgreSQL says goes to the client in the order in which it comes. What the double refuses takes the same way: it
//! sends something in its place that PostgreSQL cannot but refuse, so that a transaction ends up as it should, and puts
//! its own words in the place of PostgreSQL's.

mod extended;
mod opening;
mod simple;

use std::collections::{HashMap, VecDeque};
use std::io;
use std::sync::Arc;

use pgwire::messages::data::DataRow;
use pgwire::messages::response::ErrorResponse;
use pgwire::messages::simplequery::Query;
use pgwire::messages::startup::ParameterStatus;

use crate::answer::Answer;
use crate::fault;
use crate::prepare::{Prepared, Setting};
use crate::shared::Shared;
use crate::startup;
use crate::wire::{Frame, Wire};

pub(crate) use opening::serve;

/// What begins the place-holder of a refusal.
const MARK: &str = "redshift_double_refusal_";

/// Something that PostgreSQL still has to answer.
#[derive(Debug)]
enum Awaited {
    /// A query; which of its statements are the double's own.
    Query(VecDeque<bool>),
    /// A message of the extended protocol, and whether it is the double's own.
    Message(u8, bool),
    Sync,
}

struct Session {
    shared: Arc<Shared>,
    client: Wire,
    backend: Wire,
    database: String,
    /// `I`, `T` or `E`, as the server said last.
    status: u8,
    awaited: VecDeque<Awaited>,
    /// After an error, until the client synchronises.
    skipping: bool,
    refusals: HashMap<String, Answer>,
    refused: u64,
    case_sensitive: bool,
    /// Whether that may have changed.
    case_unknown: bool,
    /// Whether something is to be committed that others have to know of.
    changing: bool,
    /// Whether the client is to hear nothing any more.
    cut: bool,
    statements: HashMap<String, Prepared>,
    portals: HashMap<String, String>,
}

enum Turn {
    Client(Option<Frame>),
    Backend(Option<Frame>),
}

impl Session {
    /// Until one of the two sides has gone.
    async fn run(&mut self) -> io::Result<()> {
        loop {
            let turn = tokio::select! {
                frame = self.backend.frame() => Turn::Backend(frame?),
                frame = self.client.frame() => Turn::Client(frame?),
            };
            match turn {
                Turn::Backend(Some(frame)) => {
                    let mut next = Some(frame);
                    while let Some(frame) = next {
                        if self.answered(frame)? {
                            return Ok(());
                        }
                        next = self.backend.waiting()?;
                    }
                    self.client.flush().await?;
                }
                Turn::Client(Some(frame)) => {
                    if self.asked(frame).await? {
                        return Ok(());
                    }
                    self.backend.flush().await?;
                }
                Turn::Client(None) | Turn::Backend(None) => return Ok(()),
            }
        }
    }

    /// Whether the session is over.
    async fn asked(&mut self, frame: Frame) -> io::Result<bool> {
        match frame.tag {
            b'Q' => {
                let query = frame.read::<Query>()?.query;
                return self.simple(&query).await;
            }
            b'P' | b'B' | b'E' | b'D' | b'C' | b'H' | b'S' => return self.extended(frame).await,
            b'F' => return Err(io::Error::other("the function call protocol is not in Redshift")),
            b'X' => {
                self.backend.push(&frame);
                self.backend.flush().await?;
                return Ok(true);
            }
            _ => self.backend.push(&frame),
        }
        Ok(false)
    }

    /// Whether the session is over.
    fn answered(&mut self, frame: Frame) -> io::Result<bool> {
        match frame.tag {
            b'S' => {
                if let Some(status) = startup::told(frame.read::<ParameterStatus>()?) {
                    self.tell(&Frame::of(&status)?);
                }
            }
            b'E' => self.error(&frame)?,
            b'Z' => return self.ready(&frame),
            b'N' | b'A' | b'K' | b'R' => self.tell(&frame),
            tag => {
                if !self.is_own(tag) {
                    self.tell(&frame);
                }
            }
        }
        Ok(false)
    }

    fn tell(&mut self, frame: &Frame) {
        if !self.cut {
            self.client.push(frame);
        }
    }

    /// Whether an answer is to something that the double asked; answers are ticked off.
    fn is_own(&mut self, tag: u8) -> bool {
        let (own, done) = match self.awaited.front_mut() {
            Some(Awaited::Query(statements)) => {
                let own = statements.front().copied().unwrap_or(false);
                if matches!(tag, b'C' | b'I') {
                    statements.pop_front();
                }
                (own, false)
            }
            Some(Awaited::Message(asked, own)) => {
                let done = match asked {
                    b'P' => tag == b'1',
                    b'B' => tag == b'2',
                    b'C' => tag == b'3',
                    b'D' => matches!(tag, b'T' | b'n'),
                    _ => matches!(tag, b'C' | b'I' | b's'),
                };
                (*own, done)
            }
            Some(Awaited::Sync) | None => (false, false),
        };
        if done {
            self.awaited.pop_front();
        }
        own
    }

    fn error(&mut self, frame: &Frame) -> io::Result<()> {
        let response = self.worded(frame.error()?);
        self.tell(&Frame::of(&response)?);
        if !matches!(self.awaited.front(), Some(Awaited::Query(_))) {
            while matches!(self.awaited.front(), Some(Awaited::Message(..))) {
                self.awaited.pop_front();
            }
            self.skipping = self.awaited.is_empty();
        }
        Ok(())
    }

    /// An error in Redshift's words, or in the double's.
    fn worded(&mut self, mut response: ErrorResponse) -> ErrorResponse {
        let field = |wanted: u8| {
            response.fields.iter().find(|(code, _)| *code == wanted).map(|(_, text)| text.clone()).unwrap_or_default()
        };
        let message = field(b'M');
        let marked = message.find(MARK).and_then(|at| message.get(at..));
        let mark = marked.map(|text| text.trim_end_matches('"').to_owned());
        if let Some(answer) = mark.and_then(|mark| self.refusals.remove(&mark)) {
            return answer.response();
        }
        if field(b'C') == "40001" {
            return fault::serialization().response();
        }
        // Places in the text are places in the rewritten one.
        response.fields.retain(|(code, _)| !matches!(code, b'P' | b'p' | b'q'));
        response
    }

    fn ready(&mut self, frame: &Frame) -> io::Result<bool> {
        self.status = frame.body.first().copied().unwrap_or(b'I');
        self.awaited.pop_front();
        if self.status == b'I' && std::mem::take(&mut self.changing) {
            self.shared.changed();
        }
        if self.cut && self.awaited.is_empty() {
            return Ok(true);
        }
        self.tell(frame);
        Ok(false)
    }

    /// Passes on what PostgreSQL says until nothing is awaited any more. Whether the session is over.
    async fn settle(&mut self) -> io::Result<bool> {
        while !self.awaited.is_empty() {
            match self.backend.frame().await? {
                Some(frame) => {
                    let over = self.answered(frame)?;
                    self.client.flush().await?;
                    if over {
                        return Ok(true);
                    }
                }
                None => return Ok(true),
            }
        }
        Ok(false)
    }

    /// A text that PostgreSQL cannot read, in whose place the client gets the answer.
    fn poison(&mut self, answer: Answer) -> String {
        self.refused += 1;
        let mark = format!("{MARK}{}", self.refused);
        self.refusals.insert(mark.clone(), answer);
        mark
    }

    /// A statement that fails when it runs, in whose place the client gets the answer.
    fn failure(&mut self, answer: Answer) -> String {
        format!("SELECT pg_catalog.redshift_double_fail('{}')", self.poison(answer))
    }

    /// Asks PostgreSQL something in the session itself.
    async fn ask(&mut self, sql: &str) -> io::Result<Option<String>> {
        self.backend.message(&Query::new(sql.to_owned()))?;
        self.backend.flush().await?;
        let mut found = None;
        while let Some(frame) = self.backend.frame().await? {
            match frame.tag {
                b'D' => {
                    let row = frame.read::<DataRow>()?;
                    found =
                        row.data.get(4..).map(|text| String::from_utf8_lossy(text).trim_end_matches('\0').to_owned());
                }
                b'Z' => break,
                _ => {}
            }
        }
        Ok(found)
    }

    /// How names are read now, asked for again when it may have changed.
    async fn refresh(&mut self) -> io::Result<()> {
        if self.case_unknown && self.awaited.is_empty() && self.status != b'E' {
            let sql = "SELECT pg_catalog.current_setting('redshift.enable_case_sensitive_identifier')";
            self.case_sensitive = self.ask(sql).await?.as_deref() == Some("on");
            self.case_unknown = false;
        }
        Ok(())
    }

    fn setting(&self) -> Setting<'_> {
        Setting { database: &self.database, case_sensitive: self.case_sensitive }
    }
}
