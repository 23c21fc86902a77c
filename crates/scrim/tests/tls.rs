//! What each mode of TLS asks of the server, with certificates made for the test.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use scrim_testkit::{Governed, literal};
use tempfile::TempDir;

const CATALOG: &str = "{ kind: user, name: ann }";

/// An authority: its certificate in a file, and what signs others.
fn authority(dir: &Path, name: &str) -> (PathBuf, Issuer<'static, KeyPair>) {
    let mut params = CertificateParams::new(vec![]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(rcgen::DnType::CommonName, name);
    let key = KeyPair::generate().unwrap();
    let path = dir.join(name);
    fs::write(&path, params.self_signed(&key).unwrap().pem()).unwrap();
    (path, Issuer::new(params, key))
}

/// Gives the server a certificate for a host, signed by an authority. The server's own account writes the files.
fn serve(governed: &Governed, host: &str, issuer: &Issuer<'static, KeyPair>) {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec![host.to_owned()]).unwrap().signed_by(&key, issuer).unwrap();
    for (file, text) in [("server.crt", certificate.pem()), ("server.key", key.serialize_pem())] {
        let lines = text.lines().map(literal).collect::<Vec<_>>().join(", ");
        governed.run(&format!("COPY (SELECT unnest(ARRAY[{lines}])) TO PROGRAM 'umask 077; cat > {file}'"));
    }
    governed.run("ALTER SYSTEM SET ssl = on");
    governed.run("SELECT pg_reload_conf()");
    while governed.cell("SHOW ssl").as_deref() != Some("on") {}
    // The server tells its sessions first, and then reads the certificate.
    std::thread::sleep(std::time::Duration::from_millis(300));
}

#[test]
fn each_mode_asks_what_it_says_and_no_less() {
    let governed = Governed::start();
    let dir = TempDir::new().unwrap();
    let document = |tls: &str| governed.integration("").replace("tls: disable", &format!("tls: {tls}")) + CATALOG;
    governed.install(&governed.catalog(CATALOG));
    let drift = |tls: &str, authorities: &Path| {
        fs::write(dir.path().join("all.yaml"), document(tls)).unwrap();
        let mut scrim = Command::cargo_bin("scrim").unwrap();
        scrim.env("SSL_CERT_FILE", authorities).env_remove("SSL_CERT_DIR").arg("drift").arg(dir.path());
        let done = scrim.output().unwrap();
        let (out, err) = (String::from_utf8(done.stdout).unwrap(), String::from_utf8(done.stderr).unwrap());
        assert!(out.contains("ann") != err.contains("cannot connect"), "{tls}: {out}{err}");
        if err.is_empty() { Ok(()) } else { Err(err) }
    };
    let files = TempDir::new().unwrap();
    let (ours, issuer) = authority(files.path(), "ours");
    let (theirs, _) = authority(files.path(), "theirs");
    assert!(drift("prefer", &ours).is_ok());
    for tls in ["require", "verify-ca", "verify-full"] {
        assert!(drift(tls, &ours).unwrap_err().contains("server does not support TLS"), "{tls}");
    }
    serve(&governed, "127.0.0.1", &issuer);
    for tls in ["disable", "prefer", "require", "verify-ca", "verify-full"] {
        assert_eq!(drift(tls, &ours), Ok(()), "{tls}");
    }
    for (tls, ok) in [("prefer", true), ("require", true), ("verify-ca", false), ("verify-full", false)] {
        assert_eq!(drift(tls, &theirs).is_ok(), ok, "{tls} with an unknown authority");
    }
    serve(&governed, "elsewhere.example", &issuer);
    for (tls, ok) in [("require", true), ("verify-ca", true), ("verify-full", false)] {
        assert_eq!(drift(tls, &ours).is_ok(), ok, "{tls} with another host's certificate");
    }
}
