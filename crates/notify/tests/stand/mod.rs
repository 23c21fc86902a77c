//! A catalog with events, and a receiver that notes what it is sent.

#![allow(dead_code, reason = "each test file uses some of it")]

use std::collections::VecDeque;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::Utc;
use scrim_catalog::{Change, Kind, Name, from_json};
use scrim_notify::{Notifier, Pace, Secrets, Settings, Targets, life};
use scrim_registry::{Asked, Proposal, Registry};
use scrim_store::{ActorKind, Delivery, Location, SealingKey, Store, Via};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

/// What a receiver was sent.
#[derive(Clone, Debug)]
pub(crate) struct Got {
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Got {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }
}

/// How a receiver answers.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    Status(u16),
    Redirect(String),
    /// Never.
    Silence,
    /// Without end.
    Endless,
}

/// A receiver of webhooks.
#[derive(Clone)]
pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    got: Arc<Mutex<Vec<Got>>>,
    /// What it answers next; 204 when nothing is left.
    replies: Arc<Mutex<VecDeque<Reply>>>,
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let receiver = Self { address, got: Arc::default(), replies: Arc::default() };
        let routes = axum::Router::new().fallback(receive).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        receiver
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    pub(crate) fn answers(&self, replies: impl IntoIterator<Item = Reply>) {
        self.replies.lock().unwrap().extend(replies);
    }

    pub(crate) fn got(&self) -> Vec<Got> {
        self.got.lock().unwrap().clone()
    }

    /// The types of the events it was sent.
    pub(crate) fn kinds(&self) -> Vec<String> {
        self.got().iter().map(|got| got.json()["type"].as_str().unwrap().to_owned()).collect()
    }

    /// Waits until it was sent so many.
    #[track_caller]
    pub(crate) fn has(&self, count: usize) -> impl Future<Output = Vec<Got>> {
        let receiver = self.clone();
        async move {
            eventually(async || receiver.got().len() >= count).await;
            receiver.got()
        }
    }
}

async fn receive(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> Response {
    let body = String::from_utf8(body.to_vec()).unwrap();
    receiver.got.lock().unwrap().push(Got { headers, body });
    let reply = receiver.replies.lock().unwrap().pop_front();
    match reply.unwrap_or(Reply::Status(204)) {
        Reply::Status(status) => (StatusCode::from_u16(status).unwrap(), "noted").into_response(),
        Reply::Redirect(to) => (StatusCode::TEMPORARY_REDIRECT, [("location", to)]).into_response(),
        Reply::Silence => std::future::pending().await,
        Reply::Endless => {
            let stream = futures_util::stream::repeat_with(|| Ok::<_, Infallible>(Bytes::from_static(&[b'x'; 512])));
            axum::body::Body::from_stream(stream).into_response()
        }
    }
}

/// Waits until something is so.
#[track_caller]
pub(crate) fn eventually(mut so: impl AsyncFnMut() -> bool) -> impl Future<Output = ()> {
    let place = std::panic::Location::caller();
    async move {
        let start = Instant::now();
        while !so().await {
            assert!(start.elapsed() < Duration::from_secs(30), "it never came: {place}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// A replica.
pub(crate) struct Stand {
    pub(crate) registry: Arc<Registry>,
    pub(crate) store: Store,
    running: Vec<(Arc<Notifier>, JoinHandle<()>)>,
    _directory: tempfile::TempDir,
}

/// Receivers on this machine are allowed, and nobody waits for long.
pub(crate) fn settings() -> Settings {
    Settings {
        targets: Targets::parse(["127.0.0.1"]).unwrap(),
        pace: Pace {
            first: Duration::from_millis(40),
            longest: Duration::from_millis(200),
            give_up: Duration::from_secs(60),
            patience: Duration::from_millis(1500),
            look: Duration::from_millis(20),
        },
        lease: Duration::from_millis(600),
        ..Settings::default()
    }
}

impl Stand {
    pub(crate) async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let at = Location::file(directory.path().join("scrim.db"));
        Self::over(&at, SealingKey::generate().unwrap(), directory).await
    }

    pub(crate) async fn over(at: &Location, key: SealingKey, directory: tempfile::TempDir) -> Self {
        let store = Store::open(at, key).await.unwrap();
        let registry = Registry::open(store.clone()).await.unwrap();
        Self { registry, store, running: vec![], _directory: directory }
    }

    pub(crate) fn start(&mut self, settings: Settings) {
        self.running.push(Notifier::start(Arc::clone(&self.registry), settings).unwrap());
    }

    pub(crate) async fn stop(&mut self) {
        for (notifier, running) in self.running.drain(..) {
            notifier.stop();
            running.await.unwrap();
        }
    }

    /// Ends it as the end of its process does: nothing is noted any more.
    pub(crate) async fn kill(&mut self) {
        for (_, running) in self.running.drain(..) {
            running.abort();
            assert!(running.await.unwrap_err().is_cancelled());
        }
    }

    pub(crate) async fn put(&self, kind: Kind, name: &str, body: Value) {
        self.change("olivia", Change::Put(from_json(kind, name, &body).unwrap())).await;
    }

    pub(crate) async fn delete(&self, kind: Kind, name: &str) {
        self.change("olivia", Change::Delete(kind, Name::new(name).unwrap())).await;
    }

    pub(crate) async fn change(&self, actor: &str, change: Change) {
        let decide = |_: &_| Ok::<_, Infallible>(Proposal { changes: vec![change.clone()], ..Proposal::default() });
        self.registry.change(&asked(actor), decide).await.unwrap();
    }

    /// A webhook with a secret.
    pub(crate) async fn webhook(&self, name: &str, url: &str, events: &[&str]) -> SecretString {
        self.put(Kind::Webhook, name, json!({ "url": url, "events": events })).await;
        self.secret(name).await
    }

    /// Gives a webhook a secret.
    pub(crate) async fn secret(&self, name: &str) -> SecretString {
        let made = life(&self.store, name).await.unwrap().unwrap();
        let before = Secrets::load(&self.store, name, made).await.unwrap();
        let secrets = Secrets::rotated(before, Utc::now() + chrono::TimeDelta::hours(1));
        secrets.keep(&self.store, name, made).await.unwrap();
        SecretString::from(secrets.current().expose_secret().to_owned())
    }

    pub(crate) async fn deliveries(&self, webhook: &str) -> Vec<Delivery> {
        self.store.deliveries(webhook, None, 1000).await.unwrap().entries
    }

    pub(crate) async fn texts(&self, user: &str) -> Vec<String> {
        let news = self.store.notifications(user, None, 1000).await.unwrap();
        news.entries.into_iter().map(|news| news.told.text).collect()
    }
}

pub(crate) fn asked(actor: &str) -> Asked {
    Asked {
        at: Utc::now(),
        actor: actor.to_owned(),
        actor_kind: ActorKind::User,
        via: Via::System,
        request: String::new(),
        address: None,
        action: "test".to_owned(),
        object: None,
    }
}
