//! The script of an installation, as psql runs it.

use std::fmt::Write as _;

use scrim_catalog::documents::{Engine, Integration};

use super::Section;

/// The script for psql, with the login's password left to the administrator: no secret stands in it.
pub fn psql(integration: &Integration, sections: &[Section]) -> String {
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
