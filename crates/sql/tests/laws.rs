//! Laws 1, 3, 4 and 5 of the specification in real PostgreSQL: the view as a user and the reference evaluator
//! agree on every cell, for random policies and users over rows of every type.
//!
//! `SCRIM_CASES` sets how many random catalogs are tried (60 unless set).

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use proptest::test_runner::{Config, TestRunner};
use scrim_catalog::{Catalog, ColumnType, Name, SourceFile, assemble};
use scrim_policy::evaluate::{Row, World, evaluate};
use scrim_policy::{Audiences, Facts, Value, decide, merge, source_key};
use scrim_sandbox::{Cluster, Options};
use scrim_sql::{Dialect, ViewPlan, render, system};
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

const COLUMNS: [(&str, &str, &str); 12] = [
    ("id", "integer", "N"),
    ("small", "smallint", "N"),
    ("big", "bigint", "N"),
    ("num", "numeric(12,2)", "N.Money"),
    ("dbl", "double precision", "N"),
    ("flag", "boolean", "B"),
    ("code", "char(4)", "X.Code"),
    ("txt", "varchar(20)", "X"),
    ("long \"t\"", "text", "X.Long.Deep"),
    ("day", "date", "D"),
    ("ts", "timestamp", "D.Event"),
    ("tz", "timestamptz", "D"),
];

/// Rows as text, in the order of the columns; none is NULL.
const ROWS: [[Option<&str>; 12]; 7] = [
    [
        Some("1"),
        Some("7"),
        Some("7"),
        Some("7.00"),
        Some("7.5"),
        Some("true"),
        Some("US"),
        Some("US"),
        Some("O'Brien \\ x"),
        Some("2024-02-29"),
        Some("2024-02-29 07:05:00"),
        Some("2024-02-29 07:05:00"),
    ],
    [
        Some("2"),
        Some("-32768"),
        Some("-9223372036854775808"),
        Some("-9999999999.99"),
        Some("-1234.25"),
        Some("false"),
        Some("DE"),
        Some("DE"),
        Some("1234-5678-9012"),
        Some("2001-01-01"),
        Some("2001-12-31 23:59:59.999999"),
        Some("2001-12-31 23:59:59.5"),
    ],
    [Some("3"), None, None, None, None, None, None, None, None, None, None, None],
    [
        Some("4"),
        Some("0"),
        Some("0"),
        Some("0.00"),
        Some("0"),
        Some("true"),
        Some(""),
        Some(""),
        Some(""),
        Some("9999-12-31"),
        Some("2100-01-01 00:00:00"),
        Some("2100-01-01 00:00:00"),
    ],
    [
        Some("5"),
        Some("1999"),
        Some("1999"),
        Some("1999.99"),
        Some("0.1"),
        Some("false"),
        Some("hr"),
        Some("hr"),
        Some("Łódź żółć 日本"),
        Some("1970-01-01"),
        Some("1970-01-01 00:00:00"),
        Some("1970-01-01 00:00:00"),
    ],
    [
        Some("6"),
        Some("32767"),
        Some("9223372036854775807"),
        Some("9999999999.99"),
        Some("1000000000000000000"),
        Some("true"),
        Some("a\"b"),
        Some("trailing  "),
        Some("line\nbreak 42"),
        Some("0001-01-01"),
        Some("2024-02-29 00:00:00"),
        Some("2024-02-29 00:00:00"),
    ],
    [
        Some("7"),
        Some("-1"),
        Some("-1"),
        Some("-0.01"),
        Some("-0.01"),
        None,
        Some("it's"),
        Some("it's"),
        Some("x"),
        Some("2024-02-28"),
        Some("2024-06-15 12:30:00"),
        Some("2024-06-15 12:30:00"),
    ],
];

