//! Users, as they are provisioned.

mod delete;
mod document;

pub(crate) use delete::run as delete;
pub(in crate::scim) use document::external_id;

use scrim_catalog::documents::{External, User};
use scrim_catalog::{At, Catalog, Change, Document, Kind, Name};
use serde_json::{Map, Value, json};

use super::list::Wanted;
use super::provisioned::Provisioned;
use super::provisioner::Provisioner;
use super::resource::of_user;
use super::schema::{Shape, USERS};
use crate::actions::objects::change;
use crate::problem::Told;
use crate::rights::may_provision;
use crate::{App, Problem};

impl Provisioned for User {
    const KIND: Kind = Kind::User;
    const STAYS: &'static str =
        "policies, grants and warehouses name the user by it; make a new user, and disable this one";

    fn shape() -> &'static Shape {
        &USERS
    }

    fn all(catalog: &Catalog) -> impl Iterator<Item = &Self> {
        catalog.users.values().map(|user| &user.item)
    }

    fn known<'c>(catalog: &'c Catalog, name: &str) -> Option<&'c Self> {
        catalog.users.get(name).map(|user| &user.item)
    }

    fn new(name: Name, external: External) -> Self {
        Self {
            kind: Self::KIND.as_str().to_owned(),
            name: At::nowhere(name),
            description: None,
            warehouse_user: None,
            groups: vec![],
            attributes: Default::default(),
            permissions: vec![],
            current_project: None,
            disabled: false,
            external: Some(external),
            confirmed: Default::default(),
        }
    }

    fn name(&self) -> &Name {
        self.name.value()
    }

    fn external(&self) -> Option<&External> {
        self.external.as_ref()
    }

    fn telling<'c>(catalog: &'c Catalog, _: &[&Self], _: &Wanted) -> Box<dyn Fn(&Self) -> Value + Send + 'c> {
        Box::new(|user| of_user(catalog, user))
    }

    fn said(
        self,
        catalog: &Catalog,
        said: Map<String, Value>,
        app: &App,
        provisioner: &Provisioner,
    ) -> Result<change::Wanted, Problem> {
        let name = self.name.value().clone();
        // As it is kept, and not as it was sent: some send passwords, which nobody wants here.
        let details = json!({ "body": said });
        let user = document::document(self, said, &app.settings().scim)?;
        let changes = vec![Change::Put(Document::User(Box::new(user)))];
        let after = catalog.apply(changes.clone());
        let (about, told) = (Some((Self::KIND, name.as_str())), Told::Actor(&provisioner.caller.actor));
        let after = after.map_err(|problems| Problem::of_catalog(&problems, &changes, about, told))?;
        let by = may_provision(&provisioner.caller.actor, catalog, &after.catalog, &name).required()?;
        Ok(change::Wanted { changes, allowed_by: Some(by), details, ..change::Wanted::default() })
    }
}
