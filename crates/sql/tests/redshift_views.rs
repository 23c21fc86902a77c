//! Views as they are rendered for Redshift, run in PostgreSQL with stand-ins for what it has not: as a user they and the
//! reference evaluator agree on every cell, for random policies and users; and the functions of masks give what those of
//! PostgreSQL give. How Redshift itself computes, decimals above all, is not shown by this.
//!
//! `SCRIM_CASES` sets how many random catalogs are tried (150 unless set).

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[allow(dead_code, reason = "shared with the test of the system objects")]
#[path = "redshift_system/stand.rs"]
mod stand;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::Utc;
use proptest::test_runner::{Config, TestRunner};
use scrim_catalog::{Catalog, Name};
use scrim_policy::evaluate::{Released, World, evaluate};
use scrim_policy::{Audiences, Facts, SaltKey, Value, decide};
use scrim_sql::system::redshift;
use scrim_sql::{Dialect, Rendered, ViewPlan, render};
use scrim_testkit::random::{COLUMNS, Choice, ROWS, documents, rows};
use scrim_testkit::{ident, literal};
use stand::{Stand, portable};

const USERS: [&str; 5] = ["u1", "u2", "u3", "u4", "stranger"];

/// The version that is rendered, and that the gate lets through.
const VERSION: u64 = 7;

/// A catalog over a table in Redshift.
fn catalog(text: &str) -> Catalog {
    let integration = "{ kind: integration, name: w, engine: redshift, database: d, layout: per-database }";
    scrim_testkit::catalog(&format!("{integration}\n---\n{text}"))
}

/// Redshift has no `uuid`, and no number without a scale of its own.
fn in_redshift(column_type: &str) -> bool {
    !["uuid", "numeric"].contains(&column_type)
}

/// A random catalog without the two columns that Redshift cannot have: what went by them goes by another.
fn random(seed: u64) -> String {
    let text = documents(&mut Choice::new(seed));
    let gone = |line: &&str| !line.contains("type: 'uuid'") && !line.contains("type: 'numeric'");
    let text: String = text.lines().filter(gone).flat_map(|line| [line, "\n"]).collect();
    text.replace("{ name: uid }", "{ name: txt }").replace("{ tag: U }", "{ tag: B }")
}

/// One rule for one user, who has values in several spellings.
fn one_rule(rule: &str) -> String {
    let source = random(1);
    let source = source.split_once("kind: data-source\n").unwrap().1;
    let source: Vec<&str> = source.lines().filter(|line| !line.contains("polic") && !line.contains("owners")).collect();
    format!(
        "{{ kind: attribute, name: v }}\n---\n{{ kind: user, name: u1, attributes: {{ v: [ '7', '7.00', '2024-02-29', '2024-02-29T00:00Z' ] }} }}\n---\n\
         {{ kind: subscription-policy, name: a, where: all, access: anyone }}\n---\n\
         {{ kind: data-policy, name: p, where: all, rules: [ {{ {rule} }} ] }}\n---\nkind: data-source\n{}\n",
        source.join("\n")
    )
}

/// The system objects, the table of all types, a look-up table and the readers.
fn prepare() -> Stand {
    let catalog = catalog(&random(1));
    let stand = Stand::start(catalog.integrations.values().next().unwrap().item.clone());
    let there: Vec<usize> = (0..COLUMNS.len()).filter(|at| in_redshift(COLUMNS[*at].1)).collect();
    let columns: Vec<String> = there.iter().map(|at| format!("{} {}", ident(COLUMNS[*at].0), COLUMNS[*at].1)).collect();
    let row = |row: &[Option<&str>; 16]| {
        let cells: Vec<String> = there.iter().map(|at| row[*at].map_or("NULL".to_owned(), literal)).collect();
        format!("({})", cells.join(", "))
    };
    let rows: Vec<String> = ROWS.iter().map(row).collect();
    let users: Vec<String> = USERS.iter().map(|user| format!("CREATE USER {user}")).collect();
    stand.run(&format!(
        "CREATE SCHEMA raw; CREATE SCHEMA ref; CREATE TABLE raw.all_types ({}); INSERT INTO raw.all_types VALUES {};
         CREATE TABLE ref.desk (k integer, login text); INSERT INTO ref.desk VALUES (1, 'u1'), (2, 'u1'), (NULL, 'u1'), (5, 'u2'), (5, 'u2');
         {}",
        columns.join(", "),
        rows.join(", "),
        users.join("; ")
    ));
    stand.install().unwrap();
    for table in ["raw.all_types", "ref.desk"] {
        for sql in redshift::reads(&stand.integration, &table.parse().unwrap(), redshift::Home::Local) {
            stand.run(&portable(&sql));
        }
    }
    stand
}

