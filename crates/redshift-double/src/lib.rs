//! A Redshift double: a private PostgreSQL behind a relay that is spoken to, and answers, as if it were Amazon Redshift.
//!
//! [`Double::start`] starts both. Clients connect as they would to a cluster; every statement of theirs, and every text
//! that a procedure of theirs executes, goes through the gate of `scrim-redshift-gate` and is then rewritten for
//! PostgreSQL. Authentication is PostgreSQL's own, with MD5. What only Redshift refuses is refused: parameters, statements
//! in the wrong place, views replaced by ones with other columns. Tables of other databases are read by three-part names,
//! with the privileges they have there. And on demand things go wrong, as they do on a network ([`Fault`]).
//!
//! It is a tool for tests. What it cannot imitate stands in `docs/gotchas.md`.

mod answer;
mod ask;
mod control;
mod double;
mod error;
mod fault;
mod mirror;
mod options;
mod prepare;
mod rewrite;
mod session;
mod shared;
mod startup;
mod wire;

pub use double::Double;
pub use error::DoubleError;
pub use fault::{Fault, Trouble};
pub use options::{Options, Tls};
