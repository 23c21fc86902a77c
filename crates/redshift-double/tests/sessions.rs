//! Sessions: who gets in, and what goes wrong on demand.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod stand;

use std::io::{Read, Write};
use std::process::Command;
use std::time::{Duration, Instant};

use scrim_redshift_double::{Fault, Options, Tls, Trouble};
use stand::Stand;
use tokio_postgres::Config;

fn options() -> (Options, tempfile::TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let pair = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let tls = Tls { certificate: directory.path().join("cert.pem"), key: directory.path().join("key.pem") };
    std::fs::write(&tls.certificate, pair.cert.pem()).unwrap();
    std::fs::write(&tls.key, pair.signing_key.serialize_pem()).unwrap();
    (Options { tls: Some(tls), digest_users: vec!["digest".to_owned()], ..Options::default() }, directory)
}

#[test]
fn sessions() {
    let (options, _directory) = options();
    let stand = Stand::with(&options);
    stand.connect("postgres").run("CREATE USER ann PASSWORD 'Secret1'; CREATE USER digest PASSWORD 'Secret1'");
    passwords(&stand);
    openings(&stand);
    tls(&stand);
    psql(&stand);
    faults(&stand);
    cancellation(&stand);
}

fn passwords(stand: &Stand) {
    assert_eq!(stand.login("ann", "postgres").rows("SELECT current_user"), ["ann"]);
    let wrong = stand.double.user_url("ann", "Wrong1", "postgres");
    assert!(stand.open(&wrong).err().unwrap().starts_with("28P01"));
    let nobody = stand.double.user_url("nobody", "Secret1", "postgres");
    assert!(stand.open(&nobody).err().unwrap().starts_with("28P01"));
    let nowhere = stand.double.user_url("ann", "Secret1", "nowhere");
    assert!(stand.open(&nowhere).err().unwrap().starts_with("3D000"));
    // The password is asked for with MD5, as Redshift does.
    assert_eq!(asked(stand, "ann"), 5);
    assert_eq!(asked(stand, "digest"), 13);
    let digest = stand.double.user_url("digest", "Secret1", "postgres");
    let error = stand.open(&digest).err().unwrap();
    assert!(error.contains("unknown authentication tag `13`"), "{error}");
    // The double's own user is let in by a password that nobody knows.
    let own = stand.double.user_url("redshift_double", "Secret1", "postgres");
    assert!(stand.open(&own).err().unwrap().starts_with("28P01"));
}

/// The first that the server says to a client with these parameters.
fn greeted(stand: &Stand, user: &str, more: &str) -> Vec<u8> {
    let mut socket = std::net::TcpStream::connect(("127.0.0.1", stand.double.port())).unwrap();
    let body = format!("\0\u{3}\0\0user\0{user}\0database\0postgres\0{more}\0");
    socket.write_all(&u32::try_from(body.len() + 4).unwrap().to_be_bytes()).unwrap();
    socket.write_all(body.as_bytes()).unwrap();
    let mut answer = vec![0_u8; 256];
    let length = socket.read(&mut answer).unwrap();
    answer.truncate(length);
    answer
}

/// The number of the way in which the server asks for a password.
fn asked(stand: &Stand, user: &str) -> u32 {
    let answer = greeted(stand, user, "");
    assert_eq!(answer[0], b'R');
    u32::from_be_bytes(answer[5..9].try_into().unwrap())
}

fn openings(stand: &Stand) {
    for (more, refused) in [
        (
            "driver_version\0Redshift JDBC\0client_protocol_version\x002\0extra_float_digits\x002\0DateStyle\0ISO\0",
            None,
        ),
        (
            "extra_float_digits\x003\0",
            Some("3 is outside the valid range for parameter \"extra_float_digits\" (-15 .. 2)"),
        ),
        (
            "standard_conforming_strings\0on\0",
            Some("unrecognized configuration parameter \"standard_conforming_strings\""),
        ),
    ] {
        let answer = greeted(stand, "ann", more);
        let text = String::from_utf8_lossy(&answer).into_owned();
        match refused {
            None => assert_eq!(answer[0], b'R', "{text}"),
            Some(message) => assert!(text.contains("SFATAL") && text.contains(message), "{text}"),
        }
    }
    let url = stand.double.user_url("ann", "Secret1", "postgres");
    let with = |options: &str| {
        let mut config: Config = url.parse().unwrap();
        config.options(options);
        stand.config(&config)
    };
    let session = with("-c statement_timeout=60000 -c query_group=a -c enable_case_sensitive_identifier=on").unwrap();
    assert_eq!(session.rows("SHOW query_group"), ["a"]);
    assert!(session.refused("SELECT \"A\" FROM \"B\"").contains("\"B\""));
    for name in ["lock_timeout", "standard_conforming_strings", "nonsense"] {
        let error = with(&format!("-c {name}=1")).err().unwrap();
        assert_eq!(error, format!("42704 unrecognized configuration parameter \"{name}\""));
    }
    assert!(with("-c extra_float_digits=3").err().unwrap().contains("3 is outside the valid range"));
    let session = with("").unwrap();
    assert_eq!(session.rows("SHOW server_version"), ["8.0.2"]);
}

fn tls(stand: &Stand) {
    let (_, password) = stand.double.administrator();
    let encrypted = Command::new("psql")
        .args(["-XAtq", "-c", "SELECT 1"])
        .arg(format!("host=127.0.0.1 port={} user=postgres dbname=postgres sslmode=require", stand.double.port()))
        .env("PGPASSWORD", password)
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&encrypted.stdout), "1\n", "{}", String::from_utf8_lossy(&encrypted.stderr));
}

