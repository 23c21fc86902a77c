//! The documented forms of the commands that the grammar layer reads loosely
//! or not at all.
//!
//! Source: the syntax section of the page named beside each group, Amazon
//! Redshift Database Developer Guide. Forms that Scrim has no use for are left
//! out.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::kind::StatementKind::{self, *};
use crate::reader::Reader;
use crate::refusal::Fault;
use crate::template::Template;

type Group = (StatementKind, &'static str, &'static [&'static str]);

#[rustfmt::skip]
const GROUPS: &[Group] = &[
    (CreateDatabase, "CREATE DATABASE", &[
        "CREATE DATABASE <ident> [ WITH ] [ OWNER [ = ] <ident> ] [ CONNECTION LIMIT { <number> | UNLIMITED } ] \
         [ COLLATE { CASE_SENSITIVE | CS | CASE_INSENSITIVE | CI } ] [ ISOLATION LEVEL { SNAPSHOT | SERIALIZABLE } ]",
    ]),
    (CreateSchema, "CREATE SCHEMA", &[
        "CREATE SCHEMA [ IF NOT EXISTS ] <ident> [ AUTHORIZATION <ident> ] [ QUOTA { <number> [ { MB | GB | TB } ] | UNLIMITED } ]",
        "CREATE SCHEMA AUTHORIZATION <ident> [ QUOTA { <number> [ { MB | GB | TB } ] | UNLIMITED } ]",
    ]),
    (CreateExternalFunction, "CREATE EXTERNAL FUNCTION", &[
        "CREATE [ OR REPLACE ] EXTERNAL FUNCTION <name> ( [ <type> ,... ] ) RETURNS <type> { VOLATILE | STABLE | IMMUTABLE } \
         LAMBDA <text> IAM_ROLE { DEFAULT | <text> } [ RETRY_TIMEOUT <number> ] [ MAX_BATCH_ROWS <number> ] [ MAX_BATCH_SIZE <number> [ { KB | MB } ] ]",
    ]),
    (CreateUser, "CREATE USER", &[
        "CREATE USER <ident> [ WITH ] PASSWORD { <text> | DISABLE } [ { CREATEDB | NOCREATEDB } ] [ { CREATEUSER | NOCREATEUSER } ] \
         [ SYSLOG ACCESS { RESTRICTED | UNRESTRICTED } ] [ IN GROUP <ident> ,... ] [ VALID UNTIL <text> ] \
         [ CONNECTION LIMIT { <number> | UNLIMITED } ] [ SESSION TIMEOUT <number> ] [ EXTERNALID <text> ]",
    ]),
    (AlterUser, "ALTER USER", &[
        "ALTER USER <ident> [ WITH ] { CREATEDB | NOCREATEDB | CREATEUSER | NOCREATEUSER | SYSLOG ACCESS { RESTRICTED | UNRESTRICTED } \
         | PASSWORD { <text> | DISABLE } | CONNECTION LIMIT { <number> | UNLIMITED } | SESSION TIMEOUT <number> | RESET SESSION TIMEOUT | EXTERNALID <text> }",
        "ALTER USER <ident> RENAME TO <ident>",
        "ALTER USER <ident> SET <ident> { TO | = } { <value> ,... | DEFAULT }",
        "ALTER USER <ident> RESET <ident>",
    ]),
    (DropUser, "DROP USER", &["DROP USER [ IF EXISTS ] <ident> ,..."]),
    (CreateGroup, "CREATE GROUP", &["CREATE GROUP <ident> [ [ WITH ] USER <ident> ,... ]"]),
    (AlterGroup, "ALTER GROUP", &[
        "ALTER GROUP <ident> { ADD USER <ident> ,... | DROP USER <ident> ,... | RENAME TO <ident> }",
    ]),
    (DropGroup, "DROP GROUP", &["DROP GROUP <ident>"]),
    (CreateRole, "CREATE ROLE", &["CREATE ROLE <ident> [ EXTERNALID <text> ]"]),
    (AlterRole, "ALTER ROLE", &[
        "ALTER ROLE <ident> [ WITH ] { RENAME TO <ident> | OWNER TO <ident> | EXTERNALID TO <text> }",
    ]),
    (DropRole, "DROP ROLE", &["DROP ROLE <ident> [ { FORCE | RESTRICT } ]"]),
    (AlterSchema, "ALTER SCHEMA", &["ALTER SCHEMA <ident> { RENAME TO <ident> | OWNER TO <ident> }"]),
    (AlterDatabase, "ALTER DATABASE", &["ALTER DATABASE <ident> { RENAME TO <ident> | OWNER TO <ident> }"]),
    (AlterFunction, "ALTER FUNCTION", &[
        "ALTER FUNCTION <name> ( [ <type> ,... ] ) { RENAME TO <ident> | OWNER TO <ident> }",
    ]),
    (AlterProcedure, "ALTER PROCEDURE", &[
        "ALTER PROCEDURE <name> [ ( [ <type> ,... ] ) ] { RENAME TO <ident> | OWNER TO <ident> }",
    ]),
    (AlterTable, "ALTER TABLE", &[
        "ALTER TABLE <name> { OWNER TO <ident> | RENAME TO <ident> | RENAME COLUMN <ident> TO <ident> }",
        "ALTER TABLE <name> ADD [ COLUMN ] <ident> <type> [ DEFAULT <value> ] [ ENCODE <ident> ] [ { NOT NULL | NULL } ]",
        "ALTER TABLE <name> DROP [ COLUMN ] <ident> [ { RESTRICT | CASCADE } ]",
        "ALTER TABLE <name> ALTER [ COLUMN ] <ident> TYPE <type>",
        "ALTER TABLE <name> ROW LEVEL SECURITY { ON | OFF } [ CONJUNCTION TYPE { AND | OR } ] [ FOR DATASHARES ]",
    ]),
    (AlterSystem, "ALTER SYSTEM", &[
        "ALTER SYSTEM SET { DATA_CATALOG_AUTO_MOUNT | METADATA_SECURITY } = { ON | TRUE | OFF | FALSE | <text> }",
    ]),
    (CreateMaskingPolicy, "CREATE MASKING POLICY", &[
        "CREATE MASKING POLICY [ IF NOT EXISTS ] <name> WITH ( { <ident> <type> } ,... ) USING <expression>",
    ]),
    (AttachMaskingPolicy, "ATTACH MASKING POLICY", &[
        "ATTACH MASKING POLICY <name> ON [ TABLE ] <name> ( <ident> ,... ) [ USING ( <ident> ,... ) ] \
         TO { PUBLIC | ROLE <role> | <ident> } [ PRIORITY <number> ]",
    ]),
    (DetachMaskingPolicy, "DETACH MASKING POLICY", &[
        "DETACH MASKING POLICY <name> ON [ TABLE ] <name> ( <ident> ,... ) FROM { PUBLIC | ROLE <role> | <ident> }",
    ]),
    (DropMaskingPolicy, "DROP MASKING POLICY", &["DROP MASKING POLICY <name>"]),
    (AttachRowPolicy, "ATTACH RLS POLICY", &[
        "ATTACH RLS POLICY <name> ON [ TABLE ] <name> ,... TO { PUBLIC | ROLE <role> | <ident> } ,...",
    ]),
    (DetachRowPolicy, "DETACH RLS POLICY", &[
        "DETACH RLS POLICY <name> ON [ TABLE ] <name> ,... FROM { PUBLIC | ROLE <role> | <ident> } ,...",
    ]),
    (DropRowPolicy, "DROP RLS POLICY", &["DROP RLS POLICY [ IF EXISTS ] <name> [ { CASCADE | RESTRICT } ]"]),
    (DropDatabase, "DROP DATABASE", &["DROP DATABASE <ident> [ FORCE ]"]),
    (DropSchema, "DROP SCHEMA", &["DROP SCHEMA [ IF EXISTS ] <ident> ,... [ DROP EXTERNAL DATABASE ] [ { CASCADE | RESTRICT } ]"]),
    (DropTable, "DROP TABLE", &["DROP TABLE [ IF EXISTS ] <name> ,... [ { CASCADE | RESTRICT } ]"]),
    (DropView, "DROP VIEW", &["DROP VIEW [ IF EXISTS ] <name> ,... [ { CASCADE | RESTRICT } ]"]),
    (DropMaterializedView, "DROP MATERIALIZED VIEW", &["DROP MATERIALIZED VIEW [ IF EXISTS ] <name> [ { CASCADE | RESTRICT } ]"]),
    (DropFunction, "DROP FUNCTION", &["DROP FUNCTION <name> ( [ <type> ,... ] ) [ { CASCADE | RESTRICT } ]"]),
    (DropProcedure, "DROP PROCEDURE", &["DROP PROCEDURE { <name> [ ( [ <type> ,... ] ) ] } ,..."]),
    (RefreshMaterializedView, "REFRESH MATERIALIZED VIEW", &["REFRESH MATERIALIZED VIEW <name>"]),
    (Truncate, "TRUNCATE", &["TRUNCATE [ TABLE ] <name>"]),
    (Lock, "LOCK", &["LOCK [ TABLE ] <name> ,..."]),
    (Begin, "BEGIN", &[
        "BEGIN [ { WORK | TRANSACTION } ] [ ISOLATION LEVEL { SERIALIZABLE | READ UNCOMMITTED | READ COMMITTED | REPEATABLE READ } ] [ { READ WRITE | READ ONLY } ]",
        "START TRANSACTION [ ISOLATION LEVEL { SERIALIZABLE | READ UNCOMMITTED | READ COMMITTED | REPEATABLE READ } ] [ { READ WRITE | READ ONLY } ]",
    ]),
    (Commit, "COMMIT", &["{ COMMIT | END } [ { WORK | TRANSACTION } ]"]),
    (Rollback, "ROLLBACK", &["{ ROLLBACK | ABORT } [ { WORK | TRANSACTION } ]"]),
    (Set, "SET", &[
        "SET [ { SESSION | LOCAL } ] SESSION AUTHORIZATION { DEFAULT | <ident> | <text> }",
        "SET [ { SESSION | LOCAL } ] <name> { TO | = } { DEFAULT | ON | OFF | TRUE | FALSE | <value> ,... }",
    ]),
    (Reset, "RESET", &["RESET { ALL | SESSION AUTHORIZATION | <name> }"]),
    (Show, "SHOW", &[
        "SHOW GRANTS ON { [ TABLE ] <name> | SCHEMA <name> | DATABASE <ident> | { FUNCTION | PROCEDURE } <name> ( [ <type> ,... ] ) } [ FOR { PUBLIC | ROLE <role> | <ident> } ] [ LIMIT <number> ]",
        "SHOW GRANTS FOR { ROLE <role> | <ident> } [ FROM DATABASE <ident> ] [ LIMIT <number> ]",
        "SHOW VIEW <name>",
        "SHOW TABLE <name>",
        "SHOW PROCEDURE <name> [ ( [ <type> ,... ] ) ]",
        "SHOW { RLS | MASKING } POLICIES [ ON <name> [ FOR { PUBLIC | ROLE <role> | <ident> } ] ] [ FROM DATABASE <ident> ] [ LIMIT <number> ]",
        "SHOW DATABASES [ LIKE <text> ] [ LIMIT <number> ]",
        "SHOW SCHEMAS FROM DATABASE <ident> [ LIKE <text> ] [ LIMIT <number> ]",
        "SHOW TABLES FROM SCHEMA <name> [ LIKE <text> ] [ LIMIT <number> ]",
        "SHOW COLUMNS FROM TABLE <name> [ LIKE <text> ] [ LIMIT <number> ]",
        "SHOW { ALL | <name> }",
    ]),
    (Use, "USE", &["USE <ident>"]),
    (Comment, "COMMENT", &[
        "COMMENT ON { TABLE <name> | COLUMN <name> | VIEW <name> | DATABASE <ident> | SCHEMA <ident> \
         | CONSTRAINT <ident> ON <name> } IS { <text> | NULL }",
    ]),
];

static TEMPLATES: LazyLock<HashMap<StatementKind, (&'static str, Vec<Template>)>> = LazyLock::new(|| {
    let groups = GROUPS.iter().chain(crate::grants::GROUPS);
    groups
        .map(|(kind, page, forms)| {
            let forms = forms.iter().map(|form| Template::new(form)).collect();
            (*kind, (*page, forms))
        })
        .collect()
});

/// Whether the statement has templates; if so, whether one fits.
pub(crate) fn check(kind: StatementKind, statement: &Reader<'_>) -> Result<bool, Fault> {
    let Some((page, forms)) = TEMPLATES.get(&kind) else {
        return Ok(false);
    };
    if forms.iter().any(|form| form.fits(statement)) {
        return Ok(true);
    }
    Err(Fault::new("statement-form", format!("none of the forms on the page {page} of the Redshift guide fits")))
}
