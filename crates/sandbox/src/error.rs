//! What can go wrong, told to the person who has to put it right.

use std::path::PathBuf;

/// Why a cluster could not be started, or sample data could not be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SandboxError {
    /// No PostgreSQL server programs on this machine.
    #[error(
        "PostgreSQL's server programs (initdb and postgres) were not found: looked on PATH and in {looked}. \
         Install PostgreSQL 12 or newer (Debian and Ubuntu: apt-get install postgresql; Fedora and RHEL: dnf install \
         postgresql-server; macOS: brew install postgresql), or set SCRIM_PG_BIN to the directory that holds them"
    )]
    NotInstalled {
        /// The directories looked in besides `PATH`, with commas.
        looked: String,
    },
    /// `SCRIM_PG_BIN` names a directory without the server programs.
    #[error(
        "SCRIM_PG_BIN is {directory}, which does not hold both initdb and postgres. Set it to the directory that does \
         (on Debian: /usr/lib/postgresql/VERSION/bin), or unset it to have one searched for"
    )]
    WrongBinDirectory {
        /// What `SCRIM_PG_BIN` says.
        directory: PathBuf,
    },
    /// Root runs the program, and there is no other account to run PostgreSQL.
    #[error(
        "PostgreSQL refuses to run as root, and /etc/passwd has neither an account 'postgres' nor an account 'nobody' \
         to run it instead. Run this program as an ordinary user, or create one of them"
    )]
    NoAccount,
    /// No temporary directory is fit for a cluster.
    #[error(
        "no temporary directory is fit for a PostgreSQL cluster: {reasons}. Set TMPDIR to a directory with a short \
         path, writable, and (when running as root) open to every user"
    )]
    NoDirectory {
        /// Each directory tried and what is wrong with it, with semicolons.
        reasons: String,
    },
    /// A server setting whose name PostgreSQL's configuration file cannot hold.
    #[error("'{name}' cannot be the name of a PostgreSQL setting: use letters, digits, underscores and dots only")]
    SettingName {
        /// The name as given.
        name: String,
    },
    /// The operating system refused something.
    #[error("could not {doing}: {source}")]
    System {
        /// What was being done, as a verb with its object.
        doing: String,
        /// The operating system's answer.
        source: std::io::Error,
    },
    /// `initdb` failed.
    #[error("initdb could not create the cluster. It said:\n{output}")]
    Initialise {
        /// The last lines `initdb` wrote.
        output: String,
    },
    /// The server stopped before it accepted connections.
    #[error("PostgreSQL stopped while starting up ({status}). The last lines of its log:\n{log}")]
    Died {
        /// How the server ended.
        status: String,
        /// The last lines of the server's log.
        log: String,
    },
    /// The server did not accept connections in time.
    #[error(
        "PostgreSQL did not accept connections within {seconds} seconds and was stopped; is the machine overloaded? \
         The last lines of its log:\n{log}"
    )]
    TimedOut {
        /// How long was waited, in seconds.
        seconds: u64,
        /// The last lines of the server's log.
        log: String,
    },
    /// Every port that was chosen had been taken by the time the server wanted it.
    #[error("no free port was found on 127.0.0.1: {attempts} chosen one after the other were taken by other programs")]
    NoPort {
        /// How many ports were tried.
        attempts: usize,
    },
    /// A scale factor the TPC-H generator is not meant for.
    #[error(
        "{scale} is not a usable TPC-H scale factor: give a number from 0.001 to 100 (0.01 is about 60,000 line items)"
    )]
    Scale {
        /// The scale factor as given.
        scale: f64,
    },
    /// The database refused to make or fill a sample table.
    #[error("could not {doing}: {}", explain(.source))]
    Load {
        /// What was being done, as a verb with its object.
        doing: String,
        /// The database's answer.
        source: tokio_postgres::Error,
    },
}

impl SandboxError {
    pub(crate) fn system(doing: impl Into<String>) -> impl FnOnce(std::io::Error) -> SandboxError {
        let doing = doing.into();
        move |source| SandboxError::System { doing, source }
    }

    pub(crate) fn load(doing: impl Into<String>) -> impl FnOnce(tokio_postgres::Error) -> SandboxError {
        let doing = doing.into();
        move |source| SandboxError::Load { doing, source }
    }
}

/// The server's own words where there are any: the driver by itself says no more than "db error".
fn explain(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(said) => format!("{} (SQLSTATE {})", said.message(), said.code().code()),
        None => match std::error::Error::source(error) {
            Some(cause) => format!("{error}: {cause}"),
            None => error.to_string(),
        },
    }
}
