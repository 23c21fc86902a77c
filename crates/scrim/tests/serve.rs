//! The service as a program: its first start, its settings, its end.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod service;

use std::os::unix::fs::PermissionsExt;

use serde_json::Value;
use service::{Service, directory, program, scrim};

/// No fixed port: somebody may serve there.
const ANYWHERE: (&str, &str) = ("SCRIM_LISTEN", "127.0.0.1:0");

#[tokio::test(flavor = "multi_thread")]
async fn a_first_start_makes_what_is_missing_for_its_own_user_alone() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    let mut service = Service::start(&data, &[]);
    let mode = |name: &str| std::fs::metadata(data.join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("."), 0o700);
    for file in ["sealing.key", "scrim.db", "setup-token"] {
        assert_eq!(mode(file), 0o600, "{file}");
    }
    let log = service.log();
    for secret in ["setup-token", "sealing.key"] {
        let text = std::fs::read_to_string(data.join(secret)).unwrap();
        assert!(!log.contains(text.trim()) && log.contains(secret), "{log}");
    }
    let token = service.administrator(&data).await;
    let get = async |path: &str| {
        let request = reqwest::Client::new().get(format!("{}{path}", service.url)).bearer_auth(&token);
        request.send().await.unwrap()
    };
    assert_eq!(get("/api/v1/users/root").await.status(), 200);
    assert_eq!(get("/readyz").await.status(), 200);
    let metrics = get("/metrics").await.text().await.unwrap();
    let requests = "scrim_requests_total{route=\"/api/v1/users/{name}\",method=\"GET\",status=\"200\"} 1";
    assert!(metrics.contains(requests) && metrics.contains("scrim_documents{kind=\"user\"} 1"), "{metrics}");
    let (code, log) = service.stop();
    assert_eq!(code, Some(0), "{log}");
    assert!(log.contains("stopping") && log.contains("stopped"), "{log}");
    assert!(!log.contains(&token), "{log}");

    // Another start finds what the first one made; nobody needs a token for the setup any more.
    let service = Service::start(&data, &[]);
    assert!(!data.join("setup-token").exists());
    let address = service.url.trim_start_matches("http://");
    let other = home.path().join("other");
    let taken = [("SCRIM_LISTEN", address), ("SCRIM_DATA_DIR", other.to_str().unwrap())];
    let (code, _, err) = scrim(&["serve"], &taken);
    assert!(code == 1 && err.contains(&format!("cannot listen on {address}")) && !other.exists(), "{err}");
    let (code, log) = service.stop();
    assert_eq!(code, Some(0), "{log}");

    let place = data.to_str().unwrap();
    let here = [("SCRIM_DATA_DIR", place)];
    let (code, out, err) = scrim(&["audit", "verify", "--output", "json"], &here);
    assert_eq!(code, 0, "{out}{err}");
    let found: Value = serde_json::from_str(&out).unwrap();
    assert!(found["entries"].as_u64().unwrap() > 1 && found["broken"].is_null(), "{found}");
    let head = found["head"].as_str().unwrap();
    assert_eq!(scrim(&["audit", "verify", "--head", head], &here).0, 0);
    let other = format!("{}0{}", &head[..head.len() - 1], "");
    let (code, out, _) = scrim(&["audit", "verify", "--head", &other], &here);
    assert!(other == head || (code == 1 && out.contains("the trail was rewritten")), "{out}");
    assert_eq!(scrim(&["audit", "verify", "--head", "7:xyz"], &here).0, 2);

    let copy = home.path().join("copy.db");
    let (code, out, err) = scrim(&["backup", copy.to_str().unwrap()], &here);
    assert_eq!(code, 0, "{out}{err}");
    assert!(out.contains("entries of the audit trail"), "{out}");
    assert_eq!(std::fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
    let (code, _, err) = scrim(&["backup", copy.to_str().unwrap()], &here);
    assert_eq!(code, 1, "a backup overwrites nothing: {err}");

    // Another key: from then on the old one does not open it.
    let old = std::fs::read(data.join("sealing.key")).unwrap();
    let new = home.path().join("new.key");
    let (code, out, err) = scrim(&["rotate-key", new.to_str().unwrap()], &here);
    assert_eq!(code, 0, "{out}{err}");
    assert_eq!(std::fs::metadata(&new).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!out.contains(std::fs::read_to_string(&new).unwrap().trim()));
    let (code, _, err) = scrim(&["audit", "verify"], &here);
    assert!(code == 1 && err.contains("another sealing key"), "{err}");
    assert_eq!(scrim(&["rotate-key", new.to_str().unwrap()], &here).0, 1);
    std::fs::copy(&new, data.join("sealing.key")).unwrap();
    assert_eq!(scrim(&["audit", "verify"], &here).0, 0);
    assert_ne!(old, std::fs::read(&new).unwrap());

    // Without its key the database is of no use, and no new key is made for it.
    std::fs::rename(data.join("sealing.key"), home.path().join("kept.key")).unwrap();
    let (code, _, err) = scrim(&["serve"], &[here.as_slice(), &[ANYWHERE]].concat());
    assert!(code == 1 && err.contains("put the key back"), "{err}");
    assert!(!data.join("sealing.key").exists());
    let key = std::fs::read_to_string(home.path().join("kept.key")).unwrap();
    let service = Service::start(&data, &[("SCRIM_SEALING_KEY", key.trim())]);
    assert_eq!(service.stop().0, Some(0));
}

/// A process that is not left behind.
struct Ends(std::process::Child);

