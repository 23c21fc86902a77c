//! What users and groups have in common.

use scrim_catalog::documents::External;
use scrim_catalog::{Catalog, Kind, Name};
use scrim_registry::Planned;
use serde_json::{Map, Value};

use super::error::{Refused, wrong};
use super::filter::Filter;
use super::list::Wanted;
use super::provisioner::Provisioner;
use super::resource::{id, named};
use super::schema::Shape;
use crate::actions::objects::change;
use crate::caller::refuse;
use crate::{App, Problem};

/// A document that is provisioned.
pub(crate) trait Provisioned: Clone + Send + Sync + Sized + 'static {
    /// The kind of document.
    const KIND: Kind;
    /// By whom it is known, and what to do instead of naming it anew.
    const STAYS: &'static str;

    /// What it has.
    fn shape() -> &'static Shape;

    /// Every one.
    fn all(catalog: &Catalog) -> impl Iterator<Item = &Self>;

    /// The one of a name.
    fn known<'c>(catalog: &'c Catalog, name: &str) -> Option<&'c Self>;

    /// One of whom only the name and the id are known.
    fn new(name: Name, external: External) -> Self;

    /// The name.
    fn name(&self) -> &Name;

    /// Who or what it is elsewhere.
    fn external(&self) -> Option<&External>;

    /// What tells the resource of one; these are told, as far as it is wanted.
    fn telling<'c>(catalog: &'c Catalog, these: &[&Self], wanted: &Wanted) -> Box<dyn Fn(&Self) -> Value + Send + 'c>;

    /// What is to be changed, for it to become what was said.
    ///
    /// # Errors
    /// When it cannot, or the provisioner may not.
    fn said(
        self,
        catalog: &Catalog,
        said: Map<String, Value>,
        app: &App,
        provisioner: &Provisioner,
    ) -> Result<change::Wanted, Problem>;

    /// The id.
    fn id(&self) -> String {
        id(self.name(), self.external())
    }

    /// The resource.
    fn told(&self, catalog: &Catalog) -> Value {
        Self::telling(catalog, &[self], &Wanted::default())(self)
    }
}

/// The one of an id.
///
/// # Errors
/// When there is none.
pub(crate) fn found<'c, R: Provisioned>(catalog: &'c Catalog, id: &str) -> Result<&'c R, Problem> {
    let found = match named(id) {
        Some(name) => R::known(catalog, &name).filter(|one| one.id() == id),
        None => R::all(catalog).find(|one| one.external().is_some_and(|known| known.id.as_deref() == Some(id))),
    };
    found.ok_or_else(|| Problem::not_found(format!("there is no {} of this id", R::KIND)))
}

/// The name that goes with an id; that there is none is written to the audit trail.
///
/// # Errors
/// When there is none.
pub(crate) async fn name_of<R: Provisioned>(
    app: &App,
    provisioner: &Provisioner,
    action: &str,
    id: &str,
) -> Result<Name, Refused> {
    let world = app.registry().world();
    match found::<R>(&world.catalog, id) {
        Ok(one) => Ok(one.name().clone()),
        Err(problem) => Err(refuse(app, &provisioner.caller.doing(action), problem).await.into()),
    }
}

/// Those that a filter may let through: provisioners ask for one before each change, and not everybody is told for that.
pub(crate) fn candidates<'c, R: Provisioned>(catalog: &'c Catalog, filter: Option<&Filter<'_>>) -> Vec<&'c R> {
    match filter.and_then(|filter| filter.equals()) {
        Some((attribute, name)) if attribute == R::shape().key => {
            let name = name.to_lowercase();
            R::all(catalog).filter(|one| one.name().to_lowercase() == name).collect()
        }
        Some(("externalId", id)) => R::all(catalog)
            .filter(|one| one.external().is_some_and(|known| known.external_id.as_deref() == Some(id)))
            .collect(),
        _ => R::all(catalog).collect(),
    }
}

/// The name that was said.
///
/// # Errors
/// `invalidValue`, when nothing can have it.
pub(crate) fn name_said<R: Provisioned>(said: &Map<String, Value>) -> Result<Name, Problem> {
    let key = R::shape().key;
    let name = said.get(key).and_then(Value::as_str).unwrap_or("");
    Name::new(name).map_err(|error| wrong("invalidValue", format!("`{key}`: {error}")))
}

/// The resource after a change.
///
/// # Errors
/// When it is gone.
pub(crate) fn after<R: Provisioned>(planned: &Planned, name: &str) -> Result<Value, Problem> {
    let catalog = &planned.applied.catalog;
    let one = R::known(catalog, name);
    Ok(one.ok_or_else(|| Problem::not_found(format!("there is no such {} any more", R::KIND)))?.told(catalog))
}
