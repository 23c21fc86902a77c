//! What all sessions share.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{LazyLock, Mutex};

use scrim_redshift_gate::{Refusal, StatementKind};

use crate::answer::Answer;
use crate::control::Control;
use crate::fault::Faults;
use crate::options::Options;

/// Verdicts of the gate that are remembered at most.
const REMEMBERED: usize = 10_000;

/// What the gate said of the statements so far. It says the same to every double in this process, and its parser is slow.
static VERDICTS: LazyLock<Mutex<HashMap<String, Result<StatementKind, Refusal>>>> = LazyLock::new(Mutex::default);

/// What all sessions share.
pub(crate) struct Shared {
    pub(crate) options: Options,
    pub(crate) backend: SocketAddr,
    /// The password of the double's own user, for what PostgreSQL asks of it.
    pub(crate) secret: String,
    pub(crate) faults: Faults,
    pub(crate) control: tokio::sync::Mutex<Control>,
    /// How often something was committed that may have changed definitions or privileges.
    pub(crate) changes: AtomicU64,
    pub(crate) datashares: Mutex<Vec<String>>,
    statements: AtomicU64,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    order: Vec<String>,
    known: std::collections::HashSet<String>,
}

impl Shared {
    pub(crate) fn new(options: Options, backend: SocketAddr, secret: String, control: Control) -> Self {
        Self {
            options,
            backend,
            secret,
            faults: Faults::default(),
            control: tokio::sync::Mutex::new(control),
            changes: AtomicU64::new(1),
            datashares: Mutex::default(),
            statements: AtomicU64::new(0),
            seen: Mutex::default(),
        }
    }

    pub(crate) fn changed(&self) {
        self.changes.fetch_add(1, Ordering::SeqCst);
    }

    /// Whether it is the turn of a statement to fail.
    pub(crate) fn turn_to_fail(&self) -> bool {
        let number = self.statements.fetch_add(1, Ordering::SeqCst) + 1;
        self.options.fail_every > 0 && number.is_multiple_of(self.options.fail_every)
    }

    pub(crate) fn see(&self, statement: &str) {
        if let Ok(mut seen) = self.seen.lock()
            && seen.known.insert(statement.to_owned())
        {
            seen.order.push(statement.to_owned());
        }
    }

    pub(crate) fn seen(&self) -> Vec<String> {
        self.seen.lock().map(|seen| seen.order.clone()).unwrap_or_default()
    }

    pub(crate) fn is_datashare(&self, database: &str) -> bool {
        self.datashares.lock().is_ok_and(|known| known.iter().any(|known| known == database))
    }

    /// The gate's verdict. It parses, which takes its time: on a thread where that is allowed.
    pub(crate) async fn check(&self, statement: &str) -> Result<StatementKind, Answer> {
        if let Ok(verdicts) = VERDICTS.lock()
            && let Some(verdict) = verdicts.get(statement)
        {
            return Ok(verdict.clone()?);
        }
        let text = statement.to_owned();
        let verdict = tokio::task::spawn_blocking(move || scrim_redshift_gate::check(&text)).await;
        let verdict = verdict.map_err(|error| Answer::new("XX000", format!("the gate gave up: {error}")))?;
        if let Ok(mut verdicts) = VERDICTS.lock() {
            if verdicts.len() >= REMEMBERED {
                verdicts.clear();
            }
            verdicts.insert(statement.to_owned(), verdict.clone());
        }
        Ok(verdict?)
    }
}
