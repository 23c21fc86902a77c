//! What all pages of an integration begin with.

use maud::{Markup, html};

use crate::api::{to, with_query};
use crate::parts::{head, tabs};
use crate::visit::Visit;

/// The heading, and the ways to the other pages of an integration: those that whoever looks has a use for.
pub(super) fn beginning(visit: &Visit, name: &str, shown: &str) -> Markup {
    let admin = visit.me.has(&["APPLICATION_ADMIN"]);
    let watches = visit.me.has(&["APPLICATION_ADMIN", "GOVERNANCE", "AUDIT"]);
    let all = [
        ("Status", to!("/integrations/{}", name), true),
        ("Drift", to!("/integrations/{}/drift", name), watches),
        ("Check", to!("/integrations/{}/check", name), admin),
        ("Monitoring", to!("/integrations/{}/monitoring", name), watches),
        ("Install", to!("/integrations/{}/install", name), admin),
        ("Settings", to!("/integrations/{}/settings", name), true),
        ("History", to!("/integrations/{}/history", name), true),
    ];
    let ways: Vec<_> = all.into_iter().filter(|(_, _, for_them)| *for_them).map(|(label, to, _)| (label, to)).collect();
    let actions = html! {
        a.button href=(with_query("/data-sources", &[("integration", name)])) { "Its data sources" }
        @if visit.me.has(&["APPLICATION_ADMIN", "CREATE_DATA_SOURCE"]) {
            a.button href=(to!("/register/{}", name)) { "Register tables" }
        }
    };
    html! { (head(name, "Integration", actions)) (tabs(shown, &ways)) }
}
