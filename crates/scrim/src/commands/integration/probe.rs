//! `scrim integration probe DIR`.

use std::io::Write;
use std::process::ExitCode;

use comfy_table::{ContentArrangement, Table, presets};
use scrim_catalog::documents::Engine;
use scrim_warehouse::{Outcome, Probed, Probing};

use super::{Which, admin_url};
use crate::failure::Failure;
use crate::{Output, files, runtime};

/// Says what it makes, tries, and prints what came out; exit code 1 when anything else came out than must.
pub(super) fn run(which: &Which, output: Output) -> Result<ExitCode, Failure> {
    let catalog = files::catalog(&which.dir, output)?;
    let integration = files::integration(&catalog, which.integration.as_deref())?;
    if integration.engine != Engine::Redshift {
        return Err(Failure::NothingToProbe(integration.name.to_string()));
    }
    let url = admin_url()?;
    let scratch = scrim_warehouse::scratch(integration)?;
    writeln!(anstream::stderr(), "this makes {}, and removes them at its end", scratch.told())?;
    let probing = runtime()?.block_on(scrim_warehouse::probe(integration, &scratch, &url))?;
    match output {
        Output::Json => writeln!(anstream::stdout(), "{}", serde_json::to_string_pretty(&probing.probes)?)?,
        Output::Text => print(&probing)?,
    }
    for left in &probing.left {
        writeln!(anstream::stderr(), "error: not removed; do it by hand {left}")?;
    }
    let failed = probing.probes.iter().any(|probe| probe.outcome == Outcome::Failed);
    Ok(ExitCode::from(u8::from(failed || !probing.left.is_empty())))
}

fn print(probing: &Probing) -> Result<(), Failure> {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
    if let Some((width, _)) = terminal_size::terminal_size() {
        table.set_width(width.0);
    }
    table.set_header(["probe", "outcome", "seen"]);
    for probe in &probing.probes {
        let outcome = match probe.outcome {
            Outcome::Ok => "ok",
            Outcome::Failed => "FAILED",
            Outcome::Skipped => "skipped",
        };
        let seen = match probe.outcome {
            Outcome::Failed => format!("{}\nat stake: {}", probe.seen, probe.why),
            _ => probe.seen.clone(),
        };
        table.add_row([probe.name, outcome, &seen]);
    }
    let count = |outcome| probing.probes.iter().filter(|probe: &&Probed| probe.outcome == outcome).count();
    let mut out = anstream::stdout();
    writeln!(out, "{table}")?;
    writeln!(out, "{} ok, {} failed, {} skipped", count(Outcome::Ok), count(Outcome::Failed), count(Outcome::Skipped))?;
    Ok(())
}
