//! The functions of masks give in Redshift, run by its double, what those of PostgreSQL give.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[allow(dead_code, reason = "shared with the test of the system objects")]
#[path = "redshift_system/stand.rs"]
mod stand;

use scrim_testkit::literal;
use stand::Stand;

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
    let catalog =
        scrim_testkit::catalog("{ kind: integration, name: w, engine: redshift, database: d, layout: per-database }");
    let stand = Stand::start(catalog.integrations.values().next().unwrap().item.clone());
    stand.install().unwrap();
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
