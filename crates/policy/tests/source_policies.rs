//! What the policies of one data source come to, as a page to read.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fmt::Write as _;
use std::sync::Arc;

use scrim_catalog::{Catalog, SourceFile, assemble};
use scrim_policy::{SourcePolicies, source_policies};

fn told(name: &str) -> SourcePolicies {
    let text = include_str!("sentences/company.yaml").to_owned();
    let (catalog, _): (Catalog, _) = assemble(&[SourceFile { path: Arc::default(), text }]).into_result().unwrap();
    source_policies(&catalog, &catalog.data_sources[name], "2026-06-01T00:00:00Z".parse().unwrap())
}

fn page(told: &SourcePolicies) -> String {
    let mut page = String::new();
    for policy in &told.policies {
        let local = if policy.local { ", local" } else { "" };
        writeln!(page, "{} {} ({:?}{local})", policy.kind, policy.name, policy.status).unwrap();
        policy.sentences.iter().for_each(|sentence| writeln!(page, "  {sentence}").unwrap());
        for one in &policy.columns {
            writeln!(page, "  > {} by rule {}: {}, to {}", one.column, one.rule, one.gives, one.to).unwrap();
        }
        policy.remarks.iter().for_each(|remark| writeln!(page, "  ! {remark}").unwrap());
    }
    let effective = &told.effective;
    let columns = effective.columns.iter().map(|column| &column.sentence);
    let lines: Vec<&str> = effective.access.iter().chain(columns).chain(&effective.rows).map(String::as_str).collect();
    writeln!(page, "In effect:\n  {}\n{:?}", lines.join("\n  "), told.unknown).unwrap();
    page
}

#[test]
fn policies_are_told_with_what_becomes_of_them() {
    let pages: Vec<String> = ["staff", "open", "off", "unknown"].into_iter().map(|name| page(&told(name))).collect();
    insta::assert_snapshot!("source_policies", pages.join("----\n"));
}
