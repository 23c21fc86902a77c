//! Policy files from a directory.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use scrim_catalog::documents::Integration;
use scrim_catalog::{Catalog, Named, SourceFile, Stored};

use crate::failure::Failure;
use crate::{Output, report};

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

/// The catalog of a directory. Errors and warnings go to standard error, so that the result of a command stays
/// alone on standard output.
pub(crate) fn catalog(dir: &Path, output: Output) -> Result<Catalog, Failure> {
    let (catalog, warnings) = load(dir, output)?;
    for warning in warnings {
        writeln!(anstream::stderr(), "{}", serde_json::json!({ "warning": warning }))?;
    }
    Ok(catalog)
}

/// The catalog of a directory, and for programs its warnings; people are shown them here.
pub(crate) fn load(dir: &Path, output: Output) -> Result<(Catalog, Vec<String>), Failure> {
    let files = read(dir)?;
    match scrim_catalog::assemble(&files).into_result() {
        Ok((catalog, mut warnings)) => {
            warnings.extend(scrim_policy::idle_policies(&catalog));
            if output == Output::Text {
                report::print(&files, &warnings, output)?;
                return Ok((catalog, vec![]));
            }
            Ok((catalog, warnings.iter().map(ToString::to_string).collect()))
        }
        Err(problems) => {
            report::print(&files, &problems, output)?;
            Err(Failure::Refused)
        }
    }
}

/// A document by its name.
pub(crate) fn named<'a, T>(all: &'a Named<T>, what: &'static str, name: &str) -> Result<&'a Stored<T>, Failure> {
    all.get(name).map(|stored| &**stored).ok_or_else(|| Failure::Unknown {
        what,
        name: name.to_owned(),
        near: scrim_catalog::nearest(name, all.keys().map(|known| known.as_str())).map(str::to_owned),
    })
}

/// The integration of that name, or the only one.
pub(crate) fn integration<'a>(catalog: &'a Catalog, name: Option<&str>) -> Result<&'a Integration, Failure> {
    if let Some(name) = name {
        return named(&catalog.integrations, "integration", name).map(|stored| &stored.item);
    }
    let mut all = catalog.integrations.values();
    match (all.next(), all.next()) {
        (Some(only), None) => Ok(&only.item),
        (None, _) => Err(Failure::NoIntegration),
        _ => Err(Failure::Which(catalog.integrations.keys().map(|name| format!("`{name}`")).collect())),
    }
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
