//! The demo's own service: this program, started as `scrim serve`, and an administrator who has a token.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use chrono::{TimeDelta, Utc};
use reqwest::header::{COOKIE, SET_COOKIE};
use scrim_sandbox::random_password;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;

use super::place::Place;
use crate::client::Client;
use crate::failure::Failure;

/// Who administers it.
const ADMINISTRATOR: &str = "admin";
/// How long it may take to start.
const PATIENCE: Duration = Duration::from_secs(60);

/// A service that runs until this is dropped.
pub(crate) struct Service {
    running: Running,
    /// Where it listens.
    pub(crate) url: String,
    /// What calls it, as the administrator.
    pub(crate) client: Client,
}

/// The process, until it is left alone.
struct Running(Option<Child>);

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(mut child) = self.0.take() {
            // Nothing of it is needed any more, and it may be killed at any moment.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// A line of its log.
#[derive(Deserialize)]
struct Line {
    message: Option<String>,
    url: Option<String>,
}

/// What is answered when a token is made.
#[derive(Deserialize)]
struct Made {
    token: SecretString,
}

impl Service {
    /// Starts it on a free port, over a metadata database of its own, and makes the first administrator.
    pub(crate) async fn start(place: &Place) -> Result<Self, Failure> {
        let mut serve = Command::new(std::env::current_exe()?);
        // What is set for another service says nothing of this one.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("SCRIM_") {
                serve.env_remove(name);
            }
        }
        serve
            .arg("serve")
            .env("SCRIM_DATA_DIR", place.data())
            .env("SCRIM_LISTEN", "127.0.0.1:0")
            // It listens on this machine alone, and not every browser takes that for safe.
            .env("SCRIM_SESSION_SECURE_COOKIES", "false")
            .env("SCRIM_SECRETS_DIRECTORY", place.root())
            .env("SCRIM_LOG_FORMAT", "json")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(place.log())?);
        let mut running = Running(Some(serve.spawn()?));
        let url = listening(&mut running, &place.log()).await?;
        let token = administrator(&url, place).await?;
        place.keep_token(&token)?;
        Ok(Self { running, client: Client::to(&url, token)?, url })
    }

    /// Lets a person sign in to the console: as an administrator does it, and the person then.
    pub(crate) async fn let_in(&self, person: &str, password: &SecretString) -> Result<(), Failure> {
        let first = random_password()?;
        let given = json!({ "password": first.expose_secret() });
        self.client.set(&format!("/api/v1/users/{person}/password"), &given).await?;
        let refused = |error: reqwest::Error| crate::client::ServiceError::unreachable(&self.url, &error);
        let chosen = json!({
            "user": person, "password": first.expose_secret(), "new_password": password.expose_secret()
        });
        let done = reqwest::Client::new().post(format!("{}/api/v1/session", self.url)).json(&chosen).send().await;
        done.and_then(reqwest::Response::error_for_status).map_err(refused)?;
        Ok(())
    }

    /// The number of its process.
    pub(crate) fn process(&self) -> Option<u32> {
        self.running.0.as_ref().map(Child::id)
    }

    /// Leaves it running.
    pub(crate) fn leave(mut self) {
        drop(self.running.0.take());
    }
}

/// Waits until it says where it listens.
async fn listening(running: &mut Running, log: &Path) -> Result<String, Failure> {
    let begun = Instant::now();
    loop {
        let lines = BufReader::new(File::open(log)?).lines().map_while(Result::ok);
        let lines = lines.filter_map(|line| serde_json::from_str::<Line>(&line).ok());
        let url = lines.filter(|line| line.message.as_deref() == Some("listening")).find_map(|line| line.url);
        if let Some(url) = url {
            return Ok(url);
        }
        let ended = running.0.as_mut().map(Child::try_wait).transpose()?.flatten().is_some();
        if ended || begun.elapsed() > PATIENCE {
            return Err(Failure::DemoService(std::fs::read_to_string(log)?));
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Makes the first administrator, as docs/service.md says, and a token for them.
async fn administrator(url: &str, place: &Place) -> Result<SecretString, Failure> {
    crate::crypto();
    let refused = |error: reqwest::Error| crate::client::ServiceError::unreachable(url, &error);
    let http = reqwest::Client::new();
    let setup = std::fs::read_to_string(place.data().join("setup-token"))?;
    let first = json!({ "token": setup.trim(), "user": ADMINISTRATOR, "password": place.password.expose_secret() });
    let done = http.post(format!("{url}/api/v1/setup")).json(&first).send().await.map_err(refused)?;
    let done = done.error_for_status().map_err(refused)?;
    // The session of who made the account.
    let session = done.headers().get(SET_COOKIE).and_then(|cookie| cookie.to_str().ok()).unwrap_or_default();
    let session = session.split(';').next().unwrap_or_default().to_owned();
    let expires = Utc::now() + TimeDelta::days(30);
    let token = json!({ "name": "demo", "scopes": ["read", "write", "all"], "expires": expires });
    let made = http.post(format!("{url}/api/v1/users/{ADMINISTRATOR}/tokens")).header(COOKIE, session).json(&token);
    let made = made.send().await;
    let made = made.and_then(reqwest::Response::error_for_status).map_err(refused)?;
    Ok(made.json::<Made>().await.map_err(refused)?.token)
}
