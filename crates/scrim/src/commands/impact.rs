//! `scrim impact BEFORE AFTER`: what the change from one directory of policy files to another means for people.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use chrono::Utc;

use crate::failure::Failure;
use crate::{Output, files};

/// What `impact` is given.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The policy files as they are.
    before: PathBuf,
    /// The policy files as they are to be.
    after: PathBuf,
}

/// Prints who gains or loses what; exit code 1 when anybody does.
pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<ExitCode, Failure> {
    let before = files::catalog(&arguments.before, output)?;
    let after = files::catalog(&arguments.after, output)?;
    let effects = scrim_policy::effect(&before, &after, Utc::now());
    let mut out = anstream::stdout();
    if output == Output::Json {
        writeln!(out, "{}", serde_json::to_string_pretty(&effects)?)?;
        return Ok(ExitCode::from(u8::from(!effects.is_empty())));
    }
    for effect in &effects {
        writeln!(out, "{}", effect.data_source)?;
        for (count, what, people) in [
            (effect.gain, "may read it now", &effect.gaining),
            (effect.lose, "may not read it any more", &effect.losing),
        ] {
            if count > 0 {
                let names: Vec<&str> = people.iter().map(|name| name.as_str()).collect();
                let more = if count > names.len() { ", …" } else { "" };
                writeln!(out, "  {count} {what}: {}{more}", names.join(", "))?;
            }
        }
        for why in &effect.closed {
            writeln!(out, "  {why}")?;
        }
        for column in &effect.columns {
            let counts = [
                (column.more, "more"),
                (column.less, "less"),
                (column.otherwise, "by a mask written otherwise, at most: it may show more, or less"),
            ];
            let seen: Vec<String> = counts
                .iter()
                .filter(|(count, _)| *count > 0)
                .map(|(count, how)| format!("{count} see it {how}"))
                .collect();
            writeln!(out, "  column {}: {}", column.name, seen.join(", "))?;
        }
        if effect.other_rows > 0 {
            writeln!(out, "  other row rules hold for {}: they may see more rows, or fewer", effect.other_rows)?;
        }
    }
    if effects.is_empty() {
        writeln!(out, "nothing changes for anybody who is in the files")?;
    }
    Ok(ExitCode::from(u8::from(!effects.is_empty())))
}
