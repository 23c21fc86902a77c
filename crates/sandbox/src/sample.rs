//! Sample data, made in the program and loaded with COPY.

mod copy;
mod dice;
mod employee;
mod hr;
mod names;
mod tpch;

pub use hr::load_hr;
pub use tpch::load_tpch;
