//! Every text can be read: each colour of texts has a contrast of at least 4.5 to 1 (WCAG 2.2, 1.4.3 at level AA) to each
//! colour it stands on, in light and in dark; what only bounds a field has at least 3 to 1 (1.4.11).

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

const STYLE: &str = include_str!("../assets/console.css");

/// What stands on what, and how much contrast that takes.
const PAIRS: &[(&[&str], &[&str], f64)] = &[
    (&["text", "muted", "accent", "good", "bad"], &["ground", "surface", "raised"], 4.5),
    (&["warn"], &["ground", "surface"], 4.5),
    (&["text", "good"], &["good-ground"], 4.5),
    (&["text", "warn"], &["warn-ground"], 4.5),
    (&["text", "bad"], &["bad-ground"], 4.5),
    (&["on-accent"], &["accent"], 4.5),
    (&["edge"], &["ground", "surface"], 3.0),
];

/// The colours by their names, in light and in dark.
fn colours() -> BTreeMap<&'static str, [&'static str; 2]> {
    let named = STYLE.lines().filter_map(|line| line.trim().strip_prefix("--")?.split_once(": light-dark("));
    let pair = |value: &'static str| {
        let (light, dark) = value.trim_end_matches(");").split_once(", ").unwrap();
        [light, dark]
    };
    named.map(|(name, value)| (name, pair(value))).collect()
}

/// The relative luminance of a colour, as WCAG defines it.
fn luminance(colour: &str) -> f64 {
    let hex = colour.strip_prefix('#').unwrap_or_else(|| panic!("`{colour}` is not written as #rrggbb"));
    let part = |at: usize| {
        let value = f64::from(u8::from_str_radix(hex.get(at..at + 2).unwrap(), 16).unwrap()) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(0) + 0.7152 * part(2) + 0.0722 * part(4)
}

fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn every_text_can_be_read_in_light_and_in_dark() {
    let colours = colours();
    let of = |name: &str, theme: usize| colours.get(name).unwrap_or_else(|| panic!("no colour `{name}`"))[theme];
    let mut wrong = vec![];
    for (texts, grounds, least) in PAIRS {
        for theme in [0, 1] {
            for text in *texts {
                for ground in *grounds {
                    let found = contrast(of(text, theme), of(ground, theme));
                    if found < *least {
                        wrong.push(format!("{text} on {ground}, {}: {found:.2}", ["light", "dark"][theme]));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn black_on_white_is_twenty_one_to_one() {
    assert!((contrast("#000000", "#ffffff") - 21.0).abs() < 0.001);
}
