//! The reference statements: every valid one is accepted, every wrong one is
//! refused by the rule about its fault.

use std::time::{Duration, Instant};

use scrim_redshift_gate::{check, check_own};
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    id: String,
    kind: String,
    title: String,
    sql: String,
}

fn cases() -> serde_json::Result<Vec<Case>> {
    let files = [include_str!("statements/statements.json"), include_str!("statements/statements-more.json")];
    let mut cases = Vec::new();
    for text in files {
        cases.extend(serde_json::from_str::<Vec<Case>>(text)?);
    }
    Ok(cases)
}

/// The rule that refuses each wrong statement.
#[rustfmt::skip]
const RULES: &[(&str, &str)] = &[
    ("W01", "statement-kind"), ("W02", "array"), ("W03", "on-conflict"),
    ("W04", "operator"), ("W05", "returning"), ("W06", "view-options"),
    ("W07", "lateral"), ("W08", "filter-clause"), ("W09", "distinct-on"),
    ("W10", "operator"), ("W11", "type"), ("W12", "type"),
    ("W13", "statement-kind"), ("W14", "statement-kind"), ("W15", "statement-form"),
    ("W16", "function"), ("W17", "function"), ("W18", "any-array"),
    ("W19", "is-distinct-from"), ("W20", "statement-kind"), ("W21", "statement-kind"),
    ("W22", "values-table"), ("W23", "function-argument"), ("W24", "type"),
    ("W25", "statement-kind"), ("W26", "row-lock"), ("W27", "statement-kind"),
    ("W28", "function"), ("W29", "bare-function"), ("W30", "table-partition"),
    ("W31", "statement-form"), ("W32", "tablesample"), ("W33", "type"),
    ("W34", "statement-kind"), ("W35", "data-modifying-cte"), ("W36", "returns-rows"),
    ("W37", "statement-kind"), ("W38", "statement-kind"), ("W39", "function"),
    ("W40", "statement-kind"), ("W41", "array"), ("W42", "view-options"),
    ("W43", "statement-kind"), ("W44", "statement-kind"), ("W45", "statement-form"),
    ("W46", "generated-always"), ("W47", "check-constraint"), ("W48", "statement-kind"),
    ("W49", "type"), ("W50", "function"), ("W51", "row-constructor"),
    ("W52", "statement-form"), ("W53", "statement-form"), ("W54", "udf-argument"),
    ("W55", "udf-volatility"), ("W56", "statement-kind"),
];

#[test]
fn valid_statements_are_accepted() {
    let mut refused = Vec::new();
    let mut count = 0;
    for case in cases().unwrap().iter().filter(|case| case.kind == "V") {
        count += 1;
        if let Err(refusal) = check(&case.sql) {
            refused.push(format!("{} {}: {refusal}", case.id, case.title));
        }
    }
    assert_eq!(refused, Vec::<String>::new());
    assert_eq!(count, 101);
}

#[test]
fn wrong_statements_are_refused_by_their_rule() {
    let mut other = Vec::new();
    let mut count = 0;
    for case in cases().unwrap().iter().filter(|case| case.kind == "W") {
        count += 1;
        let rule = check(&case.sql).map_or_else(|refusal| refusal.rule, |_| "accepted");
        if !RULES.contains(&(case.id.as_str(), rule)) {
            other.push(format!("(\"{}\", \"{rule}\"), // {}", case.id, case.title));
        }
    }
    assert!(other.is_empty(), "{}", other.join("\n"));
    assert_eq!(count, RULES.len());
}

#[test]
fn the_shape_of_policy_views_is_an_own_statement() {
    let sql = include_str!("statements/view-skeleton.sql");
    check_own(sql).unwrap();
    check_own(&sql.replace("CREATE VIEW", "CREATE OR REPLACE VIEW")).unwrap();
}

/// Twenty masked columns with nested conditions, the widest usual view.
#[test]
fn a_wide_policy_view_is_checked_quickly() {
    let mask = |n: usize| {
        format!(
            "CASE WHEN f.f0 = 1 AND f.f1 = 1 THEN t.c{n} WHEN f.f2 = 1 THEN \
             CASE WHEN t.c{n} IS NULL THEN NULL WHEN pg_catalog.LEN(t.c{n}) > 4 THEN \
             CAST(pg_catalog.LEFT(t.c{n}, 4) || pg_catalog.REPEAT('*', GREATEST(pg_catalog.LEN(t.c{n}) - 4, 0)) AS VARCHAR(256)) \
             ELSE CASE WHEN f.f3 = 1 THEN 'short' ELSE 'none' END END \
             ELSE CAST(pg_catalog.SHA2(t.c{n} || k.salt, 256) AS VARCHAR(256)) END"
        )
    };
    let names: Vec<String> = (0..20).map(|n| format!("\"c{n}\"")).collect();
    let masks: Vec<String> = (0..20).map(mask).collect();
    let sql = format!(
        "CREATE OR REPLACE VIEW v.wide ({}) AS SELECT {} FROM db.public.wide AS t \
         CROSS JOIN (SELECT pg_catalog.MAX(e.f0) AS f0, pg_catalog.MAX(e.f1) AS f1, pg_catalog.MAX(e.f2) AS f2, pg_catalog.MAX(e.f3) AS f3 \
         FROM s.flags AS e WHERE e.u = current_user) AS f \
         CROSS JOIN (SELECT pg_catalog.MAX(s.salt) AS salt FROM s.salt AS s) AS k \
         WHERE f.f0 = 1 WITH NO SCHEMA BINDING",
        names.join(", "),
        masks.join(", ")
    );
    check_own(&sql).unwrap();
    let start = Instant::now();
    check(&sql).unwrap();
    let one = start.elapsed();
    println!("check of a view of 20 columns: {one:?}");
    assert!(one < Duration::from_secs(1), "{one:?}");
}