/// The view, with all that it reads, in the place of the one before. Answers the salts.
fn replace(stand: &Stand, catalog: &Catalog, plan: &ViewPlan, now: chrono::DateTime<Utc>) -> BTreeMap<SaltKey, String> {
    let [profile, gate, salt, statistics, released] =
        ["profile", "gate", "salt", "statistics", "released"].map(|table| stand.system(table));
    let rendered = Rendered::of(plan, Dialect::Redshift, VERSION);
    let key = literal(&plan.key);
    let mut sql = String::new();
    for table in [&profile, &gate, &salt, &statistics, &released] {
        let _ = writeln!(sql, "DELETE FROM {table};");
    }
    let audiences = Audiences::of(catalog, &Name::new("w").unwrap());
    for user in catalog.users.values() {
        for row in audiences.profile(user, now) {
            let expires = row.expires.map_or("NULL".to_owned(), |at| literal(&at.naive_utc().to_string()));
            let texts = [user.name.as_str(), &row.kind, &row.key, &row.value].map(literal).join(", ");
            let _ = writeln!(sql, "INSERT INTO {profile} VALUES ({texts}, {expires});");
        }
    }
    let _ = writeln!(sql, "INSERT INTO {gate} VALUES ({key}, {VERSION});");
    let mut salts = BTreeMap::new();
    for (number, salted) in rendered.salted.into_iter().enumerate() {
        let text = format!("{number:032x}");
        let _ = writeln!(
            sql,
            "INSERT INTO {salt} VALUES ({}, {}, {});",
            literal(&salted.scope),
            literal(&salted.name),
            literal(&text)
        );
        salts.insert(salted, text);
    }
    for statistic in &rendered.statistics {
        let (name, query) = (literal(&statistic.key), portable(&statistic.query));
        let _ = writeln!(
            sql,
            "INSERT INTO {statistics} SELECT {name}, {key}, '', '', COUNT(*) FROM raw.all_types;
             INSERT INTO {released} SELECT {name}, q.combination FROM ({query}) AS q;"
        );
    }
    let view = stand.view("all_types");
    let _ = writeln!(
        sql,
        "DROP VIEW IF EXISTS {view}; SET LOCAL SESSION AUTHORIZATION {};\n{};\nGRANT SELECT ON {view} TO PUBLIC",
        ident(&stand.integration.owner_role),
        portable(&render(plan, Dialect::Redshift, VERSION))
    );
    stand.run(&sql);
    salts
}

/// The view, read under settings that a reader may choose to confuse it, and shown under plain ones.
const HOSTILE: &str = "SET timezone = '<X>167'; SET datestyle = 'German, DMY'; SET extra_float_digits = -15;
    CREATE TEMP TABLE snap AS SELECT * FROM governed.all_types;
    SET timezone = 'UTC'; RESET datestyle; RESET extra_float_digits; SELECT * FROM snap; DROP TABLE pg_temp.snap";

