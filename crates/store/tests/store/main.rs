//! Everything the store promises, on both engines.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, also in its own functions"
)]

mod audit;
mod backup;
mod deliveries;
mod hostile;
mod killed;
mod leases;
mod objects;
mod opening;
mod people;
mod released;
mod secrets;
mod small;
mod stand;
mod watching;
mod writers;
