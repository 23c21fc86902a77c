//! How long a column takes: `cargo bench -p scrim-discovery`.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a program for people")]

use std::time::Instant;

use scrim_discovery::{Column, Detector};

/// What the values are, and how one is made.
type Values = (&'static str, fn(u64) -> String);

fn main() {
    let begun = Instant::now();
    let detector = Detector::new([]).unwrap();
    println!("made ready in {:?}", begun.elapsed());
    let columns: [Values; 6] = [
        ("numbers", |n| (100_000_000 + n * 7919).to_string()),
        ("e-mail addresses", |n| format!("person.{n}@example{}.com", n % 17)),
        ("hashes", |n| {
            format!("{:016x}{:016x}", n.wrapping_mul(0x9E37_79B9_7F4A_7C15), n.wrapping_mul(0xD1B5_4A32_D192_ED03))
        }),
        ("times", |n| format!("2026-{:02}-{:02} {:02}:{:02}:00", n % 12 + 1, n % 28 + 1, n % 24, n % 60)),
        ("texts", |n| format!("The parcel {n} was left with a neighbour in {} Anna Street, please call back.", n % 90)),
        ("cut texts", |n| format!("{n} ").repeat(60).chars().take(256).collect()),
    ];
    for (what, value) in columns {
        let values: Vec<(String, u64)> = (0..1000).map(|n| (value(n), 1)).collect();
        let column = Column {
            schema: "s",
            table: "t",
            name: "c",
            column_type: "varchar(256)",
            rows: 1000,
            nulls: 0,
            values: &values,
        };
        let mut times: Vec<_> = (0..20)
            .map(|_| {
                let begun = Instant::now();
                std::hint::black_box(detector.examine(&column));
                begun.elapsed()
            })
            .collect();
        let first = times.first().copied().unwrap_or_default();
        times.sort_unstable();
        println!("1,000 {what}: {:?} (at first {first:?})", times.get(10).copied().unwrap_or_default());
    }
}
