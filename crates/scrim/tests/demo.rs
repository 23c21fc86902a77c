//! The demo, with everything it shows compared with the reference evaluator.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use assert_cmd::Command;

#[test]
fn the_demo_shows_what_the_reference_evaluator_says() {
    let done = Command::cargo_bin("scrim").unwrap().args(["demo", "--check", "--output", "json"]).output().unwrap();
    let outcome: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!((&outcome["shown"], &outcome["compared"], &outcome["different"]), (&11.into(), &48.into(), &0.into()));
    let done = Command::cargo_bin("scrim").unwrap().args(["demo", "--check"]).output().unwrap();
    let (out, err) = (String::from_utf8(done.stdout).unwrap(), String::from_utf8(done.stderr).unwrap());
    assert!(done.status.success(), "{out}\n{err}");
    assert!(out.contains("11 results of the tour and 48 views") && out.contains("all as they should be"), "{out}");
    assert!(out.contains("The warehouse had it") && out.contains("--keep") && err.is_empty(), "{out}\n{err}");
}
