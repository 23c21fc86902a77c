//! `docs/redshift.md`, step by step, as somebody would follow it: each block of commands is run as it stands, with psql and
//! `scrim`, against the Redshift double.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use scrim_redshift_double::{Double, Options};
use tempfile::TempDir;
use tokio_postgres::NoTls;

const HOST: &str = "analytics.abc123.eu-central-1.redshift.amazonaws.com";

/// A code block of the page.
struct Block {
    section: String,
    language: String,
    text: String,
}

fn blocks() -> Vec<Block> {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/redshift.md")).unwrap();
    let (mut blocks, mut section, mut open): (Vec<Block>, String, bool) = (vec![], String::new(), false);
    for line in page.lines() {
        match (line.strip_prefix("```"), open) {
            (Some(language), false) => {
                blocks.push(Block { section: section.clone(), language: language.to_owned(), text: String::new() });
                open = true;
            }
            (Some(_), true) => open = false,
            (None, true) => blocks.last_mut().unwrap().text += &format!("{line}\n"),
            (None, false) => {
                if let Some(title) = line.strip_prefix("## ") {
                    section = title.to_owned();
                }
            }
        }
    }
    blocks
}

/// A cluster with a table, two analysts and an administrator, and a directory to work in.
struct Site {
    double: Double,
    dir: TempDir,
}

impl Site {
    fn start() -> Self {
        let double = Double::start(&Options::default()).unwrap();
        double.create_database("sales").unwrap();
        let url = double.backend_url("sales");
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
            let (client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
            tokio::spawn(connection);
            let tables = "CREATE ROLE awsuser LOGIN SUPERUSER PASSWORD 'Awsuser1'; CREATE ROLE ana LOGIN PASSWORD 'Ana1';
                CREATE ROLE bob LOGIN PASSWORD 'Bob1'; CREATE SCHEMA retail;
                CREATE TABLE retail.orders (id integer); CREATE TABLE retail.invoices (id integer); CREATE ROLE analysts;
                CREATE TABLE retail.customers (id integer, email varchar(80)); INSERT INTO retail.customers VALUES (1, 'x@example.com')";
            client.batch_execute(tables).await.unwrap();
        });
        Self { double, dir: TempDir::new().unwrap() }
    }

    /// The page as it is here: the double speaks no TLS.
    fn here(&self, text: &str) -> String {
        text.replace(&format!("host: {HOST}\n"), "host: 127.0.0.1\ntls: disable\n")
            .replace(HOST, "127.0.0.1")
            .replace("5439", &self.double.port().to_string())
            // Two probes are of what the double cannot imitate; and everybody may make objects in the schema `public`.
            .replace("probe policies", "probe policies || test $? = 1")
            .replace("integration check policies", "integration check policies || test $? = 1")
    }

    /// Runs the blocks of these sections in one shell; answers what was printed.
    fn follow(&self, sections: &[&str]) -> String {
        let mut script = String::from("set -eu\n");
        for block in blocks().iter().filter(|block| sections.contains(&block.section.as_str())) {
            let text = self.here(&block.text);
            match block.language.as_str() {
                "yaml" => {
                    let file = text.lines().next().unwrap().trim_start_matches("# ");
                    script += &format!("mkdir -p $(dirname {file})\ncat > {file} <<'END_OF_FILE'\n{text}END_OF_FILE\n");
                }
                "sh" => script += &text,
                other => panic!("nobody runs a block of `{other}`"),
            }
        }
        let scrim = PathBuf::from(env!("CARGO_BIN_EXE_scrim"));
        let psql = scrim_sandbox::find_postgresql().unwrap();
        let path = std::env::var("PATH").unwrap();
        let mut shell = Command::new("bash")
            .current_dir(self.dir.path())
            .env("PATH", format!("{}:{}:{path}", scrim.parent().unwrap().display(), psql.display()))
            .env("ANA_PASSWORD", "Ana1")
            .env("BOB_PASSWORD", "Bob1")
            .arg("-c")
            .arg(format!("exec 2>&1\n{script}"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // What the page has somebody type: the URL, or the password alone.
        let url = format!("postgresql://awsuser:Awsuser1@127.0.0.1:{}/sales\n", self.double.port());
        let lines = script.lines().filter(|line| line.starts_with("read -rs"));
        let typed: String = lines.map(|line| if line.contains("PGPASSWORD") { "Awsuser1\n" } else { &url }).collect();
        std::io::Write::write_all(&mut shell.stdin.take().unwrap(), typed.as_bytes()).unwrap();
        let done = shell.wait_with_output().unwrap();
        let said = String::from_utf8(done.stdout).unwrap();
        assert!(done.status.success(), "{said}\n{script}");
        assert!(!said.contains("Awsuser1"), "{said}");
        said
    }
}

const FILES: &str = "The policy files";
const PUSH: &str = "Pushing, and what analysts see";

/// What the page promises of the pushes, and of what analysts see.
fn promised(said: &str) {
    for part in ["1 created", "1 | x@example.com", "customers", "permission denied"] {
        assert!(said.contains(part), "no `{part}` in\n{said}");
    }
    let hash = said
        .lines()
        .filter_map(|line| line.split_once(" | "))
        .map(|(_, cell)| cell.trim())
        .find(|cell| cell.len() == 64);
    assert!(hash.is_some(), "{said}");
}

#[test]
fn installing_automatically() {
    let site = Site::start();
    let more = ["Before you rely on it", "Changing an integration", "Several integrations", "Taking it away"];
    let said = site.follow(&[&[FILES, "Installing automatically", PUSH], &more[..]].concat());
    promised(&said);
    assert_eq!(said.matches("no difference").count(), 4, "{said}");
}

#[test]
fn installing_by_hand() {
    let site = Site::start();
    promised(&site.follow(&[FILES, "Installing by hand", PUSH]));
}
