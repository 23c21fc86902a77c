//! A directory and a service: planned, applied, waited for, exported.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod service;

use std::fs;

use scrim_testkit::Governed;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use service::{Service, scrim};

const CATALOG: &str = "
{ kind: group, name: hr }
---
{ kind: user, name: ann, groups: [ hr ] }
---
{ kind: user, name: bob }
---
kind: subscription-policy
name: everybody
where: all
access: anyone
---
kind: data-source
name: staff
integration: w
table: hr.staff
columns:
  - { name: id, type: integer }
  - { name: ssn, type: varchar(11), tags: [ SSN ] }
---
kind: data-policy
name: ssn
where: { column_tag: SSN }
rules:
  - mask: { columns: { tag: SSN }, with: hash }
    except:
      group: hr
";

#[test]
fn a_directory_is_planned_applied_waited_for_and_exported() {
    let governed = Governed::start();
    governed.run("CREATE SCHEMA hr; CREATE TABLE hr.staff (id integer, ssn varchar(11)); CREATE ROLE ann LOGIN; CREATE ROLE bob LOGIN; INSERT INTO hr.staff VALUES (1, '123')");
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    let service = Service::start(&data, &[("SCRIM_SYNC_LEASE_SECONDS", "2")]);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let token = runtime.block_on(service.administrator(&data));
    let token_file = home.path().join("token");
    fs::write(&token_file, format!("{token}\n")).unwrap();
    let url = service.url.clone();
    let as_root = [("SCRIM_URL", url.as_str()), ("SCRIM_TOKEN_FILE", token_file.to_str().unwrap())];
    let files = home.path().join("policies");
    fs::create_dir(&files).unwrap();
    let file = files.join("all.yaml");
    let text = format!("{}{CATALOG}", governed.integration(""));
    fs::write(&file, &text).unwrap();
    let dir = files.to_str().unwrap();
    let run = |arguments: &[&str]| {
        let done = scrim(arguments, &as_root);
        assert!(!done.1.contains(&token) && !done.2.contains(&token));
        done
    };
    let read = |text: &str| -> Value { serde_json::from_str(text).unwrap() };

    // What is wrong is told at its place in the files, also what only the service can know.
    fs::write(&file, text.replace("group: hr\n", "group: hx\n")).unwrap();
    let (code, out, err) = run(&["apply", dir]);
    assert_eq!(code, 1, "{out}{err}");
    let line = text.lines().position(|line| line.ends_with("except:")).unwrap() + 1;
    assert!(err.contains("there is no group `hx`") && err.contains(&format!("all.yaml:{line}:5")), "{err}");
    let (code, out, _) = run(&["plan", dir, "--output", "json"]);
    assert_eq!((code, read(&out)[0]["line"].as_u64()), (1, Some(line as u64)), "{out}");
    fs::write(&file, text.replace("kind: group,", "kind: grup,")).unwrap();
    let (code, _, err) = run(&["plan", dir]);
    assert!(code == 1 && err.contains("did you mean `group`?"), "{err}");
    fs::write(&file, &text).unwrap();

    let (code, out, err) = run(&["plan", dir]);
    assert_eq!(code, 1, "{out}{err}");
    assert!(out.contains("create  data-source staff") && out.ends_with("7 created, 0 updated, 0 deleted\n"), "{out}");
    let (code, out, err) = run(&["apply", dir, "--output", "json"]);
    assert_eq!(code, 0, "{out}{err}");
    assert_eq!(read(&out)["changes"].as_array().unwrap().len(), 7);
    let (code, out, err) = run(&["apply", dir, "--wait", "--wait-seconds", "1"]);
    assert_eq!(code, 1, "it is not installed: {out}{err}");
    assert!(err.contains("not yet in every warehouse after 1 s: w is retrying"), "{err}");
    let (code, out, _) = run(&["status"]);
    assert!(code == 1 && out.contains("w (postgresql): retrying, nothing was pushed yet"), "{out}");
    runtime.block_on(async {
        let body = json!({ "admin_url": governed.admin_url().expose_secret() });
        let install = reqwest::Client::new().post(format!("{url}/api/v1/integrations/w/install"));
        let done = install.bearer_auth(&token).json(&body).send().await.unwrap();
        assert_eq!(done.status(), 200, "{}", done.text().await.unwrap());
    });
    let (code, out, err) = run(&["apply", dir, "--wait"]);
    assert_eq!((code, out.as_str()), (0, "0 created, 0 updated, 0 deleted\n"), "{err}");
    let seen = governed.seen("ann", "SELECT ssn FROM governed.staff").unwrap();
    assert_eq!(seen, [[Some("123".to_owned())]]);
    let (code, out, _) = run(&["status", "--output", "json"]);
    assert_eq!((code, &read(&out)["integrations"][0]["enforced"]), (0, &json!(true)), "{out}");

    // What is exported is a good directory, and what it says is there.
    let copy = home.path().join("copy");
    let place = copy.to_str().unwrap();
    let (code, out, err) = run(&["export", place]);
    assert_eq!((code, out.as_str()), (0, "8 documents in 6 files\n"), "{err}");
    assert_eq!(run(&["export", place]).0, 1, "nothing is overwritten unasked");
    assert_eq!(run(&["export", place, "--overwrite"]).0, 0);
    let (code, _, err) = scrim(&["check", place], &[]);
    assert_eq!(code, 0, "{err}");
    let (code, out, err) = run(&["plan", place, "--prune"]);
    assert_eq!((code, out.contains("0 created, 0 updated, 0 deleted")), (0, true), "{out}{err}");

    // What fits no table closes it, and whoever waits is told.
    let bad = "---\n{ kind: data-policy, name: bad, where: all, rules: [ { rows: { filter: 'nosuch = 1' } } ] }\n";
    fs::write(&file, format!("{text}{bad}")).unwrap();
    let (code, _, err) = run(&["apply", dir, "--wait"]);
    assert!(code == 1 && err.contains("staff is closed") && err.contains("nosuch"), "{err}");
    let (code, out, _) = run(&["status"]);
    assert!(code == 1 && out.contains("  staff is closed: "), "{out}");
    runtime.block_on(async {
        let path = format!("{url}/api/v1/data-policies/bad");
        let done = reqwest::Client::new().delete(path).bearer_auth(&token).send().await.unwrap();
        assert_eq!(done.status(), 200, "{}", done.text().await.unwrap());
    });
    fs::write(&file, &text).unwrap();
    let (code, _, err) = run(&["apply", dir, "--wait"]);
    assert_eq!(code, 0, "{err}");

    fs::write(&file, text.replace("---\n{ kind: user, name: bob }\n", "")).unwrap();
    let (code, _, err) = run(&["apply", dir, "--prune"]);
    assert!(code == 1 && err.contains("1 of 8 documents would be deleted (the user `bob`)"), "{err}");
    let (code, out, err) = run(&["apply", dir, "--prune", "--allow-drop", "--wait"]);
    assert!(code == 0 && out.contains("delete  user bob"), "{out}{err}");
    assert_eq!(governed.seen("bob", "SELECT ssn FROM governed.staff").unwrap().len(), 0);

    let (code, out, err) = run(&["audit", "search", "--action", "documents.apply", "--output", "json"]);
    assert_eq!((code, read(&out)[0]["details"]["deleted"].clone()), (0, json!(["users/bob"])), "{err}");
    assert_eq!(run(&["audit", "search", "--actor", "nobody-of-this-name"]).0, 1);

    let (code, log) = service.stop();
    assert_eq!(code, Some(0), "{log}");
    assert!(!log.contains(&token) && !log.contains(governed.admin_url().expose_secret()), "{log}");
    let (code, _, err) = run(&["status"]);
    assert!(code == 1 && err.contains("does not answer"), "{err}");
}

#[test]
fn without_an_address_or_a_token_it_is_said_what_to_set() {
    let (code, _, err) = scrim(&["status"], &[]);
    assert!(code == 1 && err.contains("SCRIM_URL is not set"), "{err}");
    let (code, _, err) = scrim(&["status"], &[("SCRIM_URL", "http://127.0.0.1:1")]);
    assert!(code == 1 && err.contains("neither SCRIM_TOKEN nor SCRIM_TOKEN_FILE"), "{err}");
    let (code, _, err) = scrim(&["status"], &[("SCRIM_URL", "http://127.0.0.1:1"), ("SCRIM_TOKEN", "t0ken")]);
    assert!(code == 1 && err.contains("does not answer") && !err.contains("t0ken"), "{err}");
}
