//! The server's settings, as a configuration file.

use std::path::Path;

use super::{HOST, Options};
use crate::SandboxError;

/// Says whether the names of the settings can stand in a configuration file.
pub(super) fn check(settings: &[(String, String)]) -> Result<(), SandboxError> {
    let plain = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "._".contains(c));
    match settings.iter().find(|(name, _)| !plain(name)) {
        Some((name, _)) => Err(SandboxError::SettingName { name: name.clone() }),
        None => Ok(()),
    }
}

/// The configuration file: of settings written twice, PostgreSQL takes the last.
pub(super) fn file(options: &Options, port: u16, sockets: &Path) -> String {
    let mut lines = vec![line("timezone", "UTC"), line("log_timezone", "UTC"), line("lc_messages", "C")];
    if !options.durable {
        lines.extend(["fsync", "synchronous_commit", "full_page_writes"].map(|name| line(name, "off")));
    }
    // Views of many policies have long expressions, and compiling such a one takes minutes.
    lines.push(line("jit", "off"));
    lines.extend(options.settings.iter().map(|(name, value)| line(name, value)));
    lines.push(line("listen_addresses", HOST));
    lines.push(line("port", &port.to_string()));
    lines.push(line("unix_socket_directories", &format!("\"{}\"", sockets.display())));
    lines.push(line("password_encryption", password_method(options)));
    lines.concat()
}

/// How passwords are asked for and kept.
pub(super) fn password_method(options: &Options) -> &'static str {
    if options.md5 { "md5" } else { "scram-sha-256" }
}

fn line(name: &str, value: &str) -> String {
    let value = value.replace('\\', "\\\\").replace('\'', "''").replace('\n', "\\n").replace('\r', "\\r");
    format!("{name} = '{value}'\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_quoted_and_names_are_checked() {
        assert_eq!(line("search_path", "a'b\\c\nport = 1"), "search_path = 'a''b\\\\c\\nport = 1'\n");
        let setting = |name: &str| [(name.to_owned(), String::new())];
        assert!(check(&setting("pg_stat_statements.max")).is_ok());
        assert!(check(&setting("a b")).is_err());
        assert!(check(&setting("")).is_err());
    }

    #[test]
    fn the_port_cannot_be_changed_by_a_setting() {
        let options = Options { settings: vec![("port".to_owned(), "1".to_owned())], ..Options::default() };
        let file = file(&options, 4000, Path::new("/tmp"));
        assert_eq!(file.lines().rfind(|line| line.starts_with("port")), Some("port = '4000'"));
        assert!(file.contains("password_encryption = 'scram-sha-256'"));
        let md5 = super::file(&Options { md5: true, ..Options::default() }, 4000, Path::new("/tmp"));
        assert!(md5.contains("password_encryption = 'md5'"));
    }
}
