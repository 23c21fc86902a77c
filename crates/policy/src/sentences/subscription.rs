//! Subscription policies: who may read.

use scrim_catalog::documents::{Access, Combine, SubscriptionPolicy};

use super::people::{PEOPLE, of_access};
use super::phrase::list;
use super::places::sources;
use super::{status, window};

/// A subscription policy: which data sources it covers, whom it lets read, and how it goes together with others.
pub fn subscription_policy(policy: &SubscriptionPolicy) -> Vec<String> {
    let mut told = vec![format!("Covers {}.", sources(&policy.scope))];
    let wanted = wanted(policy);
    if policy.guardrail {
        told.push(format!(
            "Guardrail, which nothing overrides and which gives no access itself: nobody may read but {wanted}."
        ));
    } else {
        told.push(format!("Lets in {wanted}."));
        told.push(
            match policy.combine {
                Combine::Required => "Every required policy on a data source must be met, this one among them.",
                Combine::Shared => "Of all shared policies on a data source one must be met: this may be it.",
            }
            .to_owned(),
        );
        told.push("Owners of a data source, and whoever has a grant to it, read without meeting it.".to_owned());
    }
    let marks = [
        (policy.discoverable, "Users without access may know of these data sources."),
        (policy.owners_may_disable, "Owners may switch it off for their data source."),
    ];
    told.extend(marks.into_iter().filter(|(holds, _)| *holds).map(|(_, sentence)| sentence.to_owned()));
    told.extend(window(policy.valid.as_ref()));
    told.extend(status(policy.status).map(str::to_owned));
    told
}

/// Whom a subscription policy asks for.
fn wanted(policy: &SubscriptionPolicy) -> String {
    let wanted = match policy.access.value() {
        Access::Anyone => "every active user".to_owned(),
        Access::Individuals => "users who have a grant".to_owned(),
        Access::Conditions(conditions) if policy.guardrail => of_access(conditions).exception(&PEOPLE),
        Access::Conditions(conditions) => of_access(conditions).noun(&PEOPLE),
        Access::Approval(approvers) => approved(approvers.iter().map(|approver| approver.as_str())),
    };
    if policy.requires_action { format!("{wanted} (once they have subscribed)") } else { wanted }
}

/// Users whose request these approved.
pub(crate) fn approved<'a>(approvers: impl IntoIterator<Item = &'a str>) -> String {
    format!("users whose request was approved by {}", list(approvers, "and"))
}
