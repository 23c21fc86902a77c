//! The command line contract, run as a stranger would.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fs;
use std::path::PathBuf;

use assert_cmd::Command;

fn example() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/retail")
}

/// Exit code, standard output, standard error.
fn scrim(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::cargo_bin("scrim").unwrap().args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn directory(text: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("a.yaml"), text).unwrap();
    dir
}

#[test]
fn check_says_nothing_when_all_is_well() {
    assert_eq!(scrim(&["check", example().to_str().unwrap()]), (0, String::new(), String::new()));
}

#[test]
fn impersonation_is_refused_by_every_command_that_reads_files() {
    let dir = directory(
        "{ kind: integration, name: w, engine: postgresql, database: d, impersonation: { enabled: true } }\n---\n{ kind: group, name: g }\n",
    );
    let path = dir.path().to_str().unwrap();
    let commands: [&[&str]; 8] = [
        &["check"],
        &["test"],
        &["compile"],
        &["push"],
        &["push", "--dry-run"],
        &["drift"],
        &["integration", "install"],
        &["integration", "bootstrap-script"],
    ];
    for command in commands {
        let (code, _, err) = scrim(&[command, &[path]].concat());
        assert!(
            code == 1 && err.contains("impersonation is not supported by this version"),
            "{command:?}: {code} {err}"
        );
    }
}

#[test]
fn check_shows_every_error_with_its_line_and_a_suggestion() {
    let dir = directory("kind: user\nname: x\ngroups: [staf, frod]\n---\n{ kind: group, name: staff }\n");
    let path = dir.path().to_str().unwrap();
    let (code, out, err) = scrim(&["check", path]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.contains("there is no group `staf`") && err.contains("did you mean `staff`?"), "{err}");
    assert!(err.contains("a.yaml:3:10") && err.contains("2 errors, 0 warnings"), "{err}");
    let (code, out, _) = scrim(&["check", path, "--output", "json"]);
    let list: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(code, 1);
    assert_eq!((list[0]["line"].as_i64(), list[0]["column"].as_i64()), (Some(3), Some(10)));
    assert_eq!(list[0]["help"], "did you mean `staff`?");
}

#[test]
fn an_empty_or_missing_directory_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (code, _, err) = scrim(&["check", dir.path().to_str().unwrap()]);
    assert!(code == 1 && err.contains("no policy file"), "{err}");
    let (code, _, err) = scrim(&["check", "/no/such/directory"]);
    assert!(code == 1 && err.contains("cannot read"), "{err}");
    assert_eq!(scrim(&["chek"]).0, 2);
}

#[test]
fn policy_tests_pass_and_fail_by_exit_code() {
    let (code, out, _) = scrim(&["test", example().to_str().unwrap()]);
    assert_eq!(code, 0, "{out}");
    assert!(out.ends_with("1 passed, 0 failed\n"), "{out}");
    let text = fs::read_to_string(example().join("catalog.yaml")).unwrap();
    let wrong = text.replace("- as: { groups: [] }\n    rows: []", "- as: { groups: [] }\n    rows: [ { id: 1 } ]");
    assert_ne!(text, wrong);
    let (code, out, _) = scrim(&["test", directory(&wrong).path().to_str().unwrap()]);
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("expected row 1 is not seen") && out.ends_with("0 passed, 1 failed\n"), "{out}");
}

#[test]
fn explain_tells_what_decided_and_what_would_change_it() {
    let path = example();
    let arguments =
        ["explain", path.to_str().unwrap(), "--user", "bob", "--source", "retail.customer", "--output", "json"];
    let (code, out, err) = scrim(&[&arguments[..], &["--at", "2026-11-24T00:00:00Z"]].concat());
    assert_eq!(code, 0, "{err}");
    let answer: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(answer["subscribed"], true);
    let email = answer["columns"].as_array().unwrap().iter().find(|c| c["name"] == "email").unwrap();
    assert_eq!((email["sees"].as_str(), email["mask"].as_str()), (Some("masked"), Some("hash")));
    assert_eq!(email["policy"], "personal-data");
    assert!(
        answer["needs"].as_array().unwrap().iter().any(|n| n.as_str().unwrap().contains("in group `fraud`")),
        "{out}"
    );
    let (_, _, err) = scrim(&["explain", path.to_str().unwrap(), "--user", "bobb", "--source", "retail.customer"]);
    assert!(err.contains("did you mean `bob`?"), "{err}");
}

#[test]
fn compile_prints_statements_for_either_engine() {
    let path = example();
    let (code, out, err) = scrim(&["compile", path.to_str().unwrap()]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("WITH (security_barrier = true)") && out.trim_end().ends_with(';'), "{out}");
    let (code, out, _) = scrim(&["compile", path.to_str().unwrap(), "--dialect", "redshift", "--output", "json"]);
    let list: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(code, 0);
    assert!(list[0]["sql"].as_str().unwrap().ends_with("WITH NO SCHEMA BINDING"));
    assert_eq!(list[0]["view"], "governed.customer");
}

#[test]
fn a_password_in_a_file_is_refused_and_never_shown() {
    for text in ["password: hunter2", "password:\n  hunter2", "{ kind: integration, name: w, password: hunter2 }"] {
        let text = if text.starts_with('{') {
            text.to_owned()
        } else {
            format!("kind: integration\nname: w\nengine: postgresql\ndatabase: d\n{text}\n")
        };
        let dir = directory(&text);
        for output in ["text", "json"] {
            let (code, out, err) = scrim(&["check", dir.path().to_str().unwrap(), "--output", output]);
            assert_eq!(code, 1);
            assert!(!out.contains("hunter2") && !err.contains("hunter2"), "{out}{err}");
        }
    }
}

/// Each block of YAML in the language reference is a catalog whose tests pass.
#[test]
fn every_example_of_the_language_reference_holds() {
    let reference = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/policies.md");
    let text = fs::read_to_string(reference).unwrap();
    let blocks: Vec<&str> = text.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert_eq!(blocks.len(), 14);
    for block in blocks {
        let dir = directory(block);
        // Through real views as well: both agree on every cell.
        let (code, out, err) = scrim(&["test", dir.path().to_str().unwrap(), "--engine"]);
        assert_eq!(code, 0, "{out}\n{err}\n{block}");
        assert!(!out.starts_with("0 passed"), "{block}");
        assert_eq!(scrim(&["compile", dir.path().to_str().unwrap()]).0, 0);
    }
}