fn compare(stand: &Stand, text: &str) {
    let catalog = catalog(text);
    let now = Utc::now();
    let source = catalog.data_sources.values().next().unwrap();
    let plan = ViewPlan::of(&catalog, source).unwrap();
    let merged = &plan.merged;
    assert_eq!(merged.closed, []);
    let salts = replace(stand, &catalog, &plan, now);
    let desk = |k: &str, login: &str| {
        BTreeMap::from([
            (Name::new("k").unwrap(), Some(k.to_owned())),
            (Name::new("login").unwrap(), Some(login.to_owned())),
        ])
    };
    let lookups =
        BTreeMap::from([("ref.desk".parse().unwrap(), vec![desk("1", "u1"), desk("2", "u1"), desk("5", "u2")])]);
    let rows = rows();
    let released = Released::counted(merged, &rows);
    for user in catalog.users.values() {
        let facts = Facts::of(&catalog, user);
        let granted = decide(&catalog, source, user, now).granted;
        let salt = |key: &SaltKey| salts.get(key).cloned().unwrap_or_default();
        let world = World { now, login: &user.name, salt: &salt, lookups: &lookups, released: &released };
        let expected = evaluate(merged, granted, &facts, &rows, &world);
        let found = stand.cells(&user.name, HOSTILE).unwrap_or_else(|error| panic!("{error:?} in\n{text}"));
        let mut found: Vec<Vec<Value>> = found
            .into_iter()
            .map(|row| {
                let cells = row.into_iter().zip(&merged.columns);
                cells
                    .map(|(text, column)| {
                        text.map_or(Value::Null, |text| Value::printed(&text, &column.column_type.exposed()).unwrap())
                    })
                    .collect()
            })
            .collect();
        let mut expected: Vec<Vec<Value>> =
            expected.iter().map(|row| merged.columns.iter().map(|c| row[&c.name].value.clone()).collect()).collect();
        found.sort_by_key(|row| format!("{row:?}"));
        expected.sort_by_key(|row| format!("{row:?}"));
        assert_eq!(found, expected, "as {} in\n{text}", user.name);
    }
    assert_eq!(stand.shown("stranger", "SELECT 1 FROM governed.all_types").len(), 0, "a stranger sees rows in\n{text}");
}

