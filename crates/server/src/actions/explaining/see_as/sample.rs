//! Rows of the table below a data source's view.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use scrim_catalog::documents::{Column, DataSource, Engine, Integration, Project, SourceStatus};
use scrim_catalog::{Catalog, FoundColumn, register};
use scrim_policy::{SampledRow, source_key};
use scrim_registry::World;
use scrim_warehouse::{LoginKind, Pushed, Warehouse, WarehouseError};
use tokio::sync::Semaphore;

use super::look::{Bound, Look};
use super::{Seen, Wish};
use crate::Problem;
use crate::actor::Actor;
use crate::compute::compute;

/// So many rows are read to find those that both see, and of wide tables fewer: no more than so many cells.
const ROWS: usize = 1000;
const CELLS: usize = 20_000;

/// How many have rows read at once, which takes connections of the warehouse, and memory; others wait.
static TURNS: Semaphore = Semaphore::const_new(4);

/// What the warehouse gave.
pub(super) struct Taken {
    /// The columns of the view that stands, where that is known.
    columns: Option<Vec<Column>>,
    rows: Vec<SampledRow>,
    /// Why there are no rows, if so.
    notes: Vec<String>,
}

impl Taken {
    fn none(note: impl Into<String>) -> Self {
        Self { columns: None, rows: vec![], notes: vec![note.into()] }
    }

    /// What of it is shown, by the policies as they are now, and by whose sight that was decided.
    pub(super) fn shown(
        self,
        before: &Catalog,
        after: &Catalog,
        actor: &Actor,
        wish: &Wish,
        under: Option<&Project>,
        now: DateTime<Utc>,
    ) -> Result<(Seen, &'static str), Problem> {
        let same = of(before, wish) == of(after, wish);
        let columns = self.columns.as_deref().filter(|_| same);
        let look = Look::of(after, actor, wish, under, columns, now)?;
        let sight = match look.bound() {
            Bound::Lifted => "IMPERSONATE_USER",
            Bound::Own { .. } => "own",
            Bound::Nothing(_) => "none",
        };
        let (mut rows, mut notes) = (vec![], self.notes);
        if notes.is_empty() {
            notes =
                if same { look.obstacles()? } else { vec!["the data source changed meanwhile: ask again".to_owned()] };
        }
        if notes.is_empty() {
            rows = look.rows(&self.rows, wish.rows)?;
        }
        if notes.is_empty() && rows.is_empty() {
            let both = if sight == "own" { "that both of you see" } else { "that they see" };
            notes.push(format!("among the first rows of the table there is none {both}"));
        }
        let seen = look.sight().map_err(|problem| match (notes.first(), &problem.detail) {
            // Without the warehouse the columns may not be known.
            (Some(note), Some(detail)) => Problem::conflict(format!("{detail}; {note}")),
            _ => problem,
        })?;
        Ok((Seen { sight: seen, rows, notes }, sight))
    }
}

/// The data source and its integration.
fn of<'a>(catalog: &'a Catalog, wish: &Wish) -> Option<(&'a DataSource, &'a Integration)> {
    let source = &catalog.data_sources.get(&wish.source)?.item;
    Some((source, &catalog.integrations.get(source.integration.value())?.item))
}

