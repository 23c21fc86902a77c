//! How a double is set up.

use std::path::PathBuf;

/// How a double is set up.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The port to listen on; 0, the default, is any free one.
    pub port: u16,
    /// Under which certificate TLS is offered; without one, a client that asks for TLS is told that there is none.
    pub tls: Option<Tls>,
    /// Users who are asked for a password in the way that only Redshift's own drivers know (authentication request 13, a
    /// digest under SHA-256), and can therefore not log in with any other.
    pub digest_users: Vec<String>,
    /// Every how many statements one fails with error 1023; 0, the default, is never.
    pub fail_every: u64,
    /// By how many milliseconds every answer is late.
    pub slow: u64,
}

/// A certificate and its key, both PEM files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tls {
    /// The certificate, with those between it and the authority, if any.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}
