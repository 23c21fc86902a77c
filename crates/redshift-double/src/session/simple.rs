//! Simple queries: one or more statements in one message.

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use pgwire::messages::simplequery::Query;
use scrim_redshift_gate::StatementKind;

use super::{Awaited, Session};
use crate::answer::Answer;
use crate::fault::{Trouble, serialization};
use crate::prepare::{self, Prepared};
use crate::rewrite::literal;

/// The statements for PostgreSQL, each with whether it is the double's own.
#[derive(Default)]
struct Batch {
    statements: Vec<(String, bool)>,
    /// Whether the connection goes, and before or after they have run.
    drop: Option<Trouble>,
    wait: Duration,
}

impl Session {
    /// Whether the session is over.
    pub(super) async fn simple(&mut self, query: &str) -> io::Result<bool> {
        if self.settle().await? {
            return Ok(true);
        }
        self.refresh().await?;
        let batch = match self.batch(query).await {
            Ok(batch) => batch,
            // As with an error in the syntax of one of them, nothing of it runs.
            Err(answer) => Batch { statements: vec![(self.poison(answer), false)], ..Batch::default() },
        };
        wait(batch.wait + Duration::from_millis(self.shared.options.slow)).await;
        match batch.drop {
            Some(Trouble::DropBefore) => return Ok(true),
            Some(_) => self.cut = true,
            None => {}
        }
        let (statements, own): (Vec<String>, VecDeque<bool>) = batch.statements.into_iter().unzip();
        self.backend.message(&Query::new(statements.join(";\n")))?;
        self.awaited.push_back(Awaited::Query(own));
        Ok(false)
    }

    async fn batch(&mut self, query: &str) -> Result<Batch, Answer> {
        let mut batch = Batch::default();
        let mut in_transaction = self.status != b'I';
        for written in scrim_redshift_gate::statements(query)? {
            let prepared = prepare::prepare(&self.shared, written, self.setting()).await?;
            self.note(&prepared);
            if let Some(case_sensitive) = prepared.case_sensitive {
                self.case_sensitive = case_sensitive;
            }
            let refused = prepare::out_of_place(&prepared, in_transaction);
            match refused.or_else(|| self.trouble(&prepared, &mut batch)) {
                Some(answer) => {
                    if prepared.kind == StatementKind::Commit && in_transaction {
                        // A COMMIT that fails ends the transaction all the same.
                        batch.statements.push(("ROLLBACK".to_owned(), true));
                    }
                    let failure = self.failure(answer);
                    batch.statements.push((failure, false));
                }
                None => {
                    batch.statements.extend(before(&prepared).into_iter().map(|sql| (sql, true)));
                    batch.statements.push((prepared.sql, false));
                }
            }
            match prepared.kind {
                StatementKind::Begin => in_transaction = true,
                StatementKind::Commit | StatementKind::Rollback => in_transaction = false,
                _ => {}
            }
        }
        Ok(batch)
    }

    /// Notes what a statement may change.
    pub(super) fn note(&mut self, prepared: &Prepared) {
        self.changing |= prepare::changes(prepared.kind);
        let sets = prepared.written.contains("set_config");
        self.case_unknown |= prepared.case_sensitive.is_some() || prepared.kind == StatementKind::Rollback || sets;
    }

    fn trouble(&mut self, prepared: &Prepared, batch: &mut Batch) -> Option<Answer> {
        let mut answer = self.shared.turn_to_fail().then(serialization);
        for trouble in self.shared.faults.take(&prepared.written) {
            match trouble {
                Trouble::Slow(time) => batch.wait += time,
                Trouble::DropBefore | Trouble::DropAfter => batch.drop = Some(trouble),
                _ => answer = answer.or_else(|| trouble.answer()),
            }
        }
        answer
    }
}

/// Even no time at all would take a moment.
pub(super) async fn wait(time: Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}

/// What has to run before a statement.
pub(super) fn before(prepared: &Prepared) -> Vec<String> {
    let late = prepared
        .late
        .as_ref()
        .map(|schemas| format!("SELECT pg_catalog.set_config('redshift_double.late', {}, true)", literal(schemas)));
    let reads =
        prepared.reads.as_ref().map(|views| format!("SELECT pg_catalog.redshift_double_late({})", literal(views)));
    late.into_iter().chain(reads).collect()
}
