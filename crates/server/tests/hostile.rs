//! Hostile texts in every parameter and every field of every call: nothing breaks, nothing that is secret is told, and what
//! is kept stays whole.
//!
//! Each place gets every fourth of the texts; `SCRIM_HOSTILE_STEP=1` gives all of them to each, in some minutes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod company;
mod samples;
mod stand;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock};

use company::encoded;
use reqwest::Method;
use samples::{Operation, hostile, misfits, operations, texts};
use scrim_registry::Registry;
use scrim_store::{ApiToken, AuditQuery, Location, SecretHash, Store};
use scrim_testkit::Governed;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use stand::Service;

/// What nobody is to read anywhere. Each is somewhere in the service, or sent where a secret is sent.
const SECRETS: [&str; 5] = [TOKEN, PASSWORD, ADMIN, SENT, WAREHOUSE];
const TOKEN: &str = "planted-token-5b1f0c";
const PASSWORD: &str = "planted-password-9d3e7a";
const ADMIN: &str = "planted-admin-2c8d41";
const SENT: &str = "planted-sent-77a0e3";
/// What the test kit has as the password of Scrim's login.
const WAREHOUSE: &str = "the password of Scrim's login";

/// The key that secrets are sealed with.
static KEY: OnceLock<String> = OnceLock::new();

/// How large a request may be.
const LARGEST: usize = 1 << 20;

/// Lines of the log that have a secret in them.
#[derive(Clone, Default)]
struct Leaks(Arc<Mutex<(usize, Vec<String>)>>);

impl std::io::Write for Leaks {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        let mut seen = self.0.lock().unwrap();
        seen.0 += 1;
        if let Some(secret) = leaked(&text) {
            seen.1.push(format!("{secret}: {text}"));
        }
        Ok(line.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn leaked(text: &str) -> Option<&'static str> {
    let key = KEY.get().is_some_and(|key| text.contains(key.as_str()));
    SECRETS.into_iter().find(|secret| text.contains(secret)).or(key.then_some("the sealing key"))
}

/// Somebody's requests, and what was wrong with the answers.
struct Storm {
    service: Service,
    client: reqwest::Client,
    /// Each place gets every so many-th of the texts.
    step: usize,
    requests: usize,
    answered: BTreeMap<u16, usize>,
    wrong: Vec<String>,
}

impl Storm {
    async fn send(&mut self, token: &str, method: &Method, path: &str, kind: &str, body: Option<Vec<u8>>) {
        let url = format!("http://{}{path}", self.service.address);
        let mut request = self.client.request(method.clone(), url).bearer_auth(token);
        if let Some(body) = body.clone() {
            if body.len() > LARGEST {
                // It is answered before it was read, and the connection ends.
                request = request.header("connection", "close");
            }
            request = request.header("content-type", kind).body(body);
        }
        self.requests += 1;
        let sent = || body.as_ref().map(|body| String::from_utf8_lossy(body).chars().take(400).collect::<String>());
        let answer = match request.send().await {
            Ok(answer) => answer,
            // The answer may come, and the connection end, while the rest of it is still on its way.
            Err(error) if error.is_request() && body.as_ref().is_some_and(|body| body.len() > LARGEST) => return,
            Err(error) => return self.wrong.push(format!("{method} {path} {:?}: {error:?}", sent())),
        };
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let text = String::from_utf8_lossy(&answer.bytes().await.unwrap_or_default()).into_owned();
        *self.answered.entry(status).or_default() += 1;
        let mut tell = |what: &str| {
            let answer: String = text.chars().take(300).collect();
            self.wrong.push(format!("{method} {path} <- {:?}: {status}, {what}: {answer}", sent()));
        };
        let problem: Value = serde_json::from_str(&text).unwrap_or_default();
        // Somewhere there is no warehouse: that is said as such.
        let silent = status == 503 && problem["detail"].as_str().unwrap_or("").contains("cannot be asked");
        if status >= 500 && !silent {
            tell("broken");
        }
        // What is longer than 65,534 bytes is refused before the service has it.
        if status >= 400 && status != 414 {
            let plain = headers.get("content-type").is_some_and(|kind| kind == "application/problem+json");
            if !plain || problem["status"] != status || problem["title"].as_str().is_none_or(str::is_empty) {
                tell("not a problem");
            }
        }
        if let Some(secret) = leaked(&text).or_else(|| leaked(&format!("{headers:?}"))) {
            tell(&format!("`{secret}` is told"));
        }
    }

