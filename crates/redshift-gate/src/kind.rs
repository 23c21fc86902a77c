//! The closed list of statements that Scrim may send to a cluster.
//!
//! Source: Amazon Redshift Database Developer Guide, "SQL commands". Commands
//! that Scrim has no use for (COPY, UNLOAD, VACUUM, cursors, libraries, data
//! shares, models) are left out on purpose.

use crate::reader::Reader;
use crate::refusal::Fault;

/// What a statement does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum StatementKind {
    /// `CREATE DATABASE`.
    CreateDatabase,
    /// `CREATE SCHEMA`.
    CreateSchema,
    /// `CREATE EXTERNAL SCHEMA`.
    CreateExternalSchema,
    /// `CREATE TABLE`.
    CreateTable,
    /// `CREATE MATERIALIZED VIEW`.
    CreateMaterializedView,
    /// `CREATE VIEW`.
    CreateView,
    /// `CREATE EXTERNAL FUNCTION`.
    CreateExternalFunction,
    /// `CREATE FUNCTION`.
    CreateFunction,
    /// `CREATE PROCEDURE`.
    CreateProcedure,
    /// `CREATE USER`.
    CreateUser,
    /// `CREATE GROUP`.
    CreateGroup,
    /// `CREATE ROLE`.
    CreateRole,
    /// `CREATE RLS POLICY`.
    CreateRowPolicy,
    /// `CREATE MASKING POLICY`.
    CreateMaskingPolicy,
    /// `ALTER TABLE`.
    AlterTable,
    /// `ALTER SCHEMA`.
    AlterSchema,
    /// `ALTER DATABASE`.
    AlterDatabase,
    /// `ALTER FUNCTION`.
    AlterFunction,
    /// `ALTER PROCEDURE`.
    AlterProcedure,
    /// `ALTER USER`.
    AlterUser,
    /// `ALTER GROUP`.
    AlterGroup,
    /// `ALTER ROLE`.
    AlterRole,
    /// `ALTER DEFAULT PRIVILEGES`.
    AlterDefaultPrivileges,
    /// `ALTER SYSTEM`.
    AlterSystem,
    /// `ATTACH RLS POLICY`.
    AttachRowPolicy,
    /// `ATTACH MASKING POLICY`.
    AttachMaskingPolicy,
    /// `DETACH RLS POLICY`.
    DetachRowPolicy,
    /// `DETACH MASKING POLICY`.
    DetachMaskingPolicy,
    /// `DROP DATABASE`.
    DropDatabase,
    /// `DROP SCHEMA`.
    DropSchema,
    /// `DROP TABLE`.
    DropTable,
    /// `DROP MATERIALIZED VIEW`.
    DropMaterializedView,
    /// `DROP VIEW`.
    DropView,
    /// `DROP FUNCTION`.
    DropFunction,
    /// `DROP PROCEDURE`.
    DropProcedure,
    /// `DROP USER`.
    DropUser,
    /// `DROP GROUP`.
    DropGroup,
    /// `DROP ROLE`.
    DropRole,
    /// `DROP RLS POLICY`.
    DropRowPolicy,
    /// `DROP MASKING POLICY`.
    DropMaskingPolicy,
    /// `GRANT`.
    Grant,
    /// `REVOKE`.
    Revoke,
    /// `INSERT`.
    Insert,
    /// `DELETE`.
    Delete,
    /// `UPDATE`.
    Update,
    /// `MERGE`.
    Merge,
    /// `SELECT`, also one that starts with `WITH`.
    Select,
    /// `EXPLAIN` of a query.
    Explain,
    /// `TRUNCATE`.
    Truncate,
    /// `LOCK`.
    Lock,
    /// `BEGIN` or `START TRANSACTION`.
    Begin,
    /// `COMMIT` or `END`.
    Commit,
    /// `ROLLBACK` or `ABORT`.
    Rollback,
    /// `SET`.
    Set,
    /// `RESET`.
    Reset,
    /// `SHOW`.
    Show,
    /// `USE`.
    Use,
    /// `CALL`.
    Call,
    /// `COMMENT`.
    Comment,
    /// `REFRESH MATERIALIZED VIEW`.
    RefreshMaterializedView,
    /// `ANALYZE`.
    Analyze,
}

