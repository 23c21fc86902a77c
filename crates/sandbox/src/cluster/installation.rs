//! Where PostgreSQL's server programs are.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::SandboxError;

/// Where distributions install PostgreSQL, as the directory, the start of the version's directory's name, and what
/// follows the version.
const PLACES: &[(&str, &str, &str)] = &[
    ("/usr/lib/postgresql", "", "bin"),
    ("/usr", "pgsql-", "bin"),
    ("/opt/homebrew/opt", "postgresql@", "bin"),
    ("/usr/local/opt", "postgresql@", "bin"),
    ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
];

/// Finds the directory of PostgreSQL's server programs, `initdb` and `postgres`: what `SCRIM_PG_BIN` says, else where
/// `PATH` leads, else the newest version installed in one of the usual places.
///
/// # Errors
///
/// [`SandboxError::WrongBinDirectory`] when `SCRIM_PG_BIN` is set and wrong, [`SandboxError::NotInstalled`] when
/// nothing is found.
pub fn find_postgresql() -> Result<PathBuf, SandboxError> {
    find(std::env::var_os("SCRIM_PG_BIN").as_deref(), std::env::var_os("PATH").as_deref(), PLACES)
}

fn find(told: Option<&OsStr>, path: Option<&OsStr>, places: &[(&str, &str, &str)]) -> Result<PathBuf, SandboxError> {
    if let Some(told) = told.filter(|told| !told.is_empty()) {
        let directory = PathBuf::from(told);
        return if holds_server(&directory) {
            Ok(directory)
        } else {
            Err(SandboxError::WrongBinDirectory { directory })
        };
    }
    if let Some(found) = path.and_then(|path| std::env::split_paths(path).find(|directory| holds_server(directory))) {
        return Ok(behind_links(found));
    }
    let newest = places.iter().flat_map(installed).max_by(|one, other| one.0.cmp(&other.0));
    newest.map(|(_, directory)| directory).ok_or_else(|| {
        let looked: Vec<String> =
            places.iter().map(|(parent, prefix, rest)| format!("{parent}/{prefix}*/{rest}")).collect();
        SandboxError::NotInstalled { looked: looked.join(", ") }
    })
}

fn holds_server(directory: &Path) -> bool {
    directory.is_absolute() && ["initdb", "postgres"].iter().all(|program| directory.join(program).is_file())
}

/// The directory that really holds the programs: its neighbours, such as `psql`, are rarely linked to as well.
fn behind_links(directory: PathBuf) -> PathBuf {
    let real = directory.join("postgres").canonicalize().ok();
    let real = real.as_deref().and_then(Path::parent).filter(|real| holds_server(real)).map(Path::to_path_buf);
    real.unwrap_or(directory)
}

/// The installations in one place, each with its version.
fn installed(place: &(&str, &str, &str)) -> Vec<(Vec<u32>, PathBuf)> {
    let (parent, prefix, rest) = place;
    let Ok(entries) = std::fs::read_dir(parent) else { return Vec::new() };
    let versioned = entries.filter_map(|entry| {
        let entry = entry.ok()?;
        let name = entry.file_name();
        let version = name.to_str()?.strip_prefix(prefix)?;
        let version = version.split('.').map(str::parse).collect::<Result<Vec<u32>, _>>().ok()?;
        let directory = entry.path().join(rest);
        holds_server(&directory).then_some((version, directory))
    });
    versioned.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn install(root: &Path, directory: &str) -> PathBuf {
        let directory = root.join(directory);
        std::fs::create_dir_all(&directory).unwrap();
        for program in ["initdb", "postgres"] {
            std::fs::write(directory.join(program), "").unwrap();
        }
        directory
    }

    #[test]
    fn what_the_user_said_wins_and_must_be_right() {
        let root = tempfile::tempdir().unwrap();
        let told = install(root.path(), "told");
        let on_path = install(root.path(), "path");
        assert_eq!(find(Some(told.as_os_str()), Some(on_path.as_os_str()), &[]).unwrap(), told);
        let error = find(Some(root.path().as_os_str()), Some(on_path.as_os_str()), &[]).unwrap_err();
        assert!(matches!(error, SandboxError::WrongBinDirectory { .. }), "{error}");
    }

    #[test]
    fn links_on_the_path_are_followed_to_the_installation() {
        let root = tempfile::tempdir().unwrap();
        let real = install(&root.path().canonicalize().unwrap(), "real");
        let links = root.path().join("links");
        std::fs::create_dir(&links).unwrap();
        for program in ["initdb", "postgres"] {
            std::os::unix::fs::symlink(real.join(program), links.join(program)).unwrap();
        }
        assert_eq!(find(None, Some(links.as_os_str()), &[]).unwrap(), real);
    }

    #[test]
    fn the_newest_version_is_the_highest_number_not_the_last_name() {
        let root = tempfile::tempdir().unwrap();
        install(root.path(), "9.6/bin");
        let newest = install(root.path(), "17/bin");
        install(root.path(), "lib/bin");
        let place = [(root.path().to_str().unwrap(), "", "bin")];
        assert_eq!(find(None, None, &place).unwrap(), newest);
    }

    #[test]
    fn finding_nothing_says_what_to_install() {
        let error = find(None, None, &[("/nowhere", "pgsql-", "bin")]).unwrap_err().to_string();
        assert!(error.contains("apt-get install postgresql") && error.contains("/nowhere/pgsql-*/bin"), "{error}");
    }
}
