//! The predicates of policies, read against one data source.

use scrim_catalog::documents::DataSource;
use scrim_catalog::{Catalog, ColumnType, Name, tag};
use scrim_expr::{Expr, Refused, Scope};

/// Reads a `filter` or `when`. Names of groups, attributes and purposes must exist: a misspelt one behind a
/// `NOT` would open.
pub(crate) fn read(
    catalog: &Catalog,
    source: &DataSource,
    columns: &[(Name, ColumnType)],
    text: &str,
) -> Result<Expr, Refused> {
    let tagged = |wanted: &str| {
        let Ok(wanted) = Name::new(wanted) else { return vec![] };
        let columns = source.columns.iter().filter(|c| c.tags.iter().any(|t| tag::covers(&wanted, t)));
        columns.map(|column| column.name.value().clone()).collect()
    };
    let purposes: Vec<Name> = catalog.purposes.keys().flat_map(tag::with_ancestors).collect();
    let keys = catalog.attribute_keys();
    let scope = Scope {
        columns,
        tagged: &tagged,
        groups: &|name| catalog.groups.contains_key(name),
        attributes: &|key| keys.iter().any(|known| known.as_str() == key),
        purposes: &|name| purposes.iter().any(|p| p.as_str() == name),
    };
    scrim_expr::parse_predicate(text, &scope)
}
