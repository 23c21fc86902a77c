//! A service that runs, with people who call it.

#![allow(dead_code, unreachable_pub, reason = "each test file uses some of it")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use scrim_reconciler::Reconciler;
use scrim_registry::Registry;
use scrim_server::{App, Settings, router_with};
use scrim_store::{ApiToken, Location, SealingKey, SecretHash, Session, Store};
use secrecy::SecretString;
use serde_json::{Value, json};

/// A service over a fresh metadata database.
pub(crate) struct Service {
    pub(crate) app: App,
    pub(crate) address: SocketAddr,
    reconciler: Arc<Reconciler>,
    pub(crate) client: reqwest::Client,
    _directory: Option<tempfile::TempDir>,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: Value,
}

impl Answered {
    /// The body of an answer that must be good.
    #[track_caller]
    pub(crate) fn good(self) -> Value {
        assert!(self.status.is_success(), "{} {:#}", self.status, self.body);
        self.body
    }

    /// The problem of an answer that must be of this status.
    #[track_caller]
    pub(crate) fn problem(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{:#}", self.body);
        assert_eq!(self.headers["content-type"], "application/problem+json");
        self.body
    }

    pub(crate) fn etag(&self) -> String {
        self.headers["etag"].to_str().unwrap().to_owned()
    }
}

impl Service {
    /// With an administrator `root`, who has every permission, and a token `root-token`.
    pub(crate) async fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut service = Self::started(&Location::file(directory.path().join("scrim.db"))).await;
        service._directory = Some(directory);
        service
    }

    /// The same over a metadata database that may have been there before.
    pub(crate) async fn started(location: &Location) -> Self {
        Self::set_up(location, Settings::default()).await
    }

    /// The same, set up otherwise, over a metadata database in a directory that is its own.
    pub(crate) async fn over(location: Location, directory: tempfile::TempDir, settings: Settings) -> Self {
        let mut service = Self::set_up(&location, settings).await;
        service._directory = Some(directory);
        service
    }

    async fn set_up(location: &Location, settings: Settings) -> Self {
        Self::paced(location, settings, Duration::from_secs(300)).await
    }

