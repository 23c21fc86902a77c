//! What a warehouse should hold, what it holds, and the steps between them, in an order in which no moment shows
//! anybody more than the state before or the state after.
//!
//! The warehouse is a derived state: [`Desired`] is a pure function of the catalog and of what the warehouse was
//! seen to have, [`Plan`] is a pure function of that and of what was pushed, and [`push`] applies the plan step by
//! step. Each step is one transaction, and a push that was killed is finished by the next one.

mod dependence;
mod desired;
mod drift;
mod known;
mod logins;
mod order;
mod plan;
mod profiles;
mod push;
mod reach;

pub use dependence::depends_on;
pub use desired::{Desired, Wanted, tables};
pub use drift::{Difference, differences};
pub use known::{Count, Known, Uncounted, count, push_all};
pub use logins::Withdrawn;
pub use plan::{Action, Failed, Options, Plan, PlanRefused, Step, UserCounts};
pub use push::{Changed, Report, SyncError, ViewCounts, apply_step, dry_run, plan, push, refresh};
