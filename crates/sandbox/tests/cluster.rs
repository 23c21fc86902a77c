//! Clusters start, keep strangers out, and leave nothing behind.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its own functions")]

use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use scrim_sandbox::{Cluster, Options, SandboxError};
use tokio_postgres::{Client, NoTls};

async fn connect(url: &str) -> Result<Client, tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

fn listens(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}

fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let limit = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < limit, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn signal(name: &str, process: &str) {
    assert!(Command::new("kill").args([name, process]).status().unwrap().success());
}

fn server_of(directory: &Path) -> String {
    let state = std::fs::read_to_string(directory.join("data/postmaster.pid")).unwrap();
    state.lines().next().unwrap().to_owned()
}

#[tokio::test]
async fn answers_whoever_has_the_password_and_nobody_else() {
    let cluster = Cluster::start(&Options::default()).unwrap();
    let client = connect(&cluster.admin_url("postgres")).await.unwrap();
    let row = client.query_one("SELECT 1, current_user::text", &[]).await.unwrap();
    assert_eq!((row.get::<_, i32>(0), row.get::<_, &str>(1)), (1, cluster.superuser()));

    let refused = connect(&cluster.user_url("postgres", "guess", "postgres")).await.unwrap_err();
    assert_eq!(refused.code().unwrap().code(), "28P01");
    let sockets = format!("host={} port={} user=postgres", cluster.directory().display(), cluster.port());
    assert!(connect(&sockets).await.is_err());

    client.batch_execute("CREATE ROLE \"ana@ex.com\" LOGIN PASSWORD 'p:/?#[@% '").await.unwrap();
    connect(&cluster.user_url("ana@ex.com", "p:/?#[@% ", "postgres")).await.unwrap();
    assert_eq!(cluster.host(), "127.0.0.1");
    assert!(cluster.bin_dir().join("postgres").is_file());
    let left: Vec<PathBuf> = cluster.directory().read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(left.iter().all(|path| !path.ends_with("password")), "{left:?}");
}

#[tokio::test]
async fn settings_reach_the_server() {
    let settings = vec![("work_mem".to_owned(), "7MB".to_owned()), ("app.name".to_owned(), "it's \\ here".to_owned())];
    let cluster = Cluster::start(&Options { settings, ..Options::default() }).unwrap();
    let client = connect(&cluster.admin_url("postgres")).await.unwrap();
    for (setting, expected) in [
        ("work_mem", "7MB"),
        ("app.name", "it's \\ here"),
        ("fsync", "off"),
        ("server_encoding", "UTF8"),
        ("lc_collate", "C"),
        ("TimeZone", "UTC"),
        ("listen_addresses", "127.0.0.1"),
    ] {
        let row = client.query_one("SELECT current_setting($1)", &[&setting]).await.unwrap();
        assert_eq!(row.get::<_, &str>(0), expected, "{setting}");
    }
}

#[tokio::test]
async fn a_durable_cluster_keeps_the_servers_own_care() {
    let cluster = Cluster::start(&Options { durable: true, ..Options::default() }).unwrap();
    let client = connect(&cluster.admin_url("postgres")).await.unwrap();
    let row = client.query_one("SELECT current_setting('fsync') || current_setting('full_page_writes')", &[]).await;
    assert_eq!(row.unwrap().get::<_, &str>(0), "onon");
}

#[test]
fn is_gone_when_dropped() {
    let cluster = Cluster::start(&Options::default()).unwrap();
    let (directory, port) = (cluster.directory().to_path_buf(), cluster.port());
    assert!(directory.is_dir() && listens(port));
    drop(cluster);
    assert!(!directory.exists());
    assert!(!listens(port));
}

#[test]
fn is_gone_when_its_owner_panics() {
    let (report, reported) = std::sync::mpsc::channel();
    let owner = std::thread::spawn(move || {
        let cluster = Cluster::start(&Options::default()).unwrap();
        report.send((cluster.directory().to_path_buf(), cluster.port())).unwrap();
        panic!("on purpose");
    });
    assert!(owner.join().is_err());
    let (directory, port) = reported.recv().unwrap();
    assert!(!directory.exists() && !listens(port));
}

