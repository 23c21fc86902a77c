//! Merged policies as SQL: one dialect-free [`ViewPlan`] per data source, rendered for Amazon Redshift and for
//! PostgreSQL. Names and values become text in one module only, and custom predicates are rendered from their
//! checked tree, never from what somebody wrote.

pub mod calls;
pub mod check;
mod plan;
mod qualify;
mod quote;
pub mod system;
pub mod trial;
mod view;

pub use plan::{Dialect, PlanError, ViewPlan, located};
pub use scrim_policy::{ProfileRow, SaltKey};
pub use view::{Read, Rendered, Statistic, render};
