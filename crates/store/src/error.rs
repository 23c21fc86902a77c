//! What can go wrong, told to the person who runs the service.

use std::path::PathBuf;

use sea_orm::{DbErr, RuntimeErr};

/// Why the metadata database did not do what it was asked. No message holds a password, a key or a secret.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The location is not one.
    #[error(
        "the location of the metadata database {0}: write `sqlite:PATH` or `postgresql://USER:PASSWORD@HOST/DATABASE`"
    )]
    Location(String),
    /// No connection.
    #[error("cannot open the metadata database {at}: {reason}")]
    Open {
        /// Which one, without its password.
        at: String,
        /// The reason.
        reason: String,
    },
    /// The database was made by a newer version.
    #[error(
        "the metadata database {at} has version {version}, and this scrim knows versions up to {known}: run the newer scrim again, or restore the backup from before it"
    )]
    Newer {
        /// Which one.
        at: String,
        /// The version it has.
        version: i64,
        /// The newest version that is known here.
        known: i64,
    },
    /// The database could not be brought to the version of this program.
    #[error("cannot bring the metadata database {at} to the version of this scrim: {reason}; nothing was changed")]
    Migration {
        /// Which one.
        at: String,
        /// The reason.
        reason: String,
    },
    /// There is no sealing key, or not in a form that can be read.
    #[error("the sealing key cannot be read from {from}: {reason}")]
    Key {
        /// The file or the environment variable.
        from: String,
        /// What is wrong, and what to do.
        reason: String,
    },
    /// The key is another one than the database was made with.
    #[error(
        "the metadata database {at} was made with another sealing key: start with the key it was made with, or with the newest one if the key was changed since"
    )]
    OtherKey {
        /// Which database.
        at: String,
    },
    /// A secret does not open.
    #[error(
        "the secret `{0}` does not open: it was sealed for another name, or its bytes were changed; store the secret again"
    )]
    Unsealed(String),
    /// The operating system has no random numbers.
    #[error("the operating system gives no random numbers, of which keys are made")]
    NoRandomness,
    /// A text holds what PostgreSQL cannot keep.
    #[error("{0} holds the character NUL (U+0000), which cannot be kept: remove it")]
    Nul(&'static str),
    /// A key is empty.
    #[error("{0} is empty, and must not be")]
    Empty(&'static str),
    /// A key is too long.
    #[error("{field} has {bytes} bytes, and may have at most {limit}: choose a shorter one")]
    TooLong {
        /// What it is.
        field: &'static str,
        /// How long it is.
        bytes: usize,
        /// How long it may be.
        limit: usize,
    },
    /// A moment is outside of what is kept.
    #[error("{0} is a moment outside of the years 1 to 9999")]
    Moment(&'static str),
    /// Others have written since.
    #[error("the last event is {last}, and this change was based on {known}: read what is new, and try again")]
    Behind {
        /// The last event that the writer knew.
        known: u64,
        /// The last event there is.
        last: u64,
    },
    /// An object is not as the writer expected.
    #[error("{kind} `{name}` {}: read it again, and decide again", .version.map_or("does not exist".to_owned(), |version| format!("has version {version} by now")))]
    Changed {
        /// The kind.
        kind: String,
        /// The name.
        name: String,
        /// The version it has, if it exists.
        version: Option<u64>,
    },
    /// One commit changes an object twice.
    #[error("{kind} `{name}` is changed twice in one commit: leave the last change of it")]
    Repeated {
        /// The kind.
        kind: String,
        /// The name.
        name: String,
    },
    /// Objects change, and no event says so.
    #[error("a commit that changes objects needs an event: it is what others learn of the change by")]
    NoEvent,
    /// What was to be changed is not there.
    #[error("there is no {what} `{name}`")]
    Missing {
        /// What kind of thing.
        what: &'static str,
        /// Its name or number.
        name: String,
    },
    /// Somebody has it already.
    #[error("there is a {what} `{name}` already")]
    Taken {
        /// What kind of thing.
        what: &'static str,
        /// Its name, where it may be told.
        name: String,
    },
    /// Another holder has the lease, or may take it at any moment.
    #[error("`{holder}` holds the lease `{name}` no longer: stop what is done under it")]
    LeaseLost {
        /// The lease.
        name: String,
        /// Who held it.
        holder: String,
    },
    /// Somebody else was given the delivery since.
    #[error("delivery {0} was given to somebody else since, or is done: leave it to them")]
    ClaimLost(u64),
    /// A backup would overwrite something.
    #[error("there is a file {} already: a backup overwrites nothing, choose another path", .0.display())]
    Exists(PathBuf),
    /// A file could not be used.
    #[error("cannot {what} {}: {reason}", .path.display())]
    File {
        /// What was tried.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// The reason.
        reason: std::io::Error,
    },
    /// What is in the database is not what was put there.
    #[error("{what} in the metadata database cannot be read ({reason}): was it changed by hand?")]
    Unreadable {
        /// What it is.
        what: String,
        /// What is wrong with it.
        reason: String,
    },
    /// No room is left.
    #[error("cannot {what} in the metadata database: its disk is full; make room there, nothing else is to be done")]
    Full {
        /// What was being done.
        what: &'static str,
    },
    /// The database refused or broke off.
    #[error("cannot {what} in the metadata database: {reason}")]
    Database {
        /// What was being done.
        what: &'static str,
        /// The database's reason.
        reason: String,
    },
}

impl StoreError {
    /// What the database said when it was asked to do something.
    pub(crate) fn database(what: &'static str) -> impl Fn(DbErr) -> Self {
        move |error| match is_full(&error) {
            true => Self::Full { what },
            false => Self::Database { what, reason: told(&error) },
        }
    }

    /// A file, and what was done to it.
    pub(crate) fn file(what: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |reason| Self::File { what, path, reason }
    }
}

/// Whether no room was left: SQLite's `SQLITE_FULL`, PostgreSQL's `disk_full`.
fn is_full(error: &DbErr) -> bool {
    let (DbErr::Conn(cause) | DbErr::Exec(cause) | DbErr::Query(cause)) = error else { return false };
    match cause {
        RuntimeErr::SqlxError(error) => {
            let code = error.as_database_error().and_then(|error| error.code());
            matches!(code.as_deref(), Some("13" | "53100"))
        }
        RuntimeErr::Internal(_) => false,
    }
}

/// An error in the words of the driver, which name neither statements nor values.
fn told(error: &DbErr) -> String {
    match error {
        DbErr::Conn(cause) | DbErr::Exec(cause) | DbErr::Query(cause) => cause.to_string(),
        other => other.to_string(),
    }
}
