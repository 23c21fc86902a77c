//! `scrim integration probe`: through the double, all that it imitates comes out as it must, and nothing is left.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use scrim_redshift_double::{Fault, Trouble};
use scrim_sql::system::redshift::probes::names;
use scrim_testkit::{Governed, Target, on_redshift};
use secrecy::ExposeSecret;
use serde_json::Value;
use tempfile::TempDir;

/// What the double cannot imitate (`docs/gotchas.md`): views hold their tables, and there are no plans.
const NOT_IMITATED: [&str; 2] = ["table-replaced-below-a-view", "no-scan-for-strangers"];

fn probe(governed: &Governed, more: &[&str]) -> (i32, String, String) {
    let dir = TempDir::new().unwrap();
    let text = format!("{}{{ kind: tag, name: T }}", governed.integration(""));
    fs::write(dir.path().join("all.yaml"), text).unwrap();
    let mut scrim = Command::cargo_bin("scrim").unwrap();
    scrim.env("SCRIM_ADMIN_URL", governed.admin_url().expose_secret());
    let done = scrim.args(["integration", "probe"]).arg(dir.path()).args(more).output().unwrap();
    let (out, err) = (String::from_utf8(done.stdout).unwrap(), String::from_utf8(done.stderr).unwrap());
    (done.status.code().unwrap(), out, err)
}

/// A warehouse with its databases, but nothing of Scrim's.
fn site(target: Target) -> Governed {
    let governed = Governed::on(target);
    if target == Target::Central {
        governed.double().create_database("immuta").unwrap();
    }
    governed
}

#[track_caller]
fn nothing_is_left(governed: &Governed) {
    // With a dot in its name, one is the double's own, for a schema of another database.
    let left = "SELECT COUNT(*) FROM pg_namespace WHERE nspname LIKE 'scrim@_probe@_%' ESCAPE '@'";
    assert_eq!(governed.cell(left).unwrap(), "0");
    let count = governed.wait(governed.admin.query_one(left, &[])).unwrap().get::<_, i64>(0);
    assert_eq!(count, 0);
    let left = "SELECT COUNT(*) FROM pg_roles WHERE rolname LIKE 'scrim@_probe@_%' ESCAPE '@'";
    assert_eq!(governed.cell(left).unwrap(), "0");
}

fn what_the_double_imitates_is_ok_and_nothing_is_left(target: Target) {
    let governed = site(target);
    let (code, out, err) = probe(&governed, &["--output", "json"]);
    assert!(err.starts_with("this makes the schemas scrim_probe_"), "{err}");
    assert!(!err.contains("not removed"), "{err}");
    let found: Vec<Value> = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}{err}"));
    let told: Vec<&str> = found.iter().map(|probe| probe["name"].as_str().unwrap()).collect();
    assert_eq!(told, names());
    for probe in &found {
        let name = probe["name"].as_str().unwrap();
        let wanted = match name {
            "view-of-another-database" if target == Target::PerDatabase => "skipped",
            _ if NOT_IMITATED.contains(&name) => "failed",
            _ => "ok",
        };
        assert_eq!(probe["outcome"], wanted, "{probe:#}");
    }
    assert_eq!(code, 1);
    nothing_is_left(&governed);
}

fn after_a_failure_nothing_is_left_either(target: Target) {
    let governed = site(target);
    // In the middle of what is made, and in the middle of a probe.
    let fault = |when: &str, what: Trouble| Fault { when: when.to_owned(), what, times: 1 };
    let refused = Trouble::Error { code: "XX000".to_owned(), message: "out of luck".to_owned() };
    governed.double().inject(fault(".people to", refused));
    let (code, out, err) = probe(&governed, &[]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.contains("what probes are tried in cannot be made: out of luck"), "{err}");
    nothing_is_left(&governed);
    governed.double().clear();
    governed.double().inject(fault("m.me", Trouble::DropBefore));
    let (code, out, err) = probe(&governed, &[]);
    assert_eq!(code, 1, "{err}");
    assert!(
        out.contains("reader-in-a-late-binding-view") && out.contains("FAILED") && out.contains("3 failed"),
        "{out}"
    );
    nothing_is_left(&governed);
}

on_redshift! { what_the_double_imitates_is_ok_and_nothing_is_left after_a_failure_nothing_is_left_either }

#[test]
fn the_documentation_lists_every_probe() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/gotchas.md");
    let text = fs::read_to_string(file).unwrap();
    let section = text.split("## Not proven until").nth(1).unwrap();
    let listed: Vec<&str> =
        section.lines().filter_map(|line| line.strip_prefix("- `")?.split_once('`')).map(|(name, _)| name).collect();
    assert_eq!(listed, names());
}

#[test]
fn postgresql_needs_no_probe() {
    let (code, _, err) = probe(&Governed::start(), &[]);
    assert_eq!(code, 1);
    assert!(err.contains("probes are for Amazon Redshift"), "{err}");
}
