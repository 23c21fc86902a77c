//! The demo's directory: its catalog, to be read and changed, and the passwords of its people, in files.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use scrim_sandbox::{Cluster, random_password};
use secrecy::{ExposeSecret, SecretString};
use tempfile::TempDir;

use crate::failure::Failure;

/// The documents, as they stand beside the source.
const CATALOG: [(&str, &str); 5] = [
    ("warehouse.yaml", include_str!("../../demo/warehouse.yaml")),
    ("tables.yaml", include_str!("../../demo/tables.yaml")),
    ("people.yaml", include_str!("../../demo/people.yaml")),
    ("policies.yaml", include_str!("../../demo/policies.yaml")),
    ("tests.yaml", include_str!("../../demo/tests.yaml")),
];

/// The directory, and the password that all people of the demo have.
pub(crate) struct Place {
    directory: TempDir,
    /// The password of every person.
    pub(crate) password: SecretString,
}

impl Place {
    /// Writes everything, for this cluster.
    pub(crate) fn create(cluster: &Cluster) -> Result<Self, Failure> {
        let directory = tempfile::Builder::new().prefix("scrim-demo-").tempdir()?;
        let place = Self { directory, password: random_password()? };
        fs::create_dir(place.catalog())?;
        let system = place.path("scrim_system.password");
        let address = format!("host: {}\nport: {}", cluster.host(), cluster.port());
        for (name, text) in CATALOG {
            let text = text
                .replace("host: 127.0.0.1\nport: 5432", &address)
                .replace("{ env: SCRIM_DEMO_PASSWORD }", &format!("{{ file: \"{}\" }}", system.display()));
            fs::write(place.catalog().join(name), text)?;
        }
        private(&system, random_password()?.expose_secret())?;
        let line = format!("{}:{}:*:*:{}\n", cluster.host(), cluster.port(), place.password.expose_secret());
        private(&place.pgpass(), &line)?;
        private(&place.password_file(), &format!("{}\n", place.password.expose_secret()))?;
        Ok(place)
    }

    /// Where everything is.
    pub(crate) fn root(&self) -> &Path {
        self.directory.path()
    }

    /// What the service keeps.
    pub(crate) fn data(&self) -> PathBuf {
        self.path("service")
    }

    /// What the service says of itself.
    pub(crate) fn log(&self) -> PathBuf {
        self.path("service.log")
    }

    /// The administrator's token.
    pub(crate) fn token(&self) -> PathBuf {
        self.path("admin.token")
    }

    /// The password with which people sign in to the console, and to the warehouse.
    pub(crate) fn password_file(&self) -> PathBuf {
        self.path("password")
    }

    /// Writes the administrator's token down.
    pub(crate) fn keep_token(&self, token: &SecretString) -> Result<(), Failure> {
        private(&self.token(), token.expose_secret())
    }

    /// The policy files.
    pub(crate) fn catalog(&self) -> PathBuf {
        self.path("catalog")
    }

    /// The file in which `psql` finds the passwords.
    pub(crate) fn pgpass(&self) -> PathBuf {
        self.path("pgpass")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Leaves the directory where it is.
    pub(crate) fn keep(self) -> PathBuf {
        self.directory.keep()
    }
}

/// A file that nobody else may read, as `psql` demands.
fn private(path: &Path, text: &str) -> Result<(), Failure> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    Ok(file.write_all(text.as_bytes())?)
}
