//! Readers who query governed views all the time, each with an old connection and new ones, and what they got to see.

#![allow(unreachable_pub, reason = "a module of a test")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use scrim_server::App;
use scrim_store::SyncWord;
use scrim_testkit::random::Choice;
use tokio_postgres::{Client, NoTls, Statement};

/// What is asked: a data source, and columns of its view.
pub const QUERIES: [(&str, &[&str]); 3] = [
    ("people", &["id", "name", "salary", "country"]),
    ("people", &["id", "name", "salary", "country", "note"]),
    ("orders", &["id", "buyer", "amount", "country"]),
];

/// One answer.
#[derive(Clone, Debug)]
pub struct Look {
    pub who: &'static str,
    /// Which of the queries.
    pub query: usize,
    /// How it was asked, for whoever reads of it.
    pub how: &'static str,
    /// The last version of the catalog that was known to be enforced before the query began.
    pub from: u64,
    /// The version that was current when it ended.
    pub until: u64,
    /// Whether nothing but that version was there at all, and every data source as it should be.
    pub calm: bool,
    pub begun: DateTime<Utc>,
    pub ended: DateTime<Utc>,
    /// The cells as text, or the code of an error.
    pub answer: Result<Vec<Vec<Option<String>>>, String>,
}

/// How far the warehouse is known to be.
#[derive(Clone, Copy, Debug, Default)]
struct Enforced {
    version: u64,
    /// Whether every data source is as it should be.
    whole: bool,
}

/// The moment before a query.
#[derive(Clone, Copy)]
struct Begun {
    enforced: Enforced,
    current: u64,
    at: DateTime<Utc>,
}

/// What all readers share.
pub struct Watch {
    app: App,
    enforced: Mutex<Enforced>,
    watching: AtomicBool,
    looks: Mutex<Vec<Look>>,
}

impl Watch {
    /// Begins to ask how far the warehouse is: what is known of that is never ahead of what it has.
    pub async fn start(app: App) -> Arc<Self> {
        let watch = Self { app, enforced: Mutex::default(), watching: AtomicBool::new(true), looks: Mutex::default() };
        let watch = Arc::new(watch);
        watch.learn().await;
        let learning = Arc::clone(&watch);
        tokio::spawn(async move {
            while learning.watching.load(Ordering::SeqCst) {
                learning.learn().await;
                tokio::time::sleep(Duration::from_millis(3)).await;
            }
        });
        watch
    }

    async fn learn(&self) {
        let states = self.app.store().sync_states("w").await.unwrap();
        let whole = states.iter().all(|state| state.state == SyncWord::InSync);
        let state = states.iter().find(|state| state.subject == scrim_reconciler::WHOLE);
        if let Some(version) = state.and_then(|state| state.pushed_sequence) {
            *self.enforced.lock().unwrap() = Enforced { version, whole };
        }
    }

    /// Waits until some have looked while nothing changed: how long that takes is the machine's affair.
    pub async fn some_calm(&self, wanted: usize) {
        let calm = || self.looks.lock().unwrap().iter().filter(|look| look.calm).count();
        let begun = Instant::now();
        while calm() < wanted {
            assert!(begun.elapsed() < Duration::from_secs(120), "nobody looks");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Ends it; what everybody saw.
    pub fn end(&self) -> Vec<Look> {
        self.watching.store(false, Ordering::SeqCst);
        std::mem::take(&mut self.looks.lock().unwrap())
    }

    fn begin(&self) -> Begun {
        let enforced = *self.enforced.lock().unwrap();
        Begun { enforced, current: self.app.registry().world().sequence, at: Utc::now() }
    }

    fn note(&self, who: &'static str, query: usize, how: &'static str, begun: Begun, answer: Answer) {
        let (ended, until) = (Utc::now(), self.app.registry().world().sequence);
        let Begun { enforced, current, at } = begun;
        let calm = enforced.whole && enforced.version == current && current == until;
        let answer = answer.map_err(|error| code(&error));
        let look = Look { who, query, how, from: enforced.version, until, calm, begun: at, ended, answer };
        self.looks.lock().unwrap().push(look);
    }

    /// Reads over one connection for as long as it is watched, and now and then over a new one; now and then several times
    /// under one old snapshot, some of the time for so long that a push cannot wait.
    pub async fn read(self: Arc<Self>, who: &'static str, url: String, seed: u64) {
        let client = connect(&url).await;
        let mut choice = Choice::new(seed);
        let mut prepared: [Option<Statement>; 3] = [None, None, None];
        while self.watching.load(Ordering::SeqCst) {
            let query = choice.below(QUERIES.len());
            match choice.below(40) {
                0 | 1 => self.under_one_snapshot(who, &client, &mut choice).await,
                2..=7 => {
                    let begun = self.begin();
                    let fresh = connect(&url).await;
                    self.note(who, query, "over a new connection", begun, simple(&fresh, query).await);
                }
                8..=16 => {
                    let begun = self.begin();
                    self.note(who, query, "over an old connection", begun, simple(&client, query).await);
                }
                _ => {
                    let begun = self.begin();
                    let answer = by_statement(&client, &mut prepared[query], query).await;
                    self.note(who, query, "with a prepared statement", begun, answer);
                }
            }
            tokio::time::sleep(Duration::from_millis(choice.below(4) as u64)).await;
        }
    }

    async fn under_one_snapshot(&self, who: &'static str, client: &Client, choice: &mut Choice) {
        let begun = self.begin();
        client.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ").await.unwrap();
        // The snapshot is that of the first statement, which touches none of the views in half of the cases.
        if choice.odds(2) {
            client.batch_execute("SELECT 1").await.unwrap();
        }
        for _ in 0..1 + choice.below(3) {
            let longest = if choice.odds(20) { 900 } else { 120 };
            tokio::time::sleep(Duration::from_millis(choice.below(longest) as u64)).await;
            let query = choice.below(QUERIES.len());
            let answer = simple(client, query).await;
            let failed = answer.is_err();
            self.note(who, query, "under one snapshot", begun, answer);
            if failed {
                break;
            }
        }
        client.batch_execute("ROLLBACK").await.unwrap();
    }
}

type Answer = Result<Vec<Vec<Option<String>>>, tokio_postgres::Error>;

fn code(error: &tokio_postgres::Error) -> String {
    error
        .as_db_error()
        .map_or_else(|| error.to_string(), |error| format!("{} {}", error.code().code(), error.message()))
}

pub async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

async fn simple(client: &Client, query: usize) -> Answer {
    let (source, columns) = QUERIES[query];
    let messages = client.simple_query(&format!("SELECT {} FROM governed.{source}", columns.join(", "))).await?;
    let row = |message| match message {
        tokio_postgres::SimpleQueryMessage::Row(row) => {
            Some((0..row.len()).map(|at| row.get(at).map(str::to_owned)).collect())
        }
        _ => None,
    };
    Ok(messages.into_iter().filter_map(row).collect())
}

/// By a statement that was prepared when its view was first there.
async fn by_statement(client: &Client, statement: &mut Option<Statement>, query: usize) -> Answer {
    let (source, columns) = QUERIES[query];
    if statement.is_none() {
        let columns: Vec<String> = columns.iter().map(|name| format!("CAST({name} AS varchar)")).collect();
        *statement = Some(client.prepare(&format!("SELECT {} FROM governed.{source}", columns.join(", "))).await?);
    }
    let rows = client.query(statement.as_ref().unwrap(), &[]).await?;
    Ok(rows.iter().map(|row| (0..row.len()).map(|at| row.get(at)).collect()).collect())
}
