//! Policy files from a directory.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use scrim_catalog::SourceFile;

use crate::failure::Failure;

/// Reads every `*.yaml` and `*.yml` below a directory, in the order of their names. Names that start with a
/// dot are passed over; so are symbolic links to directories, which could run in circles.
pub(crate) fn read(dir: &Path) -> Result<Vec<SourceFile>, Failure> {
    let mut paths = Vec::new();
    collect(dir, &mut paths)?;
    if paths.is_empty() {
        return Err(Failure::NoFiles(dir.to_owned()));
    }
    paths.sort();
    paths.into_iter().map(read_file).collect()
}

fn collect(dir: &Path, paths: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let fail = |cause| Failure::Read { path: dir.to_owned(), cause };
    for entry in fs::read_dir(dir).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        let path = entry.path();
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        if hidden {
            continue;
        }
        if entry.file_type().map_err(fail)?.is_dir() {
            collect(&path, paths)?;
        } else if path.extension().is_some_and(|e| e == "yaml" || e == "yml") {
            paths.push(path);
        }
    }
    Ok(())
}

fn read_file(path: PathBuf) -> Result<SourceFile, Failure> {
    match fs::read_to_string(&path) {
        Ok(text) => Ok(SourceFile { path: Arc::new(path), text }),
        Err(cause) => Err(Failure::Read { path, cause }),
    }
}
