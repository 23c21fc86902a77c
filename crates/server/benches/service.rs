//! How quick a large service is: 100,000 users and 10,000 data sources, in a private PostgreSQL and an SQLite file.
//!
//! `SCRIM_USERS` and `SCRIM_SOURCES` make it smaller. Times are told beside what one commit of one row takes in the same
//! PostgreSQL in the same run.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::indexing_slicing,
    reason = "a benchmark fails by panicking"
)]

mod console;
#[path = "../tests/stand/mod.rs"]
mod stand;

use std::time::{Duration, Instant};

use scrim_catalog::Kind;
use scrim_sandbox::{Cluster, Options};
use scrim_store::Location;
use serde_json::{Value, json};
use stand::Service;
use tokio::runtime::Runtime;

/// That of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Sources with the same tag: what a policy by tag touches.
const BY_TAG: usize = 100;

fn main() {
    // `cargo test` builds benchmarks, and must not run them.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let number = |name: &str, usual| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual);
    let (users, sources) = (number("SCRIM_USERS", 100_000_usize), number("SCRIM_SOURCES", 10_000_usize));
    let runtime = Runtime::new().unwrap();
    runtime.block_on(run(users, sources));
}

async fn run(users: usize, sources: usize) {
    println!("{users} users, {sources} data sources");
    let cluster = Cluster::start(&Options::default()).unwrap();
    let (admin, connection) =
        tokio_postgres::connect(&cluster.admin_url("postgres"), tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    admin
        .batch_execute("CREATE SCHEMA raw; CREATE TABLE public.one (n integer); INSERT INTO public.one VALUES (0);")
        .await
        .unwrap();
    for from in (0..sources).step_by(500) {
        let tables: String = (from..sources.min(from + 500))
            .map(|n| format!("CREATE TABLE raw.t{n} (id integer, name text, country text, amount integer);"))
            .collect();
        admin.batch_execute(&tables).await.unwrap();
    }
    let directory = tempfile::tempdir().unwrap();
    let password = directory.path().join("password");
    std::fs::write(&password, "of Scrim's login").unwrap();
    let location = Location::file(directory.path().join("scrim.db"));
    let integration = json!({
        "engine": "postgresql", "host": "127.0.0.1", "port": cluster.port(), "database": "postgres", "tls": "disable",
        "password": { "file": password }
    });

    let service = Service::started(&location).await;
    let mut documents = vec![(Kind::Integration, "w".to_owned(), integration)];
    documents.extend(catalog(users, sources));
    documents.extend(console::catalog(users, sources));
    let taken = time(service.plant_all(documents)).await;
    println!("loaded in one change in {taken:.1?}");
    remember("loading");
    let url = json!({ "admin_url": cluster.admin_url("postgres") });
    let taken = time(service.post("root", "/api/v1/integrations/w/install", url)).await;
    println!("installed in {taken:.1?}");
    let taken = time(service.enforced_within("w", Duration::from_secs(3600))).await;
    println!("first push of all of it in {taken:.1?}");
    remember("the first push");

    // `cargo bench … -- console` is about nothing else.
    if !std::env::args().any(|argument| argument == "console") {
        calls(&service, &admin, users, sources).await;
    }
    console::run(&service, users).await;
    remember("all of this");
    drop(service);
    let start = Instant::now();
    let service = Service::started(&location).await;
    service.get("", "/readyz").await.good();
    println!("started again in {:.2?}", start.elapsed());
}

/// Changes until they are enforced, and reads.
async fn calls(service: &Service, admin: &tokio_postgres::Client, users: usize, sources: usize) {
    let mut commits = Vec::new();
    for _ in 0..200 {
        commits.push(time(admin.batch_execute("UPDATE public.one SET n = n + 1")).await);
    }
    let base = Figures::of(commits);
    println!("one row committed in PostgreSQL: {base}");
    let mut enforced = Vec::new();
    for n in 0..200 {
        let start = Instant::now();
        let body = user(n * 37 % users, &format!("changed{n}"));
        service.put("root", &format!("/api/v1/users/u{}", n * 37 % users), body).await.good();
        service.enforced("w").await;
        enforced.push(start.elapsed());
    }
    report("one attribute changed, until it is enforced", enforced, &base);
    let mut enforced = Vec::new();
    for n in 0..10 {
        let start = Instant::now();
        service
            .put("root", "/api/v1/data-policies/p0", policy(0, if n % 2 == 0 { "nullify" } else { "hash" }))
            .await
            .good();
        service.enforced("w").await;
        enforced.push(start.elapsed());
    }
    report(&format!("one policy changed that covers {BY_TAG} views, until it is enforced"), enforced, &base);
    // Some of them may read a hundred data sources, and some none.
    let person = |n: usize| format!("u{}", n % 20 * 13 % users);
    for n in 0..20 {
        service.token_for(&person(n)).await;
    }
    let mut reads = Vec::new();
    for n in 0..2000 {
        // Administrators know of everything; of others it is found out what they may know of.
        let own = person(n);
        let (who, path) = match n % 5 {
            0 => ("root", format!("/api/v1/users/u{}", n * 7919 % users)),
            1 => ("root", format!("/api/v1/data-sources/s{}", n * 7919 % sources)),
            2 => ("root", format!("/api/v1/data-sources?limit=50&tag=T{}", n % (sources / BY_TAG).max(1))),
            3 => ("root", "/api/v1/users?limit=50".to_owned()),
            _ => (&*own, "/api/v1/data-sources?limit=50".to_owned()),
        };
        let start = Instant::now();
        service.get(who, &path).await.good();
        reads.push(start.elapsed());
    }
    report("reads of the API", reads, &base);
    let mut overviews = Vec::new();
    for n in 0..200 {
        let own = person(n);
        let (who, query) = match n % 5 {
            0 => ("root", String::new()),
            1 => ("root", format!("&search=t{}", n * 7919 % sources)),
            2 => ("root", format!("&tag=T{}&protected=true", n % (sources / BY_TAG).max(1))),
            3 => (&*own, String::new()),
            _ => (&*own, "&tag=PII".to_owned()),
        };
        let start = Instant::now();
        service.get(who, &format!("/api/v1/source-overview?limit=50{query}")).await.good();
        overviews.push(start.elapsed());
    }
    report("overviews of all data sources", overviews, &base);
}

fn catalog(users: usize, sources: usize) -> Vec<(Kind, String, Value)> {
    let mut documents = vec![];
    for n in 0..200 {
        documents.push((Kind::Group, format!("g{n}"), json!({})));
    }
    documents.push((Kind::Attribute, "country".to_owned(), json!({})));
    for n in 0..users {
        documents.push((Kind::User, format!("u{n}"), user(n, "US")));
    }
    for n in 0..sources {
        documents.push((
            Kind::DataSource,
            format!("s{n}"),
            json!({
                "integration": "w", "table": format!("raw.t{n}"), "tags": [format!("T{}", n / BY_TAG)],
                "owners": if n < BY_TAG { &["owner"][..] } else { &[] },
                "columns": [
                    { "name": "id", "type": "integer" }, { "name": "name", "type": "text", "tags": ["PII.Name"] },
                    { "name": "country", "type": "text", "tags": ["Geo"] }, { "name": "amount", "type": "integer" }
                ]
            }),
        ));
    }
    for n in 0..(sources / BY_TAG).max(1) {
        documents.push((Kind::SubscriptionPolicy, format!("a{n}"), json!({
            "where": { "source_tag": format!("T{n}") }, "access": { "conditions": { "group": format!("g{}", n % 200) } }
        })));
        documents.push((Kind::DataPolicy, format!("p{n}"), policy(n, "hash")));
    }
    documents
}

fn user(n: usize, country: &str) -> Value {
    json!({ "groups": [format!("g{}", n % 200), format!("g{}", n / 200 % 200)], "attributes": { "country": [country] } })
}

fn policy(n: usize, mask: &str) -> Value {
    json!({ "where": { "source_tag": format!("T{n}") }, "rules": [
        { "mask": { "columns": { "tag": "PII" }, "with": mask }, "except": { "group": format!("g{}", (n + 1) % 200) } },
        { "rows": { "match": { "attribute": "country", "column": { "tag": "Geo" } } }, "except": { "group": "g7" } }
    ] })
}

async fn time<T>(work: impl Future<Output = T>) -> Duration {
    let start = Instant::now();
    work.await;
    start.elapsed()
}

/// Half of them were quicker, and 99 in 100.
struct Figures {
    half: Duration,
    most: Duration,
}

impl Figures {
    fn of(mut times: Vec<Duration>) -> Self {
        times.sort();
        Self { half: times[times.len() / 2], most: times[(times.len() * 99).div_ceil(100) - 1] }
    }
}

impl std::fmt::Display for Figures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "median {:.1?}, p99 {:.1?}", self.half, self.most)
    }
}

fn report(what: &str, times: Vec<Duration>, base: &Figures) {
    let figures = Figures::of(times);
    let ratio = figures.half.as_secs_f64() / base.half.as_secs_f64();
    println!("{what}: {figures} ({ratio:.1} commits)");
}

fn remember(what: &str) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let resident: usize = line.unwrap().split_whitespace().next().unwrap().parse().unwrap();
    println!("memory after {what}: {} MB resident", resident / 1024);
}