    async fn send_json(&mut self, token: &str, method: &Method, path: &str, body: &Value) {
        // Every character that JSON lets escape is: a NUL is `\u0000`.
        self.send(token, method, path, "application/json", Some(body.to_string().into_bytes())).await;
    }
}

/// What a name in a path stands for.
fn named(path: &str, part: &str) -> &'static str {
    let many = path.split('/').nth(3).unwrap_or("");
    match (part, many) {
        ("{tag}" | "{name}", "tags") => "PII.SSN",
        ("{column}", _) => "id",
        ("{group}", _) => "staff",
        ("{key}", _) => "level",
        ("{value}", _) => "high",
        ("{number}", _) => "1",
        ("{id}", _) => "none",
        ("{purpose}", _) => "Ads",
        (_, "integrations") => "spare",
        (_, "webhooks") => "hook",
        (_, "data-sources") => "people",
        (_, "users") => "anna",
        (_, "groups") => "staff",
        (_, "purposes") => "Fraud",
        (_, "projects") => "study",
        (_, "subscription-policies") => "asking",
        (_, "data-policies") => "tokens",
        (_, "attributes") => "level",
        (_, "identifiers") => "badge",
        (_, "grants") => "anna",
        _ => "nothing",
    }
}

/// A path with its names, one of which is replaced.
fn concrete(path: &str, replaced: Option<(usize, &str)>) -> String {
    let mut number = 0;
    let part = |part: &str| {
        if !part.starts_with('{') {
            return part.to_owned();
        }
        number += 1;
        match replaced {
            Some((at, text)) if at == number => encoded(text),
            _ => named(path, part).to_owned(),
        }
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// The text that is put somewhere: after a secret where one is expected.
fn planted(path: &str, at: &str, text: &str) -> String {
    let secret = match at.rsplit('/').next().unwrap() {
        "password" | "current_password" | "new_password" => true,
        "token" => path.ends_with("/setup"),
        _ => false,
    };
    match at {
        "/admin_url" => format!("postgresql://admin:{ADMIN}@127.0.0.1:1/d{text}"),
        _ if secret => format!("{SENT}{text}"),
        _ => text.to_owned(),
    }
}

/// Everything that is hostile, at every place of one call.
async fn attack(storm: &mut Storm, token: &str, operation: &Operation, texts_of: &[String]) {
    let (method, path) = (&operation.method, &operation.path);
    let names = path.matches('{').count();
    let body = operation.bodies.last();
    let hashes = path.contains("password") || path.ends_with("/session");
    // Each place gets some of the texts, the next place others: hashing a password takes long.
    let step = if hashes { 3 * storm.step } else { storm.step };
    let mut place = 0;
    let mut some = |all: &[Value]| -> Vec<Value> {
        place += 1;
        all.iter().skip(place % step).step_by(step).cloned().collect()
    };
    let texts_of: Vec<Value> = texts_of.iter().map(|text| json!(text)).collect();
    for at in 1..=names {
        for text in some(&texts_of) {
            let text = text.as_str().unwrap();
            let path = concrete(path, Some((at, text)));
            match body {
                Some(body) => storm.send_json(token, method, &path, body).await,
                None => storm.send(token, method, &path, "", None).await,
            }
        }
    }
    for name in operation.query.iter().map(String::as_str).chain(["unknown"]) {
        for text in some(&texts_of) {
            let path = format!("{}?{name}={}", concrete(path, None), encoded(text.as_str().unwrap()));
            storm.send(token, method, &path, "application/json", body.map(|body| body.to_string().into_bytes())).await;
        }
    }
    let path = concrete(path, None);
    let mut tried = std::collections::BTreeSet::new();
    for body in &operation.bodies {
        for at in texts(body).into_iter().filter(|at| tried.insert(at.clone())) {
            let texts = some(&texts_of).into_iter().map(|text| json!(planted(&path, &at, text.as_str().unwrap())));
            let texts: Vec<Value> = texts.collect();
            for value in texts.into_iter().chain(some(&misfits())) {
                let mut body = body.clone();
                *body.pointer_mut(&at).unwrap() = value;
                storm.send_json(token, method, &path, &body).await;
            }
        }
    }
    if let Some(body) = body {
        for text in raw(body) {
            storm.send(token, method, &path, "application/json", Some(text)).await;
        }
        for kind in ["text/plain", "", "application/xml", "application/x-www-form-urlencoded", "a/b+json; charset=x"] {
            storm.send(token, method, &path, kind, Some(body.to_string().into_bytes())).await;
        }
    }
}

/// Bodies that are no JSON, or hardly.
fn raw(body: &Value) -> Vec<Vec<u8>> {
    let text = body.to_string();
    let surrogates = text.replacen("\":\"", "\":\"\\ud800", 1).into_bytes();
    let twice = text.replacen('{', "{\"name\":\"a\",\"name\":\"b\",", 1).into_bytes();
    let mut all =
        vec![surrogates, twice, vec![], b"{".to_vec(), b"\xff\xfe".to_vec(), b"{\"a\":\"\xc3\x28\"}".to_vec()];
    all.extend(["null", "1e999", "\"\\udc00\"", "[]", "{}", "nul\0l"].map(|text| text.as_bytes().to_vec()));
    all.extend(["[", "{\"a\":", "[{\"all\":"].map(|open| open.repeat(50_000).into_bytes()));
    all.push(format!("\"{SENT}\"").into_bytes());
    // Larger than is read.
    all.push([b"\"".to_vec(), vec![b'x'; LARGEST], b"\"".to_vec()].concat());
    all
}

const TABLES: &str = "CREATE SCHEMA s; CREATE TABLE s.people (id integer, ssn varchar(11), passport varchar(11));
    INSERT INTO s.people VALUES (1, '123-45-6789', 'P1'), (2, '987-65-4321', 'P2');
    CREATE TABLE s.other (id integer); CREATE ROLE anna LOGIN PASSWORD 'x'; CREATE ROLE olivia LOGIN PASSWORD 'x'";

/// The company, over a warehouse that is there, with one document of the other kinds.
fn documents(governed: &Governed) -> Vec<(&'static str, &'static str, Value)> {
    let file = scrim_catalog::SourceFile { path: Arc::default(), text: governed.integration("") };
    let (mut read, mut problems) = (vec![], vec![]);
    scrim_catalog::read(&file, &mut read, &mut problems);
    let mut all = company::documents();
    all[0].2 = read[0].1.to_json().unwrap();
    all.extend([
        ("integration", "spare", json!({ "engine": "postgresql", "host": "127.0.0.1", "port": 1, "database": "d" })),
        ("webhook", "hook", json!({ "url": "https://receiver.invalid/hook" })),
        ("attribute", "level", json!({})),
        ("identifier", "badge", json!({ "tag": "PII.Badge", "column_name": "badge" })),
        ("grant", "anna", json!({ "user": "anna", "data_source": "people" })),
        ("user", "root", json!({ "permissions": scrim_catalog::documents::Permission::NAMES })),
    ]);
    all
}

async fn start(governed: &Governed, location: &Location) -> Storm {
    let settings = scrim_server::Settings { largest_request: LARGEST, ..scrim_server::Settings::default() };
    let service = Service::paced(location, settings, std::time::Duration::from_secs(300)).await;
    for (kind, name, body) in documents(governed) {
        service.plant(kind, name, body).await;
    }
    for (user, shown) in [("root", TOKEN.to_owned()), ("nadia", format!("{TOKEN}-nadia"))] {
        let scopes = ["read", "write", "all"].map(str::to_owned).to_vec();
        let (hash, created) = (SecretHash::of(&SecretString::from(shown)), chrono::Utc::now());
        let (id, user, name) = (format!("id of {user}"), user.to_owned(), "hostile".to_owned());
        let token = ApiToken { id, hash, user, name, scopes, created, expires: None, last_used: None, revoked: None };
        service.app.store().add_token(&token).await.unwrap();
    }
    service.put("root", "/api/v1/users/petra/password", json!({ "password": PASSWORD })).await;
    service.post("root", "/api/v1/webhooks/hook/secret", json!({})).await.good();
    let url = governed.admin_url().expose_secret().to_owned();
    service.post("root", "/api/v1/integrations/w/install", json!({ "admin_url": url })).await.good();
    service.enforced("w").await;
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let step = std::env::var("SCRIM_HOSTILE_STEP").ok().and_then(|text| text.parse().ok()).unwrap_or(4);
    Storm { service, client, step, requests: 0, answered: BTreeMap::new(), wrong: vec![] }
}

/// The document that a call puts, as it is there: what is made up is seldom valid.
fn there(service: &Service, operation: &Operation) -> Option<Value> {
    let kind = scrim_catalog::Kind::from_plural(operation.path.strip_prefix("/api/v1/")?.strip_suffix("/{name}")?)?;
    let document = service.app.registry().world().catalog.json(kind, named(&operation.path, "{name}"));
    document.filter(|_| operation.method == Method::PUT).map(|mut document| {
        document.as_object_mut().unwrap().remove("name");
        document
    })
}

/// Every entry of the audit trail.
async fn trail(service: &Service) -> Vec<String> {
    let (mut all, mut before) = (vec![], None);
    loop {
        let query = AuditQuery { before, limit: 1000, ..AuditQuery::default() };
        let page = service.app.store().audit_search(&query).await.unwrap();
        all.extend(page.entries.iter().map(|entry| format!("{entry:?}")));
        before = page.next;
        if before.is_none() {
            return all;
        }
    }
}

#[test]
fn hostile_texts_neither_break_nor_leak() {
    let leaks = Leaks::default();
    let log = leaks.clone();
    // Everything that is logged on request, and what others log beside the bytes of the wire.
    let filter = "debug,hyper=info,hyper_util=info,h2=info,reqwest=info,rustls=info";
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(move || log.clone()).init();
    let governed = Governed::start();
    governed.run(TABLES);
    let directory = tempfile::tempdir().unwrap();
    let location = Location::file(directory.path().join("scrim.db"));
    KEY.set(stand::key(&location).encode().expose_secret().to_owned()).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut storm = runtime.block_on(start(&governed, &location));
    let texts = hostile();
    let document = scrim_server::openapi();
    runtime.block_on(async {
        let nadia = format!("{TOKEN}-nadia");
        for mut operation in operations(&document) {
            operation.bodies.extend(there(&storm.service, &operation));
            attack(&mut storm, &nadia, &operation, &texts[..12]).await;
            attack(&mut storm, TOKEN, &operation, &texts).await;
        }
        // In the place of a token, of a cookie, of a version and of the id of a request.
        for text in &texts {
            for header in ["authorization", "cookie", "if-match", "if-none-match", "x-request-id", "accept", "range"] {
                let value = if header == "cookie" { format!("scrim_session={text}") } else { text.clone() };
                let Ok(value) = reqwest::header::HeaderValue::from_bytes(value.as_bytes()) else { continue };
                let url = format!("http://{}/api/v1/groups/staff", storm.service.address);
                for request in [storm.client.get(&url), storm.client.put(&url).json(&json!({}))] {
                    let answer = request.bearer_auth(TOKEN).header(header, value.clone()).send().await.unwrap();
                    if answer.status().is_server_error() {
                        storm.wrong.push(format!("{header}: {text:?}: {}", answer.status()));
                    }
                }
            }
        }
    });
    let (requests, answered) = (storm.requests, &storm.answered);
    eprintln!("{requests} requests, answered {answered:?}");
    let wrong = &storm.wrong;
    assert!(wrong.is_empty(), "{} of {requests} wrong:\n{}", wrong.len(), wrong[..wrong.len().min(40)].join("\n"));
    assert!(answered[&200] > 1000 && answered[&201] > 50, "nothing was done: {answered:?}");
    runtime.block_on(whole(&storm.service, &location));
    {
        let seen = leaks.0.lock().unwrap();
        assert!(seen.0 > requests, "nothing was logged");
        assert!(
            seen.1.is_empty(),
            "{} lines of the log tell secrets:\n{}",
            seen.1.len(),
            seen.1[..5.min(seen.1.len())].join("\n")
        );
    }
    // As it was before, by the same calls; and the warehouse shows what it is to show.
    runtime.block_on(async {
        let listed: Vec<Value> = documents(&governed)
            .into_iter()
            .map(|(kind, name, mut body)| {
                body["kind"] = json!(kind);
                body["name"] = json!(name);
                body
            })
            .collect();
        let list = json!({ "documents": listed, "prune": true, "allow_drop": true, "confirm": true });
        storm.service.post("root", "/api/v1/apply", list).await.good();
        storm.service.enforced("w").await;
    });
    let rows = governed.seen("anna", "SELECT id, ssn FROM governed.people ORDER BY id").unwrap();
    assert_eq!(rows, [[Some("1".to_owned()), None], [Some("2".to_owned()), None]]);
}

/// What is kept is whole: the audit trail verifies and has no secret, and another service reads the same catalog.
async fn whole(service: &Service, location: &Location) {
    let minute = std::time::Duration::from_secs(60);
    tokio::time::timeout(minute, service.app.written()).await.expect("the audit trail is held up");
    let verdict = service.app.store().verify_audit().await.unwrap();
    assert!(verdict.broken.is_none(), "{verdict:?}");
    let trail = trail(service).await;
    assert!(trail.len() > 1000);
    let told: Vec<&String> = trail.iter().filter(|entry| leaked(entry).is_some()).collect();
    assert!(told.is_empty(), "{} entries tell secrets: {:?}", told.len(), told.first());
    let events = service.app.store().events(0, usize::MAX >> 2).await.unwrap();
    assert!(events.iter().all(|event| leaked(&format!("{event:?}")).is_none()));
    let store = Store::open(location, stand::key(location)).await.unwrap();
    let again = Registry::open(store).await.unwrap();
    let (mine, other) = (service.app.registry().world(), again.world());
    assert_eq!(mine.changed, other.changed);
    for kind in scrim_catalog::Kind::ALL {
        let names = |world: &scrim_registry::World| -> Vec<Option<Value>> {
            world.catalog.names_after(*kind, "").map(|name| world.catalog.json(*kind, name)).collect()
        };
        assert_eq!(names(&mine), names(&other), "{kind}");
    }
}
