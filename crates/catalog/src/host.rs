//! Where the warehouse of an integration is. It is read by many, and kept in every version: no place for a password.

use std::net::IpAddr;

use crate::documents::Integration;
use crate::{Problem, Stored};

/// What is wrong with the `host` of an integration that somebody writes: it is no host name, address or path of a socket, but
/// a URL, for instance, which may have a password in it. What was written is not repeated.
#[must_use]
pub fn misplaced(integration: &Stored<Integration>) -> Option<Problem> {
    (!is_host(&integration.host)).then(|| {
        Problem::error(
            &integration.file,
            integration.name.mark(),
            "`host` is not the name of a host, an address, or the path of a directory of sockets",
        )
        .help(
            "write it alone, as `db.example.com`, `10.0.0.1` or `/run/postgresql`: port, database, user and password have fields \
             of their own",
        )
    })
}

fn is_host(text: &str) -> bool {
    if let Some(path) = text.strip_prefix('/') {
        return !path.starts_with('/') && !path.chars().any(|char| char == '@' || char.is_control());
    }
    // An address of one link has the link behind it.
    let (address, link) = text.split_once('%').unwrap_or((text, ""));
    let word = |text: &str| text.chars().all(|char| char.is_alphanumeric() || "-_.".contains(char));
    let name = (1..=253).contains(&text.len()) && word(text);
    name || (address.parse::<IpAddr>().is_ok() && word(link))
}

#[cfg(test)]
mod tests {
    use super::is_host;

    #[test]
    fn hosts_are_names_addresses_and_paths() {
        let hosts =
            ["localhost", "db-1.example.com", "db_1", "bücher.example", "10.0.0.1", "::1", "fe80::1%eth0", "/run/pg"];
        for host in hosts {
            assert!(is_host(host), "{host}");
        }
        let others =
            ["", "h:5432", "u@h", "postgres://u:secret@h/db", "//u:secret@h/db", "u:secret@h", "h/d", "h d", "a,b"];
        for other in others.into_iter().chain(["h?password=x", "/x@y", "::1%a@b", "10.0.0.1%u:p", "/a\nb"]) {
            assert!(!is_host(other), "{other}");
        }
        assert!(!is_host(&"h".repeat(254)));
    }
}
