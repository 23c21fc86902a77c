//! What a cluster knows of an installation: each database tells of itself alone.

use std::collections::{BTreeMap, BTreeSet};

use scrim_catalog::documents::Integration;
use scrim_sql::system::redshift::{EXTERNAL_SCHEMAS, uninstall as sql};
use secrecy::SecretString;

use crate::redshift::session::{Failed, Row, Session};

/// A privilege of one of Scrim's users.
pub(super) struct Grant {
    pub(super) user: String,
    pub(super) privilege: String,
    pub(super) kind: String,
    pub(super) schema: String,
    /// Of a schema there is none.
    pub(super) name: Option<String>,
}

/// One database.
pub(super) struct Database {
    pub(super) name: String,
    pub(super) session: Session,
    /// Whether the views are in it.
    pub(super) home: bool,
    /// What Scrim's users own in it, apart from this installation.
    pub(super) owned: Vec<(String, String)>,
    /// What they may in it, apart from this installation.
    pub(super) granted: Vec<Grant>,
    /// The owners of other installations.
    pub(super) others: BTreeSet<String>,
    /// Schemas of Spectrum.
    pub(super) external: Vec<String>,
}

impl Database {
    pub(super) async fn look(
        integration: &Integration,
        url: &SecretString,
        name: &str,
        home: bool,
    ) -> Result<Self, Failed> {
        let session = Session::of_administrator(integration, url, name);
        let owned = session.rows(&sql::owned(integration, home)).await?.into_iter().filter_map(pair).collect();
        let granted = session.rows(&sql::granted(integration, home)).await?.into_iter().filter_map(grant).collect();
        let others = session.rows(&sql::installations(integration, home)).await?;
        let external = session.rows(EXTERNAL_SCHEMAS).await?;
        Ok(Self {
            name: name.to_owned(),
            session,
            home,
            owned,
            granted,
            others: others.into_iter().filter_map(first).collect(),
            external: external.into_iter().filter_map(first).collect(),
        })
    }

    /// The schemas that readers may look into, and whether the owner of another installation may, too.
    pub(super) async fn readers(
        &self,
        integration: &Integration,
        others: &[String],
    ) -> Result<BTreeMap<String, bool>, Failed> {
        let rows = self.session.rows(&sql::readers(integration, self.home, others)).await?;
        let found: BTreeSet<(String, String)> = rows.into_iter().filter_map(pair).collect();
        let of = |who: &str, schema: &str| found.contains(&(who.to_owned(), schema.to_owned()));
        let schemas = found.iter().filter(|(who, _)| who == "readers");
        Ok(schemas.map(|(_, schema)| (schema.clone(), of("others", schema))).collect())
    }
}

/// What stands in the schemas of the installation.
#[derive(Default)]
pub(super) struct Contents {
    pub(super) schemas: Vec<String>,
    /// Schemas of somebody else: name, owner.
    pub(super) apart: Vec<(String, String)>,
    pub(super) governed: Vec<String>,
    pub(super) views: Vec<String>,
    pub(super) tables: Vec<String>,
    /// What Scrim did not make.
    pub(super) strangers: Vec<String>,
    /// What others built on Scrim's own: what, on what.
    pub(super) dependents: Vec<(String, String)>,
}

impl Contents {
    /// `fit` says whether the owner may be Scrim's at all.
    pub(super) async fn look(integration: &Integration, session: &Session, fit: bool) -> Result<Self, Failed> {
        let mut contents = Self::default();
        for row in session.rows(&sql::schemas(integration)).await? {
            let [Some(name), owner] = row.as_slice() else { continue };
            let owner = owner.as_deref().unwrap_or("somebody who is gone");
            if fit && owner == integration.owner_role.as_str() {
                contents.schemas.push(name.clone());
            } else {
                contents.apart.push((name.clone(), owner.to_owned()));
            }
        }
        if contents.schemas.is_empty() {
            return Ok(contents);
        }
        let lower = |name: &str| name.to_ascii_lowercase();
        let (system, views) = (lower(&integration.system_schema()), lower(&integration.views.schema));
        let relations = session.rows(&sql::relations(integration)).await?;
        let record = |row: &Row| matches!(row.as_slice(), [Some(schema), Some(name), ..] if *schema == system && name == "object_state");
        let recorded: BTreeSet<String> = if relations.iter().any(record) {
            session.rows(&sql::recorded(integration)).await?.into_iter().filter_map(first).collect()
        } else {
            BTreeSet::new()
        };
        for row in relations {
            let [Some(schema), Some(name), Some(kind), Some(id), owned] = row.as_slice() else { continue };
            let owned = owned.as_deref() == Some("1");
            match kind.as_str() {
                "view" if *schema == views && recorded.contains(id) => contents.governed.push(name.clone()),
                "view" if owned && *schema == system => contents.views.push(name.clone()),
                "table" if owned && *schema == system => contents.tables.push(name.clone()),
                _ => contents.strangers.push(format!("{kind} {schema}.{name}")),
            }
        }
        for row in session.rows(&sql::strangers(integration)).await? {
            match row.as_slice() {
                [Some(what), Some(on)] => contents.dependents.push((what.clone(), on.clone())),
                [Some(what), None] => contents.strangers.push(what.clone()),
                _ => {}
            }
        }
        Ok(contents)
    }
}

pub(super) fn first(row: Row) -> Option<String> {
    row.into_iter().next().flatten()
}

pub(super) fn pair(row: Row) -> Option<(String, String)> {
    let mut row = row.into_iter();
    Some((row.next()??, row.next()??))
}

fn grant(row: Row) -> Option<Grant> {
    let mut row = row.into_iter();
    Some(Grant {
        user: row.next()??,
        privilege: row.next()??,
        kind: row.next()??,
        schema: row.next()??,
        name: row.next().flatten(),
    })
}
