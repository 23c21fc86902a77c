//! How telling is set up.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::{Lookup, Pace, SystemLookup, Targets};

/// What can be set.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What may be sent to beside the public internet.
    pub targets: Targets,
    /// A file of certificate authorities that receivers may be known by, beside those of the machine.
    pub authorities: Option<PathBuf>,
    /// How often, and for how long, a message is tried.
    pub pace: Pace,
    /// How many messages are on their way to one webhook at once.
    pub at_once_to_one: usize,
    /// How many messages are on their way at once in all.
    pub at_once: usize,
    /// How names of hosts are looked up.
    pub lookup: Arc<dyn Lookup>,
    /// So long after a replica was heard of last, another writes the news.
    pub lease: Duration,
    /// How long before the end of an access people are told.
    pub before_expiry: Duration,
    /// How mail is sent, if it is.
    pub smtp: Option<Smtp>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            targets: Targets::default(),
            authorities: None,
            pace: Pace::default(),
            at_once_to_one: 4,
            at_once: 64,
            lookup: Arc::new(SystemLookup),
            lease: Duration::from_secs(10),
            before_expiry: Duration::from_secs(7 * 24 * 3600),
            smtp: None,
        }
    }
}

/// A server that takes mail.
#[derive(Clone, Debug)]
pub struct Smtp {
    /// Its host.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is kept secret.
    pub tls: SmtpTls,
    /// Who signs in there, if anybody.
    pub user: Option<String>,
    /// The file with the password.
    pub password_file: Option<PathBuf>,
    /// Who mail is from: `Scrim <scrim@example.com>`.
    pub from: String,
    /// The attribute of users that holds their address.
    pub attribute: String,
}

/// How the connection to a server of mail is kept secret.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SmtpTls {
    /// From the start (usually port 465).
    Always,
    /// Once the server was greeted; without it nothing is sent (usually port 587).
    #[default]
    StartTls,
    /// Not at all: for a server on this machine.
    None,
}
