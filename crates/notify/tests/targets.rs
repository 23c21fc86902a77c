//! Webhooks reach what may be reached, and nothing else.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod stand;

use std::collections::BTreeMap;
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use futures_util::future::BoxFuture;
use scrim_catalog::Kind;
use scrim_notify::{Answered, Lookup, Message, Sender, Settings, Targets};
use scrim_store::DeliveryState;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use stand::{Receiver, Reply, Stand, eventually, settings};

/// Answers what it was told, each time the next.
#[derive(Debug, Default)]
struct Names {
    answers: Mutex<BTreeMap<String, Vec<Vec<IpAddr>>>>,
    asked: Mutex<Vec<String>>,
}

impl Names {
    fn of(answers: &[(&str, &[&[&str]])]) -> Arc<Self> {
        let parse = |each: &&[&str]| each.iter().map(|one| one.parse().unwrap()).collect();
        let answers =
            answers.iter().map(|(name, each)| ((*name).to_owned(), each.iter().rev().map(parse).collect())).collect();
        Arc::new(Self { answers: Mutex::new(answers), asked: Mutex::default() })
    }
}

impl Lookup for Names {
    fn lookup(&self, host: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        self.asked.lock().unwrap().push(host.clone());
        let found = self.answers.lock().unwrap().get_mut(&host).and_then(|each| match each.len() {
            0 | 1 => each.first().cloned(),
            _ => each.pop(),
        });
        Box::pin(async move { found.ok_or_else(|| io::Error::other("no such host")) })
    }
}

async fn send(settings: &Settings, url: &str) -> Answered {
    let message = Message { id: "m".to_owned(), body: "{}".to_owned() };
    Sender::new(settings).unwrap().send(url, &message, None).await
}

#[tokio::test(flavor = "multi_thread")]
async fn names_of_inner_addresses_are_not_called() {
    let receiver = Receiver::start().await;
    let port = receiver.address.port();
    let names = Names::of(&[
        ("inner.example.com", &[&["127.0.0.1"]]),
        ("mixed.example.com", &[&["93.184.216.34", "127.0.0.1"]]),
        ("meta.example.com", &[&["169.254.169.254"]]),
        ("mapped.example.com", &[&["::ffff:127.0.0.1"]]),
        ("nat.example.com", &[&["64:ff9b::7f00:1"]]),
        ("six.example.com", &[&["::1"]]),
        ("zero.example.com", &[&["0.0.0.0"]]),
        ("carrier.example.com", &[&["100.64.0.1"]]),
    ]);
    let settings = Settings { targets: Targets::default(), lookup: Arc::clone(&names) as _, ..settings() };
    for host in ["inner", "mixed", "meta", "mapped", "nat", "six", "zero", "carrier"] {
        let answered = send(&settings, &format!("https://{host}.example.com:{port}/")).await;
        let error = answered.error.unwrap();
        assert!(error.contains("is no address of the public internet"), "{host}: {error}");
        assert_eq!(answered.status, None);
    }
    assert_eq!(names.asked.lock().unwrap().len(), 8);
    // Addresses are not looked up, in whatever form: they are refused before.
    for host in ["127.0.0.1", "2130706433", "0x7f.1", "0177.1", "[::1]", "[::ffff:7f00:1]", "u:p@inner.example.com"] {
        let answered = send(&settings, &format!("https://{host}:{port}/")).await;
        assert!(answered.error.is_some() && answered.status.is_none(), "{host}");
    }
    assert_eq!(names.asked.lock().unwrap().len(), 8);
    assert_eq!(receiver.got().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_address_that_was_checked_is_the_one_that_is_called_each_time_anew() {
    let (mut stand, receiver) = (Stand::new().await, Receiver::start().await);
    let name = "hooks.example.internal";
    // First an address that is allowed, then one of the same name that is not.
    let names = Names::of(&[(name, &[&["127.0.0.1"], &["169.254.169.254"]])]);
    let targets = Targets::parse([name]).unwrap();
    stand.webhook("w", &format!("http://{name}:{}/hook", receiver.address.port()), &["group.*"]).await;
    stand.start(Settings { targets, lookup: Arc::clone(&names) as _, ..settings() });
    stand.put(Kind::Group, "first", json!({})).await;
    receiver.has(1).await;
    eventually(async || stand.deliveries("w").await[0].state == DeliveryState::Delivered).await;
    stand.put(Kind::Group, "second", json!({})).await;
    eventually(async || {
        let newest = stand.deliveries("w").await[0].clone();
        let attempts = stand.store.attempts(newest.id).await.unwrap();
        newest.sequence > 2
            && attempts.first().is_some_and(|one| one.tried.error.as_ref().unwrap().contains("169.254.169.254"))
    })
    .await;
    assert_eq!(receiver.got().len(), 1);
    assert_eq!(receiver.got()[0].header("host"), format!("{name}:{}", receiver.address.port()));
    stand.stop().await;
}

/// Takes requests over TLS, as a host of that name, and answers 204; tells what it read.
async fn secure(name: &str) -> (u16, tempfile::NamedTempFile, Arc<Mutex<String>>) {
    let made = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
    let authority = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(authority.path(), made.cert.pem()).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let tls = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(tls));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let read: Arc<Mutex<String>> = Arc::default();
    let noted = Arc::clone(&read);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut bytes = vec![0; 4096];
            let count = stream.read(&mut bytes).await.unwrap();
            noted.lock().unwrap().push_str(std::str::from_utf8(&bytes[..count]).unwrap());
            stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
            let _ = stream.shutdown().await;
        }
    });
    (port, authority, read)
}

