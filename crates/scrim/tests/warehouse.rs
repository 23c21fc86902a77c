//! The commands that talk to a warehouse, as somebody types them.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fs;

use assert_cmd::Command;
use scrim_testkit::Governed;
use secrecy::ExposeSecret;
use serde_json::Value;
use tempfile::TempDir;

const TABLES: &str =
    "CREATE SCHEMA hr; CREATE TABLE hr.staff (id integer, ssn varchar(11)); INSERT INTO hr.staff VALUES (1, '123');
     CREATE ROLE ann LOGIN; CREATE ROLE bob LOGIN";
const CATALOG: &str = "
{ kind: group, name: hr }
---
{ kind: user, name: ann, groups: [ hr ] }
---
{ kind: user, name: bob }
---
{ kind: subscription-policy, name: everybody, where: all, access: anyone }
---
kind: data-source
name: staff
integration: w
table: hr.staff
columns: [ { name: id }, { name: ssn, tags: [ SSN ] } ]
---
kind: data-policy
name: ssn
where: { column_tag: SSN }
rules: [ { mask: { columns: { tag: SSN }, with: hash }, except: { group: hr } } ]
";

/// A warehouse and a directory of policy files for it.
struct Site {
    governed: Governed,
    dir: TempDir,
}

impl Site {
    fn new() -> Self {
        let governed = Governed::start();
        governed.run(TABLES);
        let site = Self { governed, dir: TempDir::new().unwrap() };
        site.write(CATALOG);
        site
    }

    fn write(&self, text: &str) {
        fs::write(self.dir.path().join("all.yaml"), format!("{}{text}", self.governed.integration(""))).unwrap();
    }

    fn scrim(&self, command: &[&str], more: &[&str]) -> (i32, String, String) {
        let url = self.governed.admin_url();
        let mut scrim = Command::cargo_bin("scrim").unwrap();
        scrim.env("SCRIM_ADMIN_URL", url.expose_secret()).args(command).arg(self.dir.path()).args(more);
        let done = scrim.output().unwrap();
        let (out, err) = (String::from_utf8(done.stdout).unwrap(), String::from_utf8(done.stderr).unwrap());
        for secret in [url.expose_secret(), "the password of Scrim's login"] {
            assert!(!out.contains(secret) && !err.contains(secret), "a secret was printed");
        }
        (done.status.code().unwrap(), out, err)
    }

    fn json(&self, command: &str, code: i32, more: &[&str]) -> Value {
        let (found, out, err) = self.scrim(&[command], &[more, &["--output", "json"]].concat());
        assert_eq!(found, code, "{out}{err}");
        serde_json::from_str(&out).unwrap()
    }
}

