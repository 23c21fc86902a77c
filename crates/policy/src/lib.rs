//! What policies mean: which apply where, how they merge, who may read, what the warehouse must know of each
//! user, and the reference evaluator that defines what a user sees. Pure functions over a
//! [`scrim_catalog::Catalog`]: no SQL text, no input or output, and the time is an argument.

mod access;
pub mod evaluate;
mod explain;
mod facts;
mod lint;
mod merged;
mod predicate;
mod profile;
mod scope;
mod unit_test;
mod value;

pub use access::{AccessRules, Decision, admitted, decide, decide_for, in_words, owns};
pub use explain::{Explanation, explain};
pub use facts::Facts;
pub use lint::{idle_policies, inapplicable_rules};
pub use merged::{
    Application, MergeError, Merged, MergedColumn, Remark, RowTest, Source, Test, merge, merge_policies, strength,
};
pub use profile::{Audiences, ProfileRow, audience_key, source_key};
pub use scope::{covers, data_policies};
pub use unit_test::{Outcome, run as run_test};
pub use value::Value;
