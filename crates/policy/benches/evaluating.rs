//! How long it takes, and how much memory, to evaluate a company's policies: 10,000 data sources, 500 policies, 100,000
//! users. `cargo bench -p scrim-policy`; smaller with `-- 10` (a tenth of everything).
//!
//! Times are told beside that of a fixed piece of work on the same machine in the same run (hashing 64 MB with
//! SHA-256), so that they can be compared between machines. Nothing here fails because a machine is slow.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a benchmark prints what it measured, and stops at the first surprise"
)]

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::Utc;
use scrim_catalog::{Catalog, Name, SourceFile, assemble};
use scrim_policy::{Audiences, Merger, effect};
use sha2::{Digest, Sha256};

/// How many threads share the work that is divided: as many as a small machine has cores.
const THREADS: usize = 2;

fn main() {
    let part = std::env::args().filter_map(|argument| argument.parse::<usize>().ok()).next().unwrap_or(1);
    let (sources, policies, users) = (10_000 / part, 500 / part, 100_000 / part);
    let text = documents(sources, policies, users);
    let catalog = catalog(&text);
    println!(
        "{sources} data sources of 16 columns, {policies} policies, {users} users; memory with the catalog: {} MB",
        peak()
    );
    let yardstick = timed(|| {
        let block = vec![7_u8; 1 << 20];
        (0..64).fold(Sha256::new(), |hash, _| hash.chain_update(&block)).finalize()
    })
    .0;
    let report = |what: &str, time: Duration| {
        let ratio = time.as_secs_f64() / yardstick.as_secs_f64();
        println!("{what:<58} {:>10.3} ms {ratio:>9.4} x  peak {} MB", time.as_secs_f64() * 1000.0, peak());
    };
    report("yardstick: SHA-256 of 64 MB", yardstick);

    let (time, masks) = timed(|| {
        let merger = Merger::new(&catalog);
        let all: Vec<_> = catalog.data_sources.values().collect();
        divided(&all, |source| {
            let merged = merger.merge(source).unwrap();
            assert!(merged.closed.is_empty(), "{:?}", merged.closed);
            merged.columns.iter().map(|column| column.masks.len()).sum::<usize>() + merged.rows.len()
        })
    });
    report(&format!("(a) merging the policies of all sources ({masks} rules)"), time);

    let (now, w) = (Utc::now(), Name::new("w").unwrap());
    let (time, rows) = timed(|| {
        let audiences = Audiences::of(&catalog, &w);
        let all: Vec<_> = catalog.users.values().collect();
        divided(&all, |user| audiences.profile(user, now).len())
    });
    report(&format!("(b) the profiles of all users ({rows} rows)"), time);

    let audiences = Audiences::of(&catalog, &w);
    let mut user = catalog.users.values().next().unwrap().item.clone();
    let other = catalog.users.values().find(|other| other.attributes != user.attributes).unwrap();
    user.attributes.clone_from(&other.attributes);
    let rounds = 1000;
    let (time, _) = timed(|| (0..rounds).map(|_| audiences.profile(&user, now).len()).sum::<usize>());
    report("(c) one user's profile after an attribute changed", time / rounds);

    for (what, policy) in [
        (
            "subscription policy",
            "{ kind: subscription-policy, name: new, where: { source_tag: T7 }, access: { conditions: { group: g3 } }, guardrail: true }",
        ),
        (
            "data policy",
            "{ kind: data-policy, name: new, where: { column_tag: PII }, rules: [ { mask: { columns: { tag: PII }, with: nullify }, except: { group: g3 } } ] }",
        ),
    ] {
        let after = self::catalog(&format!("{text}---\n{policy}\n"));
        let (time, effects) = timed(|| effect(&catalog, &after, now));
        let people: usize = effects.iter().map(|e| e.lose + e.columns.iter().map(|c| c.less).sum::<usize>()).sum();
        report(&format!("(d) the effect of adding one {what} ({} sources, {people})", effects.len()), time);
    }
}

/// Runs work on each thing, on some threads, and adds up what it answers.
fn divided<T: Sync>(all: &[T], work: impl Fn(&T) -> usize + Sync) -> usize {
    std::thread::scope(|scope| {
        let parts = all.chunks(all.len().div_ceil(THREADS).max(1));
        let running: Vec<_> = parts.map(|part| scope.spawn(|| part.iter().map(&work).sum::<usize>())).collect();
        running.into_iter().map(|thread| thread.join().unwrap()).sum()
    })
}

fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let result = std::hint::black_box(work());
    (start.elapsed(), result)
}

/// The most memory that this process had, in MB, where the system tells.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok());
    kilobytes.map_or_else(|| "?".to_owned(), |kb| (kb / 1024).to_string())
}

fn catalog(text: &str) -> Catalog {
    let file = SourceFile { path: Arc::new(PathBuf::from("bench.yaml")), text: text.to_owned() };
    assemble(&[file]).into_result().map_err(|problems| format!("{:#?}", &problems[..3.min(problems.len())])).unwrap().0
}

