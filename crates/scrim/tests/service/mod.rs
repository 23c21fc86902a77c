//! `scrim serve` as somebody starts it, with an administrator who has a token.

#![allow(dead_code, unreachable_pub, reason = "each test file uses some of it")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use serde_json::{Value, json};

/// A service that runs.
pub struct Service {
    child: Child,
    pub url: String,
    lines: mpsc::Receiver<String>,
    told: Vec<String>,
}

/// The program, without what the surroundings of the test set.
pub fn program() -> Command {
    let mut program = Command::new(assert_cmd::cargo::cargo_bin("scrim"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("SCRIM_") {
            program.env_remove(name);
        }
    }
    program
}

impl Service {
    /// Starts it over a data directory, and waits until it listens.
    pub fn start(data: &Path, more: &[(&str, &str)]) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut serve = program();
        serve
            .arg("serve")
            .env("SCRIM_DATA_DIR", data)
            .env("SCRIM_LISTEN", "127.0.0.1:0")
            // Where tests put the passwords of warehouses.
            .env("SCRIM_SECRETS_DIRECTORY", std::env::temp_dir())
            .env("SCRIM_LOG_FORMAT", "json");
        serve.envs(more.iter().copied()).stderr(Stdio::piped());
        let mut child = serve.spawn().unwrap();
        let (sender, lines) = mpsc::channel();
        let log = BufReader::new(child.stderr.take().unwrap());
        std::thread::spawn(move || {
            for line in log.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        let mut service = Self { child, url: String::new(), lines, told: vec![] };
        service.url = loop {
            let Ok(line) = service.lines.recv_timeout(Duration::from_secs(60)) else {
                panic!("it does not start: {:#?}", service.told);
            };
            service.told.push(line.clone());
            let entry: Value = serde_json::from_str(&line).unwrap_or_default();
            if entry["message"] == "listening" {
                break entry["url"].as_str().unwrap().to_owned();
            }
        };
        service
    }

    /// Everything it has logged.
    pub fn log(&mut self) -> String {
        self.told.extend(self.lines.try_iter());
        self.told.join("\n")
    }

    /// Sends it a signal.
    pub fn signal(&self, name: &str) {
        let kill = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status().unwrap();
        assert!(kill.success());
    }

    /// Tells it to stop, and answers its exit code.
    pub fn stop(mut self) -> (Option<i32>, String) {
        self.signal("TERM");
        let status = self.child.wait().unwrap();
        self.told.extend(self.lines.iter());
        (status.code(), self.told.join("\n"))
    }

    /// Makes the first administrator, and answers a token that may do everything.
    pub async fn administrator(&self, data: &Path) -> String {
        let client = reqwest::Client::new();
        let token = std::fs::read_to_string(data.join("setup-token")).unwrap();
        let body = json!({ "token": token.trim(), "user": "root", "password": "correct horse battery" });
        let done = client.post(format!("{}/api/v1/setup", self.url)).json(&body).send().await.unwrap();
        assert_eq!(done.status(), 204, "{}", done.text().await.unwrap());
        let cookie = done.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        let expires = chrono::Utc::now() + chrono::TimeDelta::days(1);
        let body = json!({ "name": "test", "scopes": ["read", "write", "all"], "expires": expires });
        let made = client.post(format!("{}/api/v1/users/root/tokens", self.url)).header("cookie", cookie).json(&body);
        let made = made.send().await.unwrap();
        assert_eq!(made.status(), 201, "{}", made.text().await.unwrap());
        made.json::<Value>().await.unwrap()["token"].as_str().unwrap().to_owned()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Exit code, standard output, standard error of a command with these variables.
pub fn scrim(arguments: &[&str], environment: &[(&str, &str)]) -> (i32, String, String) {
    let output = program().args(arguments).envs(environment.iter().copied()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// A directory with a file of that text.
pub fn directory(text: &str) -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("all.yaml");
    std::fs::write(&path, text).unwrap();
    (directory, path)
}
