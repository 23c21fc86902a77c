//! The extended protocol: statements that are prepared, given parameters and executed by messages of their own.

use std::io;
use std::time::Duration;

use pgwire::messages::Message;
use pgwire::messages::extendedquery::{Bind, Close, Execute, Parse};

use super::simple::{before, wait};
use super::{Awaited, Session};
use crate::answer::Answer;
use crate::fault::{Trouble, serialization};
use crate::prepare::{self, Prepared};
use crate::wire::Frame;

/// The name of the double's own statements and portals.
const OWN: &str = "redshift_double";

impl Session {
    /// Whether the session is over.
    pub(super) async fn extended(&mut self, frame: Frame) -> io::Result<bool> {
        match frame.tag {
            b'P' => self.parse(frame.read()?).await?,
            b'B' => {
                let bind = frame.read::<Bind>()?;
                let statement = bind.statement_name.unwrap_or_default();
                self.portals.insert(bind.portal_name.unwrap_or_default(), statement);
                self.forward(&frame, false);
            }
            b'E' => return self.execute(&frame).await,
            b'S' => {
                self.backend.push(&frame);
                self.awaited.push_back(Awaited::Sync);
                self.skipping = false;
            }
            b'H' => self.backend.push(&frame),
            _ => self.forward(&frame, false),
        }
        Ok(false)
    }

    fn forward(&mut self, frame: &Frame, own: bool) {
        self.backend.push(frame);
        // What comes after an error is passed over by the server.
        if !self.skipping {
            self.awaited.push_back(Awaited::Message(frame.tag, own));
        }
    }

    async fn parse(&mut self, mut parse: Parse) -> io::Result<()> {
        self.refresh().await?;
        let name = parse.name.clone().unwrap_or_default();
        self.statements.remove(&name);
        if !parse.query.trim().is_empty() {
            let prepared = prepare::prepare(&self.shared, &parse.query, self.setting()).await;
            parse.query = match prepared {
                Ok(prepared) => {
                    let sql = prepared.sql.clone();
                    self.statements.insert(name, prepared);
                    sql
                }
                Err(answer) => self.poison(answer),
            };
        }
        let frame = Frame::of(&parse)?;
        self.forward(&frame, false);
        Ok(())
    }

    async fn execute(&mut self, frame: &Frame) -> io::Result<bool> {
        let portal = frame.read::<Execute>()?.name.unwrap_or_default();
        let statement = self.portals.get(&portal).and_then(|name| self.statements.get(name)).cloned();
        let Some(prepared) = statement else {
            self.forward(frame, false);
            return Ok(false);
        };
        if self.skipping {
            self.forward(frame, false);
            return Ok(false);
        }
        self.note(&prepared);
        let mut answer = prepare::out_of_place(&prepared, self.status != b'I');
        if answer.is_none() && self.shared.turn_to_fail() {
            answer = Some(serialization());
        }
        let mut late = Duration::from_millis(self.shared.options.slow);
        for trouble in self.shared.faults.take(&prepared.written) {
            match trouble {
                Trouble::Slow(time) => late += time,
                Trouble::DropBefore => return Ok(true),
                Trouble::DropAfter => self.cut = true,
                _ => answer = answer.or_else(|| trouble.answer()),
            }
        }
        wait(late).await;
        match answer {
            Some(answer) => self.refuse(&prepared, answer)?,
            None => {
                for sql in before(&prepared) {
                    self.own(&sql)?;
                }
                self.forward(frame, false);
            }
        }
        Ok(false)
    }

    /// In the place of an execution, something that fails.
    fn refuse(&mut self, prepared: &Prepared, answer: Answer) -> io::Result<()> {
        if prepared.kind == scrim_redshift_gate::StatementKind::Commit && self.status != b'I' {
            self.own("ROLLBACK")?;
        }
        let poison = self.poison(answer);
        self.push(&Close::new(b'S', Some(OWN.to_owned())))?;
        self.push(&Parse::new(Some(OWN.to_owned()), poison, Vec::new()))
    }

    /// A statement of the double's own, whose answers nobody sees.
    fn own(&mut self, sql: &str) -> io::Result<()> {
        let name = || Some(OWN.to_owned());
        // An error left it there, if one did.
        self.push(&Close::new(b'S', name()))?;
        self.push(&Parse::new(name(), sql.to_owned(), Vec::new()))?;
        self.push(&Bind::new(name(), name(), Vec::new(), Vec::new(), Vec::new()))?;
        self.push(&Execute::new(name(), 0))?;
        self.push(&Close::new(b'P', name()))?;
        self.push(&Close::new(b'S', name()))
    }

    fn push(&mut self, message: &impl Message) -> io::Result<()> {
        let frame = Frame::of(message)?;
        self.forward(&frame, true);
        Ok(())
    }
}
