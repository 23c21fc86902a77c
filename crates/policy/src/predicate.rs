//! The expressions of policies, read against one data source.

use std::collections::HashSet;

use scrim_catalog::documents::DataSource;
use scrim_catalog::{Catalog, ColumnType, Name, tag};
use scrim_expr::{Expr, Refused, Scope};

/// The names that expressions may use. They must exist: a misspelt one behind a `NOT` would open.
#[derive(Clone, Debug)]
pub(crate) struct Names<'a> {
    catalog: &'a Catalog,
    keys: HashSet<&'a str>,
    purposes: HashSet<Name>,
}

impl<'a> Names<'a> {
    pub(crate) fn of(catalog: &'a Catalog) -> Self {
        let keys = catalog.attribute_keys().into_iter().map(Name::as_str).collect();
        Self { catalog, keys, purposes: catalog.purposes.keys().flat_map(tag::with_ancestors).collect() }
    }

    /// What an expression on a data source may speak of, `@column` being one of its columns, or none.
    pub(crate) fn scope<T>(
        &self,
        source: &DataSource,
        columns: &[(Name, ColumnType)],
        masked: Option<&Name>,
        read: impl FnOnce(&Scope<'_>) -> T,
    ) -> T {
        let tagged = |wanted: &str| {
            let Ok(wanted) = Name::new(wanted) else { return vec![] };
            let columns = source.columns.iter().filter(|c| c.tags.iter().any(|t| tag::covers(&wanted, t)));
            columns.map(|column| column.name.value().clone()).collect()
        };
        read(&Scope {
            columns,
            masked,
            tagged: &tagged,
            groups: &|name| self.catalog.groups.contains_key(name),
            attributes: &|key| self.keys.contains(key),
            purposes: &|name| self.purposes.contains(name),
        })
    }

    /// Reads a `filter` or `when`.
    pub(crate) fn predicate(
        &self,
        source: &DataSource,
        columns: &[(Name, ColumnType)],
        text: &str,
    ) -> Result<Expr, Refused> {
        self.scope(source, columns, None, |scope| scrim_expr::parse_predicate(text, scope))
    }
}
