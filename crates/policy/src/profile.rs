//! What the warehouse must know of each user: the rows of `profile`, and the audiences they name.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, SubsecRound, Utc};
use scrim_catalog::documents::{DataSource, SourceStatus, User};
use scrim_catalog::{Catalog, Name};
use sha2::{Digest, Sha256};

use crate::Facts;
use crate::access::{AccessRules, admitted, grants};

/// One row of `profile`, without the user it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProfileRow {
    /// `user`, `group`, `attribute`, `project`, `purpose` or `table`.
    pub kind: Cow<'static, str>,
    /// The attribute's key; empty for other kinds.
    pub key: String,
    /// The name or value.
    pub value: String,
    /// From when on the row does not count.
    pub expires: Option<DateTime<Utc>>,
}

/// The key of a data source in the warehouse, under which users are subscribed to it one by one.
pub fn source_key(source: &Name) -> String {
    format!("s_{}", digest(&[source.as_str()]))
}

/// The key of a data source's audience: a hash of the names of the policies that decide on access, so that
/// editing a condition changes who is in it, and never a view. None when no policy decides.
pub fn audience_key(rules: &AccessRules<'_>) -> Option<String> {
    let names = rules.names();
    (!names.is_empty()).then(|| format!("a_{}", digest(&names.into_iter().map(Name::as_str).collect::<Vec<_>>())))
}

/// 32 hexadecimal digits of SHA-256 over texts that no other list of texts shares.
fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    hex::encode(hash.finalize()).chars().take(32).collect()
}

/// The data sources of an integration, grouped by audience: computed once for all users.
#[derive(Clone, Debug)]
pub struct Audiences<'a> {
    catalog: &'a Catalog,
    by_key: BTreeMap<String, AccessRules<'a>>,
    sources: BTreeMap<&'a Name, Listed<'a>>,
}

/// A data source among others.
#[derive(Clone, Debug)]
struct Listed<'a> {
    source: &'a DataSource,
    key: Option<String>,
    rules: AccessRules<'a>,
    /// Whether somebody may read it for a reason that its audience does not share: as owner, or by a grant.
    own_terms: bool,
}

impl<'a> Audiences<'a> {
    /// Groups the active data sources of an integration.
    pub fn of(catalog: &'a Catalog, integration: &Name) -> Self {
        let mut by_key = BTreeMap::new();
        let mut sources = BTreeMap::new();
        let granted: BTreeSet<&Name> = catalog.grants.values().map(|grant| grant.data_source.value()).collect();
        for source in catalog.data_sources.values() {
            if source.integration.value() != integration || source.status != SourceStatus::Active {
                continue;
            }
            let rules = AccessRules::of(catalog, source);
            let key = audience_key(&rules);
            if let Some(key) = &key {
                by_key.insert(key.clone(), rules.clone());
            }
            let own_terms = !source.owners.is_empty() || granted.contains(source.name.value());
            sources.insert(source.name.value(), Listed { source: &source.item, key, rules, own_terms });
        }
        Self { catalog, by_key, sources }
    }

    /// The rows of one user; none for a disabled user.
    pub fn profile(&self, user: &User, now: DateTime<Utc>) -> BTreeSet<ProfileRow> {
        if user.disabled {
            return BTreeSet::new();
        }
        let facts = Facts::of(self.catalog, user);
        let mut rows = BTreeSet::new();
        let mut add = |kind, key: &str, value: &str, expires: Option<DateTime<Utc>>| {
            // Warehouses keep microseconds; what lies below them ends a little earlier.
            let expires = expires.map(|moment| moment.trunc_subsecs(6));
            rows.insert(ProfileRow {
                kind: Cow::Borrowed(kind),
                key: key.to_owned(),
                value: value.to_owned(),
                expires,
            });
        };
        add("user", "", &user.name, None);
        facts.groups.iter().for_each(|group| add("group", "", group, None));
        for (key, values) in &facts.attributes {
            values.iter().for_each(|value| add("attribute", key, value, None));
        }
        facts.project.iter().for_each(|project| add("project", "", project, None));
        facts.purposes.iter().for_each(|purpose| add("purpose", "", purpose, None));
        // Under a project the audiences give way to its data sources, one by one: an audience has others too.
        let audiences: BTreeSet<&String> = match facts.project {
            Some(_) => BTreeSet::new(),
            None => self.by_key.iter().filter(|(_, rules)| rules.admit(&facts, now)).map(|(key, _)| key).collect(),
        };
        for key in &audiences {
            if let Some(rules) = self.by_key.get(*key) {
                let ends = rules.boundaries(now).into_iter().find(|moment| !rules.admit(&facts, *moment));
                add("table", "", key, ends);
            }
        }
        // Everywhere else the audience says all there is to say.
        let project = facts.project.as_ref().and_then(|project| self.catalog.projects.get(project));
        let listed: Vec<&Listed<'_>> = match project {
            Some(project) => project.data_sources.iter().filter_map(|name| self.sources.get(name.value())).collect(),
            None => self.sources.values().filter(|listed| listed.own_terms).collect(),
        };
        for Listed { source, key, rules, .. } in listed {
            let admitted_at = |moment| admitted(self.catalog, rules, source, &facts, moment);
            let ends = || {
                let mut moments = rules.boundaries(now);
                moments
                    .extend(grants(self.catalog, source, &facts, now).into_iter().filter_map(|(_, expires)| expires));
                moments.into_iter().find(|moment| !admitted_at(*moment))
            };
            if !admitted_at(now) {
                continue;
            }
            // Through the audience already, and for as long: nothing to add.
            let end = ends();
            let through = key.as_ref().filter(|key| audiences.contains(key)).and_then(|key| self.by_key.get(key));
            let audience_end =
                through.map(|rules| rules.boundaries(now).into_iter().find(|moment| !rules.admit(&facts, *moment)));
            if audience_end != Some(end) {
                add("table", "", &source_key(source.name.value()), end);
            }
        }
        rows
    }
}