const WHO: [&str; 9] = [
    "{ group: hr }",
    "{ not: { group: hr } }",
    "{ any: [ { group: \"it's\" }, { attribute: { v: DE } } ] }",
    "{ all: [ { group: hr }, { attribute: { v: '7' } } ] }",
    "{ purpose: P }",
    "{ not: { any: [ { user: u1 }, { purpose: P.Q } ] } }",
    "everyone",
    "{ user: u2 }",
    "{ not: { all: [] } }",
];
const MASKS: [&str; 14] = [
    "nullify",
    "hash",
    "{ constant: '7' }",
    "{ constant: \"it's \\\\ so\" }",
    "{ constant: '2024-02-29' }",
    "{ constant: 'true' }",
    "{ regex: { pattern: '[0-9]+', replacement: \"'#\" } }",
    "{ regex: { pattern: 'b[r-]', replacement: '', case: insensitive } }",
    "{ partial: { last: 4 } }",
    "{ partial: { first: 1, fill: ż } }",
    "{ round: 1000 }",
    "{ round: 0.07 }",
    "{ truncate: quarter }",
    "{ truncate: hour }",
];
const COLUMN_SETS: [&str; 9] = [
    "all",
    "{ tag: X }",
    "{ tag: X.Long }",
    "{ tag: N }",
    "{ tag: D }",
    "{ name: '^(txt|num|ts)$' }",
    "{ not: { tag: N } }",
    "{ tag: X.Long.Deep }",
    "{ any: [ { tag: N.Money }, { tag: D.Event } ] }",
];
const PREDICATES: [&str; 16] = [
    "id > 3",
    "txt = 'US'",
    "code <> 'US'",
    "num < 100 OR flag",
    "txt LIKE '%r%'",
    "NOT (small IN (7, -1))",
    "ts >= '2024-02-29'",
    "tz < TIMESTAMP '2024-03-01 00:00:00' AND day IS NOT NULL",
    "@attributeValuesContains('v', txt)",
    "NOT @groupsContains(code)",
    "@hasAttribute('v', 'DE') OR dbl > 0",
    "lower(code) = 'us' OR length(\"long \"\"t\"\"\") > 3",
    "@isInGroups('hr') AND flag",
    "COALESCE(txt, 'none') <> 'none'",
    "flag IS NOT TRUE",
    "CASE WHEN id > 4 THEN flag ELSE txt IS NULL END",
];
const ROW_RULES: [&str; 8] = [
    "{ match: { attribute: v, column: { tag: N } } }",
    "{ match: { attribute: v, column: { name: txt } } }",
    "{ match: { attribute: v, column: { name: code } } }",
    "{ match: { groups: true, column: { name: code } } }",
    "{ match: { attribute: v, column: { tag: D } } }",
    "{ newer_than: 20 years, column: { tag: D.Event } }",
    "{ older_than: 3 months, column: { name: tz } }",
    "{ lookup: { table: ref.desk, on: { k: { name: id } }, user: login } }",
];

/// A stream of choices out of one number.
struct Choice(u64);

