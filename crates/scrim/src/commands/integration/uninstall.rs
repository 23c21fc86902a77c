//! `scrim integration uninstall DIR`.

use std::io::Write;
use std::process::ExitCode;

use scrim_sql::system;
use serde_json::json;

use super::{Which, admin_url};
use crate::failure::Failure;
use crate::{Output, files, runtime};

/// What `uninstall` is given.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    which: Which,
    /// Do it; otherwise it is only said what would be removed.
    #[arg(long)]
    yes: bool,
}

/// Runs the command; exit code 1 when something is still there that should be gone.
pub(super) fn run(arguments: &Arguments, output: Output) -> Result<ExitCode, Failure> {
    let catalog = files::catalog(&arguments.which.dir, output)?;
    let integration = files::integration(&catalog, arguments.which.integration.as_deref())?;
    let url = admin_url()?;
    let tables = system::tables(&catalog, integration);
    let really = arguments.yes;
    let removal = runtime()?.block_on(scrim_warehouse::uninstall(integration, &tables, &url, really))?;
    let nothing = removal.removed.is_empty();
    let done = removal.complete() && (really || nothing);
    let mut out = anstream::stdout();
    match output {
        Output::Json => {
            let kept = |kept: &scrim_warehouse::Kept| json!({ "object": kept.object, "reason": kept.reason });
            let kept: Vec<_> = removal.kept.iter().map(kept).collect();
            let answer = json!({
                "integration": integration.name.as_str(),
                "removed": removal.removed,
                "kept": kept,
                "done": done,
            });
            writeln!(out, "{}", serde_json::to_string_pretty(&answer)?)?;
        }
        Output::Text => {
            let verb = if really { "removed" } else { "would remove" };
            for object in &removal.removed {
                writeln!(out, "{verb} {object}")?;
            }
            for kept in &removal.kept {
                let verb = if kept.intended { "kept" } else { "left" };
                writeln!(out, "{verb} {}: {}", kept.object, kept.reason)?;
            }
            let end = match (nothing, removal.complete()) {
                (true, true) => "there is nothing to remove",
                (true, false) => "nothing was removed",
                (false, _) if !really => "nothing was removed yet: say `--yes` to do it",
                (false, true) => "uninstalled",
                (false, false) => "not all of it could be removed: see what was left, and try again",
            };
            writeln!(out, "{end}")?;
        }
    }
    Ok(ExitCode::from(u8::from(!done)))
}
