//! `scrim export DIR`: what a service has, as policy files.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use scrim_catalog::{Kind, SourceFile};
use serde_json::json;

use crate::client::Client;
use crate::failure::Failure;
use crate::{Output, runtime};

/// What `export` is given.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The directory to write into, one file a kind: new or empty, unless `--overwrite` is said.
    dir: PathBuf,
    /// Write although there are policy files; those of kinds that the service has none of stay.
    #[arg(long)]
    overwrite: bool,
}

/// Writes the files.
pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<ExitCode, Failure> {
    let client = Client::from_environment()?;
    let dir = &arguments.dir;
    let made = |cause| Failure::Make { path: dir.clone(), cause };
    fs::create_dir_all(dir).map_err(made)?;
    if !arguments.overwrite && fs::read_dir(dir).map_err(made)?.next().is_some() {
        return Err(Failure::NotEmpty(dir.clone()));
    }
    let text = runtime()?.block_on(client.text("/api/v1/export"))?;
    let files = split(&text)?;
    let mut count = 0;
    for (kind, documents) in &files {
        count += documents.len();
        write(&dir.join(format!("{}.yaml", kind.plural())), &documents.join("---\n"))?;
    }
    let mut out = anstream::stdout();
    match output {
        Output::Json => {
            let files: Vec<String> = files.keys().map(|kind| format!("{}.yaml", kind.plural())).collect();
            writeln!(out, "{}", json!({ "documents": count, "files": files }))?;
        }
        Output::Text => writeln!(out, "{count} documents in {} files", files.len())?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The documents of a text, by kind. It is cut where YAML cuts it, and no document begins a line of its own with `---`.
fn split(text: &str) -> Result<BTreeMap<Kind, Vec<String>>, Failure> {
    let mut files: BTreeMap<Kind, Vec<String>> = BTreeMap::new();
    let mut document = String::new();
    for line in text.split_inclusive('\n').chain(["---\n"]) {
        if line.trim_end() != "---" {
            document.push_str(line);
            continue;
        }
        let (mut read, mut problems) = (Vec::new(), Vec::new());
        let file = SourceFile { path: Arc::default(), text: document.clone() };
        scrim_catalog::read(&file, &mut read, &mut problems);
        // Nothing is left out in silence: what is missing from an export would be deleted by whoever applies it.
        match (read.as_slice(), problems.first()) {
            ([(_, one)], None) => files.entry(one.kind()).or_default().push(std::mem::take(&mut document)),
            ([], None) if document.trim().is_empty() => {}
            (_, problem) => {
                return Err(Failure::UnreadableExport(
                    problem.map_or_else(|| "it is no document".to_owned(), ToString::to_string),
                ));
            }
        }
        document.clear();
    }
    Ok(files)
}

/// In one step: a file that is half-written would be half a catalog.
fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let failed = |cause| Failure::Make { path: path.to_owned(), cause };
    let part = path.with_extension("part");
    fs::write(&part, text).map_err(failed)?;
    fs::rename(&part, path).map_err(failed)
}
