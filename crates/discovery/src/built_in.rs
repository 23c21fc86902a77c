//! The identifiers that everybody has.

use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use scrim_catalog::{Document, Problem, SourceFile, read};

use crate::Identifier;

const FILES: [(&str, &str); 4] = [
    ("national.yaml", include_str!("built_in/national.yaml")),
    ("money_and_machines.yaml", include_str!("built_in/money_and_machines.yaml")),
    ("people.yaml", include_str!("built_in/people.yaml")),
    ("names.yaml", include_str!("built_in/names.yaml")),
];

/// The built-in identifiers, the more specific before the others.
pub fn built_in() -> &'static [Identifier] {
    static ALL: LazyLock<Vec<Identifier>> = LazyLock::new(|| documents().0);
    &ALL
}

fn documents() -> (Vec<Identifier>, Vec<Problem>) {
    let (mut documents, mut problems) = (Vec::new(), Vec::new());
    for (name, text) in FILES {
        let file = SourceFile { path: Arc::new(PathBuf::from(name)), text: text.to_owned() };
        read(&file, &mut documents, &mut problems);
    }
    let mut all: Vec<Identifier> = documents
        .into_iter()
        .filter_map(|(_, document)| match document {
            Document::Identifier(identifier) => Some(*identifier),
            _ => None,
        })
        .collect();
    // A whole name has a word of the one list or of the other, which are not written twice.
    let words: Vec<String> = all
        .iter()
        .filter(|identifier| ["given-name", "surname"].contains(&identifier.name.as_str()))
        .flat_map(|identifier| identifier.dictionary.iter().cloned())
        .collect();
    if let Some(whole) = all.iter_mut().find(|identifier| identifier.name.as_str() == "person-name") {
        whole.dictionary = words;
    }
    (all, problems)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_one_is_read_and_named_once() {
        let (all, problems) = documents();
        assert_eq!(problems, []);
        assert!(all.len() > 50, "{}", all.len());
        let names: BTreeSet<&str> = all.iter().map(|identifier| identifier.name.as_str()).collect();
        assert_eq!(names.len(), all.len());
        assert!(all.iter().all(|identifier| identifier.description.is_some() && identifier.column_name.is_some()));
    }
}
