//! `scrim unmask DIR`: finds the value of a token of a `reversible` mask, for somebody who asked and was allowed.

use std::io::Write;
use std::process::ExitCode;

use scrim_catalog::documents::{DataSource, Permission, User};
use scrim_catalog::{Catalog, Stored};
use scrim_policy::{Facts, Masking, merge, owns, source_key};
use scrim_sql::located;
use scrim_warehouse::{Unmask, Warehouse};
use serde_json::json;

use crate::failure::Failure;
use crate::{Output, files, runtime};

/// What `unmask` is given.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    which: super::integration::Which,
    /// The data source.
    #[arg(long)]
    source: String,
    /// The column.
    #[arg(long)]
    column: String,
    /// The token, as the view shows it.
    #[arg(long)]
    token: String,
    /// Who asks.
    #[arg(long, value_name = "USER")]
    requested_by: String,
    /// Who allows it: another person, who owns the data source or has the permission GOVERNANCE.
    #[arg(long, value_name = "USER")]
    approved_by: String,
    /// Why; kept with the names in the warehouse.
    #[arg(long)]
    reason: String,
}

/// Prints the value; exit code 1 when no row has it.
pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<ExitCode, Failure> {
    let catalog = files::catalog(&arguments.which.dir, output)?;
    let integration = files::integration(&catalog, arguments.which.integration.as_deref())?;
    let source = files::named(&catalog.data_sources, "data source", &arguments.source)?;
    allowed(&catalog, source, arguments)?;
    let value = runtime()?.block_on(async {
        let warehouse = Warehouse::connect(integration).await?;
        let unmask = Unmask {
            key: &source_key(&source.name),
            table: &located(integration, &source.table),
            column: &arguments.column,
            token: &arguments.token,
            requested_by: &arguments.requested_by,
            approved_by: &arguments.approved_by,
            reason: &arguments.reason,
        };
        warehouse.resolve(&unmask).await.map_err(Failure::from)
    })?;
    let mut out = anstream::stdout();
    match (output, &value) {
        (Output::Json, value) => writeln!(out, "{}", json!({ "value": value }))?,
        (Output::Text, Some(value)) => writeln!(out, "{value}")?,
        (Output::Text, None) => writeln!(anstream::stderr(), "no row has this token")?,
    }
    Ok(ExitCode::from(u8::from(value.is_none())))
}

/// Whether the one may ask and the other may allow it.
fn allowed(catalog: &Catalog, source: &DataSource, arguments: &Arguments) -> Result<(), Failure> {
    let refuse = |why: String| Err(Failure::NotAllowed(why));
    let by: &Stored<User> = files::named(&catalog.users, "user", &arguments.requested_by)?;
    let approver: &Stored<User> = files::named(&catalog.users, "user", &arguments.approved_by)?;
    if by.name.value() == approver.name.value() {
        return refuse("nobody approves their own request".to_owned());
    }
    if let Some(disabled) = [by, approver].into_iter().find(|user| user.disabled) {
        return refuse(format!("the user `{}` is disabled", disabled.name));
    }
    let governs = approver.permissions.contains(&Permission::Governance);
    if !governs && !owns(source, &Facts::personal(catalog, approver)) {
        return refuse(format!("`{}` neither owns `{}` nor has the permission GOVERNANCE", approver.name, source.name));
    }
    if arguments.reason.trim().is_empty() {
        return refuse("a reason is needed".to_owned());
    }
    // A source whose columns only the warehouse knows is left to it: there are no tokens of other columns.
    let Ok(merged) = merge(catalog, source) else { return Ok(()) };
    let column = merged.columns.iter().find(|column| column.name.as_str() == arguments.column);
    let Some(column) = column else {
        let near = scrim_catalog::nearest(&arguments.column, merged.columns.iter().map(|c| c.name.as_str()));
        return Err(Failure::Unknown { what: "column", name: arguments.column.clone(), near: near.map(str::to_owned) });
    };
    if !column.masks.iter().any(|mask| mask.mask == Masking::Reversible) {
        return refuse(format!("no `reversible` mask is on the column `{}` of `{}`", column.name, source.name));
    }
    Ok(())
}
