//! `scrim push DIR`: brings a warehouse to what the files say.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::ExitCode;

use chrono::Utc;
use scrim_catalog::Name;
use scrim_sync::{Options, Report};
use scrim_warehouse::Warehouse;

use crate::failure::Failure;
use crate::{Output, files, runtime};

/// What `push` is given.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    which: super::integration::Which,
    /// Change nothing; tell what would be changed, with exit code 1 if anything would.
    #[arg(long)]
    dry_run: bool,
    /// Drop however many views and users; without it a push that drops more than a tenth is refused.
    #[arg(long)]
    allow_drop: bool,
    /// This data source's table was replaced, or changed its owner or columns, and that is meant. May be repeated.
    #[arg(long, value_name = "SOURCE")]
    confirm: Vec<String>,
    /// This user's login was made anew in the warehouse, and is still theirs. May be repeated.
    #[arg(long, value_name = "USER")]
    confirm_user: Vec<String>,
}

/// Pushes, or tells what a push would do.
pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<ExitCode, Failure> {
    let (catalog, warnings) = files::load(&arguments.which.dir, output)?;
    let integration = files::integration(&catalog, arguments.which.integration.as_deref())?;
    let mut confirmed: BTreeSet<Name> = BTreeSet::new();
    for name in &arguments.confirm {
        confirmed.insert(files::named(&catalog.data_sources, "data source", name)?.name.value().clone());
    }
    let mut confirmed_users: BTreeSet<Name> = BTreeSet::new();
    for name in &arguments.confirm_user {
        confirmed_users.insert(files::named(&catalog.users, "user", name)?.name.value().clone());
    }
    let options = Options { allow_drop: arguments.allow_drop, confirmed, confirmed_users };
    let mut report = runtime()?.block_on(async {
        let mut warehouse = Warehouse::connect(integration).await?;
        let now = Utc::now();
        if arguments.dry_run {
            scrim_sync::dry_run(&warehouse, &catalog, integration, &options, now).await.map_err(Failure::from)
        } else {
            scrim_sync::push(&mut warehouse, &catalog, integration, &options, now).await.map_err(Failure::from)
        }
    })?;
    report.warnings.splice(0..0, warnings);
    print(&report, arguments.dry_run, output)?;
    let differs = arguments.dry_run && report.changes_anything();
    Ok(ExitCode::from(u8::from(differs || !report.failed.is_empty() || !report.withdrawn.is_empty())))
}

/// Prints a report.
pub(crate) fn print(report: &Report, dry_run: bool, output: Output) -> Result<(), Failure> {
    if output == Output::Json {
        writeln!(anstream::stdout(), "{}", serde_json::to_string_pretty(report)?)?;
        return Ok(());
    }
    for warning in &report.warnings {
        writeln!(anstream::stderr(), "warning: {warning}")?;
    }
    for failed in &report.failed {
        let closed = match (failed.closed, dry_run) {
            (true, false) => " (closed: its view shows no rows meanwhile)",
            (true, true) => " (a push closes it: its view shows no rows then)",
            (false, _) => "",
        };
        writeln!(anstream::stderr(), "error: {}: {}{closed}", failed.data_source, failed.reason)?;
    }
    for withdrawn in &report.withdrawn {
        writeln!(anstream::stderr(), "error: user {}: {}", withdrawn.user, withdrawn.reason)?;
    }
    let mut out = anstream::stdout();
    for change in &report.changes {
        writeln!(out, "{:8} {}", change.action, change.data_source)?;
    }
    let (views, users) = (&report.views, &report.profiles);
    if dry_run {
        writeln!(out, "nothing was changed; a push would do this:")?;
    }
    writeln!(
        out,
        "views: {} created, {} replaced, {} dropped, {} unchanged",
        views.created, views.replaced, views.dropped, views.unchanged
    )?;
    writeln!(out, "profiles: {} written, {} removed, {} unchanged", users.written, users.removed, users.unchanged)?;
    if report.refreshed > 0 {
        writeln!(out, "statistics: {} data sources counted", report.refreshed)?;
    }
    Ok(())
}
