//! What is nobody's number is not taken for one: columns as they stand in every warehouse, and nothing in them.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod synthetic;

use scrim_discovery::{Column, Detector};
use synthetic::{Draw, distinct};

type Make = fn(&mut Draw, u64) -> String;

const WORDS: [&str; 24] = [
    "order",
    "the",
    "parcel",
    "was",
    "returned",
    "late",
    "please",
    "call",
    "back",
    "invoice",
    "paid",
    "twice",
    "shelf",
    "in",
    "warehouse",
    "box",
    "damaged",
    "green",
    "large",
    "of",
    "customer",
    "waiting",
    "for",
    "refund",
];

/// Name of the column, its type, how its values are made.
const ORDINARY: &[(&str, &str, Make)] = &[
    ("order_number", "bigint", |_, n| (100_000_000 + n).to_string()),
    ("order_number_random", "bigint", |draw, _| draw.form("1########")),
    ("order_code", "varchar(20)", |draw, _| draw.form("ORD-2026-######")),
    ("id", "integer", |_, n| n.to_string()),
    ("id10", "bigint", |draw, _| draw.form("4#########")),
    ("id11", "bigint", |draw, _| draw.form("5##########")),
    ("id12", "bigint", |draw, _| draw.form("6###########")),
    ("id13", "bigint", |draw, _| draw.form("7############")),
    ("id15", "bigint", |draw, _| draw.form("3##############")),
    ("id16", "bigint", |draw, _| draw.form("4###############")),
    ("snowflake", "bigint", |draw, _| draw.form("13################7")),
    ("ean", "varchar(13)", |draw, _| draw.form("40###########")),
    ("price", "numeric(12,2)", |draw, _| draw.form("1##.##")),
    ("total", "double precision", |draw, _| draw.form("#####.####")),
    ("share", "numeric", |draw, _| draw.form("0.######")),
    ("quantity", "integer", |draw, _| draw.below(500).to_string()),
    ("year", "smallint", |draw, _| draw.form("20##")),
    ("created_at", "timestamp", |draw, _| draw.form("2026-0#-1# 0#:2#:3#")),
    ("created_on", "date", |draw, _| draw.form("2026-0#-1#")),
    ("day", "varchar(10)", |draw, _| draw.form("0#-0#-20##")),
    ("day_slashes", "varchar(10)", |draw, _| draw.form("0#/1#/20##")),
    ("epoch", "bigint", |draw, _| draw.form("17########")),
    ("epoch_ms", "bigint", |draw, _| draw.form("17###########")),
    ("duration", "varchar(8)", |draw, _| draw.form("0#:2#:3#")),
    ("md5", "char(32)", |draw, _| {
        format!("{:016x}{:016x}", draw.next().wrapping_mul(7919), draw.next().wrapping_mul(104_729))
    }),
    ("sha256", "char(64)", |draw, _| (0..4).map(|_| format!("{:016x}", draw.next().wrapping_mul(7919))).collect()),
    ("guid", "uuid", |draw, _| {
        let hex = format!("{:016x}{:016x}", draw.next().wrapping_mul(7919), draw.next().wrapping_mul(104_729));
        format!("{}-{}-4{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
    }),
    ("comment", "varchar(200)", |draw, _| (0..9).map(|_| draw.of(&WORDS)).collect::<Vec<_>>().join(" ")),
    ("short_text", "varchar(40)", |draw, _| (0..3).map(|_| draw.of(&WORDS)).collect::<Vec<_>>().join(" ")),
    ("sku", "varchar(12)", |draw, _| draw.form("^^-####-^^")),
    ("model", "varchar(12)", |draw, _| draw.form("^^^##")),
    ("part_number", "varchar(12)", |draw, _| draw.form("###-##-###")),
    ("version", "varchar(12)", |draw, _| format!("{}.{}.{}", draw.below(9), draw.below(40), draw.below(99))),
    ("status", "varchar(12)", |draw, _| {
        draw.of(&["COMPLETE", "SHIPPED", "CANCELED", "RETURNED", "ON HOLD"]).to_owned()
    }),
    ("currency", "char(3)", |draw, _| draw.of(&["EUR", "USD", "GBP", "CHF", "PLN", "SEK"]).to_owned()),
    ("country", "char(2)", |draw, _| draw.of(&["DE", "US", "FR", "GB", "PL", "IT"]).to_owned()),
    ("size", "char(1)", |draw, _| draw.of(&["S", "M", "L", "X", "F"]).to_owned()),
    ("colour", "varchar(10)", |draw, _| draw.of(&["red", "dark blue", "green", "black", "white"]).to_owned()),
    ("flag", "varchar(5)", |draw, _| draw.of(&["true", "false"]).to_owned()),
    ("path", "varchar(80)", |draw, _| draw.form("/var/lib/data/####/part-#####.parquet")),
    ("json", "super", |draw, _| draw.form("{\"a\": ###, \"b\": [##, ##]}")),
    ("temperature", "numeric", |draw, _| draw.form("2#.#")),
    ("score", "numeric", |draw, _| draw.form("-#.###")),
    ("city", "varchar(40)", |draw, _| {
        draw.of(&["Berlin", "Hamburg", "Lyon", "Kraków", "Austin", "Leeds", "Porto", "Gent"]).to_owned()
    }),
    ("product", "varchar(40)", |draw, _| {
        draw.of(&["Desk lamp", "Oak table", "Steel shelf", "Wool rug", "Glass jar", "Tea pot"]).to_owned()
    }),
    ("long_distance", "numeric", |draw, _| draw.form("4##.##")),
    ("pin_count", "integer", |draw, _| draw.below(400).to_string()),
    ("shipping_type", "varchar(20)", |draw, _| draw.of(&["express", "standard", "pick-up"]).to_owned()),
    ("description", "varchar(200)", |draw, _| format!("{} {}", draw.of(&WORDS), draw.form("#### ## ##"))),
];

#[test]
fn ordinary_columns_hold_nothing() {
    let detector = Detector::new([]).unwrap();
    let mut wrong = Vec::new();
    for (seed, (name, column_type, make)) in ORDINARY.iter().enumerate() {
        for count in [3, 25, 200] {
            let mut draw = Draw::from(seed as u64 * 31 + count);
            let mut n = 0;
            let values = distinct(usize::try_from(count).unwrap(), || {
                n += 1;
                make(&mut draw, n)
            });
            let column =
                Column { schema: "shop", table: "facts", name, column_type, rows: count, nulls: 0, values: &values };
            wrong.extend(detector.examine(&column).into_iter().map(|finding| format!("{name} ({count}): {finding:?}")));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Neither is half a column of rubbish a column of it, nor does one that is mixed hide in it.
#[test]
fn what_is_mixed_is_told_by_most_of_it() {
    let detector = Detector::new([]).unwrap();
    let mut draw = Draw::from(11);
    let mail = distinct(100, || draw.form("user####@example.com"));
    let text = distinct(100, || draw.form("see note ####"));
    let look = |mails: usize, texts: usize| {
        let values: Vec<_> = mail.iter().take(mails).chain(text.iter().take(texts)).cloned().collect();
        let column = Column {
            schema: "s",
            table: "t",
            name: "contact",
            column_type: "text",
            rows: 1,
            nulls: 0,
            values: &values,
        };
        detector.examine(&column).first().map(|finding| finding.confidence)
    };
    assert!(look(95, 5).unwrap() > 0.8);
    assert!(look(80, 20).unwrap() < 0.7);
    assert_eq!(look(40, 60), None);
}
