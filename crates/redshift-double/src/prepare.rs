//! What becomes of one statement: the gate, the rewriting, and what has to be there before it runs.

use scrim_redshift_gate::StatementKind;

use crate::answer::Answer;
use crate::mirror;
use crate::rewrite::{self, Place};
use crate::shared::Shared;

/// The most bytes of a statement.
const LONGEST: usize = 16 * 1024 * 1024;

/// A statement ready to run in PostgreSQL.
#[derive(Debug, Clone)]
pub(crate) struct Prepared {
    pub(crate) kind: StatementKind,
    /// As the client wrote it.
    pub(crate) written: String,
    pub(crate) sql: String,
    /// The schemas that the late-binding view made here looks into, as a JSON array.
    pub(crate) late: Option<String>,
    /// The late-binding views that are read, as an array of PostgreSQL.
    pub(crate) reads: Option<String>,
    pub(crate) case_sensitive: Option<bool>,
}

/// Where a statement stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting<'a> {
    pub(crate) database: &'a str,
    pub(crate) case_sensitive: bool,
}

/// Looks at a statement and rewrites it.
pub(crate) async fn prepare(shared: &Shared, written: &str, setting: Setting<'_>) -> Result<Prepared, Answer> {
    let written = written.trim();
    shared.see(written);
    if written.len() > LONGEST {
        let message = format!("statement is too large: {} bytes, and at most {LONGEST} are allowed", written.len());
        return Err(Answer::new("54000", message));
    }
    let kind = shared.check(written).await?;
    let changes = shared.changes.load(std::sync::atomic::Ordering::SeqCst);
    let mut control = shared.control.lock().await;
    let databases = control.databases(changes).await?;
    let place = Place { database: setting.database, databases: &databases, case_sensitive: setting.case_sensitive };
    let rewritten = rewrite::rewrite(written, &place)?;
    if !rewritten.remote.is_empty() && !reads(kind) {
        return Err(Answer::new("0A000", format!("{kind} cannot name an object of another database")));
    }
    if apart(kind, &rewritten.relations) {
        return Err(Answer::new(
            "0A000",
            "Specified types or functions (one per INFO message) not supported on Redshift tables.",
        )
        .detail("The catalog of the leader node and tables of the compute nodes cannot be in one query."));
    }
    if matches!(kind, StatementKind::DropDatabase | StatementKind::AlterDatabase) {
        // PostgreSQL drops no database that the double itself is connected to.
        let name = scrim_redshift_gate::tokens(&rewritten.sql)?.get(2).map(|token| token.inner().replace("\"\"", "\""));
        control.leave(&name.unwrap_or_default());
    }
    mirror::refresh(&mut control, setting.database, changes).await?;
    if matches!(kind, StatementKind::DropUser | StatementKind::DropRole | StatementKind::DropGroup) {
        mirror::refresh_all(&mut control, changes).await?;
    }
    for remote in &rewritten.remote {
        mirror::ensure(&mut control, setting.database, remote).await?;
    }
    let mut views: Vec<&str> = Vec::new();
    if reads(kind) && !rewritten.relations.is_empty() {
        let late = control.late(setting.database, changes).await?;
        let named = rewritten.relations.iter().filter(|(last, _)| late.contains(last));
        views.extend(named.map(|(_, name)| name.as_str()));
    }
    Ok(Prepared {
        kind,
        written: written.to_owned(),
        late: rewritten.late.as_ref().map(|late| serde_json::json!(late.schemas).to_string()),
        reads: (!views.is_empty()).then(|| array(&views)),
        case_sensitive: rewritten.case_sensitive,
        sql: rewritten.sql,
    })
}

/// Whether a query names what Redshift keeps on the leader node, and nowhere else, beside a table of somebody.
fn apart(kind: StatementKind, relations: &[(String, String)]) -> bool {
    let catalog = |(last, name): &(String, String)| {
        let plain = name.len() == last.len() + 2 && last.starts_with("pg_");
        plain
            || ((name.starts_with("\"pg_catalog\".") || name.starts_with("\"information_schema\"."))
                && !last.starts_with("svv_"))
    };
    // A name without a schema may be one of the query's own.
    let table = |(last, name): &(String, String)| {
        name.len() > last.len() + 2
            && !name.starts_with("\"pg_catalog\".")
            && !name.starts_with("\"information_schema\".")
    };
    kind != StatementKind::CreateProcedure
        && reads(kind)
        && relations.iter().any(catalog)
        && relations.iter().any(table)
}

/// Whether a statement of this kind reads tables, and so may read those of other databases.
fn reads(kind: StatementKind) -> bool {
    use StatementKind::*;
    matches!(
        kind,
        Select | Insert | Update | Delete | Merge | CreateView | CreateMaterializedView | CreateTable | CreateProcedure
    )
}

/// Whether a statement of this kind may change definitions or privileges.
pub(crate) fn changes(kind: StatementKind) -> bool {
    use StatementKind::*;
    !matches!(
        kind,
        Select | Insert | Update | Delete | Merge | Lock | Begin | Commit | Rollback | Set | Reset | Show | Analyze
    )
}

fn array(items: &[&str]) -> String {
    let quoted: Vec<String> =
        items.iter().map(|item| format!("\"{}\"", item.replace('\\', "\\\\").replace('"', "\\\""))).collect();
    format!("{{{}}}", quoted.join(","))
}

/// Refuses what must not stand in a transaction. TRUNCATE and the rest are refused here, for PostgreSQL would let them.
pub(crate) fn out_of_place(prepared: &Prepared, in_transaction: bool) -> Option<Answer> {
    if !in_transaction {
        return None;
    }
    let words: Vec<String> = prepared.written.split_whitespace().map(str::to_ascii_uppercase).collect();
    let retyped = prepared.kind == StatementKind::AlterTable && words.iter().any(|word| word == "TYPE");
    match prepared.kind {
        StatementKind::Truncate => Some(
            Answer::new("25001", "TRUNCATE would commit the transaction that it stands in")
                .detail(
                    "Redshift commits with every TRUNCATE, and what was done before cannot be rolled back any more.",
                )
                .hint("Use DELETE."),
        ),
        StatementKind::AlterTable if retyped => {
            Some(Answer::new("25001", "ALTER TABLE ALTER COLUMN cannot run inside a transaction block"))
        }
        _ => None,
    }
}