impl Drop for Ends {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_cannot_be_written_stops_nothing() {
    let home = tempfile::tempdir().unwrap();
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let _ = rustls::crypto::ring::default_provider().install_default();
    // As on a full disk.
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let mut serve = program();
    serve.arg("serve").env("SCRIM_DATA_DIR", home.path().join("data")).env("SCRIM_LISTEN", address.to_string());
    let mut child = Ends(serve.env("SCRIM_LOG_LEVEL", "debug").stderr(full).spawn().unwrap());
    let ask = async |path: &str| reqwest::get(format!("http://{address}{path}")).await;
    while ask("/readyz").await.is_err() {
        assert!(child.0.try_wait().unwrap().is_none(), "it is gone");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(ask("/readyz").await.unwrap().status(), 200);
    assert_eq!(ask("/api/v1/me").await.unwrap().status(), 401);
    let stop = std::process::Command::new("kill").arg(child.0.id().to_string()).status().unwrap();
    assert!(stop.success() && child.0.wait().unwrap().success());
}

#[test]
fn settings_that_nobody_knows_are_refused() {
    let (_home, path) = directory("listn = \"x\"\n");
    let (code, _, err) = scrim(&["serve", "--config", path.to_str().unwrap()], &[]);
    assert!(code == 1 && err.contains(":1: there is no setting `listn`; did you mean `listen`?"), "{err}");
    let (code, _, err) = scrim(&["serve"], &[("SCRIM_LISTN", "x")]);
    assert!(code == 1 && err.contains("did you mean `SCRIM_LISTEN`?"), "{err}");
    let (code, out, _) = scrim(&["serve", "--print-config"], &[("SCRIM_DATABASE", "postgresql://u:hunter2@h/d")]);
    assert!(code == 0 && !out.contains("hunter2") && out.contains("postgresql://u@h:5432/d"), "{out}");
    let (code, _, err) = scrim(&["serve"], &[("SCRIM_TLS_KEY", "/x")]);
    assert!(code == 1 && err.contains("tls.certificate"), "{err}");
    let (code, _, err) = scrim(&["backup", "/tmp/never"], &[("SCRIM_DATA_DIR", "/no/such/directory")]);
    assert!(code == 1 && err.contains("there is no metadata database"), "{err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_speaks_tls_with_a_certificate_and_reads_a_new_one() {
    let home = tempfile::tempdir().unwrap();
    let (certificate, key) = (home.path().join("tls.crt"), home.path().join("tls.key"));
    let make = || {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        std::fs::write(&certificate, made.cert.pem()).unwrap();
        std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        made.cert.pem()
    };
    let pem = make();
    let files = [("SCRIM_TLS_CERTIFICATE", certificate.to_str().unwrap()), ("SCRIM_TLS_KEY", key.to_str().unwrap())];
    let mut service = Service::start(&home.path().join("data"), &files);
    let url = service.url.replace("127.0.0.1", "localhost");
    assert!(url.starts_with("https://"));
    let alive = async |pem: &str| {
        let root = reqwest::Certificate::from_pem(pem.as_bytes()).unwrap();
        let client = reqwest::Client::builder().tls_certs_only([root]).build().unwrap();
        client.get(format!("{url}/healthz")).send().await.is_ok_and(|answer| answer.status() == 200)
    };
    let _ = rustls::crypto::ring::default_provider().install_default();
    assert!(alive(&pem).await);
    let renewed = make();
    service.signal("HUP");
    let begun = std::time::Instant::now();
    while !service.log().contains("was read again") && begun.elapsed().as_secs() < 20 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert!(alive(&renewed).await && !alive(&pem).await);
    let (code, log) = service.stop();
    assert_eq!(code, Some(0), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn replicas_share_a_postgresql_and_one_key() {
    let cluster = scrim_sandbox::Cluster::start(&scrim_sandbox::Options::default()).unwrap();
    let home = tempfile::tempdir().unwrap();
    let url = home.path().join("url");
    std::fs::write(&url, format!("{}\n", cluster.admin_url("postgres"))).unwrap();
    let database = ("SCRIM_DATABASE_FILE", url.to_str().unwrap());
    let (one, two) = (home.path().join("one"), home.path().join("two"));
    let first = Service::start(&one, &[database]);
    let token = first.administrator(&one).await;
    assert!(!one.join("scrim.db").exists());
    // Without the key it does not start, and leaves none.
    let (code, _, err) = scrim(&["serve"], &[ANYWHERE, database, ("SCRIM_DATA_DIR", two.to_str().unwrap())]);
    assert!(code == 1 && err.contains("put the key back"), "{err}");
    assert!(!two.join("sealing.key").exists());
    let key = one.join("sealing.key");
    let second = Service::start(&two, &[database, ("SCRIM_KEY_FILE", key.to_str().unwrap())]);
    let request = reqwest::Client::new().get(format!("{}/api/v1/me", second.url)).bearer_auth(&token);
    assert_eq!(request.send().await.unwrap().status(), 200);
    let copy = home.path().join("copy.db");
    let here = [database, ("SCRIM_DATA_DIR", one.to_str().unwrap())];
    let (code, _, err) = scrim(&["backup", copy.to_str().unwrap()], &here);
    assert_eq!(code, 0, "{err}");
    let beside: Vec<_> = std::fs::read_dir(home.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert!(!beside.iter().any(|name| name.to_string_lossy().starts_with("copy.db-")), "{beside:?}");
    for service in [first, second] {
        let (code, log) = service.stop();
        assert_eq!(code, Some(0), "{log}");
        let password = secrecy::ExposeSecret::expose_secret(cluster.password());
        assert!(password.is_empty() || !log.contains(password), "{log}");
    }
}
