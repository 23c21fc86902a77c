//! The double as a program.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

#[test]
fn it_says_how_to_connect_and_what_it_saw() {
    let program = env!("CARGO_BIN_EXE_scrim-redshift-double");
    let mut running = Command::new(program)
        .args(["--database", "shop", "--fail", "second", "--print-seen", "--seconds", "20"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(running.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("psql") {
        line.clear();
        assert!(output.read_line(&mut line).unwrap() > 0);
    }
    let psql = format!("{} -XAtqc \"SELECT current_database()\" -c \"SELECT 1 AS second\"", line.trim());
    let answer = Command::new("sh").args(["-c", &psql]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&answer.stdout), "shop\n");
    assert!(
        String::from_utf8_lossy(&answer.stderr).starts_with("ERROR:  1023\nDETAIL:  Serializable isolation violation")
    );
    Command::new("kill").args(["-INT", &running.id().to_string()]).status().unwrap();
    let mut rest = String::new();
    output.read_to_string(&mut rest).unwrap();
    assert!(rest.contains("SELECT current_database();\nSELECT 1 AS second;\n"), "{rest}");
    assert!(running.wait().unwrap().success());
    // Options that go together, and a file that is not there.
    let alone = Command::new(program).args(["--tls-cert", "x.pem"]).output().unwrap();
    assert!(String::from_utf8_lossy(&alone.stderr).contains("--tls-key"));
    let missing = Command::new(program).args(["--tls-cert", "/no/x.pem", "--tls-key", "/no/y.pem"]).output().unwrap();
    assert!(String::from_utf8_lossy(&missing.stderr).contains("error: the certificate /no/x.pem"));
}
