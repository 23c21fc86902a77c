//! The rules of the house that a reader of the manifests can check.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// What each crate may depend on inside the workspace: only what stands before it on the one straight way.
fn allowed() -> BTreeMap<&'static str, &'static [&'static str]> {
    BTreeMap::from([
        ("catalog", &[][..]),
        ("store", &[]),
        ("discovery", &["catalog"]),
        ("expr", &["catalog"]),
        ("policy", &["catalog", "expr"]),
        ("sql", &["catalog", "expr", "policy"]),
        ("warehouse", &["catalog", "sql"]),
        ("sync", &["catalog", "policy", "sql", "warehouse"]),
        ("registry", &["catalog", "store"]),
        ("reconciler", &["catalog", "discovery", "policy", "registry", "sql", "store", "sync", "warehouse"]),
        ("notify", &["catalog", "policy", "registry", "store"]),
        ("server", &["catalog", "policy", "sql", "warehouse", "sync", "store", "registry", "reconciler", "notify"]),
        // It knows nothing but what the API answers.
        ("console", &[]),
        ("redshift-gate", &[]),
        ("sandbox", &[]),
        ("redshift-double", &["redshift-gate", "sandbox"]),
        ("testkit", &["catalog", "policy", "redshift-double", "sandbox", "sync", "warehouse"]),
        (
            "scrim",
            &[
                "catalog",
                "console",
                "discovery",
                "expr",
                "policy",
                "sql",
                "warehouse",
                "sync",
                "sandbox",
                "store",
                "registry",
                "reconciler",
                "notify",
                "server",
            ],
        ),
    ])
}

#[test]
fn crates_depend_only_on_what_stands_before_them() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned();
    let allowed = allowed();
    let mut seen = 0;
    for entry in fs::read_dir(crates).unwrap() {
        let dir = entry.unwrap();
        let name = dir.file_name().into_string().unwrap();
        let manifest = fs::read_to_string(dir.path().join("Cargo.toml")).unwrap();
        let allowed = allowed.get(name.as_str()).unwrap_or_else(|| panic!("`{name}` has no place in the house yet"));
        let dependencies = manifest.split("[dependencies]").nth(1).unwrap_or("").split("\n[").next().unwrap();
        for line in dependencies.lines().filter_map(|line| line.strip_prefix("scrim-")) {
            let on = line.split(['.', ' ', '=']).next().unwrap();
            assert!(allowed.contains(&on), "`{name}` must not depend on `{on}`");
        }
        assert!(manifest.contains("[lints]\nworkspace = true"), "`{name}` does not take the lints of the workspace");
        seen += 1;
    }
    assert_eq!(seen, allowed.len(), "a crate of the house is missing");
}