    /// The same, in which everything is compared so often.
    pub(crate) async fn paced(location: &Location, settings: Settings, compare_every: Duration) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let key = key(location);
        let store = Store::open(location, key).await.unwrap();
        let registry = Registry::open(store).await.unwrap();
        let pace = scrim_reconciler::Settings {
            look_every: Duration::from_millis(200),
            compare_every,
            ..scrim_reconciler::Settings::default()
        };
        let (reconciler, _) = Reconciler::start(Arc::clone(&registry), pace);
        let settings = Settings {
            secure_cookies: false,
            requests_per_second: 100_000,
            // Unless it is what is tested.
            sign_ins_per_minute: match settings.sign_ins_per_minute {
                few if few < Settings::default().sign_ins_per_minute => few,
                _ => 100_000,
            },
            secrets: scrim_server::Secrets { directories: vec![std::env::temp_dir()], variables: vec![] },
            ..settings
        };
        let app = App::new(registry, Arc::clone(&reconciler), settings);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let service =
            router_with(app.clone(), scrim_console::pages).into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let service = Self { app, address, reconciler, client, _directory: None };
        let root = json!({ "permissions": scrim_catalog::documents::Permission::NAMES });
        if !service.app.registry().world().catalog.has(scrim_catalog::Kind::User, "root") {
            service.plant("user", "root", root).await;
            service.token_for("root").await;
        }
        service
    }

    /// Puts a document there, without asking anybody.
    pub(crate) async fn plant(&self, kind: &str, name: &str, body: Value) {
        self.plant_all(vec![(kind.parse().unwrap(), name.to_owned(), body)]).await;
    }

    /// Puts documents there in one change.
    pub(crate) async fn plant_all(&self, documents: Vec<(scrim_catalog::Kind, String, Value)>) {
        let asked = scrim_registry::Asked {
            at: chrono::Utc::now(),
            actor: "test".to_owned(),
            actor_kind: scrim_store::ActorKind::System,
            via: scrim_store::Via::System,
            request: String::new(),
            address: None,
            action: "plant".to_owned(),
            object: None,
        };
        let put = |(kind, name, body): (scrim_catalog::Kind, String, Value)| {
            scrim_catalog::Change::Put(scrim_catalog::from_json(kind, &name, &body).unwrap())
        };
        let changes: Vec<_> = documents.into_iter().map(put).collect();
        let changed = self.app.registry().change(&asked, |_| {
            Ok::<_, std::convert::Infallible>(scrim_registry::Proposal {
                changes: changes.clone(),
                ..Default::default()
            })
        });
        changed.await.unwrap();
    }

    /// A token of a user, `<user>-token`, with everything that the user may do.
    pub(crate) async fn token_for(&self, user: &str) {
        self.token_named(user, user).await;
    }

    /// A token of a user by which they are called otherwise.
    pub(crate) async fn token_named(&self, user: &str, called: &str) {
        let token = ApiToken {
            id: format!("{called}-token"),
            hash: SecretHash::of(&SecretString::from(format!("{called}-token"))),
            user: user.to_owned(),
            name: "test".to_owned(),
            scopes: ["read", "write", "all"].map(str::to_owned).to_vec(),
            created: chrono::Utc::now(),
            expires: None,
            last_used: None,
            revoked: None,
        };
        self.app.store().add_token(&token).await.unwrap();
    }

    /// A session of a user, by the cookie `<user>-session`.
    pub(crate) async fn session_for(&self, user: &str) {
        let (id, now) = (SecretString::from(format!("{user}-session")), chrono::Utc::now());
        let hash = SecretHash::of(&id);
        self.app.store().delete_session(&hash).await.unwrap();
        let expires = now + chrono::TimeDelta::hours(1);
        let user = user.to_owned();
        let session = Session { hash, user, created: now, expires, last_seen: now, data: Value::Null };
        self.app.store().add_session(&session).await.unwrap();
    }

    /// A user with permissions, and a token.
    pub(crate) async fn person(&self, name: &str, permissions: &[&str]) {
        self.plant("user", name, json!({ "permissions": permissions })).await;
        self.token_for(name).await;
    }

    /// Calls the service as somebody; as nobody where that is empty.
    pub(crate) async fn call(&self, who: &str, method: Method, path: &str, body: Option<Value>) -> Answered {
        self.call_with(who, method, path, body, &[]).await
    }

    pub(crate) async fn call_with(
        &self,
        who: &str,
        method: Method,
        path: &str,
        body: Option<Value>,
        headers: &[(&str, &str)],
    ) -> Answered {
        let mut request = self.client.request(method, format!("http://{}{path}", self.address));
        if !who.is_empty() {
            request = request.bearer_auth(format!("{who}-token"));
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await.unwrap();
        let body =
            if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap_or(Value::String(text)) };
        Answered { status, headers, body }
    }

    pub(crate) async fn get(&self, who: &str, path: &str) -> Answered {
        self.call(who, Method::GET, path, None).await
    }

    pub(crate) async fn put(&self, who: &str, path: &str, body: Value) -> Answered {
        self.call(who, Method::PUT, path, Some(body)).await
    }

    pub(crate) async fn post(&self, who: &str, path: &str, body: Value) -> Answered {
        self.call(who, Method::POST, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, who: &str, path: &str) -> Answered {
        self.call(who, Method::DELETE, path, None).await
    }

    /// Waits until a warehouse has everything up to the last event.
    pub(crate) async fn enforced(&self, integration: &str) {
        self.enforced_within(integration, Duration::from_secs(60)).await;
    }

    pub(crate) async fn enforced_within(&self, integration: &str, longest: Duration) {
        let wanted = self.app.registry().world().sequence;
        let start = Instant::now();
        loop {
            let whole = self.app.store().sync_state(integration, scrim_reconciler::WHOLE).await.unwrap();
            if whole.as_ref().is_some_and(|whole| whole.pushed_sequence.is_some_and(|pushed| pushed >= wanted)) {
                return;
            }
            assert!(start.elapsed() < longest, "{integration} is not at {wanted}: {whole:#?}");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.reconciler.stop();
    }
}

/// The key of a metadata database: beside a file; the same one for databases of PostgreSQL in one process.
pub(crate) fn key(location: &Location) -> SealingKey {
    static KEYS: std::sync::Mutex<std::collections::BTreeMap<String, String>> =
        std::sync::Mutex::new(std::collections::BTreeMap::new());
    let mut keys = KEYS.lock().unwrap();
    let text = keys.entry(format!("{location}")).or_insert_with(|| {
        use secrecy::ExposeSecret;
        SealingKey::generate().unwrap().encode().expose_secret().to_owned()
    });
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    SealingKey::from_file(file.path()).unwrap()
}
