//! Changes by which people see more than a policy wanted, or go on seeing what no policy takes away any more: made only when
//! somebody has confirmed it.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use http::StatusCode;
use schemars::JsonSchema;
use scrim_catalog::documents::{DataSource, Integration, NewColumns};
use scrim_catalog::{Catalog, Change, Document, Kind, Name};
use scrim_registry::{Asked, Planned, World};
use serde::Deserialize;

use super::change::{Wanted, make};
use crate::caller::Caller;
use crate::compute::compute;
use crate::{App, FieldError, Problem};

/// How to take something away by which a policy may restrict.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
pub(crate) struct Confirming {
    /// Do nothing, and answer what would be done.
    #[serde(default)]
    pub(crate) dry_run: bool,
    /// Do it although people see more afterwards. Without it such a change is refused, and the answer says what opens.
    #[serde(default)]
    pub(crate) confirm: bool,
}

/// Makes a change as [`make`] does; unless it was confirmed, one that opens something is refused. `what` tells what is done.
///
/// # Errors
/// As [`make`], and when something opens.
pub(crate) async fn make_confirmed(
    app: &App,
    caller: &Caller,
    asked: &Asked,
    how: Confirming,
    what: &str,
    mut decide: impl FnMut(&World) -> Result<Wanted, Problem>,
) -> Result<Planned, Problem> {
    if how.dry_run || how.confirm {
        return make(app, caller, asked, how.dry_run, decide).await;
    }
    unopened(app, caller, asked, what, &mut decide).await?;
    make(app, caller, asked, false, decide).await
}

/// Refuses what shows more to somebody, before it is done: what opens by what others do meanwhile is their doing.
///
/// # Errors
/// When it opens something, with what; or as [`make`].
pub(crate) async fn unopened(
    app: &App,
    caller: &Caller,
    asked: &Asked,
    what: &str,
    decide: impl FnMut(&World) -> Result<Wanted, Problem>,
) -> Result<(), Problem> {
    let (planned, now) = (make(app, caller, asked, true, decide).await?, app.now());
    let opens = compute(move || opened(&planned, now)).await?;
    if opens.is_empty() {
        return Ok(());
    }
    let title = "This opens what a policy restricts";
    let problem = Problem::new(StatusCode::PRECONDITION_REQUIRED, "opens", title);
    let detail = format!("{what} shows more to somebody; repeat it with `confirm=true` if that is meant");
    Err(Problem { errors: opens, ..problem.detail(detail) })
}

/// What people see more of afterwards.
fn opened(planned: &Planned, now: DateTime<Utc>) -> Vec<FieldError> {
    let effects = scrim_policy::effect(&planned.before.catalog, &planned.applied.catalog, now);
    let mut opens = Vec::new();
    for effect in effects {
        let mut add = |what: String| opens.push(about(&effect.data_source, what));
        if effect.gain > 0 {
            add(format!("{} more users may read it", effect.gain));
        }
        for column in &effect.columns {
            if column.more > 0 {
                add(format!("{} users see more of the column `{}`", column.more, column.name));
            }
        }
        if effect.other_rows > 0 {
            add(format!("other row rules hold for {} users", effect.other_rows));
        }
    }
    let before = &planned.before.catalog;
    for change in &planned.applied.changes {
        let left = match change {
            Change::Put(document) => abandons(before, document),
            Change::Delete(kind, name) => *kind == Kind::Integration && drives(before, name),
        };
        if left {
            opens.push(FieldError {
                document: Some(format!("integrations/{}", change.of().1)),
                pointer: String::new(),
                detail:
                    "the views that were pushed stay there as they are, and nobody takes anything away in them any more"
                        .to_owned(),
                help: Some("delete its data sources first and wait until it is in sync, or uninstall it".to_owned()),
            });
        }
    }
    for change in &planned.applied.changes {
        let Change::Put(Document::DataSource(after)) = change else { continue };
        let Some(before) = planned.before.catalog.data_sources.get(after.name.value()) else { continue };
        let forgotten = forgotten(before, after).map(|column| {
            about(&after.name, format!("the column `{column}` is not named any more: it may be shown without its tags"))
        });
        opens.extend(forgotten);
    }
    opens
}

fn about(source: &Name, what: String) -> FieldError {
    FieldError { document: Some(format!("data-sources/{source}")), pointer: String::new(), detail: what, help: None }
}

/// Columns with tags that a document does not name any more, where that does not keep them out of the view: what the
/// warehouse has of them is not known here.
fn forgotten<'a>(before: &'a DataSource, after: &'a DataSource) -> impl Iterator<Item = &'a Name> {
    let shown = after.columns.is_empty() || after.new_columns == NewColumns::Show;
    let tagged = before.columns.iter().filter(move |column| shown && !column.tags.is_empty());
    let gone = tagged.filter(|column| !after.columns.iter().any(|other| other.name == column.name));
    gone.map(|column| column.name.value())
}

/// Whether an integration has data sources.
fn drives(catalog: &Catalog, integration: &Name) -> bool {
    catalog.data_sources.values().any(|source| source.integration.value() == integration)
}

/// Whether a document has an integration push to another place than its data sources were pushed to.
fn abandons(catalog: &Catalog, document: &Document) -> bool {
    fn place(one: &Integration) -> impl PartialEq + '_ {
        let at = (one.engine, &one.host, one.port(), &one.database, one.layout(), &one.system_database);
        (at, &one.system_prefix, &one.views, &one.owner_role)
    }
    let Document::Integration(after) = document else { return false };
    let before = catalog.integrations.get(after.name.value());
    before.is_some_and(|before| place(before) != place(after) && drives(catalog, after.name.value()))
}

/// Whether a document takes a tag from the data source of its name, chooses other policies for it, or leaves behind what was
/// pushed.
pub(crate) fn loosens(catalog: &Catalog, document: &Document) -> bool {
    match document {
        Document::Integration(_) => abandons(catalog, document),
        Document::DataSource(after) => catalog
            .data_sources
            .get(after.name.value())
            .is_some_and(|before| loses_tags(before, after) || chooses(before, after)),
        _ => false,
    }
}

/// Whether owners choose other policies, or switch others off: what restricts may go by it, and what gives access may come.
fn chooses(before: &DataSource, after: &DataSource) -> bool {
    let off = |source: &DataSource| source.without_policies.iter().map(|off| off.name.clone()).collect::<Vec<_>>();
    before.policies != after.policies || off(before) != off(after)
}

/// Whether a data source carries a tag before, on itself or a column, that it does not carry there afterwards.
fn loses_tags(before: &DataSource, after: &DataSource) -> bool {
    fn carried(source: &DataSource) -> BTreeSet<(Option<&Name>, &Name)> {
        let own = source.tags.iter().map(|tag| (None, tag.value()));
        let columns = source.columns.iter();
        let of_columns =
            columns.flat_map(|column| column.tags.iter().map(|tag| (Some(column.name.value()), tag.value())));
        own.chain(of_columns).collect()
    }
    !carried(before).is_subset(&carried(after))
}
