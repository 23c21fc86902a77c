//! Tells webhooks of events, and people of what concerns them.
//!
//! The log of events is followed twice. For webhooks each event that one wants is put into the queue of the store
//! ([`mod@queueing`]), and whichever replica is free delivers it ([`mod@delivering`]): an event reaches a webhook once as far
//! as it lies with the queue, and again when a process dies between sending and noting it, under the same id. For people, of
//! all replicas one at a time writes news ([`mod@telling`]), together with how far it has read.
//!
//! Messages are signed as the Standard Webhooks specification says. They go to public addresses over https, unless the
//! service allows others ([`Targets`]): a webhook is an address that somebody typed, and must not reach what only the service
//! can reach. They hold documents and names, never rows.

mod address;
mod delivering;
mod error;
mod life;
mod mailing;
mod message;
mod news;
mod notifier;
mod pace;
mod people;
mod queueing;
mod resolver;
mod secrets;
mod sender;
mod settings;
mod slack;
mod targets;
mod telling;

pub use error::{NotifyError, TargetError};
pub use life::life;
pub use message::{Message, payload, test_event};
pub use notifier::Notifier;
pub use pace::Pace;
pub use resolver::{Lookup, SystemLookup};
pub use secrets::{Secrets, Signature};
pub use sender::{Answered, Sender};
pub use settings::{Settings, Smtp, SmtpTls};
pub use targets::Targets;
