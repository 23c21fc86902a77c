//! HARDENING 18: what `randomize` draws is the same every time, tells nothing more when asked again, and is unbiased.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use scrim_catalog::{Name, SourceFile, assemble};
use scrim_policy::evaluate::{Released, Row, World, evaluate};
use scrim_policy::{Facts, SaltKey, Value, merge};

/// How many rows are drawn for.
const ROWS: u32 = 20_000;

/// What a mask shows of the same value in many rows.
fn shown(mask: &str, column_type: &str, value: &str, salt: &str) -> Vec<String> {
    let text = format!(
        "{{ kind: integration, name: w, engine: postgresql, database: d }}\n---\n\
         {{ kind: data-source, name: s, integration: w, table: a.b, columns: [ {{ name: id, type: integer }}, {{ name: v, type: '{column_type}' }} ] }}\n---\n\
         {{ kind: data-policy, name: p, where: all, rules: [ {{ mask: {{ columns: {{ name: v }}, with: {mask} }} }} ] }}"
    );
    let file = SourceFile { path: Arc::new(PathBuf::from("t.yaml")), text };
    let (catalog, _) = assemble(&[file]).into_result().unwrap();
    let merged = merge(&catalog, catalog.data_sources.values().next().unwrap()).unwrap();
    assert_eq!((merged.closed.len(), merged.warnings.len()), (0, 0), "{:?}", merged.warnings);
    let (id, v) = (Name::new("id").unwrap(), Name::new("v").unwrap());
    let value = Value::read(value, &column_type.parse().unwrap()).unwrap();
    let row = |n: u32| Row::from([(id.clone(), Value::Number(n.into())), (v.clone(), value.clone())]);
    let rows: Vec<Row> = (0..ROWS).map(row).collect();
    let salt = |_: &SaltKey| salt.to_owned();
    let (lookups, released) = (BTreeMap::new(), Released::default());
    let world = World { now: chrono::Utc::now(), login: "u", salt: &salt, lookups: &lookups, released: &released };
    let seen = evaluate(&merged, true, &Facts::default(), &rows, &world);
    seen.into_iter().map(|row| row[&v].value.to_string()).collect()
}

fn mean_and_deviation(numbers: &[f64]) -> (f64, f64) {
    let count = f64::from(ROWS);
    let mean = numbers.iter().sum::<f64>() / count;
    let variance = numbers.iter().map(|number| (number - mean).powi(2)).sum::<f64>() / count;
    (mean, variance.sqrt())
}

#[test]
fn noise_is_unbiased_bounded_and_as_wide_as_it_says() {
    for (column_type, value, stddev) in [
        ("numeric(12,2)", "1000.00", 50.0),
        ("integer", "-3", 4.0),
        ("double precision", "0.5", 0.25),
        ("bigint", "5000000000", 1e6),
    ] {
        let mask = format!("{{ randomize: {{ noise: {{ stddev: {stddev} }}, by: {{ name: id }} }} }}");
        let numbers: Vec<f64> = shown(&mask, column_type, value, "salt").iter().map(|n| n.parse().unwrap()).collect();
        let (mean, deviation) = mean_and_deviation(&numbers);
        let value: f64 = value.parse().unwrap();
        // Four standard errors: one run in 16,000 would fail, and the draws are the same in every run.
        let error = 4.0 * stddev / f64::from(ROWS).sqrt();
        assert!((mean - value).abs() < error, "{column_type}: {mean} is not {value} ± {error}");
        assert!((deviation / stddev - 1.0).abs() < 0.03, "{column_type}: {deviation} is not {stddev}");
        assert!(numbers.iter().all(|number| (number - value).abs() <= 4.9 * stddev + 1.0), "{column_type}");
    }
    let days: Vec<f64> =
        shown("{ randomize: { noise: { stddev: 30 }, by: { name: id } } }", "date", "2000-06-15", "salt")
            .iter()
            .map(|day| {
                day.parse::<chrono::NaiveDate>()
                    .unwrap()
                    .signed_duration_since(chrono::NaiveDate::from_ymd_opt(2000, 6, 15).unwrap())
                    .num_days()
            })
            .map(|days| f64::from(i32::try_from(days).unwrap()))
            .collect();
    let (mean, deviation) = mean_and_deviation(&days);
    assert!(
        mean.abs() < 4.0 * 30.0 / f64::from(ROWS).sqrt() && (deviation / 30.0 - 1.0).abs() < 0.03,
        "{mean} {deviation}"
    );
    let within =
        shown("{ randomize: { noise: { stddev: 50, low: 0, high: 100 }, by: { name: id } } }", "integer", "90", "salt");
    assert!(within.iter().all(|number| (0..=100).contains(&number.parse::<i32>().unwrap())));
}

#[test]
fn answers_come_as_often_as_the_rate_says_and_each_as_often() {
    let mask = "{ randomize: { domain: [ yes, no, maybe, never ], rate: 0.4, by: { name: id } } }";
    let answers = shown(mask, "varchar(10)", "yes", "salt");
    let count = |word: &str| f64::from(u32::try_from(answers.iter().filter(|answer| *answer == word).count()).unwrap());
    for (word, share) in [("yes", 0.7), ("no", 0.1), ("maybe", 0.1), ("never", 0.1)] {
        let (expected, error) = (share * f64::from(ROWS), 4.0 * (share * (1.0 - share) * f64::from(ROWS)).sqrt());
        assert!((count(word) - expected).abs() < error, "{word}: {} is not {expected} ± {error}", count(word));
    }
    // What is in no domain is never shown: it could not have been drawn.
    assert!(!shown(mask, "varchar(10)", "secret", "salt").contains(&"secret".to_owned()));
}

#[test]
fn asking_again_draws_the_same_and_another_salt_draws_anew() {
    for (mask, column_type, value) in [
        ("{ randomize: { noise: { stddev: 50 }, by: { name: id } } }", "integer", "7"),
        ("{ randomize: { domain: [ a, b ], rate: 1, by: { name: id } } }", "text", "a"),
    ] {
        let once = shown(mask, column_type, value, "salt");
        assert_eq!(once, shown(mask, column_type, value, "salt"));
        assert_ne!(once, shown(mask, column_type, value, "other"));
    }
    // Of one draw at two widths the value could be told: the sums would be 2 · (v + n) − (v + 2n) = v.
    let narrow = shown("{ randomize: { noise: { stddev: 50 }, by: { name: id } } }", "integer", "7", "salt");
    let wide = shown("{ randomize: { noise: { stddev: 100 }, by: { name: id } } }", "integer", "7", "salt");
    let told = narrow
        .iter()
        .zip(&wide)
        .filter(|(narrow, wide)| (2 * narrow.parse::<i32>().unwrap() - wide.parse::<i32>().unwrap() - 7).abs() <= 1);
    assert!(told.count() < 1000);
}
