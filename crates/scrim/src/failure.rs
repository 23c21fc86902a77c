//! What ends a command early.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::Output;

/// Why a command could not do its work.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The directory cannot be read.
    #[error("cannot read `{}`: {cause}", path.display())]
    Read {
        /// The file or directory.
        path: PathBuf,
        /// The system's reason.
        cause: std::io::Error,
    },
    /// Nothing to work on: an empty or wrong directory must not pass for an empty catalog.
    #[error("there is no policy file (*.yaml, *.yml) in `{}`; is it the right directory?", .0.display())]
    NoFiles(PathBuf),
    /// The files have errors, which were printed.
    #[error("the policy files have errors; nothing was done")]
    Refused,
    /// Something asked for by name does not exist.
    #[error("there is no {what} `{name}`{}", .near.as_ref().map_or_else(String::new, |near| format!("; did you mean `{near}`?")))]
    Unknown {
        /// What was asked for.
        what: &'static str,
        /// By which name.
        name: String,
        /// A name that is near.
        near: Option<String>,
    },
    /// Which integration is not said.
    #[error("there are several integrations ({}): say which one with `--integration`", .0.join(", "))]
    Which(Vec<String>),
    /// There is no integration.
    #[error("no `kind: integration` is defined in these files")]
    NoIntegration,
    /// No administrator to install as.
    #[error(
        "the environment variable SCRIM_ADMIN_URL is not set; it is the URL of an administrator of the database, for example postgresql://postgres@localhost/analytics, used once and kept nowhere"
    )]
    NoAdminUrl,
    /// Probes are of Redshift.
    #[error(
        "the integration `{0}` is of PostgreSQL, on which every test of this project is run; probes are for Amazon Redshift"
    )]
    NothingToProbe(String),
    /// Somebody may not do this.
    #[error("refused: {0}")]
    NotAllowed(String),
    /// What tells webhooks and people.
    #[error(transparent)]
    Notify(#[from] scrim_notify::NotifyError),
    /// The warehouse.
    #[error(transparent)]
    Warehouse(#[from] scrim_warehouse::WarehouseError),
    /// Looking for sensitive data.
    #[error(transparent)]
    Look(#[from] scrim_reconciler::discovering::LookError),
    /// The push.
    #[error(transparent)]
    Sync(#[from] scrim_sync::SyncError),
    /// The demo's PostgreSQL.
    #[error(transparent)]
    Sandbox(#[from] scrim_sandbox::SandboxError),
    /// The demo's service.
    #[error("the demo's service does not start:\n{0}")]
    DemoService(String),
    /// What the service has is no catalog.
    #[error("what the service answers is no valid catalog: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Invalid(Vec<scrim_catalog::Problem>),
    /// A query of the demo.
    #[error("the demo's PostgreSQL refused a query: {}", .0.as_db_error().map_or_else(|| .0.to_string(), |error| error.message().to_owned()))]
    Query(#[from] tokio_postgres::Error),
    /// A cell that is no value of its type.
    #[error("`{0}` is not a value of the type {1}")]
    Unreadable(String, String),
    /// A view cannot be planned.
    #[error(transparent)]
    Plan(#[from] scrim_sql::PlanError),
    /// The columns are not known.
    #[error(transparent)]
    Merge(#[from] scrim_policy::MergeError),
    /// A setting of the service.
    #[error(transparent)]
    Configuration(#[from] crate::service::configuration::ConfigurationError),
    /// The metadata database.
    #[error(transparent)]
    Store(#[from] scrim_store::StoreError),
    /// The catalog of the service.
    #[error(transparent)]
    Registry(#[from] scrim_registry::RegistryError),
    /// The first administrator.
    #[error(transparent)]
    Setup(#[from] scrim_server::SetupError),
    /// The database was made with a key that is not there.
    #[error(
        "there is no sealing key `{}`, and the metadata database {at} was made with one: put the key back from its copy; without it the secrets in the database cannot be read", file.display()
    )]
    KeyIsGone {
        /// The file.
        file: PathBuf,
        /// The database.
        at: String,
    },
    /// There is no database.
    #[error("there is no metadata database `{}`: do the settings say where it is?", .0.display())]
    NoDatabase(PathBuf),
    /// A file or a directory cannot be made.
    #[error("cannot make `{}`: {cause}", path.display())]
    Make {
        /// The directory.
        path: PathBuf,
        /// The system's reason.
        cause: std::io::Error,
    },
    /// There is something in a directory.
    #[error("there is something in `{}` already: name a new or empty directory, or say `--overwrite`", .0.display())]
    NotEmpty(PathBuf),
    /// A service sent what cannot be read.
    #[error("the service sent a document that cannot be read ({0}): is it of a newer version than this program?")]
    UnreadableExport(String),
    /// Nothing can listen there.
    #[error("cannot listen on {address}: {cause}")]
    Listen {
        /// The address.
        address: String,
        /// The system's reason.
        cause: std::io::Error,
    },
    /// The certificate cannot be used.
    #[error("cannot use the certificate `{certificate}` with the key `{key}`: {cause}")]
    Certificate {
        /// The certificate.
        certificate: String,
        /// Its key.
        key: String,
        /// The reason.
        cause: std::io::Error,
    },
    /// Metrics cannot be kept.
    #[error("metrics cannot be kept: {0}")]
    Metrics(String),
    /// The service did not answer as it should.
    #[error(transparent)]
    Service(#[from] crate::client::ServiceError),
    /// Standard output is closed.
    #[error("cannot write the result: {0}")]
    Write(#[from] std::io::Error),
    /// A result cannot be written as JSON.
    #[error("cannot write the result as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

impl Failure {
    /// Prints the failure and answers exit code 1.
    pub(crate) fn print(&self, output: Output) -> ExitCode {
        // Whoever reads the output has read enough.
        if matches!(self, Self::Write(error) if error.kind() == std::io::ErrorKind::BrokenPipe) {
            return ExitCode::FAILURE;
        }
        // There is nobody left to tell when standard error is closed too.
        let _ = match output {
            Output::Text => writeln!(anstream::stderr(), "error: {self}"),
            Output::Json => writeln!(anstream::stderr(), "{}", serde_json::json!({ "error": self.to_string() })),
        };
        ExitCode::FAILURE
    }
}
