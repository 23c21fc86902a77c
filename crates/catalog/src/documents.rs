//! The kinds of documents, as people write them.

mod data_policy;
mod data_source;
mod external;
mod iam;
mod identifier;
mod integration;
mod people;
mod policy_test;
mod project;
mod subscription;
mod subscription_policy;
mod unmask_request;
mod webhook;

pub use data_policy::{
    BranchForm, DataPolicyForm, Edge, FormatForm, KAnonymousForm, LetterCase, LookupForm, MaskCaseForm, MaskForm,
    MaskParameters, MaskRuleForm, MatchForm, NoiseForm, OtherwiseForm, PartialForm, PurposeForm, RandomizeForm,
    RegexForm, RevealForm, RowCaseForm, RowsForm, RowsRuleForm, RuleForm, Scalar, Truncation,
};
pub use data_source::{
    Column, DataSource, Discovery, Gone, NEW, NewColumns, OptedOut, Origin, Owner, Proposed, SourceStatus,
};
pub use external::{Claimed, External};
pub use iam::{Iam, Issuer};
pub use identifier::{Checksum, Confidence, Expression, Identifier, Share};
pub use integration::{Discover, Engine, Impersonation, Integration, Layout, Monitored, Secret, Tls, ViewPlacement};
pub use people::{Attribute, Group, Permission, User, Values, WarehouseUser};
pub use policy_test::{As, Cell, Expectation, ExpectedCell, PolicyTest, Somebody};
pub use project::{Acknowledged, Grant, Member, Project, Purpose, PurposeRequest, RefusedPurpose, TagNote};
pub use subscription::{Approval, Subscription, SubscriptionState};
pub use subscription_policy::{
    Access, AccessWho, Combine, PolicyStatus, SubscriptionPolicy, TagAsAttribute, TagAsGroup, TagMatch, TagsOn,
    Validity,
};
pub use unmask_request::{UnmaskRequest, UnmaskState};
pub use webhook::{Webhook, WebhookFormat};
