//! The system objects in the warehouse: what an installation makes, as a script to read and to run twice.
//!
//! Everything belongs to a role that cannot log in and owns no table of data. What readers may touch is
//! `user_profile`, `user_tables`, the mask functions and the views; everything else is revoked, whatever an
//! administrator's default privileges say, and the privileges are read back before anything is committed. The
//! login of Scrim calls procedures and stages rows.
//!
//! The statements stand in files beside the modules of the engines, with names and literals in braces; [`fill`] puts the quoted
//! text in.

mod monitored;
pub mod postgresql;
mod psql;
pub mod redshift;
mod script;

use scrim_catalog::documents::{Engine, Integration, Layout};
use scrim_catalog::{Catalog, RowRule, RuleBody, TableName};

pub use monitored::databases;
pub use psql::psql;
pub use script::{Section, script};

use crate::plan::located;
use crate::quote::{ident, literal};

/// What an installation makes, in one hash: another version of Scrim, or other settings, are another installation.
pub fn installation(integration: &Integration) -> String {
    match integration.engine {
        Engine::Postgresql => postgresql::installation(integration),
        Engine::Redshift => redshift::installation(integration),
    }
}

/// Every table that the views of an integration read, as they name it: the governed ones and those that rules look up in.
pub fn tables(catalog: &Catalog, integration: &Integration) -> Vec<TableName> {
    let sources = catalog.data_sources.values().filter(|source| source.integration == integration.name);
    let mut all: Vec<TableName> = sources.map(|source| source.table.value().clone()).collect();
    for rule in catalog.data_policies.values().flat_map(|policy| &policy.rules) {
        if let RuleBody::Rows(rows) = &rule.body {
            all.extend(rows.all().filter_map(|row| match row {
                RowRule::Lookup(lookup) => Some(lookup.table.clone()),
                _ => None,
            }));
        }
    }
    // A view that would read another database where it cannot is not made, and needs no right.
    let readable = |table: &&TableName| {
        let other = table.database.as_ref().is_some_and(|database| database != integration.database.value());
        integration.layout() == Layout::Central || !other
    };
    let mut all: Vec<TableName> = all.iter().filter(readable).map(|table| located(integration, table)).collect();
    all.sort();
    all.dedup();
    all
}

/// The readers of an integration as a grantee.
fn readers(integration: &Integration) -> String {
    if integration.readers.eq_ignore_ascii_case("public") { "PUBLIC".to_owned() } else { ident(&integration.readers) }
}

/// Puts quoted names and literals where the text has them in braces: `{owner}` is a name, `{owner:text}` a
/// literal. One pass, so that a name which itself holds braces stays what it is.
fn fill(text: &str, integration: &Integration) -> String {
    let readers = readers(integration);
    let names = [
        ("system", integration.system_schema()),
        ("functions", integration.functions_schema()),
        ("procedures", integration.procedures_schema()),
        ("views", integration.views.schema.to_string()),
        ("owner", integration.owner_role.to_string()),
        ("scanner", integration.scanner_role()),
        ("user", integration.user.to_string()),
    ];
    let value = |token: &str| match token {
        "readers" => Some(readers.clone()),
        "readers:sql" => Some(literal(&readers)),
        "readers:text" if readers == "PUBLIC" => Some("'PUBLIC'".to_owned()),
        "readers:text" => Some(literal(&integration.readers)),
        _ => names.iter().find_map(|(name, value)| match token.strip_prefix(name)? {
            "" => Some(ident(value)),
            ":text" => Some(literal(value)),
            _ => None,
        }),
    };
    let text = text.replace("$scrim$", &delimiter(integration));
    let mut filled = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once('{') {
        filled += before;
        match after.split_once('}').and_then(|(token, rest)| Some((value(token)?, rest))) {
            Some((value, after)) => {
                filled += &value;
                rest = after;
            }
            None => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled + rest
}

/// A dollar quote that no name in a body ends.
fn delimiter(integration: &Integration) -> String {
    let names = [
        &integration.system_prefix,
        &integration.views.schema,
        &integration.owner_role,
        &integration.user,
        &integration.readers,
    ];
    let mut delimiter = "$scrim$".to_owned();
    while names.iter().any(|name| name.to_ascii_lowercase().contains(delimiter.as_str())) {
        delimiter.insert(delimiter.len() - 1, '_');
    }
    delimiter
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_brace_is_filled_and_in_one_pass() {
        let integration: Integration = scrim_catalog_integration("{user}");
        // An empty list in JSON is no token.
        let script = postgresql::install(&integration, &[]).join("\n").replace("'{}'", "");
        let left: Vec<&str> = script.lines().filter(|line| line.contains('{')).collect();
        let names = ["\"{user}\"", "'{user}'", "\"{user}_scan\"", "'{user}_scan'"];
        assert!(left.iter().all(|line| names.iter().any(|name| line.contains(name))), "{left:#?}");
        assert!(script.contains("CREATE ROLE \"{user}\" NOLOGIN"));
        assert!(!script.contains('\\'));
    }

    fn scrim_catalog_integration(owner: &str) -> Integration {
        let text = format!(
            "{{ kind: integration, name: w, engine: postgresql, database: d, owner_role: '{owner}' }}\n---\n{{ kind: tag, name: T }}"
        );
        let file = scrim_catalog::SourceFile { path: std::sync::Arc::new("w.yaml".into()), text };
        let (catalog, _) = scrim_catalog::assemble(&[file]).into_result().unwrap();
        catalog.integrations.values().next().unwrap().item.clone()
    }
}
