//! `scrim explain DIR --source S`: why a user sees what they see; without a user, who sees what.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use chrono::{DateTime, Utc};
use scrim_catalog::Catalog;
use scrim_catalog::documents::DataSource;
use scrim_policy::{Explanation, Person};

use crate::failure::Failure;
use crate::{Output, files};

/// What `explain` is given.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The directory of policy files.
    dir: PathBuf,
    /// The user; everybody when left out.
    #[arg(long)]
    user: Option<String>,
    /// The data source.
    #[arg(long)]
    source: String,
    /// Only this column.
    #[arg(long)]
    column: Option<String>,
    /// At this time, for example 2026-01-31T00:00:00Z; now by default.
    #[arg(long)]
    at: Option<DateTime<Utc>>,
}

/// Prints the explanation.
pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<ExitCode, Failure> {
    let catalog = files::catalog(&arguments.dir, output)?;
    let source = files::named(&catalog.data_sources, "data source", &arguments.source)?;
    let now = arguments.at.unwrap_or_else(Utc::now);
    let Some(user) = &arguments.user else { return everybody(&catalog, source, arguments, now, output) };
    let user = files::named(&catalog.users, "user", user)?;
    let mut explanation = scrim_policy::explain(&catalog, source, user, now)?;
    if let Some(wanted) = &arguments.column {
        explanation.columns.retain(|column| column.name.as_str() == wanted);
        if explanation.columns.is_empty() {
            return Err(Failure::Unknown { what: "column", name: wanted.clone(), near: None });
        }
    }
    match output {
        Output::Json => writeln!(anstream::stdout(), "{}", serde_json::to_string_pretty(&explanation)?)?,
        Output::Text => print(&explanation)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints who sees what of a data source.
fn everybody(
    catalog: &Catalog,
    source: &DataSource,
    arguments: &Arguments,
    now: DateTime<Utc>,
    output: Output,
) -> Result<ExitCode, Failure> {
    let mut viewers = scrim_policy::viewers(catalog, source, now)?;
    if let Some(wanted) = &arguments.column {
        viewers.columns.retain(|column| column.name.as_str() == wanted);
        if viewers.columns.is_empty() {
            return Err(Failure::Unknown { what: "column", name: wanted.clone(), near: None });
        }
    }
    let mut out = anstream::stdout();
    if output == Output::Json {
        writeln!(out, "{}", serde_json::to_string_pretty(&viewers)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    let list = |out: &mut dyn Write, title: &str, people: &[Person]| -> Result<(), Failure> {
        if !people.is_empty() {
            writeln!(out, "  {title}")?;
        }
        for person in people {
            writeln!(out, "    {:<20} {}", person.user.as_str(), person.because.join("; "))?;
        }
        Ok(())
    };
    writeln!(out, "{}", viewers.data_source)?;
    list(&mut out, "may be read by", &viewers.readers)?;
    list(&mut out, "not by, who lack", &viewers.others)?;
    for column in &viewers.columns {
        writeln!(out, "\ncolumn {}", column.name)?;
        list(&mut out, "in the clear", &column.clear)?;
        list(&mut out, "masked in some rows", &column.mixed)?;
        list(&mut out, "masked", &column.masked)?;
    }
    for rule in &viewers.row_rules {
        let names = |people: &[scrim_catalog::Name]| people.iter().map(|n| n.as_str()).collect::<Vec<_>>().join(", ");
        writeln!(out, "\nrule {} of `{}` ({})", rule.number, rule.policy, rule.rule)?;
        writeln!(out, "  keeps rows from  {}\n  and not from     {}", names(&rule.applies_to), names(&rule.spares))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn print(explanation: &Explanation) -> Result<(), Failure> {
    let mut out = anstream::stdout();
    let may = if explanation.subscribed { "may read" } else { "may not read" };
    writeln!(out, "{} {may} {}", explanation.user, explanation.data_source)?;
    for line in &explanation.because {
        writeln!(out, "  - {line}")?;
    }
    writeln!(out, "\ncolumns{}", if explanation.subscribed { "" } else { ", were the user subscribed" })?;
    for column in &explanation.columns {
        let how = match (column.sees, column.mask) {
            ("clear", _) | (_, None) => "clear".to_owned(),
            (sees, Some(mask)) => format!("{sees} ({mask})"),
        };
        writeln!(out, "  {:<20} {how}", column.name.as_str())?;
        for line in &column.because {
            writeln!(out, "    - {line}")?;
        }
    }
    if !explanation.row_rules.is_empty() {
        writeln!(out, "\nrows")?;
        for rule in &explanation.row_rules {
            let applies = if rule.applies { "applies" } else { "does not apply" };
            writeln!(out, "  rule {} of `{}` ({}) {applies}: {}", rule.number, rule.policy, rule.rule, rule.because)?;
        }
    }
    if !explanation.needs.is_empty() {
        writeln!(out, "\nwhat would change it")?;
        for need in &explanation.needs {
            writeln!(out, "  - {need}")?;
        }
    }
    Ok(())
}
