//! The documented forms of GRANT, REVOKE and ALTER DEFAULT PRIVILEGES.
//!
//! Source: the pages of that name in the Amazon Redshift Database Developer
//! Guide. The grammar layer knows neither lists of mixed grantees nor scoped
//! permissions, so these lines are the only reading of such statements.

use crate::kind::StatementKind::{self, AlterDefaultPrivileges, Grant, Revoke};

#[rustfmt::skip]
pub(crate) const GROUPS: &[(StatementKind, &str, &[&str])] = &[
    (Grant, "GRANT", &[
        "GRANT { ALL [ PRIVILEGES ] | { SELECT | INSERT | UPDATE | DELETE | DROP | REFERENCES | ALTER | TRUNCATE } ,... } ON { [ TABLE ] <name> ,... | ALL TABLES IN SCHEMA <name> ,... } TO { PUBLIC | ROLE <role> | GROUP <ident> | <ident> [ WITH GRANT OPTION ] } ,...",
        "GRANT { { { SELECT | UPDATE } ( <ident> ,... ) } ,... | ALL [ PRIVILEGES ] ( <ident> ,... ) } ON [ TABLE ] <name> ,... TO { PUBLIC | ROLE <role> | GROUP <ident> | <ident> [ WITH GRANT OPTION ] } ,...",
        "GRANT { ALL [ PRIVILEGES ] | { CREATE | USAGE | TEMPORARY | TEMP | ALTER } ,... } ON DATABASE <ident> ,... TO { PUBLIC | ROLE <role> | GROUP <ident> | <ident> [ WITH GRANT OPTION ] } ,...",
        "GRANT { ALL [ PRIVILEGES ] | { CREATE | USAGE | ALTER | DROP } ,... } ON SCHEMA <name> ,... TO { PUBLIC | ROLE <role> | GROUP <ident> | <ident> [ WITH GRANT OPTION ] } ,...",
        "GRANT { EXECUTE | ALL [ PRIVILEGES ] } ON { FUNCTION { <name> ( [ <type> ,... ] ) } ,... | ALL FUNCTIONS IN SCHEMA <name> ,... } TO { PUBLIC | ROLE <role> | GROUP <ident> | <ident> [ WITH GRANT OPTION ] } ,...",
        "GRANT { EXECUTE | ALL [ PRIVILEGES ] } ON { PROCEDURE { <name> ( [ <type> ,... ] ) } ,... | ALL PROCEDURES IN SCHEMA <name> ,... } TO { PUBLIC | ROLE <role> | GROUP <ident> | <ident> [ WITH GRANT OPTION ] } ,...",
        "GRANT USAGE ON LANGUAGE { SQL | PLPGSQL } ,... TO { PUBLIC | ROLE <role> | GROUP <ident> | <ident> [ WITH GRANT OPTION ] } ,...",
        "GRANT { ALL [ PRIVILEGES ] | { CREATE | USAGE | ALTER | DROP } ,... } FOR SCHEMAS IN DATABASE <ident> TO { ROLE <role> | <ident> } ,...",
        "GRANT { ALL [ PRIVILEGES ] | { SELECT | INSERT | UPDATE | DELETE | DROP | REFERENCES | ALTER | TRUNCATE } ,... } FOR TABLES IN { SCHEMA <name> [ DATABASE <ident> ] | DATABASE <ident> } TO { ROLE <role> | <ident> } ,...",
        "GRANT { EXECUTE | ALL [ PRIVILEGES ] } FOR { FUNCTIONS | PROCEDURES } IN { SCHEMA <name> [ DATABASE <ident> ] | DATABASE <ident> } TO { ROLE <role> | <ident> } ,...",
        "GRANT USAGE FOR LANGUAGES IN DATABASE <ident> TO { ROLE <role> | <ident> } ,...",
        "GRANT ROLE <role> ,... TO { ROLE <role> | <ident> [ WITH ADMIN OPTION ] } ,...",
        "GRANT { EXPLAIN | IGNORE } RLS TO ROLE <role> ,...",
        "GRANT SELECT ON [ TABLE ] <name> ,... TO { RLS | MASKING } POLICY <name> ,...",
        "GRANT { { CREATE | DROP | ALTER } USER | { CREATE | DROP } SCHEMA | ALTER DEFAULT PRIVILEGES | ACCESS SYSTEM TABLE | ACCESS CATALOG | { CREATE | ALTER | DROP | GRANT } ROLE | { CREATE | DROP } TABLE | ALTER TABLE | CREATE OR REPLACE { FUNCTION | PROCEDURE | VIEW } | DROP { FUNCTION | PROCEDURE | VIEW } | TRUNCATE TABLE | VACUUM | ANALYZE | CANCEL } ,... TO ROLE <role> ,...",
    ]),
    (Revoke, "REVOKE", &[
        "REVOKE [ GRANT OPTION FOR ] { ALL [ PRIVILEGES ] | { SELECT | INSERT | UPDATE | DELETE | DROP | REFERENCES | ALTER | TRUNCATE } ,... } ON { [ TABLE ] <name> ,... | ALL TABLES IN SCHEMA <name> ,... } FROM { PUBLIC | ROLE <role> | GROUP <ident> | <ident> } ,... [ { CASCADE | RESTRICT } ]",
        "REVOKE [ GRANT OPTION FOR ] { { { SELECT | UPDATE } ( <ident> ,... ) } ,... | ALL [ PRIVILEGES ] ( <ident> ,... ) } ON [ TABLE ] <name> ,... FROM { PUBLIC | ROLE <role> | GROUP <ident> | <ident> } ,... [ { CASCADE | RESTRICT } ]",
        "REVOKE [ GRANT OPTION FOR ] { ALL [ PRIVILEGES ] | { CREATE | USAGE | TEMPORARY | TEMP | ALTER } ,... } ON DATABASE <ident> ,... FROM { PUBLIC | ROLE <role> | GROUP <ident> | <ident> } ,... [ { CASCADE | RESTRICT } ]",
        "REVOKE [ GRANT OPTION FOR ] { ALL [ PRIVILEGES ] | { CREATE | USAGE | ALTER | DROP } ,... } ON SCHEMA <name> ,... FROM { PUBLIC | ROLE <role> | GROUP <ident> | <ident> } ,... [ { CASCADE | RESTRICT } ]",
        "REVOKE [ GRANT OPTION FOR ] { EXECUTE | ALL [ PRIVILEGES ] } ON { FUNCTION { <name> ( [ <type> ,... ] ) } ,... | ALL FUNCTIONS IN SCHEMA <name> ,... } FROM { PUBLIC | ROLE <role> | GROUP <ident> | <ident> } ,... [ { CASCADE | RESTRICT } ]",
        "REVOKE [ GRANT OPTION FOR ] { EXECUTE | ALL [ PRIVILEGES ] } ON { PROCEDURE { <name> ( [ <type> ,... ] ) } ,... | ALL PROCEDURES IN SCHEMA <name> ,... } FROM { PUBLIC | ROLE <role> | GROUP <ident> | <ident> } ,... [ { CASCADE | RESTRICT } ]",
        "REVOKE [ GRANT OPTION FOR ] USAGE ON LANGUAGE { SQL | PLPGSQL } ,... FROM { PUBLIC | ROLE <role> | GROUP <ident> | <ident> } ,... [ { CASCADE | RESTRICT } ]",
        "REVOKE { ALL [ PRIVILEGES ] | { CREATE | USAGE | ALTER | DROP } ,... } FOR SCHEMAS IN DATABASE <ident> FROM { ROLE <role> | <ident> } ,...",
        "REVOKE { ALL [ PRIVILEGES ] | { SELECT | INSERT | UPDATE | DELETE | DROP | REFERENCES | ALTER | TRUNCATE } ,... } FOR TABLES IN { SCHEMA <name> [ DATABASE <ident> ] | DATABASE <ident> } FROM { ROLE <role> | <ident> } ,...",
        "REVOKE { EXECUTE | ALL [ PRIVILEGES ] } FOR { FUNCTIONS | PROCEDURES } IN { SCHEMA <name> [ DATABASE <ident> ] | DATABASE <ident> } FROM { ROLE <role> | <ident> } ,...",
        "REVOKE USAGE FOR LANGUAGES IN DATABASE <ident> FROM { ROLE <role> | <ident> } ,...",
        "REVOKE [ ADMIN OPTION FOR ] ROLE <role> ,... FROM { ROLE <role> | <ident> } ,...",
        "REVOKE { EXPLAIN | IGNORE } RLS FROM ROLE <role> ,...",
        "REVOKE SELECT ON [ TABLE ] <name> ,... FROM { RLS | MASKING } POLICY <name> ,...",
    ]),
    (AlterDefaultPrivileges, "ALTER DEFAULT PRIVILEGES", &[
        "ALTER DEFAULT PRIVILEGES [ FOR USER <ident> ,... ] [ IN SCHEMA <ident> ,... ] GRANT { ALL [ PRIVILEGES ] | { SELECT | INSERT | UPDATE | DELETE | DROP | REFERENCES | TRUNCATE } ,... } ON TABLES TO { PUBLIC | ROLE <role> | GROUP <ident> | <ident> [ WITH GRANT OPTION ] } ,...",
        "ALTER DEFAULT PRIVILEGES [ FOR USER <ident> ,... ] [ IN SCHEMA <ident> ,... ] GRANT { EXECUTE | ALL [ PRIVILEGES ] } ON { FUNCTIONS | PROCEDURES } TO { PUBLIC | ROLE <role> | GROUP <ident> | <ident> [ WITH GRANT OPTION ] } ,...",
        "ALTER DEFAULT PRIVILEGES [ FOR USER <ident> ,... ] [ IN SCHEMA <ident> ,... ] REVOKE [ GRANT OPTION FOR ] { ALL [ PRIVILEGES ] | { SELECT | INSERT | UPDATE | DELETE | DROP | REFERENCES | TRUNCATE } ,... } ON TABLES FROM { PUBLIC | ROLE <role> | GROUP <ident> | <ident> } ,... [ { CASCADE | RESTRICT } ]",
        "ALTER DEFAULT PRIVILEGES [ FOR USER <ident> ,... ] [ IN SCHEMA <ident> ,... ] REVOKE [ GRANT OPTION FOR ] { EXECUTE | ALL [ PRIVILEGES ] } ON { FUNCTIONS | PROCEDURES } FROM { PUBLIC | ROLE <role> | GROUP <ident> | <ident> } ,... [ { CASCADE | RESTRICT } ]",
    ]),
];
