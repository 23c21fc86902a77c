//! `scrim discover DIR`: looks for sensitive data in the tables of an integration, and proposes tags. Changes nothing.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::ExitCode;

use comfy_table::{ContentArrangement, Table, presets};
use scrim_catalog::Name;
use scrim_reconciler::discovering::{Findings, LookError, ROWS, look, own_identifiers, proposed};
use scrim_warehouse::Warehouse;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::{Output, files, runtime};

/// What `discover` is given.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    which: super::integration::Which,
    /// Only this data source. May be repeated.
    #[arg(long, value_name = "SOURCE")]
    source: Vec<String>,
    /// How many rows of each table are sampled.
    #[arg(long, default_value_t = ROWS, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    rows: u32,
    /// Only what is at least so sure, from 0 to 1.
    #[arg(long, default_value_t = 0.5)]
    confidence: f64,
}

/// Prints what was found; exit code 1 when a table could not be looked at.
pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<ExitCode, Failure> {
    let catalog = files::catalog(&arguments.which.dir, output)?;
    let integration = files::integration(&catalog, arguments.which.integration.as_deref())?;
    let mut named: BTreeSet<Name> = BTreeSet::new();
    for name in &arguments.source {
        named.insert(files::named(&catalog.data_sources, "data source", name)?.name.value().clone());
    }
    let (mut found, mut failed): (Vec<Value>, usize) = (Vec::new(), 0);
    runtime()?.block_on(async {
        let mut warehouse = Warehouse::connect(integration).await?;
        for source in catalog.data_sources.values().filter(|source| source.integration == integration.name) {
            if !named.is_empty() && !named.contains(source.name.value()) {
                continue;
            }
            match look(&mut warehouse, &own_identifiers(&catalog), integration, source, arguments.rows).await {
                Ok(findings) => found.extend(rows(&findings, arguments.confidence)),
                // One table that cannot be read keeps no other one from being looked at.
                Err(error @ (LookError::Nothing(_) | LookError::Warehouse(_))) => {
                    failed += 1;
                    writeln!(anstream::stderr(), "error: {}: {error}", source.name)?;
                }
                Err(error @ LookError::Identifiers(_)) => return Err(Failure::from(error)),
            }
        }
        Ok(())
    })?;
    print(&found, output)?;
    Ok(ExitCode::from(u8::from(failed > 0)))
}

fn rows(findings: &Findings, least: f64) -> Vec<Value> {
    let mut rows = Vec::new();
    for (column, found) in &findings.columns {
        let written = findings.source.columns.iter().find(|one| one.name.value() == column);
        let tags: Vec<&str> = written.iter().flat_map(|column| &column.tags).map(|tag| tag.as_str()).collect();
        for finding in found.iter().filter(|finding| finding.confidence >= least) {
            let proposed = proposed(finding);
            rows.push(json!({
                "data_source": findings.source.name, "column": column, "tag": proposed.tag, "tagged": tags.contains(&proposed.tag.as_str()),
                "identifier": proposed.identifier, "confidence": proposed.confidence, "why": proposed.why,
            }));
        }
    }
    rows
}

fn print(found: &[Value], output: Output) -> Result<(), Failure> {
    let mut out = anstream::stdout();
    if output == Output::Json {
        writeln!(out, "{}", serde_json::to_string_pretty(found)?)?;
        return Ok(());
    }
    if found.is_empty() {
        writeln!(out, "nothing was found")?;
        return Ok(());
    }
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(["data source", "column", "tag", "sure", "why"]);
    for row in found {
        let text = |field: &str| row.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
        let sure = row.get("confidence").and_then(Value::as_f64).map_or_else(String::new, |sure| format!("{sure:.2}"));
        let known = row.get("tagged") == Some(&Value::Bool(true));
        let tag = if known { format!("{} (has it)", text("tag")) } else { text("tag") };
        table.add_row([text("data_source"), text("column"), tag, sure, text("why")]);
    }
    writeln!(out, "{table}")?;
    Ok(())
}
