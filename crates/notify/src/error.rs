//! What can go wrong.

use std::net::IpAddr;

use scrim_registry::RegistryError;
use scrim_store::StoreError;

/// Why messages are not sent somewhere.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// An entry of the list of what is allowed.
    #[error(
        "`{0}` is no name of a host, no address and no network: write for example `hooks.example.com` or `10.1.0.0/16`"
    )]
    Unreadable(String),
    /// No URL.
    #[error("this is no URL ({0}): write for example `https://hooks.example.com/scrim`")]
    NoUrl(String),
    /// A user or a password in the URL.
    #[error("a URL with a user or a password is not called: messages are signed, and the receiver checks that")]
    Credentials,
    /// Another scheme.
    #[error(
        "only https is called: others would read along; whoever runs the service can allow http to a host (`webhooks.targets`)"
    )]
    NotHttps,
    /// No host.
    #[error("the URL names no host")]
    NoHost,
    /// A name that only means something inside.
    #[error("`{0}` is a name inside a network: whoever runs the service can allow it (`webhooks.targets`)")]
    Local(String),
    /// An address that is not of the internet.
    #[error(
        "`{host}` is {address}, which is no address of the public internet: whoever runs the service can allow it (`webhooks.targets`)"
    )]
    Address {
        /// The host.
        host: String,
        /// The address.
        address: IpAddr,
    },
    /// A port of another service.
    #[error("port {0} is of other services: use 443, or 1024 and above")]
    Port(u16),
}

/// Why nothing can be told.
#[derive(Debug, thiserror::Error)]
pub enum NotifyError {
    /// The metadata database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The catalog.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// What is kept as the secrets of a webhook is none.
    #[error("the secrets of the webhook `{0}` cannot be read: set a new one")]
    Secrets(String),
    /// Connections cannot be made.
    #[error("connections to webhooks cannot be made: {0}")]
    Client(String),
    /// Mail cannot be sent as it is set up.
    #[error("mail cannot be sent as it is set up: {0}")]
    Mail(String),
}
