//! `scrim plan DIR`: what applying a directory to a service would change, and what it means for people.

use std::io::Write;
use std::process::ExitCode;

use serde_json::Value;

use crate::client::Client;
use crate::client::documents::{Directory, Done};
use crate::failure::Failure;
use crate::{Output, runtime};

/// What `plan` is given.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    directory: Directory,
}

/// Prints what would change; exit code 1 when anything would.
pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<ExitCode, Failure> {
    let client = Client::from_environment()?;
    let planned = runtime()?.block_on(arguments.directory.send(&client, "/api/v1/plan", output))?;
    print(&planned, output)?;
    Ok(ExitCode::from(u8::from(!planned.changes.is_empty())))
}

/// Prints what was done, or would be.
pub(crate) fn print(done: &Done, output: Output) -> Result<(), Failure> {
    let mut out = anstream::stdout();
    if output == Output::Json {
        writeln!(out, "{}", serde_json::to_string_pretty(done)?)?;
        return Ok(());
    }
    for warning in &done.warnings {
        writeln!(anstream::stderr(), "warning: {warning}")?;
    }
    for change in &done.changes {
        writeln!(out, "{:7} {} {}", change.action, change.kind, change.name)?;
    }
    for effect in done.effects.iter().flatten() {
        effects(&mut out, effect)?;
    }
    let count = |action: &str| done.changes.iter().filter(|change| change.action == action).count();
    let would = if done.dry_run { "nothing was changed; applying it would change: " } else { "" };
    writeln!(out, "{would}{} created, {} updated, {} deleted", count("create"), count("update"), count("delete"))?;
    Ok(())
}

/// What it means for the people of a data source.
fn effects(out: &mut impl Write, effect: &Value) -> Result<(), Failure> {
    let text = |value: &Value, field: &str| value.get(field).and_then(Value::as_str).unwrap_or("").to_owned();
    let count = |value: &Value, field: &str| value.get(field).and_then(Value::as_u64).unwrap_or(0);
    let names = |field: &str| {
        let names = effect.get(field).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        names.collect::<Vec<_>>().join(", ")
    };
    writeln!(out, "\n{}", text(effect, "data_source"))?;
    for (field, what, people) in [("gain", "may read it", "gaining"), ("lose", "may not read it any more", "losing")] {
        if count(effect, field) > 0 {
            writeln!(out, "  {} {what}: {}", count(effect, field), names(people))?;
        }
    }
    for why in effect.get("closed").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
        writeln!(out, "  {why}")?;
    }
    for column in effect.get("columns").and_then(Value::as_array).into_iter().flatten() {
        let seen = [
            ("more", "more"),
            ("less", "less"),
            ("otherwise", "by a mask written otherwise, at most: it may show more, or less"),
        ];
        let seen = seen.iter().filter(|(field, _)| count(column, field) > 0);
        let seen: Vec<String> = seen.map(|(field, how)| format!("{} see it {how}", count(column, field))).collect();
        writeln!(out, "  column {}: {}", text(column, "name"), seen.join(", "))?;
    }
    if count(effect, "other_rows") > 0 {
        writeln!(out, "  other row rules hold for {}", count(effect, "other_rows"))?;
    }
    Ok(())
}