fn psql(stand: &Stand) {
    let output = Command::new("psql")
        .args(["-XAtq", "-v", "ON_ERROR_STOP=0"])
        .arg(stand.double.admin_url("postgres"))
        .args([
            "-c",
            "SELECT 'a', NVL(NULL, 'b')",
            "-c",
            "VACUUM",
            "-c",
            "BEGIN",
            "-c",
            "SAVEPOINT s",
            "-c",
            "SELECT 1",
        ])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "a|b\n");
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(errors.contains("VACUUM … is not a statement"), "{errors}");
    assert!(errors.contains("current transaction is aborted"), "{errors}");
}

fn faults(stand: &Stand) {
    let admin = stand.connect("postgres");
    let inject = |when: &str, what: Trouble, times| stand.double.inject(Fault { when: when.to_owned(), what, times });
    admin.run("CREATE TABLE counted (a INTEGER)");
    let count = || stand.connect("postgres").rows("SELECT COUNT(*) FROM counted").remove(0);

    // At a COMMIT: it is rolled back, and the session goes on outside of a transaction.
    inject("commit", Trouble::Serialization, 1);
    admin.run("BEGIN; INSERT INTO counted VALUES (1)");
    let error = admin.refused("COMMIT");
    assert!(error.starts_with("XX000 1023 [Serializable isolation violation on table"), "{error}");
    assert_eq!(count(), "0");
    admin.run("INSERT INTO counted VALUES (1)");
    assert_eq!(count(), "1");
    // Used up.
    admin.run("BEGIN; INSERT INTO counted VALUES (2); COMMIT");
    assert_eq!(count(), "2");
    // In one message, and by the extended protocol.
    inject("COMMIT", Trouble::Serialization, 2);
    assert!(admin.refused("BEGIN; INSERT INTO counted VALUES (3); COMMIT").contains("1023"));
    admin.run("BEGIN; INSERT INTO counted VALUES (3)");
    assert!(admin.executed("COMMIT").unwrap_err().contains("1023"));
    admin.run("INSERT INTO counted VALUES (3)");
    assert_eq!(count(), "3");

    // At a statement within: the transaction is aborted.
    inject("INTO counted", Trouble::RelationDoesNotExist, 1);
    admin.run("BEGIN");
    assert_eq!(admin.refused("INSERT INTO counted VALUES (4)"), "XX000 1018 [Relation does not exist.]");
    assert!(admin.refused("SELECT 1").starts_with("25P02"));
    admin.run("ROLLBACK");
    inject("INTO counted", Trouble::Error { code: "57014".to_owned(), message: "cancelled".to_owned() }, 1);
    assert_eq!(admin.executed("INSERT INTO counted VALUES (4)").unwrap_err(), "57014 cancelled");
    assert_eq!(admin.executed("INSERT INTO counted VALUES (4)"), Ok(1));
    assert_eq!(count(), "4");

    // Gone before, and gone after: only one of them ran.
    inject("VALUES (5)", Trouble::DropBefore, 1);
    stand.connect("postgres").refused("INSERT INTO counted VALUES (5)");
    assert_eq!(count(), "4");
    inject("VALUES (5)", Trouble::DropAfter, 1);
    stand.connect("postgres").refused("INSERT INTO counted VALUES (5)");
    assert_eq!(count(), "5");
    inject("COMMIT", Trouble::DropAfter, 1);
    let lost = stand.connect("postgres");
    lost.run("BEGIN; INSERT INTO counted VALUES (6)");
    lost.refused("COMMIT");
    assert_eq!(count(), "6");
    inject("VALUES (7)", Trouble::DropAfter, 1);
    stand.connect("postgres").executed("INSERT INTO counted VALUES (7)").unwrap_err();
    assert_eq!(count(), "7");

    inject("counted", Trouble::Slow(Duration::from_millis(300)), 1);
    let before = Instant::now();
    admin.run("SELECT COUNT(*) FROM counted");
    assert!(before.elapsed() >= Duration::from_millis(300));
    inject("counted", Trouble::DropBefore, 9);
    stand.double.clear();
    assert_eq!(count(), "7");
}

fn cancellation(stand: &Stand) {
    let admin = stand.connect("postgres");
    admin.run("SET statement_timeout TO 200");
    let slow = "SELECT COUNT(*) FROM pg_catalog.pg_class AS a CROSS JOIN pg_catalog.pg_class AS b CROSS JOIN pg_catalog.pg_class AS c CROSS JOIN pg_catalog.pg_class AS d";
    assert!(admin.refused(slow).starts_with("57014"));
    admin.run("SET statement_timeout TO 0");
    let token = admin.client.cancel_token();
    let answer = stand.runtime.block_on(async {
        let cancel = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            token.cancel_query(tokio_postgres::NoTls).await.unwrap();
        };
        tokio::join!(admin.client.batch_execute(slow), cancel).0
    });
    assert_eq!(answer.unwrap_err().code().unwrap().code(), "57014");
}

#[test]
fn every_nth_statement_fails_and_answers_are_late() {
    let stand = Stand::with(&Options { fail_every: 3, slow: 50, ..Options::default() });
    let admin = stand.connect("postgres");
    let before = Instant::now();
    admin.run("SELECT 1");
    admin.run("SELECT 1");
    assert!(before.elapsed() >= Duration::from_millis(100));
    assert!(admin.refused("SELECT 1").starts_with("XX000 1023"));
    admin.run("SELECT 1");
}
