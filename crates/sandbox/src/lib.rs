//! A private PostgreSQL cluster and realistic sample data.
//!
//! [`Cluster::start`] makes a cluster of its own in a temporary directory, on a free port of the loopback
//! interface, with a random password. It is stopped and its directory removed when the [`Cluster`] is dropped, and
//! also when the program that owns it dies without dropping anything. Everything about it is synchronous.
//!
//! [`load_tpch`] and [`load_hr`] fill a database, over a connection the caller opened, with the tables of the TPC-H
//! benchmark and with a table of invented employees. Both make the same rows every time.
//!
//! Unix only: the cluster's processes are stopped with signals.

mod cluster;
mod error;
mod sample;

pub use cluster::{Cluster, Options, find_postgresql, random_password};
pub use error::SandboxError;
pub use sample::{load_hr, load_tpch};
