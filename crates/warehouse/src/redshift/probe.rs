//! Tries on a cluster what this project takes for granted of Redshift, and removes what it made for that.

use rustls::crypto::CryptoProvider;
use scrim_catalog::documents::Integration;
use scrim_sql::calls::redshift::Calls;
use scrim_sql::check::redshift::ASKER;
use scrim_sql::system::redshift::probes::{Expect, Probe, Scratch, Step, Who};
use secrecy::SecretString;
use serde::Serialize;
use tokio_postgres::{Client, Error, SimpleQueryMessage};

use super::session::{Row, row};
use crate::connect::{administrator, open};
use crate::error::{WarehouseError, describe};

/// A cluster compiles what it has not run yet: more than a change is given.
const PATIENCE: &str = "SET statement_timeout TO 300000";

/// How many characters of a statement, or of an answer, are told.
const TOLD: usize = 400;

/// How a probe ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// What had to come out came out.
    Ok,
    /// Something else did.
    Failed,
    /// It was not tried.
    Skipped,
}

/// A probe that was tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Probed {
    /// Its name.
    pub name: &'static str,
    /// How it ended.
    pub outcome: Outcome,
    /// What was seen, or why it was not tried.
    pub seen: String,
    /// What depends on it.
    pub why: &'static str,
}

/// What probes had to tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Probing {
    /// Each of them.
    pub probes: Vec<Probed>,
    /// What could not be removed: the statements that would have, and the reasons.
    pub left: Vec<String>,
}

/// Where probes are tried, under names that nobody else has.
///
/// # Errors
/// When the operating system has no random numbers.
pub fn scratch(integration: &Integration) -> Result<Scratch, WarehouseError> {
    let mut bytes = [0_u8; 5];
    let provider: CryptoProvider = rustls::crypto::ring::default_provider();
    provider.secure_random.fill(&mut bytes).map_err(|_| WarehouseError::NoRandomness)?;
    Ok(Scratch::new(integration, &hex::encode(bytes)))
}

/// Makes the scratch, tries every probe, and removes the scratch, whatever happened on the way.
///
/// # Errors
/// When the administrator cannot connect, is no superuser, or cannot make the scratch; then, too, what was made is removed.
pub async fn probe(
    integration: &Integration,
    scratch: &Scratch,
    url: &SecretString,
) -> Result<Probing, WarehouseError> {
    let place = Place { integration, url };
    superuser(&place.connect(&scratch.home).await?).await?;
    let tried = try_all(&place, scratch).await;
    let left = place.remove(scratch).await;
    match tried {
        Ok(probes) => Ok(Probing { probes, left }),
        Err(error) if left.is_empty() => Err(error),
        Err(error) => Err(WarehouseError::LeftBehind { error: Box::new(error), left: left.join("; ") }),
    }
}

/// Only superusers become others, and without that nothing can be tried.
async fn superuser(client: &Client) -> Result<(), WarehouseError> {
    let rows = rows(client, ASKER).await.map_err(WarehouseError::statement("asking who the administrator is"))?;
    let superuser = rows.first().and_then(|row| row.get(1)).and_then(Option::as_deref) == Some("1");
    if superuser { Ok(()) } else { Err(WarehouseError::AdminUrl("names a user who is no superuser".to_owned())) }
}

async fn try_all(place: &Place<'_>, scratch: &Scratch) -> Result<Vec<Probed>, WarehouseError> {
    place.run(&scratch.home, &scratch.setup()).await?;
    if let Some(elsewhere) = &scratch.elsewhere {
        place.run(elsewhere, &scratch.setup_elsewhere()).await?;
    }
    let mut all = Vec::new();
    for probe in scratch.probes() {
        let (outcome, seen) = if probe.central && scratch.elsewhere.is_none() {
            (Outcome::Skipped, "views stand in the database of the tables (`layout: per-database`)".to_owned())
        } else {
            // Each has a session of its own: what one leaves behind in it, the next does not meet.
            match place.connect(&scratch.home).await {
                Ok(client) => Trying { client, scratch, who: Who::Administrator }.all(&probe).await,
                Err(error) => (Outcome::Failed, error.to_string()),
            }
        };
        all.push(Probed { name: probe.name, outcome, seen, why: probe.why });
    }
    Ok(all)
}

/// Where, and as whom.
struct Place<'a> {
    integration: &'a Integration,
    url: &'a SecretString,
}

impl Place<'_> {
    async fn connect(&self, database: &str) -> Result<Client, WarehouseError> {
        let config = administrator(self.integration, self.url, database)?;
        let (client, _) = open(self.integration, config).await?;
        let failed = WarehouseError::statement("setting up a session");
        for setting in Calls::settings().into_iter().chain([PATIENCE]) {
            client.batch_execute(setting).await.map_err(&failed)?;
        }
        Ok(client)
    }

    async fn run(&self, database: &str, statements: &[String]) -> Result<(), WarehouseError> {
        let client = self.connect(database).await?;
        for statement in statements {
            let failed = WarehouseError::statement("what probes are tried in cannot be made");
            client.batch_execute(statement).await.map_err(failed)?;
        }
        Ok(())
    }

    /// Removes everything that can be removed; answers what cannot.
    async fn remove(&self, scratch: &Scratch) -> Vec<String> {
        let mut left = Vec::new();
        let mut parts = vec![(&scratch.home, scratch.removal())];
        parts.extend(scratch.elsewhere.as_ref().map(|elsewhere| (elsewhere, scratch.removal_elsewhere())));
        parts.push((&scratch.home, scratch.removal_of_users()));
        for (database, statements) in parts {
            match self.connect(database).await {
                Ok(client) => {
                    for statement in statements {
                        if let Err(error) = client.batch_execute(&statement).await {
                            left.push(format!("in `{database}`: {statement} ({})", describe(&error)));
                        }
                    }
                }
                Err(error) => {
                    left.extend(statements.iter().map(|statement| format!("in `{database}`: {statement} ({error})")));
                }
            }
        }
        left
    }
}

