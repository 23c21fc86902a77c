//! Tags: dotted, hierarchical labels. A parent covers its children: `PII` covers `PII.SSN`.

use crate::Name;

/// Whether a condition on `parent` is met by something tagged `tag`.
pub fn covers(parent: &Name, tag: &Name) -> bool {
    tag.strip_prefix(parent.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// How deep a dotted name is: `PII` is 1, `PII.SSN` is 2.
pub fn depth(tag: &Name) -> usize {
    tag.split('.').count()
}

/// The name itself and every name above it, the name first: `A.B.C`, `A.B`, `A`.
pub fn with_ancestors(name: &Name) -> Vec<Name> {
    let mut all = vec![name.clone()];
    let mut rest: &str = name;
    while let Some((parent, _)) = rest.rsplit_once('.') {
        if let Ok(parent) = Name::new(parent) {
            all.push(parent);
        }
        rest = parent;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        Name::new(text).unwrap()
    }

    #[test]
    fn a_parent_covers_its_children_and_not_its_namesakes() {
        assert!(covers(&name("PII"), &name("PII.SSN")));
        assert!(covers(&name("PII"), &name("PII")));
        assert!(!covers(&name("PII"), &name("PIIX")));
        assert!(!covers(&name("PII.SSN"), &name("PII")));
    }

    #[test]
    fn ancestors_run_up_to_the_root() {
        assert_eq!(with_ancestors(&name("A.B.C")), [name("A.B.C"), name("A.B"), name("A")]);
    }
}