#[test]
fn install_push_and_drift_as_somebody_types_them() {
    let site = Site::new();
    let (code, _, err) = site.scrim(&["push"], &[]);
    assert_eq!(code, 1);
    assert!(err.contains("cannot connect to `postgres` at 127.0.0.1"), "{err}");
    let (code, out, err) = site.scrim(&["integration", "install"], &["--integration", "w"]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    assert!(out.starts_with("installed in `postgres`") && out.contains("its password set"), "{out}");
    let dry = site.json("push", 1, &["--dry-run"]);
    assert_eq!((&dry["views"]["created"], &dry["profiles"]["written"]), (&1.into(), &2.into()));
    assert_eq!(site.json("drift", 1, &[]).as_array().unwrap().len(), 3);
    let pushed = site.json("push", 0, &[]);
    assert_eq!(pushed["views"], dry["views"]);
    assert_eq!(pushed["warnings"].as_array().unwrap().len(), 0);
    let again = site.json("push", 0, &[]);
    assert_eq!(again["views"].to_string(), r#"{"created":0,"dropped":0,"replaced":0,"unchanged":1}"#);
    assert_eq!(again["profiles"].to_string(), r#"{"removed":0,"unchanged":2,"written":0}"#);
    site.json("push", 0, &["--dry-run"]);
    assert_eq!(site.json("drift", 0, &[]).as_array().unwrap().len(), 0);
    site.governed.run("GRANT UPDATE ON governed.staff TO bob");
    let (code, out, _) = site.scrim(&["drift"], &[]);
    assert_eq!(code, 1);
    assert!(out.contains("governed.staff: bob has UPDATE, which is not intended"), "{out}");
    let (code, out, _) = site.scrim(&["push"], &[]);
    assert_eq!(code, 0);
    assert!(out.starts_with("repair   staff\nviews: 0 created, 1 replaced"), "{out}");
}

#[test]
fn a_login_that_was_made_anew_is_told_and_confirmed() {
    let site = Site::new();
    site.scrim(&["integration", "install"], &[]);
    site.json("push", 0, &[]);
    site.governed.run("DROP ROLE ann; CREATE ROLE ann LOGIN");
    let dry = site.json("push", 1, &["--dry-run"]);
    assert_eq!(dry["withdrawn"][0]["login"], "ann", "{dry:#}");
    for _ in 0..2 {
        let (code, _, err) = site.scrim(&["push"], &[]);
        assert_eq!(code, 1);
        assert!(
            err.contains("error: user ann: the login `ann` was made anew") && err.contains("--confirm-user ann"),
            "{err}"
        );
    }
    let (code, out, _) = site.scrim(&["drift"], &[]);
    assert_eq!(
        (code, out.starts_with("ann: the login `ann` was made anew"), out.lines().count()),
        (1, true, 1),
        "{out}"
    );
    let (code, _, err) = site.scrim(&["push"], &["--confirm-user", "anna"]);
    assert!(code == 1 && err.contains("there is no user `anna`"), "{code} {err}");
    let (code, _, err) = site.scrim(&["push"], &["--confirm-user", "ann"]);
    assert_eq!((code, err.as_str()), (0, ""));
    site.json("drift", 0, &[]);
    assert_eq!(site.governed.seen("ann", "SELECT ssn FROM governed.staff").unwrap(), [[Some("123".to_owned())]]);
}

#[test]
fn the_bootstrap_script_is_what_an_administrator_runs() {
    let site = Site::new();
    let (code, script, err) = site.scrim(&["integration", "bootstrap-script"], &[]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(script.contains("\nBEGIN;\n") && script.ends_with("COMMIT;\n"));
    site.governed.run(&script);
    site.governed.run(&script);
    site.governed.run("ALTER ROLE scrim_system PASSWORD 'the password of Scrim''s login'");
    site.json("push", 0, &[]);
    let seen = site.governed.seen("ann", "SELECT ssn FROM governed.staff").unwrap();
    assert_eq!(seen, [[Some("123".to_owned())]]);
}

#[test]
fn uninstall_says_what_it_would_remove_and_then_removes_it() {
    let site = Site::new();
    let uninstall = |more: &[&str]| site.scrim(&["integration", "uninstall"], more);
    let (code, out, err) = uninstall(&[]);
    assert_eq!((code, out.as_str(), err.as_str()), (0, "there is nothing to remove\n", ""));
    site.scrim(&["integration", "install"], &[]);
    site.json("push", 0, &[]);
    let (code, would, _) = uninstall(&["--integration", "w"]);
    assert_eq!(code, 1);
    assert!(
        would.contains("would remove view governed.staff\n") && would.ends_with("say `--yes` to do it\n"),
        "{would}"
    );
    site.governed.run("CREATE VIEW public.mine AS SELECT id FROM governed.staff");
    let (code, out, _) = uninstall(&["--yes"]);
    assert_eq!(code, 1);
    assert_eq!(
        out,
        "left view public.mine: it is built on view governed.staff: drop it first, then try again; until then nothing is \
         removed\nnothing was removed\n"
    );
    site.governed.run("DROP VIEW public.mine");
    let (code, done, _) = uninstall(&["--yes"]);
    assert_eq!(code, 0);
    let told = |text: &str, verb: &str| -> Vec<String> {
        text.lines().filter_map(|line| line.strip_prefix(verb)).map(str::to_owned).collect()
    };
    assert_eq!(told(&done, "removed "), told(&would, "would remove "));
    assert!(done.ends_with("\nuninstalled\n"), "{done}");
    let (code, out, _) = uninstall(&["--yes", "--output", "json"]);
    let answer: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, answer.to_string()), (0, r#"{"done":true,"integration":"w","kept":[],"removed":[]}"#.to_owned()));
}

#[test]
fn what_goes_wrong_is_told_and_nothing_is_half_done() {
    let site = Site::new();
    site.governed.run("CREATE ROLE scrim_system LOGIN PASSWORD 'the password of Scrim''s login'");
    let (code, _, err) = site.scrim(&["push"], &[]);
    assert_eq!(code, 1);
    assert!(err.contains("Scrim is not installed in `postgres`") && err.contains("scrim integration install"), "{err}");
    site.scrim(&["integration", "install"], &[]);
    site.json("push", 0, &[]);
    site.governed.run("ALTER ROLE scrim_system PASSWORD 'another'");
    let (code, _, err) = site.scrim(&["drift"], &[]);
    assert_eq!(code, 1);
    assert!(err.contains("password authentication failed for user \"scrim_system\""), "{err}");
    site.scrim(&["integration", "install"], &[]);
    site.write(&CATALOG.replace("{ kind: user, name: bob }\n---", ""));
    let (code, out, err) = site.scrim(&["push"], &["--output", "json"]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.contains("--allow-drop") && err.contains("1 of 2 users"), "{err}");
    assert_eq!(site.json("push", 0, &["--allow-drop"])["profiles"]["removed"], 1);
    site.write(&CATALOG.replace("name: ssn, tags", "name: sssn, tags"));
    let (code, out, err) = site.scrim(&["push"], &[]);
    assert_eq!(code, 1, "{out}");
    assert!(
        err.contains("error: staff: the table `hr.staff` has no column `sssn` (did you mean `ssn`?) (closed"),
        "{err}"
    );
    fs::write(site.dir.path().join("all.yaml"), CATALOG.replace("integration: w", "integration: nowhere")).unwrap();
    assert_eq!(site.scrim(&["push"], &[]).0, 1);
    fs::remove_file(site.dir.path().join("all.yaml")).unwrap();
    let (code, _, err) = site.scrim(&["push"], &["--allow-drop"]);
    assert_eq!(code, 1);
    assert!(err.contains("there is no policy file"), "{err}");
    assert_eq!(site.governed.seen("ann", "SELECT 1 FROM governed.staff").unwrap().len(), 0, "closed, and still there");
}

#[test]
fn which_integration_is_asked_where_there_are_several() {
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("all.yaml");
    let scrim = || {
        let done = Command::cargo_bin("scrim").unwrap().arg("push").arg(dir.path()).output().unwrap();
        (done.status.code().unwrap(), String::from_utf8(done.stderr).unwrap())
    };
    let integration = |name: &str, engine: &str| {
        format!(
            "{{ kind: integration, name: {name}, engine: {engine}, database: d, port: 1, password: {{ env: SCRIM_NO_SUCH }} }}\n---\n"
        )
    };
    fs::write(&file, "{ kind: tag, name: T }").unwrap();
    assert!(scrim().1.contains("no `kind: integration`"));
    fs::write(&file, integration("a", "postgresql")).unwrap();
    assert!(scrim().1.contains("the environment variable `SCRIM_NO_SUCH` is not set"));
    fs::write(&file, integration("a", "redshift")).unwrap();
    assert!(scrim().1.contains("the environment variable `SCRIM_NO_SUCH` is not set"));
    fs::write(&file, integration("a", "postgresql") + &integration("b", "redshift")).unwrap();
    let (code, err) = scrim();
    assert_eq!(code, 1);
    assert!(err.contains("several integrations (`a`, `b`)"), "{err}");
}
