//! A data source beside its table as it is now.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use scrim_catalog::documents::{Column, DataSource, Gone, Integration, NEW, Origin, SourceStatus};
use scrim_catalog::{At, FoundColumn, Name};
use scrim_warehouse::{Identity, ListedTable, Pushed};

use crate::registering::possible;

/// What is known of a data source and its table.
pub(crate) struct Beside<'a> {
    pub(crate) integration: &'a Integration,
    pub(crate) source: &'a DataSource,
    /// The table, if it is there.
    pub(crate) table: Option<&'a ListedTable>,
    /// What was pushed.
    pub(crate) pushed: Option<&'a Pushed>,
    /// Whether rules depend on a column, which has or had the type that is given among others.
    pub(crate) depends: &'a dyn Fn(&DataSource, &Name, &[FoundColumn]) -> bool,
    pub(crate) now: DateTime<Utc>,
}

impl Beside<'_> {
    /// The document as it is to be; none when it is right as it is.
    pub(crate) fn document(&self) -> Option<DataSource> {
        let after = match (self.source.status, &self.source.gone, self.table) {
            // Its table may come yet: the push says that it is not there.
            (SourceStatus::Active, _, None) if self.pushed.is_none() => return None,
            (SourceStatus::Active, _, None) => self.gone(),
            (SourceStatus::Active, _, Some(table)) => self.columns(table),
            (SourceStatus::Disabled, Some(gone), Some(table)) => self.back(gone, table),
            // Somebody disabled it, and enables it.
            (SourceStatus::Disabled, ..) => return None,
        };
        (after != *self.source).then_some(after)
    }

    fn gone(&self) -> DataSource {
        let base = self.pushed.map(|pushed| pushed.base.clone()).unwrap_or_default();
        let reason = format!(
            "the table `{}` is not in the warehouse any more; when the very same one comes back, the data source is active again",
            self.source.table
        );
        let gone = Gone { since: self.now, reason, oid: base.oid, owner: base.owner };
        DataSource { status: SourceStatus::Disabled, gone: Some(gone), ..self.source.clone() }
    }

    fn back(&self, gone: &Gone, table: &ListedTable) -> DataSource {
        let known = Identity { oid: gone.oid, owner: gone.owner.clone() };
        if gone.oid.is_some() && known == table.identity {
            return DataSource { status: SourceStatus::Active, gone: None, ..self.source.clone() };
        }
        let reason = format!(
            "another table has taken the place of `{}`, which was dropped: look at the policies of the data source and confirm it",
            self.source.table
        );
        DataSource { gone: Some(Gone { reason, ..gone.clone() }), ..self.source.clone() }
    }

    /// With the columns that the table has. What rules depend on stays as it is: then the view is closed until an owner confirms.
    fn columns(&self, table: &ListedTable) -> DataSource {
        let known = self.pushed.map(|pushed| &pushed.base_columns);
        let is_now = |name: &str| table.columns.iter().find(|found| found.name == name);
        let as_pushed = |name: &str| {
            let (Some(known), Some(found)) = (known.and_then(|known| known.get(name)), is_now(name)) else {
                return true;
            };
            known.0 == found.column_type && table.positions.get(name) == Some(&known.1)
        };
        let mut written = self.source.clone();
        if written.columns.is_empty() {
            // A document that names none has those that were pushed; it begins to name them when there are others.
            let Some(known) = known else { return written };
            let same = table.columns.iter().all(|found| {
                (known.contains_key(&found.name) && as_pushed(&found.name))
                    || possible(self.integration, found).is_none()
            });
            if same && known.keys().all(|name| is_now(name).is_some()) {
                return written;
            }
            // In the order of the table, and behind them those that are gone.
            let stand = table.columns.iter().filter(|found| known.contains_key(&found.name)).cloned();
            let gone = known.iter().filter(|(name, _)| is_now(name).is_none());
            let gone = gone.map(|(name, (kind, _))| FoundColumn { name: name.clone(), column_type: kind.clone() });
            written.columns = stand.chain(gone).filter_map(|column| possible(self.integration, &column)).collect();
        }
        let before = self.before(&written, table);
        let whole = written.clone();
        written.columns.retain_mut(|column| {
            let Some(found) = is_now(&column.name) else {
                return (self.depends)(&whole, column.name.value(), &before);
            };
            let changed = !as_pushed(&column.name);
            if changed && !column.is_new() && (self.depends)(&whole, column.name.value(), &before) {
                return true;
            }
            if changed || column.is_new() {
                column.column_type = found.column_type.parse().ok().or(column.column_type.take());
            }
            if changed {
                to_be_looked_at(column);
            }
            true
        });
        let mut taken: BTreeSet<String> = written.columns.iter().map(|column| column.name.to_lowercase()).collect();
        for found in &table.columns {
            if let Some(mut column) = possible(self.integration, found)
                && taken.insert(found.name.to_lowercase())
            {
                to_be_looked_at(&mut column);
                written.columns.push(column);
            }
        }
        written
    }

    /// The columns with the types they had.
    fn before(&self, written: &DataSource, table: &ListedTable) -> Vec<FoundColumn> {
        let pushed = self.pushed.iter().flat_map(|pushed| &pushed.base_columns);
        let mut before: Vec<FoundColumn> = pushed
            .map(|(name, (column_type, _))| FoundColumn { name: name.clone(), column_type: column_type.clone() })
            .collect();
        before.extend(written.columns.iter().filter_map(|column| {
            let column_type = column.column_type.as_ref()?.to_string();
            Some(FoundColumn { name: column.name.to_string(), column_type })
        }));
        before.extend(table.columns.iter().cloned());
        before
    }
}

fn to_be_looked_at(column: &mut Column) {
    if let (false, Ok(tag)) = (column.is_new(), Name::new(NEW)) {
        column.origins.insert(tag.clone(), Origin::Discovered);
        column.tags.push(At::nowhere(tag));
    }
}