/// A company: departments by tag, half of the policies on access and half on data, people in some of 200 groups.
fn documents(sources: usize, policies: usize, users: usize) -> String {
    let mut text = String::from(
        "{ kind: integration, name: w, engine: postgresql, database: d }\n---\n{ kind: attribute, name: region }\n---\n{ kind: purpose, name: Fraud }\n",
    );
    for group in 0..200 {
        let _ = writeln!(text, "---\n{{ kind: group, name: g{group} }}");
    }
    for user in 0..users {
        let _ = writeln!(
            text,
            "---\n{{ kind: user, name: u{user}, groups: [ g{}, g{}, g{}, g{} ], attributes: {{ region: [ R{}, R{} ], level: L{} }} }}",
            user % 200,
            user / 7 % 200,
            user / 31 % 200,
            user / 101 % 200,
            user % 20,
            user / 3 % 20,
            user % 5
        );
    }
    for policy in 0..policies / 2 {
        let scope = match policy % 5 {
            0 => format!("{{ source_tag: T{} }}", policy / 5),
            1 => format!("{{ all: [ {{ source_tag: T{} }}, {{ column_tag: PII.Email }} ] }}", policy / 5),
            2 => format!("{{ column_tag: C{} }}", policy / 5),
            3 => format!("{{ data_source: s{} }}", policy * 17 % sources),
            _ => format!("{{ schema: 'sch{}' }}", policy / 5),
        };
        let access = match policy % 3 {
            0 => format!("{{ group: g{} }}", policy % 200),
            1 => {
                format!("{{ any: [ {{ group: g{} }}, {{ attribute: {{ level: L{} }} }} ] }}", policy % 200, policy % 5)
            }
            _ => format!(
                "{{ all: [ {{ attribute: {{ region: R{} }} }}, {{ not: {{ group: g{} }} }} ] }}",
                policy % 20,
                policy % 200
            ),
        };
        let combine = if policy % 2 == 0 { "shared" } else { "required" };
        let _ = writeln!(
            text,
            "---\n{{ kind: subscription-policy, name: a{policy}, where: {scope}, access: {{ conditions: {access} }}, combine: {combine} }}"
        );
    }
    for policy in 0..policies - policies / 2 {
        let (scope, rule) = match policy % 5 {
            0 => (
                format!("{{ column_tag: C{} }}", policy / 5),
                format!(
                    "mask: {{ columns: {{ tag: C{} }}, with: hash }}, except: {{ group: g{} }}",
                    policy / 5,
                    policy % 200
                ),
            ),
            1 => (
                format!("{{ source_tag: T{} }}", policy / 5),
                format!(
                    "mask: {{ columns: {{ tag: PII }}, with: {{ partial: {{ last: 4 }} }} }}, except: {{ any: [ {{ group: g{} }}, {{ purpose: Fraud }} ] }}",
                    policy % 200
                ),
            ),
            2 => (
                format!("{{ source_tag: T{} }}", policy / 5),
                format!(
                    "rows: {{ match: {{ attribute: region, column: {{ tag: Geo }} }} }}, except: {{ group: g{} }}",
                    policy % 200
                ),
            ),
            3 => (
                format!("{{ all: [ {{ source_tag: T{} }}, {{ column_tag: Money }} ] }}", policy / 5),
                format!("rows: {{ filter: \"c1 < 100000 OR @isInGroups('g{}')\" }}", policy % 200),
            ),
            _ => (
                format!("{{ data_source: s{} }}", policy * 13 % sources),
                "mask: { columns: { name: '^c[34]$' }, with: nullify, when: \"c0 > 10\" }".to_owned(),
            ),
        };
        let _ =
            writeln!(text, "---\n{{ kind: data-policy, name: d{policy}, where: {scope}, rules: [ {{ {rule} }} ] }}");
    }
    for source in 0..sources {
        let _ = write!(
            text,
            "---\n{{ kind: data-source, name: s{source}, integration: w, table: sch{}.t{source}, tags: [ T{}, Area.A{} ], columns: [ ",
            source % 97,
            source % 60,
            source % 9
        );
        for column in 0..16 {
            let (column_type, tag) = match column {
                0 => ("bigint", String::new()),
                1 => ("'numeric(12,2)'", "Money".to_owned()),
                2 => ("char(2)", "Geo".to_owned()),
                3 => ("varchar(80)", "PII.Email".to_owned()),
                4 => ("varchar(40)", "PII.Name".to_owned()),
                5 => ("timestamp", "EventTime".to_owned()),
                _ => (
                    "varchar(40)",
                    if column % 3 == 0 { format!("C{}", (source + column) % 60) } else { String::new() },
                ),
            };
            let _ = write!(text, "{{ name: c{column}, type: {column_type}, tags: [ {tag} ] }}, ");
        }
        text += "] }\n";
    }
    text
}
