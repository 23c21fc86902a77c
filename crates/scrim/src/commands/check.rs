//! `scrim check DIR`: validates policy files offline.

use std::path::PathBuf;
use std::process::ExitCode;

use scrim_catalog::Severity;

use crate::failure::Failure;
use crate::{Output, files, report};

/// What `check` is given.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The directory of policy files.
    dir: PathBuf,
}

/// Prints nothing when all is well; warnings and errors otherwise.
pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<ExitCode, Failure> {
    let files = files::read(&arguments.dir)?;
    let problems = match scrim_catalog::assemble(&files).into_result() {
        Err(problems) => problems,
        Ok((catalog, mut problems)) => {
            problems.extend(scrim_policy::misfits(&catalog));
            problems.extend(scrim_policy::idle_policies(&catalog));
            problems.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
            problems
        }
    };
    report::print(&files, &problems, output)?;
    let refused = problems.iter().any(|p| p.severity == Severity::Error);
    Ok(ExitCode::from(u8::from(refused)))
}
