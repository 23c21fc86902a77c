//! Documents put together into a catalog, with every problem found on the way.

use crate::catalog::Catalog;
use crate::check;
use crate::host::misplaced;
use crate::read::{SourceFile, read};
use crate::{Problem, Severity};

/// What came of a directory of documents.
#[derive(Clone, Debug)]
pub struct Assembled {
    /// The catalog; to be used only when there is no error.
    catalog: Catalog,
    /// Everything that is wrong or odd, in the order of files and lines.
    pub problems: Vec<Problem>,
}

impl Assembled {
    /// The catalog, unless there is an error.
    ///
    /// # Errors
    /// All problems, when one of them is an error.
    pub fn into_result(self) -> Result<(Catalog, Vec<Problem>), Vec<Problem>> {
        if self.problems.iter().any(|p| p.severity == Severity::Error) {
            Err(self.problems)
        } else {
            Ok((self.catalog, self.problems))
        }
    }
}

/// Reads files and puts their documents together. Names are unique per kind, references must be good; all
/// problems of all files come in one go.
pub fn assemble(files: &[SourceFile]) -> Assembled {
    let mut problems = Vec::new();
    let mut documents = Vec::new();
    for file in files {
        read(file, &mut documents, &mut problems);
    }
    // A document that cannot be read may be what others refer to: their references are then left unchecked,
    // so that one mistake is one problem.
    let complete = problems.is_empty();
    let mut catalog = Catalog::default();
    for (file, document) in documents {
        let name = document.name();
        if let Some((other, mark)) = catalog.placed(document.kind(), name) {
            let place = format!("the other one is in {}:{}", other.display(), mark.line);
            problems.push(Problem::error(&file, name.mark(), format!("`{name}` is defined twice")).help(place));
        } else {
            catalog.put(&file, document, &mut problems);
        }
    }
    // Where it is written, and not where it is kept: what was kept before must not keep a service from starting.
    problems.extend(catalog.integrations.values().filter_map(|one| misplaced(one)));
    if complete {
        check::all(&catalog, &mut problems);
    }
    problems.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
    Assembled { catalog, problems }
}
