//! Which data sources a policy covers, and which columns a selector means.

use std::cmp::Reverse;

use scrim_catalog::documents::{Column, DataSource, Validity};
use scrim_catalog::{At, Catalog, Columns, ColumnsForm, Name, Where, WhereForm, tag};

/// Whether `scope` covers a data source, for the policy of this name.
pub fn covers(catalog: &Catalog, policy: &Name, scope: &Where, source: &DataSource) -> bool {
    let tags = || source.tags.iter().chain(source.columns.iter().flat_map(|column| &column.tags));
    let database = || {
        let own = source.table.database.clone();
        own.or_else(|| catalog.integrations.get(source.integration.value()).map(|i| i.database.value().clone()))
    };
    match scope {
        Where::All => true,
        Where::ChosenByOwner => source.policies.iter().any(|chosen| chosen.value() == policy),
        Where::Form(form) => match form {
            WhereForm::DataSource(name) => name.value() == source.name.value(),
            WhereForm::SourceTag(parent) => source.tags.iter().any(|t| tag::covers(parent, t)),
            WhereForm::ColumnTag(parent) => {
                source.columns.iter().flat_map(|column| &column.tags).any(|t| tag::covers(parent, t))
            }
            WhereForm::AnyTag(wanted) => (tags().next().is_some()) == *wanted,
            WhereForm::NoTags(wanted) => (tags().next().is_none()) == *wanted,
            WhereForm::ColumnName(pattern) => source.columns.iter().any(|column| pattern.is_match(&column.name)),
            WhereForm::Integration(glob) => glob.is_match(&source.integration),
            WhereForm::Database(glob) => database().is_some_and(|name| glob.is_match(&name)),
            WhereForm::Schema(glob) => glob.is_match(&source.table.schema),
            WhereForm::Table(glob) => glob.is_match(&source.table.table),
            // A source without a time is refused when the catalog is checked.
            WhereForm::Created(window) => source.created.is_some_and(|created| {
                window.from.is_none_or(|from| from <= created) && window.until.is_none_or(|until| created < until)
            }),
            WhereForm::All(parts) => parts.iter().all(|part| covers(catalog, policy, part, source)),
            WhereForm::Any(parts) => parts.iter().any(|part| covers(catalog, policy, part, source)),
            WhereForm::Not(part) => !covers(catalog, policy, part, source),
        },
    }
}

/// Whether the owner switched a policy off for this source; only where the policy lets owners.
pub(crate) fn opted_out(source: &DataSource, policy: &Name, owners_may_disable: bool) -> bool {
    owners_may_disable && source.without_policies.iter().any(|out| out.name.value() == policy)
}

/// Whether a window without bounds is meant.
pub(crate) fn always(valid: Option<&Validity>) -> bool {
    valid.is_none_or(|window| window.from.is_none() && window.until.is_none())
}

/// How a selector found a column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Selected {
    /// How deep the tag is that the selector names; 0 when it was something other than a tag.
    pub(crate) depth: usize,
    /// The tag of the column by which it was found: of several the deepest, then the first by name.
    pub(crate) tag: Option<Name>,
}

/// Whether a selector means a column, and how.
pub(crate) fn selects(columns: &Columns, column: &Column) -> Option<Selected> {
    let plain = |found: bool| found.then(Selected::default);
    match columns {
        Columns::All => plain(true),
        Columns::Form(form) => match form {
            ColumnsForm::Tag(parent) => {
                let covered = column.tags.iter().map(At::value).filter(|t| tag::covers(parent, t));
                let own = covered.min_by_key(|t| (Reverse(tag::depth(t)), *t))?;
                Some(Selected { depth: tag::depth(parent), tag: Some(own.clone()) })
            }
            ColumnsForm::Name(pattern) => plain(pattern.is_match(&column.name)),
            ColumnsForm::AnyTag(wanted) => plain(column.tags.is_empty() != *wanted),
            ColumnsForm::NoTags(wanted) => plain(column.tags.is_empty() == *wanted),
            ColumnsForm::All(parts) => {
                let found: Option<Vec<Selected>> = parts.iter().map(|part| selects(part, column)).collect();
                found.map(|found| deepest(found.into_iter()).unwrap_or_default())
            }
            ColumnsForm::Any(parts) => deepest(parts.iter().filter_map(|part| selects(part, column))),
            ColumnsForm::Not(part) => plain(selects(part, column).is_none()),
        },
    }
}

fn deepest(found: impl Iterator<Item = Selected>) -> Option<Selected> {
    found.reduce(|one, other| if other.depth > one.depth { other } else { one })
}

/// Why a row rule cannot find its columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unfound {
    /// It names a column that the source does not have: an error, and the source is closed.
    Named(String),
    /// It selects by tag, and no column has it: the rule does nothing here.
    Tagged,
}

/// The columns that a row rule means. A plain name means exactly the column of that name.
///
/// # Errors
/// When there is none.
pub(crate) fn row_columns<'a>(columns: &Columns, source: &'a [Column]) -> Result<Vec<&'a Column>, Unfound> {
    if let Columns::Form(ColumnsForm::Name(pattern)) = columns {
        let literal = pattern.literal();
        let found: Vec<_> = source
            .iter()
            .filter(|c| literal.map_or_else(|| pattern.is_match(&c.name), |name| name == c.name.as_str()))
            .collect();
        return if found.is_empty() { Err(Unfound::Named(pattern.as_str().to_owned())) } else { Ok(found) };
    }
    let found: Vec<_> = source.iter().filter(|column| selects(columns, column).is_some()).collect();
    if found.is_empty() { Err(Unfound::Tagged) } else { Ok(found) }
}
