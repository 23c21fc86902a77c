//! Groups, as they are provisioned. Their members are users, and no groups.

mod delete;
mod membership;

pub(crate) use delete::run as delete;

use std::collections::BTreeSet;

use scrim_catalog::documents::{External, Group};
use scrim_catalog::{At, Catalog, Kind, Name};
use serde_json::{Map, Value, json};

use super::list::Wanted;
use super::provisioned::Provisioned;
use super::provisioner::Provisioner;
use super::resource::{members, of_group};
use super::schema::{GROUPS, Shape};
use crate::actions::objects::change;
use crate::{App, Problem};

impl Provisioned for Group {
    const KIND: Kind = Kind::Group;
    const STAYS: &'static str = "policies and grants name the group by it; make a new group, and move the members";

    fn shape() -> &'static Shape {
        &GROUPS
    }

    fn all(catalog: &Catalog) -> impl Iterator<Item = &Self> {
        catalog.groups.values().map(|group| &group.item)
    }

    fn known<'c>(catalog: &'c Catalog, name: &str) -> Option<&'c Self> {
        catalog.groups.get(name).map(|group| &group.item)
    }

    fn new(name: Name, external: External) -> Self {
        Self {
            kind: Self::KIND.as_str().to_owned(),
            name: At::nowhere(name),
            description: None,
            attributes: Default::default(),
            external: Some(external),
        }
    }

    fn name(&self) -> &Name {
        self.name.value()
    }

    fn external(&self) -> Option<&External> {
        self.external.as_ref()
    }

    /// Everybody is looked at once for all groups, and not at all where nobody wants the members.
    fn telling<'c>(catalog: &'c Catalog, these: &[&Self], wanted: &Wanted) -> Box<dyn Fn(&Self) -> Value + Send + 'c> {
        let filtered = wanted.filter.as_deref().is_some_and(|filter| filter.to_ascii_lowercase().contains("members"));
        let needed = filtered || wanted.asked.tells(&GROUPS, "members");
        let names: BTreeSet<&str> =
            if needed { these.iter().map(|group| group.name.as_str()).collect() } else { BTreeSet::new() };
        let members = members(catalog, &names);
        Box::new(move |group| of_group(group, &members))
    }

    fn said(
        self,
        catalog: &Catalog,
        said: Map<String, Value>,
        _: &App,
        provisioner: &Provisioner,
    ) -> Result<change::Wanted, Problem> {
        let changes = membership::changes(catalog, self, &said)?;
        // Who came and who left is told by the events of the users: there may be many.
        let details = json!({ "changed_members": changes.len().saturating_sub(1) });
        Ok(change::Wanted { changes, allowed_by: Some(provisioner.by), details, ..change::Wanted::default() })
    }
}
