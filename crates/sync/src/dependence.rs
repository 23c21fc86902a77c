//! Whether what people see depends on a column beyond its own cells.

use std::sync::Arc;

use scrim_catalog::documents::DataSource;
use scrim_catalog::{Catalog, FoundColumn, Name};
use scrim_policy::{AccessRules, Merger};

/// Whether a rule would mean something else if the data source had the column no more: it tests rows by it, or chooses the
/// data source or its other columns by its name or tags. `found` are the columns that the table has, or had.
pub fn depends_on(catalog: &Catalog, source: &DataSource, column: &Name, found: &[FoundColumn]) -> bool {
    let mut with = source.clone();
    for written in &mut with.columns {
        if written.column_type.is_none() {
            let known = found.iter().find(|found| found.name == written.name.as_str());
            written.column_type = known.and_then(|known| known.column_type.parse().ok());
        }
    }
    with.columns.retain(|written| written.column_type.is_some());
    let mut without = with.clone();
    without.columns.retain(|written| written.name.value() != column);
    effect(catalog, with, column) != effect(catalog, without, column)
}

/// What policies make of a data source, but for the cells of one column.
fn effect(catalog: &Catalog, source: DataSource, apart_from: &Name) -> Option<String> {
    let mut catalog = catalog.clone();
    let name = source.name.value().clone();
    Arc::make_mut(catalog.data_sources.get_mut(&name)?).item = source;
    let merger = Merger::new(&catalog);
    let source = catalog.data_sources.get(&name)?;
    let merged = merger.merge(source).ok()?;
    let others: Vec<_> = merged.columns.iter().filter(|column| column.name != *apart_from).collect();
    let access = AccessRules::of(&catalog, source);
    Some(format!("{:?} {:?} {:?} {:?}", merged.rows, merged.closed, others, access.decided_by()))
}
