//! Whether what people see is what the reference evaluator says, cell by cell, over a table of every type.

use std::collections::BTreeMap;

use chrono::Utc;
use scrim_catalog::Name;
use scrim_policy::evaluate::{Released, Row, SeenCell, World, evaluate};
use scrim_policy::{Facts, Merged, SaltKey, Value, decide, merge};

use crate::governed::{Governed, Target, ident, literal};
use crate::random::{COLUMNS, Choice, ROWS, documents, documents_with, rows};

/// People who may read what policies let them; the last one is nobody that a catalog knows.
const READERS: [&str; 5] = ["u1", "u2", "u3", "u4", "stranger"];

/// The view, read under settings that a reader may choose to confuse it, and shown under plain ones.
const HOSTILE: &str = "SET timezone = '<X>167'; SET datestyle = 'German, DMY'; SET intervalstyle = 'sql_standard';
    SET extra_float_digits = -15; SET bytea_output = 'escape'; SET search_path = pg_temp, public;
    CREATE TEMP TABLE snap AS SELECT * FROM governed.all_types;
    SET timezone = 'UTC'; RESET datestyle; RESET intervalstyle; RESET extra_float_digits; RESET bytea_output; RESET search_path;
    SELECT * FROM snap; DROP TABLE pg_temp.snap";

/// The same for Redshift, which has fewer settings.
const HOSTILE_IN_REDSHIFT: &str =
    "SET timezone TO '<X>167'; SET datestyle TO 'German, DMY'; SET extra_float_digits TO -15;
    CREATE TEMP TABLE snap AS SELECT * FROM governed.all_types;
    SET timezone TO 'UTC'; SET datestyle TO 'ISO'; SET extra_float_digits TO 2; SELECT * FROM snap; DROP TABLE snap";

/// Whether Redshift has the type: it has no `uuid`, and no number without a scale of its own.
fn there(target: Target, column_type: &str) -> bool {
    target == Target::Postgresql || !["uuid", "numeric"].contains(&column_type)
}

