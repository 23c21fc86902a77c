//! `scrim integration bootstrap-script DIR`.

use std::fmt::Write as _;
use std::io::Write;
use std::process::ExitCode;

use scrim_catalog::documents::{Engine, Integration};
use scrim_sql::system::{self, Section};
use serde_json::{Value, json};

use super::Which;
use crate::failure::Failure;
use crate::{Output, files};

/// Prints the script.
pub(super) fn run(which: &Which, output: Output) -> Result<ExitCode, Failure> {
    let catalog = files::catalog(&which.dir, output)?;
    let integration = files::integration(&catalog, which.integration.as_deref())?;
    let sections = system::script(integration, &system::tables(&catalog, integration));
    let script = script(integration, &sections);
    match output {
        Output::Text => write!(anstream::stdout(), "{script}")?,
        Output::Json => {
            let section = |section: &Section| json!({ "database": section.database, "transaction": section.whole, "statements": section.statements });
            let sections: Vec<Value> = sections.iter().map(section).collect();
            let answer = json!({ "integration": integration.name.as_str(), "sql": script, "sections": sections });
            writeln!(anstream::stdout(), "{answer}")?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The script for psql, with the login's password left to the administrator: no secret stands in it.
fn script(integration: &Integration, sections: &[Section]) -> String {
    let user = comment(&integration.user);
    let first = sections.first().map_or("", |section| section.database.as_str());
    let password = match integration.engine {
        Engine::Postgresql => format!("\\password {user}"),
        Engine::Redshift => {
            format!("ALTER USER ... PASSWORD ..., for {user}; or none, with temporary credentials of IAM")
        }
    };
    let mut text = format!(
        "-- What Scrim needs, to be run once by an administrator, in the database {}.\n\
         -- With psql: psql -v ON_ERROR_STOP=1 -f THIS. It may be run again, for another version or other settings.\n\
         -- Afterwards give Scrim's login a password:\n--   {password}\n",
        comment(first)
    );
    let mut connected = first;
    for section in sections {
        if section.database != connected {
            let _ = write!(text, "\n\\connect {}\n", argument(&section.database));
            connected = &section.database;
        }
        text.push('\n');
        for line in &section.about {
            let _ = writeln!(text, "-- {line}");
        }
        text += if section.whole { "BEGIN;\n" } else { "\\set ON_ERROR_STOP off\n" };
        for statement in &section.statements {
            text += if section.whole { "\n" } else { "" };
            let _ = writeln!(text, "{statement};");
        }
        text += if section.whole { "\nCOMMIT;\n" } else { "\\set ON_ERROR_STOP on\n" };
    }
    text
}

/// A name inside a comment: nothing in it may end the line.
fn comment(name: &str) -> String {
    name.escape_debug().to_string()
}

/// A name as psql reads it after one of its own commands.
fn argument(name: &str) -> String {
    format!("'{}'", name.replace('\\', "\\\\").replace('\'', "''"))
}