async fn rows(client: &Client, sql: &str) -> Result<Vec<Row>, Error> {
    let messages: Vec<SimpleQueryMessage> = client.simple_query(sql).await?;
    Ok(messages.into_iter().filter_map(row).collect())
}

/// One probe under way.
struct Trying<'a> {
    client: Client,
    scratch: &'a Scratch,
    who: Who,
}

impl Trying<'_> {
    async fn all(mut self, probe: &Probe) -> (Outcome, String) {
        let mut last: Option<Vec<Row>> = None;
        let mut seen: Vec<String> = Vec::new();
        for step in &probe.steps {
            if let Err(error) = self.become_user(step.who).await {
                return (Outcome::Failed, format!("becoming the {}: {}", named(step.who), describe(&error)));
            }
            let answer = rows(&self.client, &step.sql).await;
            match judged(step, &answer, last.as_ref()) {
                Ok(Some(told)) => {
                    // The same again tells nothing more.
                    if seen.last() != Some(&told) {
                        seen.push(told);
                    }
                }
                Ok(None) => {}
                Err(wanted) => {
                    let told =
                        format!("as the {}: {}: {wanted}; seen: {}", named(step.who), short(&step.sql), told(&answer));
                    return (Outcome::Failed, told);
                }
            }
            last = answer.ok().filter(|rows| !rows.is_empty()).or(last);
        }
        (Outcome::Ok, short(&seen.join("; ")))
    }

    async fn become_user(&mut self, who: Who) -> Result<(), Error> {
        if self.who != who {
            // From one user to another by way of the administrator.
            self.client.batch_execute(&self.scratch.become_user(Who::Administrator)).await?;
            self.client.batch_execute(&self.scratch.become_user(who)).await?;
            self.who = who;
        }
        Ok(())
    }
}

/// Whether an answer is what must come out, and what of it is worth telling; else what should have.
fn judged(step: &Step, answer: &Result<Vec<Row>, Error>, last: Option<&Vec<Row>>) -> Result<Option<String>, String> {
    let refusal = |error: &Error| error.as_db_error().map(|server| server.message().to_owned());
    match (&step.expect, answer) {
        (Expect::Done, Ok(_)) => Ok(None),
        (Expect::Told, Ok(_)) => Ok(Some(told(answer))),
        (Expect::Done | Expect::Told, Err(_)) => Err("it must be done".to_owned()),
        (Expect::Seen, _) => Ok(Some(told(answer))),
        (Expect::Refused(text), Err(error))
            if refusal(error).is_some_and(|said| said.to_lowercase().contains(text)) =>
        {
            Ok(Some(told(answer)))
        }
        (Expect::Refused(text), _) => Err(format!("it must be refused ({text})")),
        (Expect::RefusedWith(text), Err(error)) if refusal(error).is_some_and(|said| said.starts_with(text)) => {
            Ok(Some(told(answer)))
        }
        (Expect::RefusedWith(text), _) => Err(format!("it must be refused, with a message that begins with `{text}`")),
        (Expect::Rows(wanted), Ok(rows)) => {
            let same = wanted.len() == rows.len()
                && wanted.iter().zip(rows).all(|(wanted, row)| {
                    wanted.len() == row.len()
                        && wanted.iter().zip(row).all(|(wanted, cell)| cell.as_deref() == Some(wanted))
                });
            if same { Ok(Some(told(answer))) } else { Err(format!("it must answer {}", cells(wanted))) }
        }
        (Expect::Rows(wanted), Err(_)) => Err(format!("it must answer {}", cells(wanted))),
        (Expect::Holds(text), Ok(rows)) if rows.iter().flatten().flatten().any(|cell| cell.contains(text)) => {
            Ok(Some(told(answer)))
        }
        (Expect::Holds(text), _) => Err(format!("`{text}` must stand in the answer")),
        (Expect::Same, Ok(rows)) if last == Some(rows) && !rows.is_empty() => Ok(Some(told(answer))),
        (Expect::Same, _) => Err("it must answer what was answered before".to_owned()),
        (Expect::Others, Ok(rows)) if last != Some(rows) && !rows.is_empty() => Ok(Some(told(answer))),
        (Expect::Others, _) => Err("it must answer something else than before".to_owned()),
    }
}

fn named(who: Who) -> &'static str {
    match who {
        Who::Administrator => "administrator",
        Who::Owner => "owner of the views",
        Who::Reader => "reader",
    }
}

/// An answer in a few words.
fn told(answer: &Result<Vec<Row>, Error>) -> String {
    match answer {
        Ok(rows) if rows.is_empty() => "no row".to_owned(),
        Ok(rows) => {
            let text = |cell: &Option<String>| cell.as_deref().unwrap_or("NULL").to_owned();
            let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(text).collect()).collect();
            cells(&rows)
        }
        Err(error) => format!("refused: {}", short(&describe(error))),
    }
}

fn cells(rows: &[Vec<String>]) -> String {
    if rows.is_empty() {
        return "no row".to_owned();
    }
    let rows: Vec<String> = rows.iter().map(|row| row.join(", ")).collect();
    short(&rows.join(" | "))
}

fn short(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(TOLD) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text,
    }
}
