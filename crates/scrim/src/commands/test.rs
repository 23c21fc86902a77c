//! `scrim test DIR`: runs policy tests with the reference evaluator, offline; with `--engine` through real views as well.

mod engine;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use chrono::Utc;
use scrim_policy::Trial;
use serde_json::json;

use crate::failure::Failure;
use crate::{Output, files};
use engine::Engine;

/// What `test` is given.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The directory of policy files.
    dir: PathBuf,
    /// Run each test through real views in a private PostgreSQL as well: both must agree on every cell.
    #[arg(long)]
    engine: bool,
}

/// Prints one line a test and a summary.
pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<ExitCode, Failure> {
    let catalog = files::catalog(&arguments.dir, output)?;
    let now = Utc::now();
    let engine = if arguments.engine && !catalog.policy_tests.is_empty() { Some(Engine::start()?) } else { None };
    let mut out = anstream::stdout();
    let mut failed = 0;
    let mut results = Vec::new();
    for (number, test) in catalog.policy_tests.values().enumerate() {
        let failures = match Trial::of(&catalog, test, now) {
            Ok(trial) => {
                let mut failures = trial.failures();
                if let Some(engine) = &engine {
                    failures.extend(engine.differences(&trial, number)?);
                }
                failures
            }
            Err(failure) => vec![failure],
        };
        failed += usize::from(!failures.is_empty());
        if output == Output::Text {
            writeln!(out, "{} {}", if failures.is_empty() { "ok    " } else { "FAILED" }, test.name)?;
            for failure in &failures {
                writeln!(out, "         {failure}")?;
            }
        }
        results.push(json!({ "name": test.name.as_str(), "passed": failures.is_empty(), "failures": failures }));
    }
    match output {
        Output::Json => writeln!(out, "{}", serde_json::to_string_pretty(&results)?)?,
        Output::Text => writeln!(out, "{} passed, {failed} failed", results.len() - failed)?,
    }
    Ok(ExitCode::from(u8::from(failed > 0)))
}
