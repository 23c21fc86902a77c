//! Why a double could not do what was asked of it.

use std::path::PathBuf;

/// Why a double could not be started or told something.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DoubleError {
    /// The PostgreSQL behind it did not start.
    #[error("the PostgreSQL behind the double: {0}")]
    Sandbox(#[from] scrim_sandbox::SandboxError),
    /// The port is taken, or may not be used.
    #[error("could not listen on 127.0.0.1:{port}: {source}. Choose another port, or 0 for any free one")]
    Listen {
        /// The port asked for.
        port: u16,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// The operating system refused something.
    #[error("could not {doing}: {source}")]
    System {
        /// What was being done.
        doing: &'static str,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// A certificate or its key cannot be used.
    #[error("the certificate {certificate} with the key {key} cannot be used: {reason}")]
    Certificate {
        /// The file of the certificate.
        certificate: PathBuf,
        /// The file of the key.
        key: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// PostgreSQL refused what the double wanted of it.
    #[error("could not {doing}: {reason}")]
    Control {
        /// What was being done.
        doing: String,
        /// What PostgreSQL says.
        reason: String,
    },
    /// The thread that serves connections has ended.
    #[error("the double has stopped")]
    Stopped,
}