#[test]
fn the_view_and_the_reference_evaluator_agree_on_every_cell() {
    let stand = prepare();
    let cases = std::env::var("SCRIM_CASES").map_or(150, |n| n.parse().unwrap());
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 0, ..Config::default() };
    let outcome = TestRunner::new(config).run(&proptest::num::u64::ANY, |seed| {
        compare(&stand, &random(seed));
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

/// What a rule is joined to has each value once, however often and in whatever spelling the user has it.
#[test]
fn a_row_is_shown_once() {
    let stand = prepare();
    for (matched, count) in [("num", 3), ("ts", 1)] {
        compare(&stand, &one_rule(&format!("rows: {{ match: {{ attribute: v, column: {{ name: {matched} }} }} }}")));
        assert_eq!(stand.shown("u1", "SELECT 1 FROM governed.all_types").len(), count, "{matched}");
    }
}

/// Numbers at the ends of their types, where a step on the way leaves the type: no error, which would show the value.
#[test]
fn no_mask_fails_at_the_ends_of_a_type() {
    let stand = prepare();
    for mask in ["round: 1000", "randomize: { noise: { stddev: 3000 }, by: { name: id } }"] {
        compare(&stand, &one_rule(&format!("mask: {{ columns: {{ tag: N }}, with: {{ {mask} }} }}")));
    }
}

/// The functions of PostgreSQL that those of Redshift are compared with.
const FUNCTIONS: &str = include_str!("../src/system/postgresql/50_functions.sql");

/// Texts of every length about the limits, of every class of characters, and near misses of account numbers.
fn texts() -> Vec<String> {
    let mut texts: Vec<String> = [
        "",
        " ",
        "   ",
        "0",
        "9",
        "00",
        "4111 1111 1111 1111",
        "4111-1111-1111-1111-",
        "no digits",
        "1 at both ends 1",
        "  7  ",
        "7\t\n",
        "line\nbreak 42\n",
        "\r\n",
        "O'Brien \\ x",
        "\\' or 1=1 --",
        "'; DROP TABLE x; --",
        "$1 $2 \\1 & %s",
        "$scrim$",
        "{functions}",
        "/@[`{~",
        "AZaz09",
        "\u{7f}\u{80}\u{ff}",
        "Łódź żółć 日本",
        "Łódź 日本 🦀 12",
        "🦀",
        "e\u{301}1",
        "\u{200b}1\u{200b}",
        "٣٤٥ 7 ８９",
        "ＤＥ89370400440532013000",
        "ß ẞ ı İ",
        "DE89370400440532013000",
        "DE89 3704 0044 0532 0130 00",
        "GB29 NWBK 6016 1331 9268 19",
        "MT84MALT011000012345MTLCAST001S",
        "NO9386011117947",
        "ZZ00ZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZ",
        "ZZ99ZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZ",
        "AA00AAAAAAAAAA",
        "AA00AAAAAAAAAAA",
        "AA00 0000 0000 000",
        "AA0000000000000 ",
        "AA00 A B C D E F G H I J K",
        "DE89  370400440532013000   ",
        " DE89370400440532013000",
        "de89370400440532013000",
        "DE8937040044053201300o",
        "DE89370400440532013000\n",
        "D389370400440532013000",
        "DEX9370400440532013000",
        "DE 89370400440532013000",
        "DE89-3704-0044-0532-0130-00",
        "DE89 ",
        "1e3",
        "-9999999999.99",
        "NULL",
    ]
    .map(str::to_owned)
    .into();
    for length in [15, 16, 17, 32, 33, 48, 49, 63, 64, 65, 200] {
        texts.push("9".repeat(length));
        texts.push("ż".repeat(length));
        texts.push("Z9 ".chars().cycle().take(length).collect());
    }
    // As long as its blanks make it.
    texts.push(format!("DE89{}370400440532013000", " ".repeat(42)));
    texts.push(format!("DE89{}370400440532013000", " ".repeat(43)));
    texts
}

#[test]
fn functions_of_masks_give_what_those_of_postgresql_give() {
    let stand = prepare();
    stand.run("CREATE SCHEMA other");
    for name in ["f_sum", "f_format", "f_luhn", "f_iban"] {
        let head = format!("CREATE OR REPLACE FUNCTION {{functions}}.{name}(");
        let sql = FUNCTIONS.split("\n;;\n").find(|sql| sql.contains(&head)).unwrap();
        stand.run(&sql.replace("{functions}", "other"));
    }
    let pair = |call: &str| format!("immuta_functions.{call}, other.{call}");
    for text in texts() {
        let (value, seed) = (literal(&text), format!("sha2({}, 256)", literal(&text)));
        let (shown, sum) = (format!("f_format({value}, {seed})"), format!("f_sum({seed})"));
        let mut calls = vec![
            pair(&sum),
            pair(&shown),
            // In the views it is what f_format shows that gets check digits.
            format!("immuta_functions.f_luhn(immuta_functions.{shown}), other.f_luhn(other.{shown})"),
            format!("immuta_functions.f_iban({value}, immuta_functions.{shown}), other.f_iban({value}, other.{shown})"),
        ];
        if text.chars().count() <= 64 {
            calls.push(pair(&format!("f_luhn({value})")));
            calls.push(pair(&format!("f_iban({value}, {value})")));
        }
        for call in calls {
            let row = stand.cells("postgres", &format!("SELECT {call}")).unwrap().remove(0);
            assert_eq!(row[0], row[1], "{call}");
        }
    }
    for call in ["f_sum(NULL)", "f_format(NULL, 'x')", "f_luhn(NULL)", "f_iban('x', NULL)"] {
        let row = stand.cells("postgres", &format!("SELECT {}", pair(call))).unwrap().remove(0);
        assert_eq!(row, [None, None], "{call}");
    }
}
