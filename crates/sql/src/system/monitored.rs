//! What may be sampled, and which schemas are watched: globs of the integration as patterns of LIKE.

use scrim_catalog::TableName;
use scrim_catalog::documents::{Engine, Integration, Layout};

use crate::quote::{ident, literal};

/// A glob of `*` and `?` as a pattern of LIKE, in which `@` stands before what means itself.
fn like(glob: &str) -> String {
    glob.chars().fold(String::new(), |mut pattern, c| {
        match c {
            '*' => pattern.push('%'),
            '?' => pattern.push('_'),
            '%' | '_' | '@' => pattern.extend(['@', c]),
            c => pattern.push(c),
        }
        pattern
    })
}

/// A name as a pattern that nothing else fits.
fn exactly(name: &str) -> String {
    like(&name.replace(['*', '?'], "\u{0}")).replace('\u{0}', "_")
}

/// The patterns of the schemas that are watched.
pub(super) fn schemas(integration: &Integration) -> Vec<String> {
    let fold = |text: &str| match integration.engine {
        Engine::Redshift => text.to_ascii_lowercase(),
        Engine::Postgresql => text.to_owned(),
    };
    integration.monitored.iter().map(|monitored| like(&fold(monitored.schema.as_str()))).collect()
}

/// The databases whose tables may be governed, as tables are named by them: none where views read no other database.
pub fn databases(integration: &Integration) -> Vec<Option<String>> {
    if integration.layout() == Layout::PerDatabase {
        return vec![None];
    }
    let all = [&integration.database].into_iter().chain(&integration.databases);
    let mut all: Vec<Option<String>> = all.map(|name| Some(name.to_ascii_lowercase())).collect();
    all.sort();
    all.dedup();
    all
}

/// What may be sampled: database (empty for the one of the views), patterns of schema and table.
fn sampled(integration: &Integration, tables: &[TableName]) -> Vec<[String; 3]> {
    let mut all: Vec<[String; 3]> = Vec::new();
    for database in databases(integration) {
        let database = database.unwrap_or_default();
        all.extend(schemas(integration).into_iter().map(|schema| [database.clone(), schema, "%".to_owned()]));
    }
    all.extend(tables.iter().map(|table| {
        let database = table.database.as_ref().map_or_else(String::new, ToString::to_string);
        [database, exactly(&table.schema), exactly(&table.table)]
    }));
    all.sort();
    all.dedup();
    all
}

/// The statements that record it, for the owner of the system objects.
pub(super) fn record(integration: &Integration, system: &str, tables: &[TableName]) -> Vec<String> {
    const ROWS: usize = 500;
    let row = |row: &[String; 3]| format!("({})", row.each_ref().map(|text| literal(text)).join(", "));
    let system = ident(system);
    let mut statements = vec![format!("DELETE FROM {system}.sampled")];
    statements.extend(sampled(integration, tables).chunks(ROWS).map(|rows| {
        let rows: Vec<String> = rows.iter().map(row).collect();
        format!("INSERT INTO {system}.sampled (database_name, schema_name, table_name) VALUES {}", rows.join(", "))
    }));
    statements
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_itself_is_said_to() {
        assert_eq!(like("a_b*c?%@"), "a@_b%c_@%@@");
        assert_eq!(exactly("a*b_c"), "a_b@_c");
    }
}