/// Leading words, longest first where one begins another.
const LEADING: &[(&str, StatementKind)] = &[
    ("CREATE DATABASE", StatementKind::CreateDatabase),
    ("CREATE SCHEMA", StatementKind::CreateSchema),
    ("CREATE EXTERNAL SCHEMA", StatementKind::CreateExternalSchema),
    ("CREATE TABLE", StatementKind::CreateTable),
    ("CREATE MATERIALIZED VIEW", StatementKind::CreateMaterializedView),
    ("CREATE VIEW", StatementKind::CreateView),
    ("CREATE EXTERNAL FUNCTION", StatementKind::CreateExternalFunction),
    ("CREATE FUNCTION", StatementKind::CreateFunction),
    ("CREATE PROCEDURE", StatementKind::CreateProcedure),
    ("CREATE USER", StatementKind::CreateUser),
    ("CREATE GROUP", StatementKind::CreateGroup),
    ("CREATE ROLE", StatementKind::CreateRole),
    ("CREATE RLS POLICY", StatementKind::CreateRowPolicy),
    ("CREATE MASKING POLICY", StatementKind::CreateMaskingPolicy),
    ("ALTER TABLE", StatementKind::AlterTable),
    ("ALTER SCHEMA", StatementKind::AlterSchema),
    ("ALTER DATABASE", StatementKind::AlterDatabase),
    ("ALTER FUNCTION", StatementKind::AlterFunction),
    ("ALTER PROCEDURE", StatementKind::AlterProcedure),
    ("ALTER USER", StatementKind::AlterUser),
    ("ALTER GROUP", StatementKind::AlterGroup),
    ("ALTER ROLE", StatementKind::AlterRole),
    ("ALTER DEFAULT PRIVILEGES", StatementKind::AlterDefaultPrivileges),
    ("ALTER SYSTEM", StatementKind::AlterSystem),
    ("ATTACH RLS POLICY", StatementKind::AttachRowPolicy),
    ("ATTACH MASKING POLICY", StatementKind::AttachMaskingPolicy),
    ("DETACH RLS POLICY", StatementKind::DetachRowPolicy),
    ("DETACH MASKING POLICY", StatementKind::DetachMaskingPolicy),
    ("DROP DATABASE", StatementKind::DropDatabase),
    ("DROP SCHEMA", StatementKind::DropSchema),
    ("DROP TABLE", StatementKind::DropTable),
    ("DROP MATERIALIZED VIEW", StatementKind::DropMaterializedView),
    ("DROP VIEW", StatementKind::DropView),
    ("DROP FUNCTION", StatementKind::DropFunction),
    ("DROP PROCEDURE", StatementKind::DropProcedure),
    ("DROP USER", StatementKind::DropUser),
    ("DROP GROUP", StatementKind::DropGroup),
    ("DROP ROLE", StatementKind::DropRole),
    ("DROP RLS POLICY", StatementKind::DropRowPolicy),
    ("DROP MASKING POLICY", StatementKind::DropMaskingPolicy),
    ("GRANT", StatementKind::Grant),
    ("REVOKE", StatementKind::Revoke),
    ("INSERT", StatementKind::Insert),
    ("DELETE", StatementKind::Delete),
    ("UPDATE", StatementKind::Update),
    ("MERGE", StatementKind::Merge),
    ("SELECT", StatementKind::Select),
    ("EXPLAIN", StatementKind::Explain),
    ("TRUNCATE", StatementKind::Truncate),
    ("LOCK", StatementKind::Lock),
    ("BEGIN", StatementKind::Begin),
    ("COMMIT", StatementKind::Commit),
    ("ROLLBACK", StatementKind::Rollback),
    ("SET", StatementKind::Set),
    ("RESET", StatementKind::Reset),
    ("SHOW", StatementKind::Show),
    ("USE", StatementKind::Use),
    ("CALL", StatementKind::Call),
    ("COMMENT", StatementKind::Comment),
    ("REFRESH MATERIALIZED VIEW", StatementKind::RefreshMaterializedView),
    ("ANALYZE", StatementKind::Analyze),
    ("START TRANSACTION", StatementKind::Begin),
    ("END", StatementKind::Commit),
    ("ABORT", StatementKind::Rollback),
    ("WITH", StatementKind::Select),
];

impl StatementKind {
    /// The leading words of the statement, in capitals.
    pub fn as_str(self) -> &'static str {
        LEADING.iter().find(|(_, kind)| *kind == self).map_or("", |(words, _)| words)
    }

    /// Tells the kind of a statement from its leading words.
    pub(crate) fn of(statement: &Reader<'_>) -> Result<Self, Fault> {
        let mut at = 0;
        while statement.symbol(at, "(") {
            at += 1;
        }
        let mut words: Vec<String> =
            statement.all().iter().skip(at).take(7).map(|token| token.text.to_ascii_uppercase()).collect();
        let create = words.first().is_some_and(|word| word == "CREATE");
        let replace = create && statement.phrase(at + 1, "OR REPLACE");
        if replace {
            words.drain(1..3);
        }
        let local = usize::from(create && words.get(1).is_some_and(|word| word == "LOCAL"));
        let temporary = create && words.get(1 + local).is_some_and(|word| word == "TEMP" || word == "TEMPORARY");
        if temporary {
            words.drain(1..2 + local);
        }
        let leading = words.join(" ");
        let kind = LEADING
            .iter()
            .find(|(prefix, _)| {
                leading.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
            })
            .map(|(_, kind)| *kind)
            .filter(|kind| at == 0 || *kind == Self::Select)
            .filter(|kind| !temporary || *kind == Self::CreateTable)
            .filter(|kind| {
                !replace
                    || matches!(
                        kind,
                        Self::CreateView | Self::CreateFunction | Self::CreateExternalFunction | Self::CreateProcedure
                    )
            });
        kind.ok_or_else(|| {
            let start: Vec<&str> = statement.all().iter().take(4).map(|t| t.text).collect();
            Fault::new("statement-kind", format!("{} … is not a statement Scrim may send", start.join(" ")))
        })
    }
}

impl std::fmt::Display for StatementKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