#[test]
fn outlives_the_thread_that_started_it() {
    let cluster = std::thread::spawn(|| Cluster::start(&Options::default()).unwrap()).join().unwrap();
    std::thread::sleep(Duration::from_millis(200));
    assert!(listens(cluster.port()));
}

#[tokio::test]
async fn several_at_once_are_strangers_to_each_other() {
    let starting: Vec<_> =
        (0..4).map(|_| std::thread::spawn(|| Cluster::start(&Options::default()).unwrap())).collect();
    let clusters: Vec<Cluster> = starting.into_iter().map(|thread| thread.join().unwrap()).collect();
    for (number, cluster) in clusters.iter().enumerate() {
        let client = connect(&cluster.admin_url("postgres")).await.unwrap();
        client.batch_execute(&format!("CREATE TABLE only_{number} ()")).await.unwrap();
        let row = client.query_one("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", &[]).await.unwrap();
        assert_eq!(row.get::<_, i64>(0), 1);
    }
}

#[test]
fn what_is_kept_stays_until_it_is_stopped() {
    for keep_from_the_start in [false, true] {
        let cluster = Cluster::start(&Options { keep: keep_from_the_start, ..Options::default() }).unwrap();
        let (directory, port) = (cluster.directory().to_path_buf(), cluster.port());
        if keep_from_the_start {
            drop(cluster);
        } else {
            assert_eq!(cluster.keep(), directory);
        }
        std::thread::sleep(Duration::from_millis(300));
        assert!(directory.is_dir() && listens(port));
        signal("-INT", &server_of(&directory));
        wait_until("the server stops", || !directory.join("data/postmaster.pid").exists());
        std::fs::remove_dir_all(&directory).unwrap();
    }
}

/// Not a test of its own: what [`is_gone_when_its_owner_is_killed`] runs in another process, and kills.
#[test]
fn owner_to_be_killed() {
    let Some(note) = std::env::var_os("SCRIM_SANDBOX_TEST_NOTE") else { return };
    let cluster = Cluster::start(&Options::default()).unwrap();
    let text = format!("{}\n{}\n", cluster.port(), cluster.directory().display());
    let draft = PathBuf::from(&note).with_extension("draft");
    std::fs::write(&draft, text).unwrap();
    std::fs::rename(draft, note).unwrap();
    std::thread::sleep(Duration::from_secs(60));
}

#[test]
fn is_gone_when_its_owner_is_killed() {
    let notes = tempfile::tempdir().unwrap();
    let note = notes.path().join("note");
    let mut owner = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "owner_to_be_killed"])
        .env("SCRIM_SANDBOX_TEST_NOTE", &note)
        .spawn()
        .unwrap();
    wait_until("the other process has a cluster", || note.exists());
    let text = std::fs::read_to_string(&note).unwrap();
    let (port, directory) = text.trim_end().split_once('\n').unwrap();
    let port = port.parse().unwrap();
    assert!(listens(port));
    owner.kill().unwrap();
    owner.wait().unwrap();
    wait_until("the orphaned cluster is removed", || !listens(port) && !Path::new(directory).exists());
}

#[test]
fn a_server_that_dies_says_why_and_leaves_nothing() {
    let settings = vec![("no_such_setting".to_owned(), "1".to_owned())];
    let error = Cluster::start(&Options { settings, ..Options::default() }).unwrap_err();
    assert!(matches!(error, SandboxError::Died { .. }), "{error}");
    let text = error.to_string();
    assert!(text.contains("unrecognized configuration parameter \"no_such_setting\""), "{text}");
    // The log names the configuration file, and with it the directory that must be gone.
    let file = text.split('"').find(|part| part.ends_with("/data/postgresql.conf")).unwrap();
    assert!(!Path::new(file).parent().unwrap().parent().unwrap().exists(), "{file}");
}

#[test]
fn a_setting_with_an_impossible_name_is_refused() {
    let settings = vec![("a = 1\nport".to_owned(), "1".to_owned())];
    let error = Cluster::start(&Options { settings, ..Options::default() }).unwrap_err();
    assert!(matches!(error, SandboxError::SettingName { .. }), "{error}");
}
