//! Documents of every form, drawn at random, are the same when they were JSON meanwhile.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::PathBuf;
use std::sync::Arc;

use scrim_catalog::{SourceFile, from_json, read};
use scrim_testkit::random::{Choice, documents};

#[test]
fn random_documents_are_the_same_in_json() {
    for seed in 1..400 {
        let text = documents(&mut Choice::new(seed));
        let (mut found, mut problems) = (vec![], vec![]);
        read(&SourceFile { path: Arc::new(PathBuf::from("t.yaml")), text }, &mut found, &mut problems);
        assert_eq!(problems, []);
        for (_, document) in found {
            let json = document.to_json().unwrap();
            let again = from_json(document.kind(), document.name(), &json);
            assert_eq!(again.map_err(|problem| format!("{problem}\n{json:#}")).unwrap(), document, "{json:#}");
        }
    }
}
