//! What policies mean: which apply where, how they merge, who may read, what the warehouse must know of each
//! user, and the reference evaluator that defines what a user sees. Pure functions over a
//! [`scrim_catalog::Catalog`]: no SQL text, no input or output, and the time is an argument.

mod access;
mod bits;
mod crowd;
mod decision;
mod effect;
pub mod evaluate;
mod explain;
mod facts;
mod index;
mod key;
mod lint;
mod masking;
mod merged;
mod merging;
mod predicate;
mod profile;
mod reader;
mod readers;
mod scope;
pub mod sentences;
mod showing;
mod sight;
mod source_policies;
mod terms;
mod unit_test;
mod value;
mod viewers;
mod words;

pub use access::{AccessRules, admitted, owns};
pub use decision::{Decision, decide, decide_each, decide_everybody, decide_for};
pub use effect::{ColumnEffect, SourceEffect, effect};
pub use explain::{Explanation, explain};
pub use facts::{Bound, Facts, Held};
pub use key::{SaltKey, source_key};
pub use lint::{idle_policies, misfits, unreadable};
pub use masking::{Combination, Joined, MIDDLE, Masking, Noise, Typed, noise_scale, noise_step};
pub use merged::{Application, Condition, Lift, MergeError, Merged, MergedColumn, Remark, RowTest, Source, Test};
pub use merging::{Merger, merge};
pub use profile::{Audiences, ProfileRow, audience_key};
pub use reader::Reader;
pub use scope::covers;
pub use showing::{Cell, LONGEST, Onlooker, SampledRow, Showing};
pub use sight::{Sight, SightColumn, sight};
pub use source_policies::{
    Effective, EffectiveColumn, SourcePolicies, SourcePolicy, Standing, Touched, source_policies,
};
pub use unit_test::{Person as TestPerson, Trial, test_salt};
pub use value::Value;
pub use viewers::{ColumnViewers, Person, RowViewers, Viewers, viewers};
pub use words::in_words;