#[tokio::test(flavor = "multi_thread")]
async fn receivers_are_known_by_their_certificates() {
    let (port, authority, read) = secure("hooks.example.internal").await;
    let answers: &[&[&str]] = &[&["127.0.0.1"]];
    let names = Names::of(&[("hooks.example.internal", answers), ("other.example.internal", answers)]);
    let targets = Targets::parse(["hooks.example.internal", "other.example.internal"]).unwrap();
    let unknown = Settings { targets, lookup: names, ..settings() };
    let url = format!("https://hooks.example.internal:{port}/hook");
    let answered = send(&unknown, &url).await;
    assert!(answered.error.unwrap().contains("certificate") && answered.status.is_none());
    let known = Settings { authorities: Some(authority.path().to_owned()), ..unknown };
    let answered = send(&known, &format!("https://other.example.internal:{port}/hook")).await;
    assert!(answered.error.unwrap().contains("certificate") && answered.status.is_none());
    assert_eq!(*read.lock().unwrap(), "");
    let answered = send(&known, &url).await;
    assert_eq!((answered.status, answered.error), (Some(204), None));
    assert!(read.lock().unwrap().starts_with("POST /hook HTTP/1.1\r\n"));
    let nothing = Settings { authorities: Some("/nowhere".into()), ..known };
    assert!(Sender::new(&nothing).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn redirects_are_not_followed() {
    let (receiver, other) = (Receiver::start().await, Receiver::start().await);
    for to in ["http://169.254.169.254/latest/meta-data/".to_owned(), other.url()] {
        receiver.answers([Reply::Redirect(to)]);
        let answered = send(&settings(), &receiver.url()).await;
        assert_eq!(answered.status, Some(307));
        assert!(answered.error.unwrap().contains("redirects are not followed"));
    }
    assert_eq!((receiver.got().len(), other.got().len()), (2, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_of_a_failure_does_not_show_the_address() {
    let names = Names::of(&[]);
    let settings = Settings { lookup: names, ..settings() };
    let answered = send(&settings, "https://hooks.example.com/services/T0/B0/secret").await;
    let error = answered.error.unwrap();
    assert!(!error.contains("secret") && error.contains("no such host"), "{error}");
}
