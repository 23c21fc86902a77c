//! Functions of masks whose text is long: Redshift's functions are one expression over their arguments, without loops, so
//! that what is done with each character of a value is written out for each.

use std::fmt::Write as _;

use crate::qualify::qualified;

/// The most characters of a value; longer ones are NULL.
const MOST: usize = 64;
/// How many characters one hash serves, with four hexadecimal digits each.
const SERVED: usize = 16;

/// The statements that make them.
pub(super) fn functions() -> String {
    [sum(), format(), luhn(), iban()].join("\n;;\n")
}

fn function(why: &str, name: &str, arguments: &str, returns: &str, body: &str) -> String {
    format!(
        "{why}\nCREATE OR REPLACE FUNCTION {{functions}}.{name}({arguments}) RETURNS {returns} IMMUTABLE\n\
         AS $scrim$ SELECT {} $scrim$ LANGUAGE sql",
        qualified(body)
    )
}

/// The sum of the eight numbers that a hash is made of.
fn sum() -> String {
    let draws: Vec<String> = (0..8).map(|at| format!("STRTOL(SUBSTRING($1, {}, 8), 16)", at * 8 + 1)).collect();
    function(
        "-- The sum of the eight numbers that a hash is made of: nearly normally distributed.",
        "f_sum",
        "VARCHAR(64)",
        "BIGINT",
        &draws.join(" + "),
    )
}

/// Each digit, letter and character beyond ASCII of the value replaced by one of its class, drawn from the seed and its
/// place.
fn format() -> String {
    let mut shown = Vec::new();
    for at in 0..MOST {
        let code = format!("ASCII(SUBSTRING($1, {}, 1))", at + 1);
        let from = at % SERVED * 4 + 1;
        let draw = format!("STRTOL(SUBSTRING(SHA2($2 || '{}', 256), {from}, 4), 16)", at / SERVED);
        let of = |first: u8, count: u8| format!("CHR(CAST({first} + MOD({draw}, {count}) AS INTEGER))");
        shown.push(format!(
            "CASE WHEN LENGTH($1) <= {at} THEN '' WHEN {code} BETWEEN 48 AND 57 THEN {} WHEN {code} BETWEEN 65 AND 90 THEN {} \
             WHEN {code} BETWEEN 97 AND 122 OR {code} > 127 THEN {} ELSE SUBSTRING($1, {}, 1) END",
            of(48, 10),
            of(65, 26),
            of(97, 26),
            at + 1
        ));
    }
    function(
        "-- A text with each character replaced by one of its class, drawn from the seed and its place. NULL when it is longer\n\
         -- than 64 characters.",
        "f_format",
        "VARCHAR(65535), VARCHAR(64)",
        "VARCHAR(65535)",
        &format!("CASE WHEN LENGTH($1) <= {MOST} THEN {} END", shown.join("\n|| ")),
    )
}

/// The last digit such that the digits pass Luhn's test.
fn luhn() -> String {
    let digits = "REGEXP_REPLACE($1, '[^0-9]', '')";
    let until_last = "REGEXP_REPLACE($1, '[^0-9]+$', '')";
    let mut sum = String::from("0");
    for at in 1..MOST {
        let digit = format!("(ASCII(SUBSTRING({digits}, LENGTH({digits}) - {at}, 1)) - 48)");
        let value = if at % 2 == 1 {
            format!("CASE WHEN {digit} > 4 THEN 2 * {digit} - 9 ELSE 2 * {digit} END")
        } else {
            digit
        };
        let _ = write!(sum, "\n+ CASE WHEN LENGTH({digits}) > {at} THEN {value} ELSE 0 END");
    }
    function(
        "-- A text with its last digit such that the digits pass Luhn's test.",
        "f_luhn",
        "VARCHAR(65535)",
        "VARCHAR(65535)",
        &format!(
            "CASE WHEN LENGTH({digits}) = 0 THEN $1 ELSE LEFT({until_last}, LENGTH({until_last}) - 1) \
             || CAST(MOD(10 - MOD({sum}, 10), 10) AS VARCHAR(1)) || SUBSTRING($1, LENGTH({until_last}) + 1, {MOST}) END"
        ),
    )
}

/// The country that the account had, and the check digits that go with the rest.
fn iban() -> String {
    // Letters count from 10: A is 10, Z is 35.
    let mut number = "REPLACE(SUBSTRING($2, 5, 64), ' ', '') || LEFT($1, 2) || '00'".to_owned();
    for (at, letter) in ('A'..='Z').enumerate() {
        number = format!("REPLACE({number}, '{letter}', '{}')", at + 10);
    }
    // Fourteen digits at a time, behind the remainder of those before.
    let mut remainder = String::from("''");
    for part in 0..5 {
        let digits = format!("SUBSTRING({number}, {}, 14)", part * 14 + 1);
        let all = if part == 0 { digits } else { format!("CAST({remainder} AS VARCHAR(2)) || {digits}") };
        remainder = format!("MOD(CAST({all} AS BIGINT), 97)");
    }
    function(
        "-- A text in the form of an account number, with the country that it had and the check digits that go with the rest.",
        "f_iban",
        "VARCHAR(65535), VARCHAR(65535)",
        "VARCHAR(65535)",
        &format!(
            "CASE WHEN $1 ~ '^[A-Z][A-Z][0-9][0-9][A-Z0-9 ]+$' AND LENGTH(REPLACE($1, ' ', '')) BETWEEN 15 AND 34 \
             THEN LEFT($1, 2) || LPAD(CAST(98 - {remainder} AS VARCHAR(2)), 2, '0') || SUBSTRING($2, 5, 64) ELSE $2 END"
        ),
    )
}
