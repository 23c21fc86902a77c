//! One data source, as whoever looks may know it: what stands above each of its tabs.

use http::StatusCode;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::Value;

use crate::api::{to, with_query};
use crate::parts::{Page, badge, group, head, state, tabs, user};
use crate::problem::Problem;
use crate::visit::{Me, Visit};

/// A data source at a glance, with what the looker may know.
#[derive(Clone, Deserialize)]
pub(super) struct Glance {
    pub(super) data_source: String,
    pub(super) integration: String,
    pub(super) table: String,
    pub(super) view: Option<String>,
    pub(super) description: Option<String>,
    pub(super) status: String,
    pub(super) access: Option<String>,
    pub(super) asking: bool,
    pub(super) owners: Vec<Owning>,
    pub(super) tags: Vec<String>,
    pub(super) columns_to_confirm: u64,
    pub(super) data_policies: Option<u64>,
    pub(super) subscription_policies: Option<u64>,
    pub(super) protected: Option<bool>,
    pub(super) state: Option<String>,
    pub(super) reason: Option<String>,
}

/// An owner.
#[derive(Clone, Deserialize)]
pub(super) struct Owning {
    name: String,
    group: bool,
}

impl Glance {
    /// How the looker stands to it, where that is worth a word.
    pub(super) fn standing(&self) -> Option<&'static str> {
        match self.access.as_deref() {
            Some("owner") => Some("yours"),
            Some("reader") => Some("you read it"),
            Some("asked") => Some("asked for"),
            _ => None,
        }
    }

    /// Which policies it lacks.
    pub(super) fn lacking(&self) -> &'static str {
        match (self.data_policies, self.subscription_policies) {
            (Some(0), Some(0)) => "no policy",
            (Some(0), _) => "no data policy",
            (_, Some(0)) => "no subscription policy",
            _ => "not protected",
        }
    }
}

/// Whether policies of both kinds are in force, in words.
pub(super) fn protection(protected: bool) -> &'static str {
    if protected { "protected" } else { "a policy is missing" }
}

/// Owners, each with the way to who that is.
pub(super) fn owners(me: &Me, owners: &[Owning]) -> Markup {
    html! {
        @if owners.is_empty() { span.muted { "nobody" } }
        @for (at, owner) in owners.iter().enumerate() {
            @if at > 0 { ", " }
            @if owner.group { "group " (group(me, &owner.name)) }
            @else { (user(me, &owner.name)) }
        }
    }
}

/// One data source, as somebody may know it.
pub(super) struct Source {
    pub(super) glance: Glance,
    /// Its document, for whoever may read that.
    pub(super) document: Option<Value>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tab {
    Overview,
    Policy,
    Subscribers,
    Sql,
    Sync,
    History,
    Why,
    SeeAs,
    Change,
}

impl Tab {
    fn label(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Policy => "Policy",
            Self::Subscribers => "Subscribers",
            Self::Sql => "SQL",
            Self::Sync => "Sync",
            Self::History => "History",
            Self::Why => "Why",
            Self::SeeAs => "See as",
            Self::Change => "Edit",
        }
    }
}

impl Source {
    /// Finds it.
    ///
    /// # Errors
    /// When there is none that the looker may know of.
    pub(super) async fn find(visit: &Visit, name: &str) -> Result<Self, Problem> {
        let document = visit.api.maybe::<Value>(to!("/api/v1/data-sources/{}", name));
        let (glance, document) = futures_util::future::try_join(glance(visit, name), document).await?;
        let glance = glance.ok_or_else(|| missing(name))?;
        Ok(Self { glance, document })
    }

    /// The name.
    pub(super) fn name(&self) -> &str {
        &self.glance.data_source
    }

    /// Whether the looker owns it.
    pub(super) fn owned(&self) -> bool {
        self.glance.access.as_deref() == Some("owner")
    }

    /// Whether the looker is shown the ways to change its access: what they may is the API's to say.
    pub(super) fn governed(&self, visit: &Visit) -> bool {
        self.owned() || visit.me.has(&["GOVERNANCE"])
    }

    /// Whether the looker is shown the ways to change its document.
    pub(super) fn changed_by(&self, visit: &Visit) -> bool {
        self.document.is_some() && (self.owned() || visit.me.has(&["GOVERNANCE", "APPLICATION_ADMIN"]))
    }

    /// Whether the looker is shown who sees what of it.
    pub(super) fn watched_by(&self, visit: &Visit) -> bool {
        self.owned() || visit.me.has(&["GOVERNANCE", "AUDIT"])
    }

    /// Whether the looker is shown the way to look at it as somebody else.
    pub(super) fn impersonated_by(&self, visit: &Visit) -> bool {
        self.watched_by(visit) || visit.me.has(&["IMPERSONATE_USER"])
    }

    /// The address of a tab.
    pub(super) fn at(&self, visit: &Visit, tab: Tab) -> String {
        let name = self.name();
        match tab {
            Tab::Overview => to!("/data-sources/{}", name),
            Tab::Policy => to!("/data-sources/{}/policy", name),
            Tab::Subscribers => to!("/data-sources/{}/subscribers", name),
            Tab::Sql => to!("/data-sources/{}/sql", name),
            Tab::Sync => to!("/data-sources/{}/sync", name),
            Tab::History => to!("/data-sources/{}/history", name),
            Tab::Why => with_query(&to!("/data-sources/{}/why", name), &[("user", &visit.me.user)]),
            Tab::SeeAs => to!("/data-sources/{}/see-as", name),
            Tab::Change => to!("/data-sources/{}/edit", name),
        }
    }

    /// What stands above a tab.
    pub(super) fn heading(&self, visit: &Visit, shown: Tab) -> Markup {
        let operated = self.watched_by(visit) || visit.me.has(&["APPLICATION_ADMIN"]);
        let (watched, read, changed) = (self.watched_by(visit), self.document.is_some(), self.changed_by(visit));
        let all = [
            (Tab::Overview, true),
            (Tab::Policy, watched),
            (Tab::Subscribers, watched),
            (Tab::Why, true),
            (Tab::SeeAs, self.impersonated_by(visit)),
            (Tab::Sql, operated),
            (Tab::Sync, operated),
            (Tab::History, read),
            (Tab::Change, changed),
        ];
        let ways: Vec<_> =
            all.iter().filter(|(_, shown)| *shown).map(|(tab, _)| (tab.label(), self.at(visit, *tab))).collect();
        let glance = &self.glance;
        html! {
            (head(self.name(), glance.description.as_deref().unwrap_or(""), html! {
                @if let Some(access) = glance.standing() { (badge("", access)) }
                @if glance.status != "active" { (badge("", &glance.status)) }
                @match glance.protected {
                    Some(true) => { (badge("good", "protected")) }
                    Some(false) => { (badge("warn", glance.lacking())) }
                    None => {}
                }
                @if let Some(word) = &glance.state { (state(word)) }
            }))
            (tabs(shown.label(), &ways))
        }
    }
}

async fn glance(visit: &Visit, name: &str) -> Result<Option<Glance>, Problem> {
    let list = with_query("/api/v1/source-overview", &[("name", name)]);
    Ok(visit.api.get::<Page<Glance>>(list).await?.items.pop())
}

fn missing(name: &str) -> Problem {
    Problem::of(StatusCode::NOT_FOUND, &serde_json::json!({
        "title": "Not found", "status": 404, "detail": format!("there is no data source `{name}` that you may know of"),
    }).to_string().into_bytes())
}
