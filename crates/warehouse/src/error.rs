//! What can go wrong with a warehouse, told to the person who runs the command.

use std::error::Error as _;

use tokio_postgres::error::DbError;

/// Why a warehouse could not be used.
#[derive(Debug, thiserror::Error)]
pub enum WarehouseError {
    /// A change was refused.
    #[error("the warehouse refused a change: {0}")]
    Refused(String),
    /// The password cannot be found.
    #[error("no password for the integration `{integration}`: {reason}")]
    Password {
        /// The integration.
        integration: String,
        /// What is missing.
        reason: String,
    },
    /// AWS issued no credentials.
    #[error("no temporary credentials for the integration `{integration}`: {reason}")]
    Iam {
        /// The integration.
        integration: String,
        /// What is missing, and what to do.
        reason: String,
    },
    /// This program was built without AWS.
    #[error(
        "the integration `{0}` logs in by `iam`, and this scrim was built without it: build it with `cargo build --release --features aws`"
    )]
    WithoutAws(String),
    /// The one-time URL cannot be used.
    #[error("SCRIM_ADMIN_URL {0}")]
    AdminUrl(String),
    /// Certificates of the system cannot be read.
    #[error("`tls: {mode}` needs certificates of known authorities, and {reason}")]
    Tls {
        /// The mode.
        mode: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// No connection.
    #[error("cannot connect to {at}: {reason}")]
    Connect {
        /// Who, where.
        at: String,
        /// The reason.
        reason: String,
        /// Whether it may come to stand when tried again.
        passing: bool,
    },
    /// The database of the connection does not exist.
    #[error("there is no database {at}")]
    NoDatabase {
        /// Where.
        at: String,
    },
    /// The connection broke, and could not be made again.
    #[error("the connection to the warehouse broke again and again: try later; what was applied until then is whole")]
    Lost,
    /// The warehouse answered what it should not.
    #[error("the warehouse's answer cannot be read: {0}")]
    Unread(&'static str),
    /// The operating system has no random numbers.
    #[error("the operating system gives no random numbers, of which salts are made")]
    NoRandomness,
    /// The system objects are not there.
    #[error("Scrim is not installed in {at}, or `{user}` may not use it: run `scrim integration install`")]
    NotInstalled {
        /// Where.
        at: String,
        /// Scrim's login.
        user: String,
    },
    /// The system objects are of other settings or another version.
    #[error(
        "what is installed in {0} was made by another version of scrim, or for other settings of the integration: run `scrim integration install` again"
    )]
    OtherInstallation(String),
    /// The system objects are not as they were installed.
    #[error(
        "views or routines of Scrim's own in {0} were changed by hand, so that nothing can be said of what they do: run `scrim integration install` again"
    )]
    Changed(String),
    /// Sessions hold locks on Scrim's own objects.
    #[error(
        "{0}, and nothing was changed: sessions that are in a transaction hold locks on Scrim's views; end them (`SELECT pid, usename, state FROM pg_stat_activity WHERE xact_start IS NOT NULL`) and try again"
    )]
    Locked(&'static str),
    /// Somebody else is in the middle of a step.
    #[error(
        "another push is in the middle of a step, and did not end it in time: try again; the warehouse ends a step that hangs after half a minute"
    )]
    Busy,
    /// Somebody else pushes.
    #[error("another push has taken over: this one stopped, and nothing is left half-done")]
    TakenOver,
    /// Another replica of the service leads.
    #[error("another replica of the service leads here since: this one changed nothing")]
    Superseded,
    /// Somebody's table took too long to read.
    #[error(
        "reading the table took longer than {} s, and was ended: it may be large, or something that its owner hung on it never ends", .0.as_secs()
    )]
    TooLong(std::time::Duration),
    /// Somebody's table could not be read.
    #[error(
        "the table could not be read (SQLSTATE {0}): a policy of rows on it, a view below it or a value in it may be why; read it as the role that owns the views to see"
    )]
    Unreadable(String),
    /// What probes were tried in could not be removed.
    #[error("{error}; what was made for the probes could not be removed, do it by hand: {left}")]
    LeftBehind {
        /// What had gone wrong before.
        error: Box<WarehouseError>,
        /// The statements, and why they failed.
        left: String,
    },
    /// The warehouse refused a statement.
    #[error("{what}: {reason}")]
    Statement {
        /// What was being done.
        what: &'static str,
        /// The warehouse's reason.
        reason: String,
    },
    /// What was recorded cannot be read.
    #[error(
        "what the warehouse recorded for `{source_name}` cannot be read ({reason}): run `scrim integration install` again"
    )]
    Record {
        /// The data source.
        source_name: String,
        /// What is wrong.
        reason: String,
    },
}

impl WarehouseError {
    /// What stopped a statement.
    pub(crate) fn statement(what: &'static str) -> impl Fn(tokio_postgres::Error) -> Self {
        // Redshift's procedures have no codes of their own: the message begins with it.
        let is = |server: &DbError, code| server.code().code() == code || server.message().starts_with(code);
        move |error| match error.as_db_error() {
            Some(server) if is(server, "SC001") => Self::TakenOver,
            Some(server) if is(server, "SC009") => Self::Superseded,
            _ => Self::Statement { what, reason: describe(&error) },
        }
    }
}

impl WarehouseError {
    /// An answer that is not what was asked for.
    pub(crate) fn unread(what: &'static str) -> Self {
        Self::Unread(what)
    }

    /// Whether another attempt may do.
    pub(crate) fn may_pass(&self) -> bool {
        matches!(self, Self::Lost | Self::Connect { passing: true, .. })
    }
}

/// An error in the server's own words. Details are left out: they may hold values of rows.
pub(crate) fn describe(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(server) => told(server),
        None => match error.source() {
            Some(cause) => format!("{error}: {cause}"),
            None => error.to_string(),
        },
    }
}

fn told(server: &DbError) -> String {
    match server.hint() {
        Some(hint) => format!("{} ({hint})", server.message()),
        None => server.message().to_owned(),
    }
}