impl Choice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % n as u64).unwrap()
    }
    fn of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }
    fn odds(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

fn documents(choice: &mut Choice) -> String {
    let mut text = String::from(
        "{ kind: integration, name: w, engine: postgresql, database: postgres }\n---\n{ kind: group, name: hr }\n---\n\
         { kind: group, name: \"it's\", attributes: { v: \"it's\" } }\n---\n{ kind: purpose, name: P }\n---\n{ kind: purpose, name: P.Q }\n---\n\
         { kind: attribute, name: v }\n---\n{ kind: project, name: j, purposes: [ P.Q ], data_sources: [ s ], members: [ { user: u1, acknowledged: true }, { user: u3 } ] }\n---\n",
    );
    for user in 1..=4 {
        let groups: Vec<&str> = ["hr", "\"it's\""].into_iter().filter(|_| choice.odds(2)).collect();
        let values: Vec<&str> =
            ["DE", "'7'", "'7.00'", "''''", "'2024-02-29'", "'2024-02-29T07:05Z'", "'2023-02-30'", "US", "'1e3'"]
                .into_iter()
                .filter(|_| choice.odds(3))
                .collect();
        let project = if (user == 1 || user == 3) && choice.odds(2) { ", current_project: j" } else { "" };
        let disabled = choice.odds(8);
        let attributes =
            if values.is_empty() { String::new() } else { format!(", attributes: {{ v: [ {} ] }}", values.join(", ")) };
        let _ = write!(
            text,
            "{{ kind: user, name: u{user}, groups: [ {} ]{attributes}{project}, disabled: {disabled} }}\n---\n",
            groups.join(", ")
        );
    }
    for policy in 0..choice.below(3) {
        let combine = choice.of(&["required", "shared"]);
        let guardrail = choice.odds(4);
        let access = if choice.odds(3) {
            choice.of(&["anyone", "individuals"]).to_owned()
        } else {
            format!("{{ conditions: {} }}", choice.of(&WHO))
        };
        let _ = write!(
            text,
            "{{ kind: subscription-policy, name: a{policy}, where: all, access: {access}, combine: {combine}, guardrail: {guardrail} }}\n---\n"
        );
    }
    let _ = write!(text, "{{ kind: grant, name: g, user: u{}, data_source: s }}\n---\n", 1 + choice.below(4));
    for policy in 0..1 + choice.below(3) {
        let _ = write!(text, "kind: data-policy\nname: p{policy}\nwhere: all\nyields: {}\nrules:\n", choice.odds(3));
        for _ in 0..1 + choice.below(3) {
            text += &rule(choice);
        }
        text += "---\n";
    }
    text += "kind: data-source\nname: s\nintegration: w\ntable: raw.all_types\nowners: [ u4 ]\ncolumns:\n";
    for (name, column_type, tag) in COLUMNS {
        let _ = writeln!(text, "  - {{ name: '{name}', type: '{column_type}', tags: [ {tag} ] }}");
    }
    text
}

fn rule(choice: &mut Choice) -> String {
    if choice.below(10) < 7 {
        let (columns, mask) = (choice.of(&COLUMN_SETS), choice.of(&MASKS));
        let when = if choice.odds(3) { format!(", when: {:?}", choice.of(&PREDICATES)) } else { String::new() };
        return match choice.below(4) {
            0 => format!("  - mask: {{ columns: {columns}, with: {mask}{when} }}\n"),
            1 => format!("  - mask: {{ columns: {columns}, with: {mask}{when} }}\n    except: {}\n", choice.of(&WHO)),
            2 => format!(
                "  - mask: {{ columns: {columns}, with: {mask}{when} }}\n    for: {}\n    otherwise: {}\n",
                choice.of(&WHO),
                choice.of(&["clear", "hash", "{ round: 10 }"])
            ),
            _ => format!(
                "  - mask: {{ columns: {columns}, cases: [ {{ for: {}, with: clear }}, {{ for: {}, with: {mask} }} ], otherwise: {}{when} }}\n",
                choice.of(&WHO),
                choice.of(&WHO),
                choice.of(&MASKS)
            ),
        };
    }
    let row = if choice.odds(2) {
        format!("{{ filter: {:?} }}", choice.of(&PREDICATES))
    } else {
        choice.of(&ROW_RULES).to_owned()
    };
    match choice.below(4) {
        0 => format!("  - rows: {row}\n"),
        1 => format!("  - rows: {row}\n    except: {}\n", choice.of(&WHO)),
        2 => format!("  - rows: never\n    for: {}\n", choice.of(&WHO)),
        _ => format!("  - purpose: P\n    except: {}\n", choice.of(&WHO)),
    }
}

fn catalog(text: &str) -> Catalog {
    let file = SourceFile { path: Arc::new(PathBuf::from("random.yaml")), text: text.to_owned() };
    assemble(&[file]).into_result().map_err(|p| format!("{p:#?}\n{text}")).unwrap().0
}

fn rows() -> Vec<Row> {
    let row = |texts: &[Option<&str>; 12]| {
        let cell = |((name, column_type, _), text): (&(&str, &str, &str), &Option<&str>)| {
            let column_type: ColumnType = column_type.parse().unwrap();
            (Name::new(*name).unwrap(), text.map_or(Value::Null, |text| Value::read(text, &column_type).unwrap()))
        };
        COLUMNS.iter().zip(texts).map(cell).collect()
    };
    ROWS.iter().map(row).collect()
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// The table of all types, a look-up table and the readers.
async fn prepare(admin: &Client) {
    let columns: Vec<String> =
        COLUMNS.iter().map(|(name, t, _)| format!("\"{}\" {t}", name.replace('"', "\"\""))).collect();
    let value = |text: &Option<&str>| text.map_or("NULL".to_owned(), quoted);
    let rows: Vec<String> =
        ROWS.iter().map(|row| format!("({})", row.iter().map(value).collect::<Vec<_>>().join(", "))).collect();
    let sql = format!(
        "SET timezone = 'UTC'; CREATE SCHEMA raw; CREATE SCHEMA ref; CREATE TABLE raw.all_types ({}); INSERT INTO raw.all_types VALUES {};
         CREATE TABLE ref.desk (k integer, login text); INSERT INTO ref.desk VALUES (1, 'u1'), (2, 'u1'), (NULL, 'u1'), (5, 'u2'), (5, 'u2');
         CREATE ROLE u1 LOGIN; CREATE ROLE u2 LOGIN; CREATE ROLE u3 LOGIN; CREATE ROLE u4 LOGIN; CREATE ROLE stranger LOGIN;",
        columns.join(", "),
        rows.join(", ")
    );
    admin.batch_execute(&sql).await.unwrap();
}

/// Pushes a catalog by hand: the system objects, profiles, gate, salts and the view.
async fn push(admin: &Client, catalog: &Catalog, now: chrono::DateTime<chrono::Utc>) {
    let integration = catalog.integrations.values().next().unwrap();
    let source = catalog.data_sources.values().next().unwrap();
    let plan = ViewPlan::of(catalog, source).unwrap();
    assert_eq!(plan.merged.closed, []);
    let mut script = system::postgresql(integration);
    script.extend(system::postgresql_reads(integration, &plan.table));
    script.extend(system::postgresql_reads(integration, &"ref.desk".parse().unwrap()));
    script.push(
        "DELETE FROM immuta_system.profile; DELETE FROM immuta_system.gate; DELETE FROM immuta_system.salt".to_owned(),
    );
    let key = source_key(&source.name);
    script.push(format!("INSERT INTO immuta_system.gate VALUES ({}, 1)", quoted(&key)));
    for (name, _, _) in COLUMNS {
        script.push(format!(
            "INSERT INTO immuta_system.salt VALUES ({}, {}, {})",
            quoted(&key),
            quoted(name),
            quoted(&format!("salt of {name}"))
        ));
    }
    let audiences = Audiences::of(catalog, &integration.name);
    for user in catalog.users.values() {
        for row in audiences.profile(user, now) {
            let login = user.login(&integration.name).unwrap();
            let expires = row.expires.map_or("NULL".to_owned(), |at| quoted(&at.to_rfc3339()));
            let values = [quoted(&login), quoted(&row.kind), quoted(&row.key), quoted(&row.value), expires].join(", ");
            script.push(format!("INSERT INTO immuta_system.profile VALUES ({values})"));
        }
    }
    script.push("DROP VIEW IF EXISTS governed.all_types; SET ROLE scrim_owner".to_owned());
    let sql = render(&plan, Dialect::Postgresql, 1);
    script.push(sql.clone());
    script.extend(system::postgresql_grants(integration, &plan.view));
    script.push("RESET ROLE".to_owned());
    for statement in script {
        admin.batch_execute(&statement).await.unwrap_or_else(|e| panic!("{e:?}\n{statement}"));
    }
}

/// The view, read under settings that a reader may choose to confuse it, and shown under plain ones.
const HOSTILE: &str = "SET timezone = '<X>167'; SET datestyle = 'German, DMY'; SET intervalstyle = 'sql_standard';
    SET extra_float_digits = -15; SET bytea_output = 'escape'; SET search_path = pg_temp, public;
    CREATE TEMP TABLE snap AS SELECT * FROM governed.all_types;
    SET timezone = 'UTC'; RESET datestyle; RESET intervalstyle; RESET extra_float_digits; RESET bytea_output; RESET search_path;
    SELECT * FROM snap; DROP TABLE pg_temp.snap";

/// What a user sees, by the text of the cells.
async fn seen(admin: &Client, user: &str, sql: &str) -> Result<Vec<Vec<Option<String>>>, tokio_postgres::Error> {
    admin.batch_execute(&format!("SET SESSION AUTHORIZATION {user}")).await.unwrap();
    let answer = admin.simple_query(sql).await;
    admin.batch_execute("RESET SESSION AUTHORIZATION").await.unwrap();
    let row = |message: SimpleQueryMessage| match message {
        SimpleQueryMessage::Row(row) => Some((0..row.len()).map(|at| row.get(at).map(str::to_owned)).collect()),
        _ => None,
    };
    Ok(answer?.into_iter().filter_map(row).collect())
}

async fn compare(admin: &Client, seed: u64) {
    let text = documents(&mut Choice(seed | 1));
    let catalog = catalog(&text);
    let now = chrono::Utc::now();
    push(admin, &catalog, now).await;
    let source = catalog.data_sources.values().next().unwrap();
    let merged = merge(&catalog, source).unwrap();
    let desk = |k: &str, login: &str| {
        BTreeMap::from([
            (Name::new("k").unwrap(), Some(k.to_owned())),
            (Name::new("login").unwrap(), Some(login.to_owned())),
        ])
    };
    let lookups =
        BTreeMap::from([("ref.desk".parse().unwrap(), vec![desk("1", "u1"), desk("2", "u1"), desk("5", "u2")])]);
    let rows = rows();
    for user in catalog.users.values() {
        let facts = Facts::of(&catalog, user);
        let granted = decide(&catalog, source, user, now).granted;
        let world = World { now, login: &user.name, salt: &|column| format!("salt of {column}"), lookups: &lookups };
        let expected = evaluate(&merged, granted, &facts, &rows, &world);
        let found = seen(admin, &user.name, HOSTILE).await.unwrap();
        let mut found: Vec<Vec<Value>> = found
            .into_iter()
            .map(|row| {
                let cells = row.into_iter().zip(&merged.columns);
                cells.map(|(text, column)| text.map_or(Value::Null, |text| read(&text, &column.column_type))).collect()
            })
            .collect();
        let mut expected: Vec<Vec<Value>> =
            expected.iter().map(|row| merged.columns.iter().map(|c| row[&c.name].value.clone()).collect()).collect();
        found.sort_by_key(|row| format!("{row:?}"));
        expected.sort_by_key(|row| format!("{row:?}"));
        assert_eq!(found, expected, "as {} in\n{text}", user.name);
    }
    assert_eq!(
        seen(admin, "stranger", "SELECT 1 FROM governed.all_types").await.unwrap().len(),
        0,
        "a stranger sees\n{text}"
    );
    assert_eq!(seen(admin, "stranger", "SELECT 1 FROM immuta_system.user_profile").await.unwrap().len(), 0);
}

/// A cell's text as PostgreSQL prints it, as a value.
fn read(text: &str, column_type: &ColumnType) -> Value {
    match column_type {
        ColumnType::Boolean => Value::Boolean(text == "t"),
        ColumnType::TimestampTz => Value::read(text.trim_end_matches("+00"), column_type).unwrap(),
        ColumnType::Double => Value::Float(text.parse().unwrap()),
        ColumnType::Char(_) => Value::Text(text.to_owned()),
        other => Value::read(text, other).unwrap_or_else(|| panic!("{text} as {other}")),
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

async fn connect(cluster: &Cluster) -> Client {
    let (client, connection) = tokio_postgres::connect(&cluster.admin_url("postgres"), NoTls).await.unwrap();
    tokio::spawn(connection);
    client.batch_execute("SET timezone = 'UTC'").await.unwrap();
    client
}

#[test]
fn the_view_and_the_reference_evaluator_agree_on_every_cell() {
    let cluster = Cluster::start(&Options::default()).unwrap();
    let cases = std::env::var("SCRIM_CASES").map_or(60, |n| n.parse().unwrap());
    let runtime = runtime();
    let admin = runtime.block_on(connect(&cluster));
    runtime.block_on(prepare(&admin));
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 0, ..Config::default() };
    let mut runner = TestRunner::new(config);
    let outcome = runner.run(&proptest::num::u64::ANY, |seed| {
        runtime.block_on(compare(&admin, seed));
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

/// Only the views, `user_profile` and `user_tables` can be read; a reader's own function, division or cast shows
/// nothing of what is hidden; salts stand in no view's text.
#[test]
fn readers_reach_nothing_else() {
    let cluster = Cluster::start(&Options::default()).unwrap();
    runtime().block_on(async {
        let admin = connect(&cluster).await;
        prepare(&admin).await;
        let mut text = documents(&mut Choice(3));
        let start = text.find("kind: data-policy").unwrap();
        let end = text.find("kind: data-source").unwrap();
        text.replace_range(
            start..end,
            "kind: data-policy\nname: p\nwhere: all\nrules:\n  - mask: { columns: { tag: X }, with: hash }\n  - rows: { filter: \"lower(replace(code, 'x', 'y')) = 'us' AND length(txt) > 0\" }\n---\n{ kind: subscription-policy, name: zz, where: all, access: anyone, combine: shared }\n---\n",
        );
        let text = text.replace("disabled: true", "disabled: false").replace(", guardrail: true", ", guardrail: false");
        push(&admin, &catalog(&text), chrono::Utc::now()).await;
        admin.batch_execute("CREATE SCHEMA u4 AUTHORIZATION u4").await.unwrap();
        for relation in ["raw.all_types", "ref.desk", "immuta_system.profile", "immuta_system.salt", "immuta_system.gate", "immuta_system.tables"] {
            let refused = seen(&admin, "u4", &format!("SELECT * FROM {relation}")).await.unwrap_err();
            assert_eq!(refused.code().unwrap().code(), "42501", "{relation}");
        }
        for write in ["DELETE FROM governed.all_types", "UPDATE immuta_system.user_profile SET value = 'hr'", "CREATE TABLE governed.x (a int)"] {
            assert_eq!(seen(&admin, "u4", write).await.unwrap_err().code().unwrap().code(), "42501", "{write}");
        }
        assert_eq!(seen(&admin, "u4", "SELECT id FROM governed.all_types").await.unwrap(), [[Some("1".to_owned())]]);
        // Each of these would be an error, or a row too many, if a hidden row were asked.
        for leak in ["1 / (id - 5) <> 99", "CAST('x' || id AS text) <> 'y' AND CASE WHEN id <> 1 THEN CAST('leak' || id AS int) ELSE 1 END = 1"] {
            let rows = seen(&admin, "u4", &format!("SELECT id FROM governed.all_types WHERE {leak}")).await.unwrap();
            assert_eq!(rows.len(), 1, "{leak}");
        }
        // The cheapest of functions, on columns as they are, and no index to find the reader's own rows by: what
        // is asked first is then up to the planner, unless the views are barriers.
        admin.batch_execute("SET enable_indexscan = off; SET enable_bitmapscan = off; SET enable_indexonlyscan = off").await.unwrap();
        seen(&admin, "u4", "CREATE TABLE u4.seen (v text)").await.unwrap();
        seen(&admin, "u4", "CREATE FUNCTION u4.spy(v integer) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$ BEGIN INSERT INTO u4.seen VALUES (v); RETURN true; END $$").await.unwrap();
        seen(&admin, "u4", "CREATE FUNCTION u4.spy(v text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$ BEGIN INSERT INTO u4.seen VALUES (v); RETURN true; END $$").await.unwrap();
        seen(&admin, "u4", "SELECT id FROM governed.all_types WHERE u4.spy(id)").await.unwrap();
        seen(&admin, "u4", "SELECT value FROM immuta_system.user_profile WHERE u4.spy(immuta__userid)").await.unwrap();
        seen(&admin, "u4", "SELECT view_name FROM immuta_system.user_tables WHERE u4.spy(view_name)").await.unwrap();
        let spied = seen(&admin, "u4", "SELECT DISTINCT v FROM u4.seen ORDER BY v").await.unwrap();
        assert_eq!(spied, [[Some("1".to_owned())], [Some("u4".to_owned())]]);
        let definition = seen(&admin, "u4", "SELECT pg_get_viewdef('governed.all_types'::regclass)").await.unwrap();
        assert!(!definition[0][0].as_ref().unwrap().contains("salt of"));
        // Who is not subscribed does not even cause the table to be scanned.
        let plan = seen(&admin, "stranger", "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) SELECT * FROM governed.all_types").await.unwrap();
        let plan: Vec<String> = plan.into_iter().flatten().flatten().collect();
        let scan = plan.iter().find(|line| line.contains("on all_types")).unwrap();
        assert!(scan.contains("(never executed)"), "{plan:#?}");
        // An expired row ends access by itself, and a closed gate closes at once.
        admin.batch_execute("UPDATE immuta_system.profile SET expires = now() - interval '1 second' WHERE kind = 'table'").await.unwrap();
        assert_eq!(seen(&admin, "u4", "SELECT id FROM governed.all_types").await.unwrap().len(), 0);
        admin.batch_execute("UPDATE immuta_system.profile SET expires = NULL; UPDATE immuta_system.gate SET min_version = 2").await.unwrap();
        assert_eq!(seen(&admin, "u4", "SELECT id FROM governed.all_types").await.unwrap().len(), 0);
    });
}

/// Law 2: adding a mask, a row rule or a guardrail never shows anybody a row, a clear value or a weaker mask that
/// they did not see before, unless the displaced policy says `yields`.
#[test]
fn adding_a_restriction_never_shows_more() {
    let cases = std::env::var("SCRIM_CASES").map_or(300, |n| n.parse().unwrap());
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 0, ..Config::default() };
    let now = chrono::Utc::now();
    let rows = rows();
    let mut runner = TestRunner::new(config);
    let outcome = runner.run(&proptest::num::u64::ANY, |seed| {
        let mut choice = Choice(seed | 1);
        let before = documents(&mut choice).replace("yields: true", "yields: false");
        let extra = if choice.odds(3) {
            format!(
                "{{ kind: subscription-policy, name: extra, where: all, access: {{ conditions: {} }}, guardrail: true }}\n---\n",
                choice.of(&WHO)
            )
        } else {
            format!("kind: data-policy\nname: extra\nwhere: all\npriority: 9\nrules:\n{}---\n", rule(&mut choice))
        };
        let after = format!("{extra}{before}");
        let (old, new) = (strengths(&before, &rows, now), strengths(&after, &rows, now));
        for ((user, row), new) in new {
            let old = old.get(&(user.clone(), row)).unwrap_or_else(|| panic!("{user} sees row {row} only after\n{after}"));
            let weaker = new.iter().zip(old).position(|(new, old)| new > old);
            assert_eq!(weaker, None, "{user} sees more of row {row}: {old:?} became {new:?}\n{after}");
        }
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

/// How much each user sees of each row: by column, the class of the mask that shows, 9 for a clear cell.
fn strengths(text: &str, rows: &[Row], now: chrono::DateTime<chrono::Utc>) -> BTreeMap<(String, usize), Vec<u8>> {
    let catalog = catalog(text);
    let source = catalog.data_sources.values().next().unwrap();
    let merged = merge(&catalog, source).unwrap();
    let mut seen = BTreeMap::new();
    for user in catalog.users.values() {
        let facts = Facts::of(&catalog, user);
        let granted = decide(&catalog, source, user, now).granted;
        let world = World { now, login: &user.name, salt: &|_| String::new(), lookups: &BTreeMap::new() };
        for (at, row) in rows.iter().enumerate() {
            for shown in evaluate(&merged, granted, &facts, std::slice::from_ref(row), &world) {
                let class = |column: &scrim_policy::MergedColumn| {
                    shown[&column.name].masked_by.map_or(9, |mask| scrim_policy::strength(&column.masks[mask].mask))
                };
                seen.insert((user.name.to_string(), at), merged.columns.iter().map(class).collect());
            }
        }
    }
    seen
}

/// Law 6: names and values of any content neither break nor escape the SQL, in either dialect.
#[test]
fn hostile_names_and_values_stay_what_they_are() {
    let cluster = Cluster::start(&Options::default()).unwrap();
    runtime().block_on(async {
        let admin = connect(&cluster).await;
        admin.batch_execute("CREATE TABLE public.canary (a int); CREATE ROLE u1 LOGIN").await.unwrap();
        let hostile = [
            "x'; DROP TABLE public.canary; --",
            "x\"; DROP TABLE public.canary; --",
            "\\'; DROP TABLE public.canary; --",
            "$scrim$; DROP TABLE public.canary; --",
            "/* */ select * from t",
            "żółć 日本 🦀",
            "{table}",
            "select",
        ];
        for name in hostile {
            let yaml = yaml_quoted(name);
            let table = yaml_quoted(&format!("raw.\"{}\"", name.replace('"', "\"\"")));
            let text = format!(
                "{{ kind: integration, name: w, engine: postgresql, database: postgres }}\n---\n\
                 {{ kind: group, name: {yaml} }}\n---\n{{ kind: attribute, name: {yaml} }}\n---\n\
                 {{ kind: user, name: u1, groups: [ {yaml} ], attributes: {{ {yaml}: {yaml} }} }}\n---\n\
                 {{ kind: subscription-policy, name: {yaml}, where: all, access: {{ conditions: {{ group: {yaml} }} }} }}\n---\n\
                 kind: data-source\nname: {yaml}\nintegration: w\ntable: {table}\nview: governed.v\ncolumns: [ {{ name: {yaml}, type: text }} ]\n---\n\
                 kind: data-policy\nname: {yaml}\nwhere: all\nrules:\n  - mask: {{ columns: all, with: {{ constant: {yaml} }} }}\n    \
                 except: {{ not: {{ attribute: {{ {yaml}: {yaml} }} }} }}\n  - rows: {{ match: {{ attribute: {yaml}, column: all }} }}\n"
            );
            let catalog = catalog(&text);
            let source = catalog.data_sources.values().next().unwrap();
            let integration = catalog.integrations.values().next().unwrap();
            let plan = ViewPlan::of(&catalog, source).unwrap();
            let redshift = render(&plan, Dialect::Redshift, 1);
            assert!(scrim_redshift_gate::check_own(&redshift).is_ok(), "{redshift}");
            let column = format!("\"{}\"", name.replace('"', "\"\""));
            let key = source_key(&source.name);
            let mut script = system::postgresql(integration);
            script.push(format!(
                "DROP VIEW IF EXISTS governed.v; DROP SCHEMA IF EXISTS raw CASCADE; CREATE SCHEMA raw; CREATE TABLE raw.{column} ({column} text);
                 INSERT INTO raw.{column} VALUES (E'{}'), ('other');
                 DELETE FROM immuta_system.gate; INSERT INTO immuta_system.gate VALUES ('{key}', 1); DELETE FROM immuta_system.profile",
                name.replace('\\', "\\\\").replace('\'', "''")
            ));
            script.extend(system::postgresql_reads(integration, &plan.table));
            let user = catalog.users.values().next().unwrap();
            for row in Audiences::of(&catalog, &integration.name).profile(user, chrono::Utc::now()) {
                let values = [quoted("u1"), quoted(&row.kind), quoted(&row.key), quoted(&row.value)].join(", ");
                script.push(format!("INSERT INTO immuta_system.profile VALUES ({values})"));
            }
            script.push(render(&plan, Dialect::Postgresql, 1));
            script.push("ALTER VIEW governed.v OWNER TO scrim_owner".to_owned());
            script.extend(system::postgresql_grants(integration, &plan.view));
            for statement in script {
                admin.batch_execute(&statement).await.unwrap_or_else(|e| panic!("{e:?}\n{statement}"));
            }
            let rows = seen(&admin, "u1", "SELECT * FROM governed.v").await.unwrap();
            assert_eq!(rows, [[Some(name.to_owned())]]);
            admin.batch_execute("SELECT * FROM public.canary").await.unwrap();
        }
    });
}

/// A text as a YAML double-quoted scalar.
fn yaml_quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
