//! A company with a warehouse and a service that knows nothing of it yet, and people who can sign in to both.

#![allow(dead_code, unreachable_pub, reason = "each test file uses some of it")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::path::PathBuf;
use std::time::{Duration, Instant};

use reqwest::Method;
use scrim_sandbox::{Cluster, Options, load_hr, load_tpch};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

use crate::service::Service;

/// The password of everybody, in the console and in the warehouse.
pub const PASSWORD: &str = "correct horse battery";
/// The administrator; the others are `olga`, who is to own tables, `gina`, who governs, `helen` and `felix`, who read.
pub const ADMIN: &str = "root";

/// Who there is, before anything of the warehouse is known.
fn people() -> Vec<Value> {
    let user = |name: &str, groups: &[&str], permissions: &[&str], attributes: Value| {
        json!({
            "kind": "user", "name": name, "groups": groups, "permissions": permissions, "attributes": attributes
        })
    };
    vec![
        json!({ "kind": "group", "name": "staff" }),
        json!({ "kind": "group", "name": "managers" }),
        json!({ "kind": "group", "name": "auditors" }),
        json!({ "kind": "attribute", "name": "country" }),
        json!({ "kind": "purpose", "name": "Fraud", "acknowledgement": "I look for fraud only." }),
        user("olga", &["staff"], &["CREATE_PROJECT"], json!({})),
        user("gina", &["staff"], &["GOVERNANCE"], json!({})),
        user("helen", &["staff"], &[], json!({ "country": ["US"] })),
        user("felix", &["staff"], &[], json!({})),
    ]
}

/// The company.
pub struct Company {
    pub service: Service,
    pub token: String,
    pub cluster: Cluster,
    pub admin: Client,
    pub password_file: PathBuf,
    _data: TempDir,
}

impl Company {
    /// Starts everything: tables and logins are in the warehouse, people in the service, and neither knows of the other.
    pub async fn start() -> Self {
        let cluster = tokio::task::spawn_blocking(|| Cluster::start(&Options::default()).unwrap()).await.unwrap();
        let admin = connect(&cluster, cluster.superuser(), cluster.password().expose_secret()).await;
        load_hr(&admin).await.unwrap();
        load_tpch(&admin, 0.001).await.unwrap();
        for login in ["olga", "gina", "helen", "felix"] {
            admin.batch_execute(&format!("CREATE ROLE {login} LOGIN PASSWORD '{PASSWORD}'")).await.unwrap();
        }
        let data = tempfile::tempdir().unwrap();
        let password_file = data.path().join("scrim_system.password");
        std::fs::write(&password_file, "the password of the login of the service").unwrap();
        let settings = [("SCRIM_SESSION_SECURE_COOKIES", "false"), ("SCRIM_LIMITS_SIGN_INS_PER_MINUTE", "1000")];
        let service = Service::start(data.path(), &settings);
        let token = service.administrator(data.path()).await;
        let company = Self { service, token, cluster, admin, password_file, _data: data };
        company.call(Method::POST, "/api/v1/apply", &json!({ "documents": people() })).await;
        for person in ["olga", "gina", "helen", "felix"] {
            let path = format!("/api/v1/users/{person}/password");
            company.call(Method::PUT, &path, &json!({ "password": "given by somebody else" })).await;
            let chosen = json!({ "user": person, "password": "given by somebody else", "new_password": PASSWORD });
            company.call(Method::POST, "/api/v1/session", &chosen).await;
        }
        company
    }

    /// Calls the API as the administrator.
    pub async fn call(&self, method: Method, path: &str, body: &Value) -> Value {
        let request = reqwest::Client::new().request(method, format!("{}{path}", self.service.url)).json(body);
        let request = if path.ends_with("/session") { request } else { request.bearer_auth(&self.token) };
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    /// What a query answers somebody in the warehouse, or why it does not.
    pub async fn ask(&self, who: &str, sql: &str) -> Result<Vec<Vec<Option<String>>>, String> {
        let client = connect(&self.cluster, who, PASSWORD).await;
        let answer = client.simple_query(sql).await.map_err(|error| {
            error.as_db_error().map_or_else(|| error.to_string(), |error| error.message().to_owned())
        })?;
        let row = |message| match message {
            SimpleQueryMessage::Row(row) => Some((0..row.len()).map(|at| row.get(at).map(str::to_owned)).collect()),
            _ => None,
        };
        Ok(answer.into_iter().filter_map(row).collect())
    }

    /// Waits until a query answers somebody as it should.
    pub async fn sees(&self, who: &str, sql: &str, expected: impl Fn(&[Vec<Option<String>>]) -> bool) {
        let begun = Instant::now();
        loop {
            let answer = self.ask(who, sql).await;
            if answer.as_ref().is_ok_and(|rows| expected(rows)) {
                return;
            }
            if begun.elapsed() > Duration::from_secs(30) {
                let status = self.call(Method::GET, "/api/v1/status", &json!(null)).await;
                panic!("{who}: {sql}: {answer:#?}; the service: {status:#}");
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

/// A connection of somebody.
async fn connect(cluster: &Cluster, user: &str, password: &str) -> Client {
    let mut config = tokio_postgres::Config::new();
    config.host(cluster.host()).port(cluster.port()).dbname("postgres").user(user).password(password);
    let (client, connection) = config.connect(NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}
