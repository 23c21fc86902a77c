//! One private PostgreSQL cluster, from `initdb` to the removal of its directory.

mod account;
mod guard;
mod installation;
mod place;
mod secret;
mod server;
mod settings;
mod url;

use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};

pub use installation::find_postgresql;
pub use secret::random_password;

use crate::SandboxError;
use guard::Guard;
use place::Place;
use server::Server;

/// The address every cluster listens on: never one that other machines can reach.
const HOST: &str = "127.0.0.1";

/// The name of the superuser of every cluster.
const SUPERUSER: &str = "postgres";

/// How a cluster is set up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// Whether data must survive a crash of the machine. `false`, the default, turns `fsync`, `synchronous_commit` and
    /// `full_page_writes` off, which makes everything faster; a crash of the machine then loses the cluster.
    pub durable: bool,
    /// More server settings, as `postgresql.conf` names and values: `("work_mem", "64MB")`. They win over everything
    /// chosen here but `port`, `listen_addresses`, `unix_socket_directories` and `password_encryption`.
    pub settings: Vec<(String, String)>,
    /// Whether the cluster outlives the [`Cluster`] and the program from the moment it has started, as if
    /// [`Cluster::keep`] had been called then.
    pub keep: bool,
    /// Whether passwords are asked for, and kept, as MD5 hashes: for clients of servers that know nothing better, such
    /// as Amazon Redshift. `false`, the default, means scram-sha-256.
    pub md5: bool,
}

/// A running private PostgreSQL cluster.
///
/// When dropped it is stopped at once, without regard for its data, and its directory is removed; dropping takes some
/// tens of milliseconds. The same happens soon after the program ends in any other way, SIGKILL included. What is kept
/// ([`Options::keep`], [`Cluster::keep`]) is left running.
///
/// Connections over TCP and over the socket in [`Cluster::directory`] both need a password (scram-sha-256, unless
/// [`Options::md5`] says otherwise).
#[derive(Debug)]
pub struct Cluster {
    server: Server,
    guard: Guard,
    place: Place,
    programs: PathBuf,
    password: SecretString,
    kept: bool,
}

impl Cluster {
    /// Creates a cluster (UTF-8, locale C, time zone UTC) and waits until it accepts connections: about a second.
    /// Blocks; in asynchronous code, call it where blocking is allowed.
    ///
    /// As root, which PostgreSQL refuses, the server runs as the account `postgres` or else `nobody`.
    ///
    /// # Errors
    ///
    /// When PostgreSQL is not installed ([`SandboxError::NotInstalled`]), there is no account or directory for it, or
    /// `initdb` or the server fails, with the last lines of what they said. Nothing is left behind.
    pub fn start(options: &Options) -> Result<Cluster, SandboxError> {
        let programs = find_postgresql()?;
        settings::check(&options.settings)?;
        let place = Place::create()?;
        let mut guard = Guard::start(&place)?;
        let password = random_password()?;
        server::initialise(&programs, &place, &mut guard, SUPERUSER, password.expose_secret(), options)?;
        let server = Server::start(&programs, &place, &mut guard, options)?;
        let mut cluster = Cluster { server, guard, place, programs, password, kept: false };
        if options.keep {
            cluster.release();
        }
        Ok(cluster)
    }

    /// The TCP port the cluster listens on.
    pub fn port(&self) -> u16 {
        self.server.port()
    }

    /// The address the cluster listens on, `127.0.0.1`.
    pub fn host(&self) -> &str {
        HOST
    }

    /// The cluster's own directory: `data` (the data directory), `log` (the server's log) and the server's socket.
    pub fn directory(&self) -> &Path {
        self.place.directory()
    }

    /// The name of the superuser, `postgres`.
    pub fn superuser(&self) -> &str {
        SUPERUSER
    }

    /// The superuser's password, random for each cluster: letters and digits.
    pub fn password(&self) -> &SecretString {
        &self.password
    }

    /// The directory of PostgreSQL's server programs the cluster runs from.
    pub fn bin_dir(&self) -> &Path {
        &self.programs
    }

    /// Where `psql` is, should it be installed: beside the server programs.
    pub fn psql_path(&self) -> PathBuf {
        self.programs.join("psql")
    }

    /// A connection string for the superuser. It holds the password: not for logs.
    pub fn admin_url(&self, database: &str) -> String {
        self.user_url(SUPERUSER, self.password.expose_secret(), database)
    }

    /// A connection string for `user`. It holds the password: not for logs.
    pub fn user_url(&self, user: &str, password: &str, database: &str) -> String {
        url::postgresql(user, password, HOST, self.port(), database)
    }

    /// Leaves the cluster running, also after the program has ended, and returns its directory. From then on it is
    /// stopped with `pg_ctl stop -D DIRECTORY/data`, run as the account that owns the directory, or by sending SIGINT
    /// to the process whose id is the first line of `DIRECTORY/data/postmaster.pid`.
    pub fn keep(mut self) -> PathBuf {
        self.release();
        self.place.directory().to_path_buf()
    }

    fn release(&mut self) {
        if !self.kept {
            self.kept = true;
            self.place.keep();
            self.guard.release();
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if !self.kept {
            self.guard.stop();
            self.server.wait();
            self.guard.wait();
        }
    }
}
