//! `scrim integration bootstrap-script|install DIR`: the system objects in the warehouse.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use scrim_catalog::TableName;
use scrim_catalog::documents::{Engine, Integration, Layout};
use scrim_sql::system;
use secrecy::SecretString;
use serde_json::json;

use crate::failure::Failure;
use crate::{Output, files, runtime};

/// The environment variable of the one-time URL.
const ADMIN_URL: &str = "SCRIM_ADMIN_URL";

/// What `integration` is given.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Print the SQL that an administrator of the warehouse runs once.
    BootstrapScript(Which),
    /// Run that SQL, as the administrator of the URL in the environment variable SCRIM_ADMIN_URL.
    Install(Which),
}

/// Which integration.
#[derive(clap::Args)]
pub(crate) struct Which {
    /// The directory of policy files.
    pub(crate) dir: PathBuf,
    /// The integration; may be left out where there is one.
    #[arg(long)]
    pub(crate) integration: Option<String>,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<ExitCode, Failure> {
    match &arguments.command {
        Command::BootstrapScript(which) => bootstrap_script(which, output),
        Command::Install(which) => install(which, output),
    }
}

fn bootstrap_script(which: &Which, output: Output) -> Result<ExitCode, Failure> {
    let catalog = files::catalog(&which.dir, output)?;
    let integration = files::integration(&catalog, which.integration.as_deref())?;
    let script = script(integration, &system::tables(&catalog, integration));
    match output {
        Output::Text => write!(anstream::stdout(), "{script}")?,
        Output::Json => {
            writeln!(anstream::stdout(), "{}", json!({ "integration": integration.name.as_str(), "sql": script }))?
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The script, with the login's password left to the administrator: no secret stands in it.
fn script(integration: &Integration, tables: &[TableName]) -> String {
    let (statements, reads, password): (Vec<String>, Vec<String>, &str) = match integration.engine {
        Engine::Postgresql => (
            system::postgresql::install(integration),
            tables.iter().map(|table| system::postgresql::reads(integration, table)).collect(),
            "\\password",
        ),
        Engine::Redshift => (
            system::redshift::install(integration),
            tables.iter().flat_map(|table| system::redshift::reads(integration, table)).collect(),
            "ALTER USER ... PASSWORD, for",
        ),
    };
    let database = match integration.layout() {
        Layout::Central => &integration.system_database,
        Layout::PerDatabase => &integration.database,
    };
    let mut text = format!(
        "-- What Scrim needs in the database {}, to be run once by an administrator: all of it, or nothing.\n\
         -- With psql: psql -v ON_ERROR_STOP=1 -f THIS. It may be run again, for another version or other settings. Afterwards give Scrim's login a password:\n\
         --   {password} {}\n\nBEGIN;\n",
        comment(database),
        comment(&integration.user)
    );
    for statement in statements {
        text += &format!("\n{statement};\n");
    }
    if integration.engine == Engine::Redshift {
        text += "\nCOMMIT;\n\n-- What the views read: to be run in the database of each table.\n";
        text.extend(reads.iter().map(|statement| format!("{statement};\n")));
        return text;
    }
    text += "\n-- What the views read.\n";
    text.extend(reads.iter().map(|statement| format!("{statement};\n")));
    text + "\nCOMMIT;\n"
}

/// A name inside a comment: nothing in it may end the line.
fn comment(name: &str) -> String {
    name.escape_debug().to_string()
}

fn install(which: &Which, output: Output) -> Result<ExitCode, Failure> {
    let catalog = files::catalog(&which.dir, output)?;
    let integration = files::integration(&catalog, which.integration.as_deref())?;
    let url = SecretString::from(std::env::var(ADMIN_URL).map_err(|_| Failure::NoAdminUrl)?);
    let tables = system::tables(&catalog, integration);
    let warnings = runtime()?.block_on(scrim_warehouse::install(integration, &tables, &url))?;
    match output {
        Output::Json => {
            let answer = json!({ "integration": integration.name.as_str(), "installed": true, "warnings": warnings });
            writeln!(anstream::stdout(), "{}", serde_json::to_string_pretty(&answer)?)?;
        }
        Output::Text => {
            for warning in &warnings {
                writeln!(anstream::stderr(), "warning: {warning}")?;
            }
            writeln!(
                anstream::stdout(),
                "installed in `{}` at {}:{}: schemas {}, {}, {} and {}, owned by {}; login {}{}",
                integration.database,
                integration.host,
                integration.port(),
                integration.system_schema(),
                integration.functions_schema(),
                integration.procedures_schema(),
                integration.views.schema,
                integration.owner_role,
                integration.user,
                if integration.password.is_some() { ", its password set" } else { "; give it a password" }
            )?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
