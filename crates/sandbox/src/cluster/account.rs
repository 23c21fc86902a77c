//! The account that runs PostgreSQL, which refuses to run as root.

use std::ffi::OsStr;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::SandboxError;

/// An ordinary user of this machine, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) uid: u32,
    pub(super) gid: u32,
}

impl Account {
    /// The account to run PostgreSQL as when the program itself runs as root: `postgres`, else `nobody`.
    pub(super) fn instead_of_root() -> Result<Account, SandboxError> {
        let accounts = std::fs::read_to_string("/etc/passwd").map_err(SandboxError::system("read /etc/passwd"))?;
        ["postgres", "nobody"].iter().find_map(|name| named(name, &accounts)).ok_or(SandboxError::NoAccount)
    }
}

fn named(name: &str, accounts: &str) -> Option<Account> {
    accounts.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next() != Some(name) {
            return None;
        }
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        (uid != 0).then_some(Account { uid, gid })
    })
}

/// A command that runs as `account` (or, without one, as this program's user), in `directory`, with nothing to read
/// and nowhere to write until the caller says otherwise. It is in a process group of its own, so that Ctrl-C at the
/// terminal reaches only the program, and knows nothing of the caller's `PG…` variables.
pub(super) fn command(program: impl AsRef<OsStr>, account: Option<Account>, directory: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(directory).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.process_group(0).env("LC_ALL", "C");
    for (name, _) in std::env::vars_os() {
        if name.as_encoded_bytes().starts_with(b"PG") {
            command.env_remove(name);
        }
    }
    if let Some(account) = account {
        // The standard library drops the supplementary groups along with root's user id.
        command.uid(account.uid).gid(account.gid);
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNTS: &str = "root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65533:nobody:/:/usr/sbin/nologin\n\
                            postgres-old:x:7:7::/:/bin/sh\npostgres:x:101:104:PostgreSQL,,,:/var/lib/postgresql:/bin/bash\n";

    #[test]
    fn finds_accounts_by_their_whole_name() {
        assert_eq!(named("postgres", ACCOUNTS), Some(Account { uid: 101, gid: 104 }));
        assert_eq!(named("nobody", ACCOUNTS), Some(Account { uid: 65534, gid: 65533 }));
        assert_eq!(named("nobo", ACCOUNTS), None);
    }

    #[test]
    fn never_takes_an_account_that_is_root_by_another_name() {
        assert_eq!(named("postgres", "postgres:x:0:0::/:/bin/sh\n"), None);
    }
}