/// Takes rows of the table, where any could be shown.
pub(super) async fn taken(
    actor: &Actor,
    world: Arc<World>,
    wish: Arc<Wish>,
    under: Option<Project>,
    now: DateTime<Utc>,
) -> Result<Taken, Problem> {
    let missing = || Problem::not_found(format!("there is no data source `{}`", wish.source));
    let (source, integration) = of(&world.catalog, &wish).ok_or_else(missing)?;
    let (source, integration) = (source.clone(), integration.clone());
    if source.status == SourceStatus::Disabled {
        return Ok(Taken::none("the data source is disabled, and nobody sees rows of it"));
    }
    if integration.engine == Engine::Redshift {
        return Ok(Taken::none("rows of Redshift are not shown yet"));
    }
    let told = |error: &WarehouseError| {
        tracing::warn!(integration = %integration.name, %error, "no rows can be shown");
        Taken::none(format!("the warehouse of the integration `{}` gives no rows: {error}", integration.name))
    };
    let _turn = TURNS.acquire().await.map_err(|error| Problem::internal(&error))?;
    let mut warehouse = match Warehouse::connect(&integration).await {
        Ok(warehouse) => warehouse,
        Err(error) => return Ok(told(&error)),
    };
    let key = source_key(&source.name);
    let pushed = match warehouse.pushed_of(&[&key]).await {
        Ok(mut pushed) => pushed.remove(&key),
        Err(error) => return Ok(told(&error)),
    };
    let Some(pushed) = pushed.filter(|pushed| pushed.present) else {
        return Ok(Taken::none("the data source has no view in the warehouse yet: it is made by the next push"));
    };
    let Some(columns) = columns(&source, &pushed) else {
        let note = "the view in the warehouse has not the columns of the data source yet: the next push makes it anew";
        return Ok(Taken::none(note));
    };
    if !open(&pushed) {
        let note =
            "the data source is closed in the warehouse, or its view was changed there: the next push may open it";
        return Ok(Taken { columns: Some(columns), ..Taken::none(note) });
    }
    let (obstacles, login) = {
        let (actor, columns) = (actor.clone(), columns.clone());
        let looked = move || {
            let look = Look::of(&world.catalog, &actor, &wish, under.as_ref(), Some(&columns), now)?;
            let login = if let Bound::Own { login, .. } = look.bound() { Some(login.clone()) } else { None };
            Ok::<_, Problem>((look.obstacles()?, login))
        };
        compute(looked).await??
    };
    if !obstacles.is_empty() {
        return Ok(Taken { columns: Some(columns), rows: vec![], notes: obstacles });
    }
    if let Some(login) = login {
        match known(&warehouse, &login).await {
            Ok(true) => {}
            Ok(false) => {
                let note =
                    "the warehouse does not know you as somebody who may read yet, and so you see no row yourself";
                return Ok(Taken { columns: Some(columns), ..Taken::none(note) });
            }
            Err(error) => return Ok(Taken { columns: Some(columns), ..told(&error) }),
        }
    }
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    let most = (CELLS / names.len().max(1)).clamp(1, ROWS);
    let (rows, notes) = match warehouse.sample_rows(&key, &names, u32::try_from(most).unwrap_or(1)).await {
        Ok(Some(rows)) => (rows, vec![]),
        Ok(None) => (vec![], vec!["the data source was closed in the warehouse meanwhile: ask again".to_owned()]),
        Err(error) => (vec![], told(&error).notes),
    };
    Ok(Taken { columns: Some(columns), rows, notes })
}

/// Whether the view of a data source shows rows to anybody.
fn open(pushed: &Pushed) -> bool {
    pushed.untouched && pushed.closed.is_none() && pushed.min_version.is_some_and(|least| least <= pushed.version)
}

/// The columns of the view that stands, where the data source would have the same.
fn columns(source: &DataSource, pushed: &Pushed) -> Option<Vec<Column>> {
    let mut kept: Vec<_> = pushed.base_columns.iter().collect();
    kept.sort_by_key(|(_, (_, place))| *place);
    let found: Vec<FoundColumn> = kept
        .into_iter()
        .map(|(name, (column_type, _))| FoundColumn { name: name.clone(), column_type: column_type.clone() })
        .collect();
    let names: BTreeSet<String> = pushed.base_columns.keys().cloned().collect();
    let columns = register(source, &found, Some(&names)).ok()?.columns;
    (!columns.is_empty()).then_some(columns)
}

/// Whether the warehouse has a login, and was told what it may read: a name that went to somebody else was not.
async fn known(warehouse: &Warehouse, login: &str) -> Result<bool, WarehouseError> {
    let logins = warehouse.logins(Some(&[login])).await?;
    let person = logins.get(login).is_some_and(|found| found.kind == LoginKind::Person);
    Ok(person && warehouse.profiles_of(&[login]).await?.contains_key(login))
}