/// The type as the warehouse keeps it: Redshift makes `varchar(256)` of `text`.
fn kept_type(target: Target, column_type: &'static str) -> &'static str {
    if target != Target::Postgresql && column_type == "text" { "varchar(256)" } else { column_type }
}

/// Names as the warehouse keeps them: Redshift in lower case.
fn kept(target: Target, text: &str) -> String {
    if target == Target::Postgresql {
        text.to_owned()
    } else {
        text.replace("DROP TABLE it", "drop table it").replace("%I", "%i")
    }
}

/// A random catalog for a warehouse. What goes by a column that Redshift cannot have goes by another.
pub fn random(target: Target, choice: &mut Choice) -> String {
    if target == Target::Postgresql {
        return documents(choice);
    }
    // More of them now and then make a statement longer than Redshift takes.
    let text = documents_with(choice, 12);
    let gone = |line: &&str| !line.contains("type: 'uuid'") && !line.contains("type: 'numeric'");
    let text: String = text.lines().filter(gone).flat_map(|line| [line, "\n"]).collect();
    let text = text.replace("{ name: uid }", "{ name: txt }").replace("{ tag: U }", "{ tag: B }");
    kept(target, &text.replace("type: 'text'", "type: 'varchar(256)'"))
}

/// The table of all types, a look-up table and the readers.
pub fn prepare(governed: &Governed) {
    let target = governed.target();
    let at: Vec<usize> = (0..COLUMNS.len()).filter(|at| there(target, COLUMNS[*at].1)).collect();
    let columns: Vec<String> = at
        .iter()
        .map(|at| format!("{} {}", ident(&kept(target, COLUMNS[*at].0)), kept_type(target, COLUMNS[*at].1)))
        .collect();
    let row = |row: &[Option<&str>; 16]| {
        let cells: Vec<String> = at.iter().map(|at| row[*at].map_or("NULL".to_owned(), literal)).collect();
        format!("({})", cells.join(", "))
    };
    let rows: Vec<String> = ROWS.iter().map(row).collect();
    let readers: Vec<String> = READERS.iter().map(|reader| format!("CREATE ROLE {reader} LOGIN")).collect();
    governed.run(&format!(
        "CREATE SCHEMA raw; CREATE SCHEMA ref; CREATE TABLE raw.all_types ({}); INSERT INTO raw.all_types VALUES {};
         CREATE TABLE ref.desk (k integer, login varchar(128)); INSERT INTO ref.desk VALUES (1, 'u1'), (2, 'u1'), (NULL, 'u1'), (5, 'u2'), (5, 'u2');
         CREATE UNIQUE INDEX ON raw.all_types (id); SELECT pg_stat_force_next_flush(); {}",
        columns.join(", "),
        rows.join(", "),
        readers.join("; ")
    ));
}

/// Pushes a catalog, and compares what everybody sees with what the evaluator says.
pub fn compare(governed: &Governed, text: &str) {
    let catalog = governed.catalog(text);
    governed.push(&catalog);
    let now = Utc::now();
    let source = catalog.data_sources.values().next().unwrap();
    let merged = merge(&catalog, source).unwrap();
    assert_eq!(merged.closed, []);
    let salts = governed.salts();
    let desk = |k: &str, login: &str| {
        BTreeMap::from([
            (Name::new("k").unwrap(), Some(k.to_owned())),
            (Name::new("login").unwrap(), Some(login.to_owned())),
        ])
    };
    let lookups =
        BTreeMap::from([("ref.desk".parse().unwrap(), vec![desk("1", "u1"), desk("2", "u1"), desk("5", "u2")])]);
    let name = |name: Name| Name::new(kept(governed.target(), &name)).unwrap();
    let rows: Vec<Row> =
        rows().into_iter().map(|row| row.into_iter().map(|(at, cell)| (name(at), cell)).collect()).collect();
    let released = Released::counted(&merged, &rows);
    let hostile = if governed.target() == Target::Postgresql { HOSTILE } else { HOSTILE_IN_REDSHIFT };
    for user in catalog.users.values() {
        let facts = Facts::of(&catalog, user);
        let granted = decide(&catalog, source, user, now).granted;
        let salt = |key: &SaltKey| salts.get(key).cloned().unwrap_or_default();
        let world = World { now, login: &user.name, salt: &salt, lookups: &lookups, released: &released };
        let expected = evaluate(&merged, granted, &facts, &rows, &world);
        let found = governed.seen(&user.name, hostile).unwrap_or_else(|error| panic!("{error:?} in\n{text}"));
        assert_eq!(read(&merged, found), sorted(&merged, &expected), "as {} in\n{text}", user.name);
    }
    for reader in READERS {
        closed(governed, reader, text);
    }
    for relation in ["governed.all_types", "immuta_system.user_profile", "immuta_system.user_tables"] {
        let rows = governed.seen("stranger", &format!("SELECT 1 FROM {relation}")).unwrap();
        assert_eq!(rows.len(), 0, "a stranger sees {relation} in\n{text}");
    }
}

/// Rows as the warehouse printed them, in an order of their own.
fn read(merged: &Merged, found: Vec<Vec<Option<String>>>) -> Vec<Vec<Value>> {
    let cell = |(text, column): (Option<String>, &scrim_policy::MergedColumn)| {
        text.map_or(Value::Null, |text| Value::printed(&text, &column.column_type.exposed()).unwrap())
    };
    let mut rows: Vec<Vec<Value>> =
        found.into_iter().map(|row| row.into_iter().zip(&merged.columns).map(cell).collect()).collect();
    rows.sort_by_key(|row| format!("{row:?}"));
    rows
}

/// Rows as the evaluator has them, in the same order.
fn sorted(merged: &Merged, expected: &[BTreeMap<Name, SeenCell>]) -> Vec<Vec<Value>> {
    let mut rows: Vec<Vec<Value>> =
        expected.iter().map(|row| merged.columns.iter().map(|c| row[&c.name].value.clone()).collect()).collect();
    rows.sort_by_key(|row| format!("{row:?}"));
    rows
}

/// Laws 1 and 3 for a user: nobody else's profile is seen, and nothing of what is behind the views; in PostgreSQL the
/// table is not even scanned without a subscription.
pub fn closed(governed: &Governed, user: &str, text: &str) {
    let rows = governed.seen(user, "SELECT DISTINCT immuta__userid FROM immuta_system.user_profile").unwrap();
    assert!(rows.iter().all(|row| row[0].as_deref() == Some(user)), "{user} sees the profile of {rows:?} in\n{text}");
    for relation in ["immuta_system.profile", "immuta_system.salt", &governed.table("\"raw\".all_types")] {
        assert_eq!(governed.refused(user, &format!("SELECT 1 FROM {relation}")), "42501", "{relation} in\n{text}");
    }
    let listed = governed.seen(user, "SELECT 1 FROM immuta_system.user_tables").unwrap();
    if listed.is_empty() && governed.target() == Target::Postgresql {
        let plan =
            governed.seen(user, "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) SELECT * FROM governed.all_types").unwrap();
        let lines: Vec<String> = plan.into_iter().flatten().flatten().collect();
        let scans = || lines.iter().filter(|line| line.contains(" on all_types"));
        assert!(scans().all(|line| line.contains("(never executed)")), "{user} scans: {lines:#?} in\n{text}");
    }
}
