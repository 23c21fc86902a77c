//! `scrim compile DIR`: the SQL of the views, offline.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use scrim_catalog::documents::SourceStatus;
use scrim_sql::{Dialect, PlanError, ViewPlan};
use serde_json::json;

use crate::failure::Failure;
use crate::{Output, files};

/// What `compile` is given.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The directory of policy files.
    dir: PathBuf,
    /// For this engine, `redshift` or `postgresql`, whatever the integration says.
    #[arg(long)]
    dialect: Option<Dialect>,
    /// Only this data source.
    #[arg(long)]
    source: Option<String>,
}

/// Prints one statement a view; a source that cannot be compiled is an error, and the others are printed.
pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<ExitCode, Failure> {
    let catalog = files::catalog(&arguments.dir, output)?;
    let mut sources: Vec<_> = catalog.data_sources.values().map(|source| &**source).collect();
    if let Some(wanted) = &arguments.source {
        sources = vec![files::named(&catalog.data_sources, "data source", wanted)?];
    }
    let mut views = Vec::new();
    let mut failed = Vec::new();
    for source in sources.into_iter().filter(|source| source.status == SourceStatus::Active) {
        let engine = catalog.integrations.get(source.integration.value()).map(|integration| integration.engine);
        let dialect = arguments.dialect.or(engine.map(Dialect::from));
        match (ViewPlan::of(&catalog, source), dialect) {
            (Ok(plan), Some(dialect)) => views.push((scrim_sql::render(&plan, dialect, 1), plan)),
            (Ok(_), None) => failed.push(PlanError::NoIntegration(source.integration.value().clone())),
            (Err(error), _) => failed.push(error),
        }
    }
    match output {
        Output::Json => {
            let view = |(sql, plan): &(String, ViewPlan)| {
                json!({
                    "data_source": plan.source.as_str(), "view": plan.view.to_string(), "sql": sql, "warnings": remarks(plan),
                })
            };
            let list: Vec<_> = views.iter().map(view).collect();
            writeln!(anstream::stdout(), "{}", serde_json::to_string_pretty(&list)?)?;
        }
        Output::Text => {
            for (sql, plan) in &views {
                for (at, remark) in remarks(plan).into_iter().enumerate() {
                    // What closes the source comes first.
                    let level = if at < plan.merged.closed.len() { "error" } else { "warning" };
                    writeln!(anstream::stderr(), "{level}: {remark}")?;
                }
                writeln!(anstream::stdout(), "{sql};\n")?;
            }
        }
    }
    for error in &failed {
        writeln!(anstream::stderr(), "error: {error}")?;
    }
    let closed = views.iter().any(|(_, plan)| !plan.merged.closed.is_empty());
    Ok(ExitCode::from(u8::from(closed || !failed.is_empty())))
}

/// What somebody should know about a view.
fn remarks(plan: &ViewPlan) -> Vec<String> {
    let closed = plan.merged.closed.iter().map(|r| (r, "closes the data source, which shows no rows: "));
    let warnings = plan.merged.warnings.iter().map(|r| (r, ""));
    let line = |(remark, effect): (&scrim_policy::Remark, &str)| {
        format!("{}: rule {} of `{}` {effect}{}", plan.source, remark.rule, remark.policy, remark.message)
    };
    let keys = plan.merged.keys.iter().map(|(_, r)| (r, ""));
    closed.chain(warnings).chain(keys).map(line).collect()
}
