//! The directory a cluster lives in.

use std::fs::Permissions;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::account::Account;
use crate::SandboxError;

/// The longest path a temporary directory may have, in bytes: a socket's whole path is held to 103 by some systems.
const LONGEST: usize = 70;

/// A directory (mode 0700) of a cluster's own, and the account that owns it. Removed when dropped, unless kept.
#[derive(Debug)]
pub(super) struct Place {
    directory: TempDir,
    /// `None` when the program's own user runs the server.
    account: Option<Account>,
}

impl Place {
    /// Makes a new directory where the system keeps temporary files, for the account that will run the server.
    pub(super) fn create() -> Result<Place, SandboxError> {
        let mut candidates = vec![std::env::temp_dir(), PathBuf::from("/tmp"), PathBuf::from("/var/tmp")];
        candidates.dedup();
        let mut reasons = Vec::new();
        for parent in candidates {
            match create_in(&parent)? {
                Ok(place) => return Ok(place),
                Err(reason) => reasons.push(format!("{} {reason}", parent.display())),
            }
        }
        Err(SandboxError::NoDirectory { reasons: reasons.join("; ") })
    }

    /// The directory's path, absolute and free of links.
    pub(super) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// The data directory, which `initdb` makes.
    pub(super) fn data(&self) -> PathBuf {
        self.directory().join("data")
    }

    /// The server's log.
    pub(super) fn log(&self) -> PathBuf {
        self.directory().join("log")
    }

    /// The account to run programs as: `None` for the program's own user.
    pub(super) fn account(&self) -> Option<Account> {
        self.account
    }

    /// Writes a file only the cluster's account can read, in place of what was there.
    pub(super) fn write(&self, path: &Path, text: &str) -> Result<(), SandboxError> {
        let doing = || SandboxError::system(format!("write {}", path.display()));
        let name = path.file_name().unwrap_or(path.as_os_str());
        let mut file = tempfile::Builder::new().prefix(name).tempfile_in(self.directory()).map_err(doing())?;
        std::io::Write::write_all(&mut file, text.as_bytes()).map_err(doing())?;
        if let Some(Account { uid, gid }) = self.account {
            std::os::unix::fs::chown(file.path(), Some(uid), Some(gid)).map_err(doing())?;
        }
        file.persist(path).map_err(|error| doing()(error.error))?;
        Ok(())
    }

    /// Leaves the directory in place when this is dropped.
    pub(super) fn keep(&mut self) {
        self.directory.disable_cleanup(true);
    }
}

/// A place in `parent`, or what is wrong with `parent`.
fn create_in(parent: &Path) -> Result<Result<Place, String>, SandboxError> {
    let parent = match parent.canonicalize() {
        Ok(parent) => parent,
        Err(error) => return Ok(Err(format!("cannot be used ({error})"))),
    };
    if parent.as_os_str().len() > LONGEST {
        return Ok(Err(format!("has a path too long for a socket ({LONGEST} bytes at most)")));
    }
    let private = Permissions::from_mode(0o700);
    let directory = match tempfile::Builder::new().prefix("scrim-").permissions(private).tempdir_in(&parent) {
        Ok(directory) => directory,
        Err(error) => return Ok(Err(format!("cannot be written to ({error})"))),
    };
    let described = SandboxError::system(format!("look at {}", directory.path().display()));
    // Whoever owns what this program makes is who this program runs as.
    if std::fs::metadata(directory.path()).map_err(described)?.uid() != 0 {
        return Ok(Ok(Place { directory, account: None }));
    }
    if let Some(closed) = parent.ancestors().find(|ancestor| !open_to_all(ancestor)) {
        return Ok(Err(format!("is closed to ordinary users at {}", closed.display())));
    }
    let account = Account::instead_of_root()?;
    std::os::unix::fs::chown(directory.path(), Some(account.uid), Some(account.gid))
        .map_err(SandboxError::system(format!("give {} to another user", directory.path().display())))?;
    Ok(Ok(Place { directory, account: Some(account) }))
}

/// Whether every user may pass through a directory.
fn open_to_all(directory: &Path) -> bool {
    std::fs::metadata(directory).is_ok_and(|about| about.permissions().mode() & 0o001 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parent_that_is_missing_or_too_long_is_passed_over_with_a_reason() {
        assert!(create_in(Path::new("/no/such/directory")).unwrap().unwrap_err().contains("cannot be used"));
        let root = tempfile::tempdir().unwrap();
        let long = root.path().join("x".repeat(LONGEST));
        std::fs::create_dir(&long).unwrap();
        assert!(create_in(&long).unwrap().unwrap_err().contains("too long"));
    }

    #[test]
    fn what_is_written_is_private() {
        let place = Place::create().unwrap();
        let path = place.directory().join("secret");
        place.write(&path, "one").unwrap();
        place.write(&path, "two").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "two");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::metadata(place.directory()).unwrap().permissions().mode() & 0o777, 0o700);
    }
}
